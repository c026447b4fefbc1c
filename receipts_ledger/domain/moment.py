"""A moment in the ledger's past, as people name it, and the last block that stood then.

A day ends when it ends in UTC. What is not past yet has no state: a moment behind the newest
block is refused, and so is one before the ledger was there.
"""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Protocol, TypeAlias

from receipts_ledger.domain.block import BlockRef
from receipts_ledger.domain.ids import Hash32
from receipts_ledger.errors import RefusalCode, Refused

BLOCK_NUMBER_MAX = 2**63 - 1
RULE = (
    "moment: a block number, a block hash (0x and 64 hexadecimal digits), a date such as "
    "2026-03-31 (its end, UTC), or a time with its zone such as 2026-03-31T12:00:00Z"
)

_NUMBER = re.compile("[0-9]{1,19}", re.ASCII)
_HASH = re.compile("0x[0-9a-fA-F]{64}", re.ASCII)
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_TIME = re.compile(
    r"\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(\.\d{1,6})?([Zz]|[+-]\d{2}:\d{2})", re.ASCII
)


@dataclass(frozen=True, slots=True)
class AtBlock:
    """The block of this number."""

    number: int


@dataclass(frozen=True, slots=True)
class AtHash:
    """The block with this hash."""

    hash: Hash32


@dataclass(frozen=True, slots=True)
class AtTime:
    """The last block whose time is not after this second."""

    timestamp_seconds: int


Moment: TypeAlias = AtBlock | AtHash | AtTime


@dataclass(frozen=True, slots=True)
class TimedBlock:
    """A block, and the time that its header says."""

    number: int
    hash: Hash32
    timestamp_seconds: int

    def ref(self) -> BlockRef:
        """Return number and hash."""
        return BlockRef(self.number, self.hash)

    @property
    def time(self) -> str:
        """The block's time in RFC 3339, in UTC."""
        return time_text(self.timestamp_seconds)


class TimedBlocks(Protocol):
    """A chain from the ledger's first block to the newest, by number and by hash."""

    def first(self) -> TimedBlock: ...

    def newest(self) -> TimedBlock: ...

    def at(self, number: int) -> TimedBlock: ...

    def by_hash(self, block_hash: Hash32) -> TimedBlock | None: ...


def parse_moment(text: str) -> Moment:
    """Read a moment. Raises ValueError for anything that RULE does not name."""
    if _NUMBER.fullmatch(text) and int(text) <= BLOCK_NUMBER_MAX:
        return AtBlock(int(text))
    if _HASH.fullmatch(text):
        return AtHash(Hash32(bytes.fromhex(text[2:])))
    try:
        if _DATE.fullmatch(text):
            end = datetime.combine(date.fromisoformat(text), datetime.min.time(), UTC)
            return AtTime(int((end + timedelta(days=1)).timestamp()) - 1)
        if _TIME.fullmatch(text):
            return AtTime(int(datetime.fromisoformat(text.upper()).timestamp()))
    except (ValueError, OverflowError) as error:
        raise ValueError(f"{text!r} is no day or time that there is") from error
    raise ValueError(f"{text!r} is no {RULE}")


def block_of(moment: Moment, blocks: TimedBlocks) -> TimedBlock:
    """Return the block that stood at a moment. Raises Refused where the ledger had none."""
    first, newest = blocks.first(), blocks.newest()
    match moment:
        case AtBlock(number):
            if number < first.number:
                raise _refused(f"block {number} is before the ledger, which begins {_told(first)}")
            if number > newest.number:
                raise _refused(f"block {number} is later than the newest, {_told(newest)}")
            return blocks.at(number)
        case AtHash(block_hash):
            found = blocks.by_hash(block_hash)
            if found is None or not first.number <= found.number <= newest.number:
                raise _refused(
                    f"0x{block_hash.hex()} is none of the blocks from {first.number} to "
                    f"{newest.number}"
                )
            return found
        case AtTime(seconds):
            if seconds < first.timestamp_seconds:
                when = time_text(seconds)
                raise _refused(f"{when} is before the ledger, which begins {_told(first)}")
            if seconds > newest.timestamp_seconds:
                when = time_text(seconds)
                raise _refused(f"{when} is later than the newest block, {_told(newest)}")
            return _last_not_after(seconds, first, newest, blocks)


def time_text(timestamp_seconds: int) -> str:
    """Return a Unix time in RFC 3339, in UTC."""
    return datetime.fromtimestamp(timestamp_seconds, UTC).isoformat().replace("+00:00", "Z")


def _last_not_after(
    seconds: int, first: TimedBlock, newest: TimedBlock, blocks: TimedBlocks
) -> TimedBlock:
    if newest.timestamp_seconds <= seconds:
        return newest
    # `low` is not after the moment, `high` is.
    low, high = first, newest
    while high.number - low.number > 1:
        middle = blocks.at((low.number + high.number) // 2)
        if middle.timestamp_seconds <= seconds:
            low = middle
        else:
            high = middle
    return low


def _told(block: TimedBlock) -> str:
    return f"block {block.number} of {block.time}"


def _refused(detail: str) -> Refused:
    return Refused(RefusalCode.INVALID_REQUEST, detail, field="at")
