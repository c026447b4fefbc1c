"""How answers write what every noun has: hashes, days, moments, and the block they are of."""

from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, NotRequired

from typing_extensions import TypedDict

from receipts_ledger.domain.ids import Day, date_of
from receipts_ledger.domain.moment import TimedBlock
from receipts_ledger.domain.sealed import Sealed
from receipts_ledger.store.units import Found


class AsOf(TypedDict):
    """The block that an answer is of. Above `finalized_number` it may still be taken back."""

    block_number: int
    block_hash: str
    finalized_number: int


class AsOfThen(TypedDict):
    """The block that an answer about the past is of. Not final, it may still be taken back."""

    block_number: int
    block_hash: str
    at: str
    final: bool


class Revealed(TypedDict):
    """What a commitment stands for, with the salts by which anybody can check it."""

    kind: str
    body: dict[str, Any]
    salts: dict[str, str]


class Place(TypedDict):
    """Where on the chain the last change stands."""

    block_number: int
    tx_hash: str
    log_index: NotRequired[int]


def hexadecimal(content: bytes) -> str:
    """Return bytes in 0x-hex."""
    return "0x" + content.hex()


def optional_hexadecimal(content: bytes | None) -> str | None:
    """Return bytes in 0x-hex, None where there are none."""
    return None if content is None else "0x" + content.hex()


@lru_cache(maxsize=1_024)
def date_text(day: int) -> str:
    """Return a ledger day as YYYY-MM-DD."""
    return date_of(Day(day)).isoformat()


def moment_text(moment: datetime) -> str:
    """Return a moment in RFC 3339, in UTC."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


@lru_cache(maxsize=1_024)
def seconds_text(timestamp_seconds: int) -> str:
    """Return a Unix time in RFC 3339, in UTC."""
    return moment_text(datetime.fromtimestamp(timestamp_seconds, UTC))


def as_of(cursor: Found | None) -> AsOf | None:
    """Return the block that the index stands at, None before the first."""
    if cursor is None:
        return None
    return AsOf(
        block_number=cursor.number,
        block_hash=hexadecimal(cursor.hash),
        finalized_number=cursor.finalized_number,
    )


def as_of_then(block: TimedBlock, cursor: Found | None) -> AsOfThen:
    """Return the block that an answer about the past is of."""
    return AsOfThen(
        block_number=block.number,
        block_hash=hexadecimal(block.hash),
        at=block.time,
        final=cursor is not None and block.number <= cursor.finalized_number,
    )


def place_of(row: Found) -> Place:
    """Return where the last change of a row stands."""
    return Place(
        block_number=row.block_number, tx_hash=hexadecimal(row.tx_hash), log_index=row.log_index
    )


def revealed(sealed: Sealed) -> Revealed:
    """Return a content with its salts."""
    return Revealed(
        kind=sealed.kind,
        body=dict(sealed.body),
        salts={name: hexadecimal(salt) for name, salt in sealed.salts.items()},
    )
