"""Transactions of the peers: real ones, from accounts that the node has unlocked."""

import time
from typing import Any

from eth_abi.abi import encode

from benchmarks.gas.compiler import Compiled
from benchmarks.gas.operation import Spent
from receipts_ledger.chain.keys import keccak
from receipts_ledger.chain.rpc import Rpc

# The most that one transaction may have since EIP-7825.
TRANSACTION_GAS_MAX = 16_777_216
_MINED_SECONDS_MAX = 30.0


class Sender:
    """Sends, and reads off what was paid."""

    def __init__(self, rpc: Rpc) -> None:
        self._rpc = rpc
        self.accounts: list[str] = rpc.call("eth_accounts")

    def deploy(self, contract: Compiled, signature: str = "()", *arguments: object) -> str:
        """Deploy a contract and return its address."""
        return str(self.deployed(contract, signature, *arguments)["contractAddress"])

    def deployed(
        self, contract: Compiled, signature: str = "()", *arguments: object
    ) -> dict[str, Any]:
        """Deploy a contract and return the transaction's receipt."""
        return self._mined(None, contract.bytecode + self.encoded(signature, *arguments), 0)

    def spend(self, to: str, function: str, *arguments: object, sender: int = 0) -> Spent:
        """Call a function such as `mint(address,uint256)` in a transaction that must succeed."""
        name, parameters = function[: function.index("(")], function[function.index("(") :]
        calldata = keccak((name + parameters).encode())[:4] + self.encoded(parameters, *arguments)
        return Spent(gas_of(self._mined(to, calldata, sender)))

    def look(self, to: str, function: str, *arguments: object) -> bytes:
        """Call a view."""
        parameters = function[function.index("(") :]
        calldata = keccak(function.encode())[:4] + self.encoded(parameters, *arguments)
        request = {"to": to, "data": "0x" + calldata.hex()}
        return bytes.fromhex(self._rpc.call("eth_call", [request, "latest"])[2:])

    def sign(self, text: bytes, account: int) -> bytes:
        """Return an account's signature of a text, 65 bytes, as wallets sign for a person."""
        signature = self._rpc.call("eth_sign", [self.accounts[account], "0x" + text.hex()])
        return bytes.fromhex(signature[2:])

    @staticmethod
    def encoded(parameters: str, *arguments: object) -> bytes:
        """Return arguments as the ABI has them; parameters such as `(address,uint256)`."""
        inner = parameters[1:-1]
        return encode(inner.split(","), arguments) if inner else b""

    def _mined(self, to: str | None, calldata: bytes, sender: int) -> dict[str, Any]:
        request = {
            "from": self.accounts[sender],
            "data": "0x" + calldata.hex(),
            "gas": hex(TRANSACTION_GAS_MAX),
        }
        if to is not None:
            request["to"] = to
        tx_hash = self._rpc.call("eth_sendTransaction", [request])
        deadline = time.monotonic() + _MINED_SECONDS_MAX
        while (tx_receipt := self._rpc.call("eth_getTransactionReceipt", [tx_hash])) is None:
            assert time.monotonic() < deadline, f"{tx_hash} was not mined"
            time.sleep(0.005)
        assert tx_receipt["status"] == "0x1", f"{tx_hash} failed: the measurement means nothing"
        return dict(tx_receipt)


def gas_of(tx_receipt: dict[str, Any]) -> int:
    """Return the gas that a transaction used."""
    return int(tx_receipt["gasUsed"], 16)


def total(*spent: Spent) -> Spent:
    """Return what several transactions cost that together did one thing."""
    return Spent(sum(one.gas for one in spent))
