"""A replay up to one block, with whoever has to see what happens on the way."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from receipts_ledger.domain.block import BlockRef, LoggedEvent
from receipts_ledger.domain.invariants import breaches
from receipts_ledger.domain.ledger import Ledger
from receipts_ledger.domain.record import ActOnRecord, BlockRecord, Call
from receipts_ledger.services.audit.ports import Records
from receipts_ledger.services.audit.replay import Replay
from receipts_ledger.services.audit.report import Finding, FindingKind, Report
from receipts_ledger.services.audit.trust import Trust


class Onlooker:
    """Follows a replay: the block that begins, each act, each event once it has been applied.

    This one looks on; whoever is there for something takes what it needs.
    """

    def begin(self, block: BlockRecord) -> None:
        """Hear of the next block."""

    def attend(self, act: ActOnRecord | None, call: Call, before: Ledger) -> None:
        """Hear of the next act, before what it has left is applied. None: no act explains it."""

    def see(self, logged: LoggedEvent) -> None:
        """See an event that has been applied."""


OnlookerT = TypeVar("OnlookerT", bound=Onlooker)


@dataclass(frozen=True, slots=True)
class Past(Generic[OnlookerT]):
    """The ledger as it was, what the replay up to there has found, and who has seen it."""

    ledger: Ledger
    report: Report
    onlooker: OnlookerT


def replayed(
    records: Records,
    *,
    first_block: int,
    at: BlockRef,
    trust: Trust,
    onlooker: Callable[[Ledger], OnlookerT],
) -> Past[OnlookerT]:
    """Replay the ledger up to a block. The onlooker is made with the ledger that it will see.

    Differences are in the report; what keeps the replay from going on at all is raised.
    """
    report = Report(first_block=first_block, head=at, trust=trust)
    ledger = Ledger()
    looking = onlooker(ledger)
    replay = Replay(records, report, (looking,), (looking,), ledger=ledger)
    before: BlockRecord | None = None
    for block in records.records(at):
        if before is not None and block.timestamp_seconds < before.timestamp_seconds:
            _find_out_of_order(block, before, report)
        before = block
        looking.begin(block)
        replay.add(block)
    for breach in breaches(ledger):
        detail = f"{breach.invariant}: {breach.finding}"
        report.find(Finding(FindingKind.INVARIANT, breach.subject, detail))
    return Past(ledger, report, looking)


def _find_out_of_order(block: BlockRecord, before: BlockRecord, report: Report) -> None:
    detail = (
        f"its time is {block.timestamp_seconds}, before that of its parent, "
        f"{before.timestamp_seconds}: days cannot be told by it"
    )
    subject = f"block {block.number}"
    report.find(Finding(FindingKind.CONTRADICTION, subject, detail, block.number))
