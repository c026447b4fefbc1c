"""What an audit has looked at, how far it was proved, and what came of it."""

from collections.abc import Iterator, Set
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from receipts_ledger.services.audit.report import FindingKind, Report


class Provable(Protocol):
    """Which of a node's answers its engine lets anybody prove."""

    @property
    def headers(self) -> bool: ...
    @property
    def receipts(self) -> bool: ...
    @property
    def transactions(self) -> bool: ...


class CheckCode(StrEnum):
    """What was looked at."""

    HEAD = "head"
    SINCE = "since"
    HEADERS = "headers"
    RECEIPTS = "receipts"
    TRANSACTIONS = "transactions"
    CONSENT = "consent"
    EVENTS = "events"
    INVARIANTS = "invariants"
    STORAGE = "storage"
    DATABASE = "database"


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at: what came of it in a word, and what it was in a sentence."""

    code: CheckCode
    verdict: str
    told: str


# I8 is storage and database, I9 consent; I7 and I10 to I12 show when an event cannot follow.
_OF_INVARIANTS = (
    FindingKind.INVARIANT,
    FindingKind.CONTRADICTION,
    FindingKind.CONSENT,
    FindingKind.STORAGE,
    FindingKind.SQL,
)


def checks(report: Report, proofs: Provable) -> Iterator[Check]:
    """Yield all that was looked at."""
    found = report.found.keys()
    basis = "trusted" if report.trust.is_checked else "ON TRUST"
    yield Check(CheckCode.HEAD, basis, report.trust.in_words())
    if report.since is not None:
        yield Check(CheckCode.SINCE, "ON THEIR WORD", report.since.in_words())
    yield Check(
        CheckCode.HEADERS,
        _proved(proofs.headers),
        f"{report.blocks:,} block headers, linked and re-hashed",
    )
    yield Check(
        CheckCode.RECEIPTS,
        _proved(proofs.receipts),
        "receipts roots: no log left out, added or changed",
    )
    yield Check(
        CheckCode.TRANSACTIONS,
        _proved(proofs.transactions and not report.unproved_transaction_blocks),
        f"transactions roots: the calldata of {report.calls:,} transactions is what was sent",
    )
    yield Check(
        CheckCode.CONSENT,
        _agrees(found, FindingKind.CONSENT, FindingKind.INNER_CALL),
        f"{report.signatures:,} signatures recovered; every act has all consents that it needs",
    )
    yield Check(
        CheckCode.EVENTS,
        _agrees(found, FindingKind.STATEMENT, FindingKind.UNEXPLAINED, FindingKind.CONTRADICTION),
        f"{report.events:,} events, each the one that follows from what was signed",
    )
    yield Check(CheckCode.INVARIANTS, _agrees(found, *_OF_INVARIANTS), "invariants I1 to I12")
    yield _storage_check(report, found)
    if report.rows is not None:
        rows = ", ".join(f"{count:,} {table}" for table, count in report.rows.items())
        yield Check(
            CheckCode.DATABASE,
            _agrees(found, FindingKind.SQL),
            f"database, row by row: {rows or 'no rows'}",
        )


def _storage_check(report: Report, found: Set[FindingKind]) -> Check:
    storage = report.storage
    if storage is None:
        return Check(CheckCode.STORAGE, "not done", "contract storage")
    told = (
        f"contract storage: {storage.words:,} words, among them {storage.receipts_open:,} open "
        f"receipts and {storage.pools:,} pools that agree"
    )
    verdict = _agrees(found, FindingKind.STORAGE)
    if not storage.is_proved:
        told += ", as the node says; NOT PROVED, the node gives no proofs"
        if FindingKind.STORAGE not in found:
            verdict = _proved(is_proved=False)
        return Check(CheckCode.STORAGE, verdict, told)
    told += ", proved by the head's state root"
    if storage.is_complete:
        told += ", and nothing else is stored"
    elif storage.is_complete is None:
        told += "; that nothing else is stored cannot be shown on this node"
    return Check(CheckCode.STORAGE, verdict, told)


def _proved(is_proved: bool) -> str:
    return "proved" if is_proved else "NOT PROVED"


def _agrees(found: Set[FindingKind], *kinds: FindingKind) -> str:
    return "DIFFERENT" if found & {*kinds} else "agrees"
