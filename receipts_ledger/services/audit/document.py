"""A report as one JSON document in one form of bytes (RFC 8785), which can be signed.

What is signed is the document without its member `signature`. Whoever makes the signature,
and whoever knows whose it is, is elsewhere.
"""

import hashlib
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, TypeAlias

from receipts_ledger import __version__
from receipts_ledger.domain.audit_statement import AuditStatement
from receipts_ledger.domain.comparison import StorageComparison
from receipts_ledger.domain.content import canonical
from receipts_ledger.domain.cursor import Origin
from receipts_ledger.domain.ids import NO_HASH, Address, Hash32
from receipts_ledger.domain.party import Role
from receipts_ledger.services.audit.checks import Provable, checks
from receipts_ledger.services.audit.report import AuditorStanding, Report, readable
from receipts_ledger.services.audit.since import Earlier

FORMAT = "receipts-ledger/audit-report"
FORMAT_VERSION = 1
EXIT_CODES = {"equal": 0, "different": 1, "undecided": 2}
SIGNATURE = "signature"

Document: TypeAlias = dict[str, Any]


def document(
    report: Report,
    *,
    origin: Origin,
    proofs: Provable,
    audited_at: datetime,
    elapsed_seconds: float,
) -> Document:
    """Return the report as JSON values. Hashes, keys and digests are in 0x-hex."""
    storage, trust = report.storage, report.trust
    verdict = "equal" if report.is_clean else "different"
    return _opening(verdict, audited_at, elapsed_seconds) | {
        "ledger": ledger_members(origin),
        "first_block": report.first_block,
        "head": {"number": report.head.number, "hash": _hex(report.head.hash)},
        "trust": {
            "basis": trust.basis.value,
            "sources": list(trust.sources),
            "told": trust.in_words(),
        },
        "since": None if report.since is None else _earlier(report.since),
        "proved": {
            "headers": proofs.headers,
            "receipts": proofs.receipts,
            "transactions": proofs.transactions and not report.unproved_transaction_blocks,
            "storage": storage is not None and storage.is_proved,
            "nothing_else_stored": None if storage is None else storage.is_complete,
        },
        "checks": [
            {"code": check.code.value, "verdict": check.verdict, "check": check.told}
            for check in checks(report, proofs)
        ],
        "counts": {
            "blocks": report.blocks,
            "transactions": report.calls,
            "events": report.events,
            "signatures": report.signatures,
            "acts": dict(report.acts),
            "refused": dict(report.refused),
            "parties": report.parties,
            "pools": report.pools,
            "receipts_open": report.receipts_open,
            "receipts_closed": report.receipts_closed,
            "receipts_encumbered": report.receipts_encumbered,
            "storage_words": 0 if storage is None else storage.words,
            "receipts_open_proved": _when_proved(storage, "receipts_open"),
            "pools_proved": _when_proved(storage, "pools"),
            "rows": None if report.rows is None else dict(report.rows),
        },
        "digests": {
            "events": report.events_digest,
            "state": report.state_digest,
            "carried": report.carried_digest,
            "refusals": report.refusals_digest.hexdigest(),
            "differences": report.findings_digest.hexdigest(),
        },
        "refusals": [refusal.to_json() for refusal in report.refusals],
        "difference_count": report.found.total(),
        "differing": dict(Counter(finding.subject for finding in report.findings)),
        "differences": [finding.to_json() for finding in report.findings],
        "auditor": None if report.auditor is None else _auditor(report.auditor),
        SIGNATURE: None,
    }


def undecided(
    *,
    reason: str,
    block: int | None,
    is_contradiction: bool,
    may_be_tried_again: bool,
    origin: Origin | None,
    auditor: Address | None,
    audited_at: datetime,
    elapsed_seconds: float,
) -> Document:
    """Return the report of an audit that could not be decided. It claims nothing of the ledger.

    `is_contradiction` where something was read that cannot be true; otherwise a node was away,
    or an argument was none.
    """
    told = readable(reason)
    nobody = None if auditor is None else AuditorStanding(auditor, None, Role(0), is_active=False)
    return _opening("undecided", audited_at, elapsed_seconds) | {
        "ledger": None if origin is None else ledger_members(origin),
        "block": block,
        "contradiction": told if is_contradiction else None,
        "reason": told,
        "may_be_tried_again": may_be_tried_again,
        "head": None,
        "counts": None,
        "digests": None,
        "difference_count": 0,
        "auditor": None if nobody is None else _auditor(nobody),
        SIGNATURE: None,
    }


def digest(told: Mapping[str, Any]) -> Hash32:
    """Return the digest of a document, apart from its signature."""
    unsigned = {name: member for name, member in told.items() if name != SIGNATURE}
    return Hash32(hashlib.sha256(canonical(unsigned)).digest())


def statement(told: Mapping[str, Any]) -> AuditStatement:
    """Return what the auditor signs of a document."""
    head, counts = told["head"], told["counts"] or {}
    return AuditStatement(
        head_number=0 if head is None else head["number"],
        head_hash=NO_HASH if head is None else Hash32(bytes.fromhex(head["hash"][2:])),
        verdict=told["verdict"],
        differences=told["difference_count"],
        events=counts.get("events", 0),
        receipts_open=counts.get("receipts_open", 0),
        receipts_pledged=counts.get("receipts_encumbered", 0),
        audited_at=told["audited_at"],
        report_digest=digest(told),
    )


def signed(told: Document, signature: bytes) -> Document:
    """Return the document with its signature, by the key that it names as its auditor's."""
    return told | {
        SIGNATURE: {
            "scheme": "EIP-712",
            "signer": told["auditor"]["key"],
            "digest": _hex(digest(told)),
            "signature": _hex(signature),
        }
    }


def as_bytes(told: Mapping[str, Any]) -> bytes:
    """Return the one form in which a document is written."""
    return canonical(told) + b"\n"


def _opening(verdict: str, audited_at: datetime, elapsed_seconds: float) -> Document:
    return {
        "format": FORMAT,
        "format_version": FORMAT_VERSION,
        "tool": {"name": "receipts-ledger", "version": __version__},
        "audited_at": audited_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "elapsed_milliseconds": round(1_000 * elapsed_seconds),
        "verdict": verdict,
        "exit_code": EXIT_CODES[verdict],
    }


def ledger_members(origin: Origin) -> Document:
    """Return which ledger a report is about."""
    return {
        "chain_id": origin.chain_id,
        "contract": _hex(origin.contract),
        "genesis_hash": _hex(origin.genesis_hash),
        "code_hash": _hex(origin.code_hash),
        "deployment_block": {
            "number": origin.deployment.number,
            "hash": _hex(origin.deployment.hash),
        },
    }


def _earlier(since: Earlier) -> Document:
    return {
        "head": {"number": since.head.number, "hash": _hex(since.head.hash)},
        "auditor": _hex(since.auditor),
        "report_digest": since.digest,
        "audited_at": since.audited_at,
        "unproved": list(since.unproved),
        "told": since.in_words(),
    }


def _when_proved(storage: StorageComparison | None, name: str) -> int:
    """Return how many agree with a word that the head's state root covers."""
    if storage is None or not storage.is_proved:
        return 0
    return int(getattr(storage, name))


def _auditor(standing: AuditorStanding) -> Document:
    return {
        "key": _hex(standing.key),
        "party": standing.party,
        "roles": [str(role.name).lower() for role in Role if role in standing.roles],
        "is_active": standing.is_active,
        "is_auditor_of_the_ledger": standing.is_active and Role.AUDITOR in standing.roles,
    }


def _hex(content: bytes) -> str:
    return "0x" + content.hex()
