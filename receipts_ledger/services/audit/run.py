"""The audit from its first block to its verdict."""

from collections.abc import Callable

from receipts_ledger.domain.block import BlockRef
from receipts_ledger.domain.carried import Carried
from receipts_ledger.domain.ids import Address
from receipts_ledger.domain.invariants import breaches
from receipts_ledger.domain.ledger import Ledger
from receipts_ledger.domain.party import Role
from receipts_ledger.domain.receipt import ENCUMBERED_BIT, STATUS_BITS, Status
from receipts_ledger.services.audit.digests import EventDigest, state_digest
from receipts_ledger.services.audit.ports import Records, Rows, Storage
from receipts_ledger.services.audit.replay import Replay
from receipts_ledger.services.audit.report import AuditorStanding, Finding, FindingKind, Report
from receipts_ledger.services.audit.since import Since
from receipts_ledger.services.audit.sql import SqlComparison
from receipts_ledger.services.audit.trust import Trust
from receipts_ledger.services.collection import collecting_rarely


def audit(
    *,
    records: Records,
    storage: Storage | None,
    rows: Rows | None,
    first_block: int,
    head: BlockRef,
    trust: Trust,
    auditor: Address | None,
    progress: Callable[[int], None],
    since: Since | None = None,
    keep: Callable[[Carried], None] | None = None,
) -> Report:
    """Replay the ledger from its deployment block to `head` and compare everything with it.

    With `since`, only the blocks behind an earlier audit's are read, beginning with its state.
    `keep` takes the state at the head for a later audit, unless something differs.

    `progress` is told how many blocks have been read. Differences are in the report; what
    keeps the audit from deciding at all is raised, as Retryable, Fatal or the node's error.
    `auditor` is the key that is to sign the report.
    """
    report = Report(first_block=first_block, head=head, trust=trust)
    sql = None if rows is None else SqlComparison(rows, report)
    replay = Replay(records, report, () if sql is None else (sql,))
    if since is not None:
        report.since = since.earlier
        replay.go_on_from(since.carried)
    events_digest = EventDigest()
    with collecting_rarely():
        for block in records.records(head):
            replay.add(block)
            for call in block.calls:
                events_digest.add(call.events)
            if sql is not None:
                sql.see_block(block)
            progress(report.blocks)
    report.events_digest = events_digest.hexdigest()
    report.state_digest = state_digest(replay.ledger)
    report.auditor = None if auditor is None else _standing(auditor, replay.ledger)
    take_stock(replay.ledger, report)
    if storage is not None:
        _compare_storage(replay, storage, report)
    if sql is not None:
        sql.finish(replay.ledger)
    if keep is not None and report.is_clean:
        carried = replay.carried()
        keep(carried)
        report.carried_digest = "0x" + carried.digest().hex()
    return report


def _compare_storage(replay: Replay, storage: Storage, report: Report) -> None:
    comparison = storage.compare(replay.ledger, replay.keys_of, replay.cleared, report.head)
    report.storage = comparison
    for difference in comparison.differences:
        detail = (
            f"the contract stores {difference.found:#x}, its events say {difference.expected:#x}"
        )
        report.find(Finding(FindingKind.STORAGE, difference.subject, detail))
    if comparison.is_complete is False and not comparison.differences:
        detail = "the contract stores words that no event explains"
        report.find(Finding(FindingKind.STORAGE, "storage", detail))


def take_stock(ledger: Ledger, report: Report) -> None:
    """Count what there is at the end, and note every invariant that does not hold."""
    report.parties = len(ledger.parties)
    report.pools = len(ledger.pools)
    for word in ledger.receipts.values():
        is_open = word & STATUS_BITS == Status.OPEN
        report.receipts_open += is_open
        report.receipts_closed += not is_open
        report.receipts_encumbered += bool(word & ENCUMBERED_BIT)
    for breach in breaches(ledger):
        detail = f"{breach.invariant}: {breach.finding}"
        report.find(Finding(FindingKind.INVARIANT, breach.subject, detail))


def _standing(auditor: Address, ledger: Ledger) -> AuditorStanding:
    number = ledger.keys.get(auditor)
    if number is None:
        return AuditorStanding(auditor, None, Role(0), is_active=False)
    party = ledger.parties[number]
    return AuditorStanding(auditor, number, party.roles, party.is_active)
