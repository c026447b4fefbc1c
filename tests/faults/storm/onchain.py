"""What really happened, read from the node alone: no decoder, no fold and no table of ours.

Only the layout of a receipt's word, of an act's wire form and the names of the events are
known here, as contracts/interfaces/IReceiptsLedger.sol states them.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from eth_abi.abi import decode
from eth_utils.crypto import keccak

from receipts_ledger.chain.rpc import Rpc

_RELAY = keccak(text="relay(bytes)")[:4]
_REFUSED = keccak(text="ActRefused(bytes32,uint64,bytes)")
_RECEIPT_EVENTS = {
    keccak(text=f"{name}(uint64,uint128{rest})"): name
    for rest, names in {
        "": ("ReceiptBroughtOver",),
        ",bytes32": (
            *("Issued", "Transferred", "Pledged", "Released", "PledgeAssigned", "Defaulted"),
            *("Cured", "Enforced", "Delivered", "Divided", "Merged", "Cancelled", "WrittenDown"),
            *("StorageExtended", "PutOnPaper", "TakenOffPaper", "Invalidated", "ClaimNoted"),
            *("ClaimLifted", "ReceiptFrozen", "ReceiptUnfrozen"),
        ),
        ",bytes32,uint64": ("IssuedFrom",),
        ",uint64": ("Absorbed", "Replaced"),
        ",uint64,bytes32": ("Substituted",),
    }.items()
    for name in names
}
_NEW = ("Issued", "IssuedFrom")
_WORD = 32
_SIGNATURE = 64


def encumbered(word: int) -> bool:
    """Tell whether a receipt's word says that it secures a claim."""
    return bool(word >> 4 & 1)


def pledgee(word: int) -> int:
    """Return for whom, 0 for nobody."""
    return word >> 30 & 0xFFFF


def version(word: int) -> int:
    """Return the version in a receipt's word."""
    return word >> 46 & 0x3FFF


@dataclass
class OnChain:
    """The chain from the deployment to its head, folded."""

    contract: str
    head_number: int = 0
    head_hash: bytes = b""
    head_seconds: int = 0
    logs: list[tuple[int, bytes, int]] = field(default_factory=list)
    """Block, its hash, and place of every log of the ledger, in their order."""
    words: dict[int, int] = field(default_factory=dict)
    carried: list[tuple[list[bytes], set[bytes]]] = field(default_factory=list)
    """The statements in each transaction of a relayer, and the digests refused in it."""
    nonces: dict[str, list[tuple[int, bytes]]] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)
    """What must not be on any chain."""
    pledges: int = 0


def read(rpc: Rpc, contract: str, *, first_block: int, storm_began: int) -> OnChain:
    """Read all blocks of the canonical chain."""
    found = OnChain(contract.lower())
    head = int(rpc.call("eth_blockNumber"), 16)
    for number in range(first_block, head + 1):
        block = rpc.call("eth_getBlockByNumber", [hex(number), True])
        receipts = rpc.call("eth_getBlockReceipts", [hex(number)])
        found.head_number = number
        found.head_hash = bytes.fromhex(block["hash"][2:])
        found.head_seconds = int(block["timestamp"], 16)
        for transaction, receipt in zip(block["transactions"], receipts, strict=True):
            logs = [log for log in receipt["logs"] if log["address"].lower() == found.contract]
            for log in logs:
                _fold(found, number, log)
            if number >= storm_began:
                _carry(found, transaction, receipt, logs)
    return found


def _fold(found: OnChain, number: int, log: Mapping[str, Any]) -> None:
    found.logs.append((number, bytes.fromhex(log["blockHash"][2:]), int(log["logIndex"], 16)))
    name = _RECEIPT_EVENTS.get(bytes.fromhex(log["topics"][0][2:]))
    if name is None:
        return
    receipt = int(log["topics"][1], 16)
    word = int(log["data"][2 : 2 + 2 * _WORD], 16)
    before = found.words.get(receipt)
    found.words[receipt] = word
    where = f"block {number}, receipt {receipt}, {name}"
    if (before is None) is not (name in _NEW):
        found.faults.append(f"{where}: {'unknown' if before is None else 'known'} before")
    if version(word) != (0 if before is None else version(before)) + 1:
        found.faults.append(f"{where}: version {version(word)} does not follow")
    if encumbered(word) is not bool(pledgee(word)):
        found.faults.append(f"{where}: flag and pledgee contradict one another")
    if name == "Pledged":
        found.pledges += 1
        if before is not None and encumbered(before):
            found.faults.append(f"{where}: A SECOND LIVE PLEDGE")
    if name in ("Released", "PledgeAssigned") and not (before and encumbered(before)):
        found.faults.append(f"{where}: there was no pledge")


def _carry(
    found: OnChain, transaction: Mapping[str, Any], receipt: Mapping[str, Any], logs: Any
) -> None:
    sender, to = transaction["from"].lower(), (transaction["to"] or "").lower()
    tx_hash = bytes.fromhex(transaction["hash"][2:])
    found.nonces.setdefault(sender, []).append((int(transaction["nonce"], 16), tx_hash))
    called = bytes.fromhex(transaction["input"][2:])
    if to == sender and not called:
        return
    if to != found.contract or called[:4] != _RELAY or int(receipt["status"], 16) != 1:
        found.faults.append(f"transaction {transaction['hash']} is none that a relayer sends")
        return
    refused = {bytes.fromhex(log["topics"][1][2:]) for log in logs if _is_refusal(log)}
    found.carried.append((list(_statements(decode(["bytes"], called[4:])[0])), refused))


def _statements(stream: bytes) -> Iterator[bytes]:
    """Cut acts apart, and yield each without its signatures and their count."""
    at = 0
    while at < len(stream):
        words_end = at + 2 * _WORD + _WORD * int.from_bytes(stream[at + 2 : at + 4])
        yield stream[at : at + 1] + b"\0" + stream[at + 2 : words_end]
        at = words_end + _SIGNATURE * stream[at + 1]


def _is_refusal(log: Mapping[str, Any]) -> bool:
    return bytes.fromhex(log["topics"][0][2:]) == _REFUSED
