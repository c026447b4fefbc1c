"""Sends acts straight to the contract, past every gateway, with money of its own.

It has no role and no right; nobody needs any to send signed acts.
"""

import time

from receipts_ledger.chain import calldata, refusals, wire
from receipts_ledger.chain.deployment import Deployment
from receipts_ledger.chain.keys import address_of_private_key, sign
from receipts_ledger.chain.rpc import Rpc, RpcError
from receipts_ledger.chain.transactions import TransactionType, Unsigned
from receipts_ledger.chain.transactions import sign as sign_transaction
from receipts_ledger.chain.typed_data import Digester
from receipts_ledger.domain.act import Act
from receipts_ledger.domain.lane import Fees
from receipts_ledger.errors import Retryable

_GAS = 2_000_000
_MINED_SECONDS_MAX = 30.0
_POLL_SECONDS = 0.05


class Outsider:
    """Somebody with a funded key and a way to reach a node."""

    def __init__(self, rpc: Rpc, deployment: Deployment, payer_key: bytes) -> None:
        self._rpc = rpc
        self._deployment = deployment
        self._payer_key = payer_key
        self._digester = Digester(deployment.signing_domain())

    def signed(self, act: Act, *keys: bytes) -> bytes:
        """Return the wire form of an act, signed by these keys in this order."""
        digest = self._digester.digest(act)
        return wire.encode(act, [sign(key, digest) for key in keys])

    def verdict(self, signed: bytes) -> str:
        """Return the rule with which `execute` reverts, or `accepted`; nothing is sent."""
        request = {
            "to": self._deployment.contract,
            "data": "0x" + calldata.call(calldata.EXECUTE, signed).hex(),
        }
        try:
            self._rpc.call("eth_call", [request, "latest"])
        except RpcError as error:
            rule = None if error.revert is None else refusals.decode(error.revert)
            if rule is None:
                raise
            return rule.code.value
        return "accepted"

    def execute(self, signed: bytes) -> str:
        """Send one act through `execute`, whatever it will do, and return the mined hash."""
        return self._send(calldata.call(calldata.EXECUTE, signed))

    def relay(self, signed: bytes) -> str:
        """Send acts through `relay` and return the mined transaction's hash."""
        return self._send(calldata.call(calldata.RELAY, signed))

    def _send(self, data: bytes) -> str:
        sender = "0x" + address_of_private_key(self._payer_key).hex()
        nonce, price = self._rpc.batch(
            [("eth_getTransactionCount", (sender, "latest")), ("eth_gasPrice", ())]
        )
        price_wei = 2 * int(price, 16)
        transaction = sign_transaction(
            Unsigned(
                chain_id=self._deployment.chain_id,
                nonce=int(nonce, 16),
                to=self._deployment.address,
                calldata=data,
                gas_limit=_GAS,
                fees=Fees(price_wei, price_wei),
            ),
            self._payer_key,
            TransactionType.LEGACY,
        )
        tx_hash = "0x" + transaction.tx_hash.hex()
        try:
            self._rpc.call("eth_sendRawTransaction", ["0x" + transaction.raw.hex()])
        except RpcError as error:
            # Ganache mines a transaction that reverts and answers with its revert.
            if error.revert is None:
                raise
        self._wait_for(tx_hash)
        return tx_hash

    def _wait_for(self, tx_hash: str) -> None:
        deadline = time.monotonic() + _MINED_SECONDS_MAX
        while self._rpc.call("eth_getTransactionReceipt", [tx_hash]) is None:
            if time.monotonic() > deadline:
                raise Retryable(f"{tx_hash} was not mined in {_MINED_SECONDS_MAX:.0f} s")
            time.sleep(_POLL_SECONDS)
