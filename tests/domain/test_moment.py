"""A moment is the last block that stood then, and nothing that is not past yet."""

import pytest

from receipts_ledger.domain.ids import Hash32
from receipts_ledger.domain.moment import (
    AtBlock,
    AtHash,
    AtTime,
    TimedBlock,
    block_of,
    parse_moment,
)
from receipts_ledger.errors import Refused

NOON = 1_774_958_400
"""2026-03-31T12:00:00Z."""
LAST_SECOND = 1_775_001_599
"""2026-03-31T23:59:59Z."""


class Blocks:
    """Blocks 10 to 10 + n, of these times. Counts how often it is asked."""

    def __init__(self, *times: int) -> None:
        self._blocks = [
            TimedBlock(10 + place, Hash32((place + 1).to_bytes(32)), time)
            for place, time in enumerate(times)
        ]
        self.asked = 0

    def first(self) -> TimedBlock:
        return self._blocks[0]

    def newest(self) -> TimedBlock:
        return self._blocks[-1]

    def at(self, number: int) -> TimedBlock:
        self.asked += 1
        return self._blocks[number - 10]

    def by_hash(self, block_hash: Hash32) -> TimedBlock | None:
        return next((block for block in self._blocks if block.hash == block_hash), None)


def test_moment_is_a_block_a_hash_a_day_or_a_time() -> None:
    assert parse_moment("0") == AtBlock(0)
    assert parse_moment("9223372036854775807") == AtBlock(2**63 - 1)
    assert parse_moment("0x" + "Ab" * 32) == AtHash(Hash32(b"\xab" * 32))
    assert parse_moment("2026-03-31") == AtTime(LAST_SECOND)
    assert parse_moment("2026-03-31T12:00:00Z") == AtTime(NOON)
    assert parse_moment("2026-03-31t20:00:00.999+08:00") == AtTime(NOON)


@pytest.mark.parametrize(
    "text",
    [
        *(
            "",
            " 7",
            "-1",
            "+7",
            "1_000",
            "٣",
            "9223372036854775808",
            "latest",
            "0x12",
            "0x" + "g" * 64,
        ),
        *("2026-02-30", "2026-3-1", "2026-03-31T12:00:00", "2026-03-31 12:00:00Z"),
        *("9999-12-31", "0000-01-01", "2026-03-31T25:00:00Z"),
    ],
)
def test_anything_else_is_none(text: str) -> None:
    with pytest.raises(ValueError, match=r"is no "):
        parse_moment(text)


def test_a_day_is_its_last_block() -> None:
    blocks = Blocks(NOON - 86_400, NOON, NOON, LAST_SECOND, LAST_SECOND + 1)
    assert block_of(AtTime(LAST_SECOND), blocks).number == 13
    assert block_of(AtTime(LAST_SECOND - 1), blocks).number == 12
    assert block_of(AtTime(NOON), blocks).number == 12
    assert block_of(AtTime(NOON - 1), blocks).number == 10


def test_a_moment_is_found_without_asking_for_every_block() -> None:
    blocks = Blocks(*range(NOON, NOON + 4_096))
    assert block_of(AtTime(NOON + 1_234), blocks).number == 10 + 1_234
    assert blocks.asked <= 13


def test_first_and_newest_block_are_moments_too() -> None:
    blocks = Blocks(NOON, NOON + 5)
    assert block_of(AtTime(NOON), blocks).number == 10
    assert block_of(AtTime(NOON + 5), blocks).number == 11
    assert block_of(AtBlock(10), blocks).number == 10
    assert block_of(AtHash(Hash32((2).to_bytes(32))), blocks).number == 11


@pytest.mark.parametrize(
    ("moment", "told"),
    [
        (AtBlock(9), "block 9 is before the ledger, which begins block 10 of 2026-03-31T12:00:00Z"),
        (AtBlock(12), "block 12 is later than the newest, block 11 of 2026-03-31T12:00:05Z"),
        (AtTime(NOON - 1), "2026-03-31T11:59:59Z is before the ledger"),
        (AtTime(NOON + 6), "2026-03-31T12:00:06Z is later than the newest block, block 11"),
        (AtHash(Hash32(b"\x09" * 32)), "is none of the blocks from 10 to 11"),
    ],
)
def test_what_is_not_past_is_refused(moment: AtBlock | AtHash | AtTime, told: str) -> None:
    with pytest.raises(Refused, match=told) as refused:
        block_of(moment, Blocks(NOON, NOON + 5))
    assert refused.value.field == "at"
