"""A certificate: what the chain says of one receipt at one block, with the proof of it.

Everything that a certificate says outside of `proof` follows from `proof` and from the hash of
the block, so that whoever trusts that hash needs nobody's word for the rest. What cannot be
proved (names of parties, who asked, when) is therefore no member of it. The form is version 1 of
docs/certificates.md, and scripts/verify_certificate.py checks it by a reading of its own.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeAlias

from receipts_ledger.domain.block import BlockRef
from receipts_ledger.domain.disclosure import ShownField
from receipts_ledger.domain.event import ReceiptEvent
from receipts_ledger.domain.ids import (
    Address,
    Day,
    Hash32,
    PoolId,
    ReceiptId,
    Version,
    date_of,
    pool_number,
    pool_of,
    receipt_number,
    warehouse_of,
)
from receipts_ledger.domain.pool import Pool
from receipts_ledger.domain.receipt import Flag, Receipt, version_in

FORMAT = "receipts-ledger/certificate/1"
CHANGES_MAX = 100
"""So many changes of a receipt a certificate proves; with more it speaks of the state alone."""

Members: TypeAlias = dict[str, Any]


@dataclass(frozen=True, slots=True)
class LedgerName:
    """Which ledger: a contract with its code, on a chain."""

    chain_id: int
    contract: Address
    code_hash: Hash32


@dataclass(frozen=True, slots=True)
class Change:
    """Something that has happened to a receipt, and where on the chain it stands."""

    block: BlockRef
    timestamp_seconds: int
    log_index: int
    event: ReceiptEvent

    @property
    def version(self) -> Version:
        """The version that the receipt came to by it."""
        return version_in(self.event.word)


@dataclass(frozen=True, slots=True)
class StateProof:
    """The words of a receipt and of its pool at a block, and the nodes that prove them.

    `word` is None for a receipt that was never issued; `receipt_nodes` then is empty where the
    pool's word alone shows it, so that a number that is not there says nothing of its neighbour.
    """

    block: BlockRef
    timestamp_seconds: int
    word: int | None
    pool_word: int
    account_nodes: tuple[bytes, ...]
    receipt_nodes: tuple[bytes, ...]
    pool_nodes: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class ChangeProof:
    """A transaction's receipt in its block's receipts root, and the log in it."""

    tx_index: int
    log_index: int
    """Within the transaction."""
    nodes: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Proof:
    """All that a node has proved, and the headers that lead from the block to the changes.

    Of blocks far apart the headers between are left out: their hashes have to be trusted.
    """

    state: StateProof
    changes: tuple[ChangeProof, ...]
    headers: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Disclosure:
    """A commitment, the version at which it was made, and the fields that are shown."""

    version: Version
    commitment: Hash32
    shown: tuple[ShownField, ...]


@dataclass(frozen=True, slots=True)
class Certificate:
    """What is certified of one receipt. `changes` lead up to the state, without a gap."""

    ledger: LedgerName
    receipt_id: ReceiptId
    changes: tuple[Change, ...]
    pledged_at: Version | None
    """The version from which on it was encumbered without a break, None where none is shown."""
    content: Disclosure | None
    terms: Disclosure | None
    proof: Proof

    def members(self) -> Members:
        """Return the certificate as JSON."""
        state = self.proof.state
        return {
            "format": FORMAT,
            "ledger": {
                "chain_id": self.ledger.chain_id,
                "contract": _hex(self.ledger.contract),
                "code_hash": _hex(self.ledger.code_hash),
            },
            "block": _block(state.block, state.timestamp_seconds),
            "receipt": _receipt(self.receipt_id, state.word),
            "pool": _pool(pool_of(self.receipt_id), state.pool_word),
            "encumbered_since": self._since(),
            "content": _disclosure(self.content),
            "terms": _disclosure(self.terms),
            "changes": [
                {
                    "version": change.version,
                    "event": type(change.event).__name__,
                    "block": _block(change.block, change.timestamp_seconds),
                }
                for change in self.changes
            ],
            "proof": {
                "headers": _hexes(self.proof.headers),
                "account": _hexes(state.account_nodes),
                "receipt": _hexes(state.receipt_nodes),
                "pool": _hexes(state.pool_nodes),
                "changes": [
                    {
                        "tx_index": proof.tx_index,
                        "log_index": proof.log_index,
                        "nodes": _hexes(proof.nodes),
                    }
                    for proof in self.proof.changes
                ],
            },
        }

    def _since(self) -> Members | None:
        for change in self.changes:
            if change.version == self.pledged_at:
                block = _block(change.block, change.timestamp_seconds)
                return {"version": change.version, "block": block}
        return None


def _receipt(receipt_id: ReceiptId, word: int | None) -> Members:
    named = {"receipt_id": receipt_id, "number": receipt_number(receipt_id)}
    if word is None:
        return {**named, "exists": False}
    receipt = Receipt.from_word(word)
    in_default = Flag.IN_DEFAULT in receipt.flags
    maturity = None if receipt.maturity_day is None else _date(receipt.maturity_day)
    return {
        **named,
        "exists": True,
        "status": receipt.status.name.lower(),
        "encumbered": Flag.ENCUMBERED in receipt.flags,
        "in_default": in_default,
        "frozen": Flag.FROZEN in receipt.flags,
        "claimed": Flag.CLAIMED in receipt.flags,
        "paper": Flag.PAPER in receipt.flags,
        "holder_id": receipt.holder,
        "pledgee_id": receipt.pledgee,
        "version": receipt.version,
        "quantity": receipt.quantity,
        "storage_until": _date(receipt.storage_day),
        "maturity": None if in_default else maturity,
        "in_default_since": maturity if in_default else None,
    }


def _pool(pool_id: PoolId, word: int) -> Members:
    named = {
        "pool_id": pool_id,
        "number": pool_number(pool_id),
        "warehouse_id": warehouse_of(pool_id),
    }
    if not word:
        return {**named, "exists": False}
    pool = Pool.from_word(word)
    return {
        **named,
        "exists": True,
        "non_negotiable": pool.is_non_negotiable,
        "bonded": pool.is_bonded,
        "paused": pool.is_paused,
        "sealed": pool.is_sealed,
        "next_serial": pool.next_serial,
        "capacity": pool.quantity_capacity,
        "attested": pool.quantity_attested,
        "receipted": pool.quantity_receipted,
        "attested_on": _date(pool.attestation_day) if pool.attestation_day else None,
    }


def _disclosure(disclosure: Disclosure | None) -> Members | None:
    if disclosure is None:
        return None
    return {
        "version": disclosure.version,
        "commitment": _hex(disclosure.commitment),
        "shown": [
            {
                "name": field.name,
                "value": field.value,
                "salt": _hex(field.salt),
                "path": [
                    {"side": str(sibling.side), "hash": _hex(sibling.hash)}
                    for sibling in field.path
                ],
            }
            for field in disclosure.shown
        ],
    }


def _block(block: BlockRef, timestamp_seconds: int) -> Members:
    at = datetime.fromtimestamp(timestamp_seconds, UTC)
    return {
        "number": block.number,
        "hash": _hex(block.hash),
        "at": at.isoformat().replace("+00:00", "Z"),
    }


def _date(day: Day) -> str:
    return date_of(day).isoformat()


def _hex(content: bytes) -> str:
    return "0x" + content.hex()


def _hexes(contents: Sequence[bytes]) -> list[str]:
    return ["0x" + content.hex() for content in contents]
