"""Other code in a contract's place: what whoever can change the state of a chain could do.

Headers, receipts and transactions stay true to the last bit, so that only what was signed can
tell that something is wrong.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from receipts_ledger.chain.artifact import ledger_artifact
from receipts_ledger.chain.keys import keccak
from receipts_ledger.chain.transactions import TransactionType, Unsigned, sign
from receipts_ledger.domain.event import ActRefused, Event, ReceiptEvent
from receipts_ledger.domain.ids import ReceiptId
from receipts_ledger.domain.lane import Fees
from receipts_ledger.domain.pool import Attested
from tests.support.cast import Member
from tests.support.ledger_on_chain import GAS, LedgerOnChain

_MSTORE, _SSTORE, _LOG0, _GAS, _CALL = "52", "55", 0xA0, "5a", "f1"
_HALF_BITS = 128


class Forger:
    """Puts code in the ledger's place for one transaction, and takes it away again."""

    def __init__(self, ledger: LedgerOnChain) -> None:
        self._ledger = ledger

    def leave(self, events: Sequence[Event], calldata: bytes) -> dict[str, Any]:
        """Have a call leave these events, and the words of receipts and pools that they carry."""
        words: dict[int, int] = {}
        for event in events:
            if isinstance(event, Attested):
                words[_slot("_pools", event.pool)] = event.after.to_word()
            if isinstance(event, ReceiptEvent):
                slot = _slot("_pairs", event.receipt_id >> 1)
                before = words.get(slot, self._stored(slot))
                words[slot] = _with_half(before, event.receipt_id, event.word)
        return self.run(emitting(events, words), calldata)

    def run(self, code: bytes, calldata: bytes) -> dict[str, Any]:
        """Run other code in the ledger's place and return the transaction's receipt."""
        rpc, contract = self._ledger.rpc, self._ledger.deployment.contract
        right_code = rpc.call("eth_getCode", [contract, "latest"])
        rpc.call("anvil_setCode", [contract, "0x" + code.hex()])
        tx_receipt = send(self._ledger, contract, calldata)
        rpc.call("anvil_setCode", [contract, right_code])
        # The head's state root has to cover the right code again.
        rpc.call("evm_mine")
        return tx_receipt

    def _stored(self, slot: int) -> int:
        contract = self._ledger.deployment.contract
        return int(self._ledger.rpc.call("eth_getStorageAt", [contract, hex(slot), "latest"]), 16)


def emitting(events: Iterable[Event], words: Mapping[int, int]) -> bytes:
    """Return code that stores these words and leaves these events, whatever it is asked."""
    parts = [f"{_push(word)}{_push(slot)}{_SSTORE}" for slot, word in words.items()]
    for event in events:
        topics, body = _log_of(event)
        for at in range(0, len(body), 32):
            parts.append(f"{_push(int.from_bytes(body[at : at + 32]))}{_push(at)}{_MSTORE}")
        parts += [_push(int.from_bytes(topic)) for topic in reversed(topics)]
        parts.append(f"{_push(len(body))}{_push(0)}{_LOG0 + len(topics):02x}")
    return bytes.fromhex("".join(parts))


def passing_on_to(contract: str) -> bytes:
    """Return code that calls a contract with its own calldata."""
    copied = f"36{_push(0)}{_push(0)}37"
    target = int(contract, 16)
    called = f"{_push(0)}{_push(0)}36{_push(0)}{_push(0)}{_push(target)}{_GAS}{_CALL}"
    return bytes.fromhex(copied + called)


def deployed(ledger: LedgerOnChain, code: bytes) -> str:
    """Deploy code and return its address."""
    header = f"61{len(code):04x}80600c6000396000f3"
    tx_receipt = send(ledger, None, bytes.fromhex(header) + code)
    return str(tx_receipt["contractAddress"])


def send_as(ledger: LedgerOnChain, member: Member, calldata: bytes) -> dict[str, Any]:
    """Send a call to the ledger by a member's own key; it must go through."""
    sender = "0x" + member.address.hex()
    ledger.rpc.call("anvil_setBalance", [sender, hex(10**20)])
    call_to_ledger = Unsigned(
        chain_id=ledger.deployment.chain_id,
        nonce=int(ledger.rpc.call("eth_getTransactionCount", [sender, "latest"]), 16),
        to=ledger.deployment.address,
        calldata=calldata,
        gas_limit=GAS,
        fees=Fees(10**10, 10**9),
    )
    raw = sign(call_to_ledger, member.private_key, TransactionType.FEE_MARKET).raw
    tx_receipt = ledger.wait_for(ledger.rpc.call("eth_sendRawTransaction", ["0x" + raw.hex()]))
    assert tx_receipt["status"] == "0x1"
    return tx_receipt


def send(ledger: LedgerOnChain, to: str | None, calldata: bytes) -> dict[str, Any]:
    """Send a transaction of nobody in particular; it must go through."""
    request = request_of(ledger, to, calldata)
    tx_receipt = ledger.wait_for(ledger.rpc.call("eth_sendTransaction", [request]))
    assert tx_receipt["status"] == "0x1"
    return tx_receipt


def request_of(ledger: LedgerOnChain, to: str | None, calldata: bytes) -> dict[str, str]:
    """Return a transaction of nobody in particular, as a node takes it that has the key."""
    sender = ledger.rpc.call("eth_accounts")[3]
    request = {"from": sender, "data": "0x" + calldata.hex(), "gas": hex(GAS)}
    return request if to is None else request | {"to": to}


def _log_of(event: Event) -> tuple[list[bytes], bytes]:
    name = type(event).__name__
    match event:
        case ActRefused():
            signature = keccak(b"ActRefused(bytes32,uint64,bytes)")
            padded = event.reason + bytes(-len(event.reason) % 32)
            body = (32).to_bytes(32) + len(event.reason).to_bytes(32) + padded
            return [signature, event.digest, event.subject.to_bytes(32)], body
        case Attested():
            signature = keccak(b"Attested(uint32,uint256,uint32,bytes32)")
            body = event.after.to_word().to_bytes(32) + event.inspector.to_bytes(32)
            return [signature, event.pool.to_bytes(32)], body + event.evidence
        case _ if isinstance(event, ReceiptEvent):
            *_, commitment = (getattr(event, name) for name in event.__slots__)
            signature = keccak(f"{name}(uint64,uint128,bytes32)".encode())
            body = event.word.to_bytes(32) + commitment
            return [signature, event.receipt_id.to_bytes(32)], body
        case _:
            raise AssertionError(f"nobody has needed a forged {name} yet")


def _slot(label: str, key: int) -> int:
    base = ledger_artifact().slot(label)
    return int.from_bytes(keccak(key.to_bytes(32) + base.to_bytes(32)))


def _with_half(words: int, receipt: ReceiptId, word: int) -> int:
    shift = _HALF_BITS * (receipt & 1)
    return words & ~((1 << _HALF_BITS) - 1 << shift) | word << shift


def _push(value: int) -> str:
    return f"7f{value:064x}"
