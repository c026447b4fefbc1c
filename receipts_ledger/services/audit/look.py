"""A quick look: the ledger folded from what one node claims. It proves nothing.

The same meaning of events and the same invariants as in an audit, and the same comparison with
SQL, but for what only headers say. Whether what happened was consented to is not asked.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Protocol

from receipts_ledger.domain.block import BlockRef, LoggedEvent
from receipts_ledger.domain.ledger import Contradiction, Ledger
from receipts_ledger.services.audit.ports import Rows
from receipts_ledger.services.audit.report import Finding, FindingKind, Report
from receipts_ledger.services.audit.run import take_stock
from receipts_ledger.services.audit.sql import SqlComparison
from receipts_ledger.services.audit.subjects import subject_of_event
from receipts_ledger.services.collection import collecting_rarely


class Claims(Protocol):
    """The events that a node claims there are up to a block: some at a time, and how far."""

    def pages(self, last: int) -> Iterator[tuple[int, Sequence[LoggedEvent]]]: ...


def look(
    *,
    claims: Claims,
    rows: Rows | None,
    first_block: int,
    head: BlockRef,
    progress: Callable[[int], None],
) -> Report:
    """Fold what is claimed up to `head`. The report tells differences, and can tell no more."""
    report = Report(first_block=first_block, head=head)
    sql = None if rows is None else SqlComparison(rows, report)
    ledger = Ledger()
    with collecting_rarely():
        for last, events in claims.pages(head.number):
            _fold(events, ledger, report)
            if sql is not None:
                for logged in events:
                    sql.see(logged)
            report.events += len(events)
            report.blocks = last - first_block + 1
            progress(report.blocks)
    take_stock(ledger, report)
    if sql is not None:
        sql.finish(ledger)
    return report


def _fold(events: Sequence[LoggedEvent], ledger: Ledger, report: Report) -> None:
    for logged in events:
        try:
            ledger.apply(logged.event)
        except Contradiction as contradiction:
            subject, place = subject_of_event(logged.event), (logged.block_number, logged.tx_hash)
            report.find(Finding(FindingKind.CONTRADICTION, subject, str(contradiction), *place))
