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
from receipts_ledger.domain.ledger import Ledger
from receipts_ledger.domain.party import Party
from receipts_ledger.domain.pool import Pool

_WORD_BYTES = 32
_REFUSED = b"ActRefused\0"
_PLACE = Struct(">QI32s")


class EventDigest:
    """Digest of all events in their order."""

    def __init__(self) -> None:
        self._sha256 = hashlib.sha256()

    def add(self, events: Iterable[LoggedEvent]) -> None:
        """Take in the next events."""
        self._sha256.update(
            b"".join(
                [
                    _PLACE.pack(block_number, log_index, tx_hash) + _event_bytes(event)
                    for event, block_number, log_index, tx_hash, _ in events
                ]
            )
        )

    def hexdigest(self) -> str:
        """Return the digest so far."""
        return "0x" + self._sha256.hexdigest()


def state_digest(ledger: Ledger) -> str:
    """Return the digest of a state: parties, keys, pools, receipts, items, pages, documents."""
    return "0x" + digest_of(ledger_entries(ledger)).hex()


def _event_bytes(event: Event) -> bytes:
    if isinstance(event, ActRefused):
        # The one member of no fixed length.
        length = _number(len(event.reason))
        return _REFUSED + event.digest + _number(event.subject) + length + event.reason
    kind: Any = type(event)
    name, members = _members_of(kind)
    return name + b"".join([_word(member) for member in members(event)])


@cache
def _members_of(kind: type[Any]) -> tuple[bytes, Any]:
    # An event's members stand in the order of the contract's, which a test compares.
    names = [each.name for each in fields(kind)]
    return kind.__name__.encode() + b"\0", attrgetter(*names)


def _word(member: object) -> bytes:
    # Nearly all members are of these two kinds; the match takes longer than the rest.
    if type(member) is int:
        return member.to_bytes(_WORD_BYTES)
    if type(member) is bytes and len(member) == _WORD_BYTES:
        return member
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
