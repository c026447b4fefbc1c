"""Blocks on their way to an auditor: no more of them at hand than is worth recovering together."""

from collections.abc import Iterator

import pytest

from receipts_ledger.chain import sent
from receipts_ledger.chain.headers import Header
from receipts_ledger.chain.sent import (
    NOBODY,
    PORTION_BLOCKS_MAX,
    PORTION_GAS,
    SentBlock,
    SentCall,
    signed,
)
from receipts_ledger.chain.signers import Signers
from receipts_ledger.domain.block import LoggedEvent
from receipts_ledger.domain.event import ActRefused
from receipts_ledger.domain.ids import NO_HASH
from receipts_ledger.domain.record import Entry

EVENT = LoggedEvent(ActRefused(NO_HASH, 1, b""), 0, 0, NO_HASH, 0)


def header(gas_used: int) -> Header:
    return Header(0, NO_HASH, NO_HASH, 0, NO_HASH, NO_HASH, NO_HASH, bytes(256), gas_used)


class Source:
    """Blocks without end, of so much gas each. Counts those that were taken."""

    def __init__(self, gas_used: int) -> None:
        self.taken = 0
        self._block = SentBlock(header(gas_used), is_proved=True)

    def blocks(self) -> Iterator[SentBlock]:
        while True:
            self.taken += 1
            yield self._block


@pytest.mark.parametrize(
    ("gas_used", "at_once"), [(PORTION_GAS, 1), (PORTION_GAS - 1, 2), (0, PORTION_BLOCKS_MAX)]
)
def test_blocks_are_taken_one_portion_ahead_and_no_further(gas_used: int, at_once: int) -> None:
    source = Source(gas_used)
    with Signers() as signers:
        next(signed(source.blocks(), signers))
    assert source.taken == 2 * at_once


def test_sender_is_recovered_when_asked_for_and_once(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[bytes] = []

    def signer(digest: bytes, signature: bytes) -> None:
        asked.append(digest + signature)

    monkeypatch.setattr(sent, "signer", signer)
    call = SentCall(Entry.ELSEWHERE, NO_HASH, lambda: (NO_HASH, b"by nobody"), (), (EVENT,))
    with Signers() as signers:
        (block,) = signed([SentBlock(header(0), is_proved=True, calls=(call,))], signers)
    (found,) = block.calls
    assert asked == []
    assert (found.sender, found.sender) == (NOBODY, NOBODY)
    assert asked == [NO_HASH + b"by nobody"]
