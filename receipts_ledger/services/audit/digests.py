"""Digests of what an audit has read and found, computed as it goes along.

All are SHA-256, and docs/audit.md says of what: another program has to come to the same ones
from the chain alone. Two auditors who agree on them need compare no more.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import fields
from functools import cache
from operator import attrgetter
from struct import Struct
from typing import Any

from receipts_ledger.domain.block import LoggedEvent
from receipts_ledger.domain.carried import digest_of, ledger_entries
from receipts_ledger.domain.event import ActRefused, Event
from receipts_ledger.domain.ids import Hash32, ReceiptId
from receipts_ledger.domain.ledger import Ledger
from receipts_ledger.domain.party import Party
from receipts_ledger.domain.pool import Pool

_WORD_BYTES = 32
_PLAIN = [ReceiptId, int, Hash32]
"""The members of most events by far: for them alone the words are written out."""
_PLACE = Struct(">QI32s")


class EventDigest:
    """Digest of all events in their order."""

    def __init__(self) -> None:
        self._sha256 = hashlib.sha256()

    def add(self, events: Iterable[LoggedEvent]) -> None:
        """Take in the next events."""
        parts: list[bytes] = []
        for event, block_number, log_index, tx_hash, _ in events:
            kind: Any = type(event)
            name, members, is_plain = _members_of(kind)
            parts += (_PLACE.pack(block_number, log_index, tx_hash), name)
            if is_plain:
                receipt_id, word, commitment = members(event)
                parts += (receipt_id.to_bytes(_WORD_BYTES), word.to_bytes(_WORD_BYTES), commitment)
            else:
                parts += _words(event, members)
        self._sha256.update(b"".join(parts))

    def hexdigest(self) -> str:
        """Return the digest so far."""
        return "0x" + self._sha256.hexdigest()


def state_digest(ledger: Ledger) -> str:
    """Return the digest of a state: parties, keys, pools, receipts, items, pages, documents."""
    return "0x" + digest_of(ledger_entries(ledger)).hex()


def _words(event: Event, members: Any) -> list[bytes]:
    if isinstance(event, ActRefused):
        # The one member of no fixed length.
        length = _number(len(event.reason))
        return [event.digest, _number(event.subject), length, event.reason]
    return [_word(member) for member in members(event)]


@cache
def _members_of(kind: type[Any]) -> tuple[bytes, Any, bool]:
    # An event's members stand in the order of the contract's, which a test compares.
    names = [each.name for each in fields(kind)]
    is_plain = [each.type for each in fields(kind)] == _PLAIN
    return kind.__name__.encode() + b"\0", attrgetter(*names), is_plain


def _word(member: object) -> bytes:
    match member:
        case bool() | int():
            return member.to_bytes(_WORD_BYTES)
        case Party() | Pool():
            return member.to_word().to_bytes(_WORD_BYTES)
        case bytes() if len(member) <= _WORD_BYTES:
            return member.rjust(_WORD_BYTES, b"\0")
        case _:
            raise TypeError(f"an event has no member like {member!r}")


def _number(number: int) -> bytes:
    return number.to_bytes(_WORD_BYTES)
