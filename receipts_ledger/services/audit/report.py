"""What an audit has looked at and what it has found. How that is told is the doors' matter."""

import hashlib
from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from receipts_ledger.domain.block import BlockRef
from receipts_ledger.domain.comparison import StorageComparison
from receipts_ledger.domain.content import canonical
from receipts_ledger.domain.ids import Address, Hash32, PartyId
from receipts_ledger.domain.party import Role
from receipts_ledger.services.audit.since import Earlier
from receipts_ledger.services.audit.trust import ON_ONE_WORD, Trust

LISTED_MAX = 1_000
"""So many differences, and so many refusals, are listed; all are counted and in the digest."""


class FindingKind(StrEnum):
    """Which of the audit's questions was answered with no."""

    CONSENT = "consent"
    """An act was carried out without a signature that it needs (I9)."""
    STATEMENT = "statement"
    """What happened is not what was signed."""
    INNER_CALL = "inner_call"
    """Events whose act was sent through another contract, out of sight of calldata."""
    UNEXPLAINED = "unexplained"
    """Events that no act explains."""
    CONTRADICTION = "contradiction"
    """An event that cannot follow from the state before it (I7, I11, I12)."""
    INVARIANT = "invariant"
    """The state breaks one of I1 to I7 or I10."""
    STORAGE = "storage"
    """The contract stores something else than its events say (I8)."""
    SQL = "sql"
    """The database says something else than the chain (I8)."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One difference: of which kind, about what, where on the chain, and in what it consists."""

    kind: FindingKind
    subject: str
    detail: str
    block_number: int | None = None
    tx_hash: Hash32 | None = None

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return {
            "kind": self.kind.value,
            "subject": self.subject,
            "detail": readable(self.detail),
            "block": self.block_number,
            "transaction": None if self.tx_hash is None else "0x" + self.tx_hash.hex(),
        }


@dataclass(frozen=True, slots=True)
class RefusedAct:
    """An attempt that the contract refused and put on record."""

    block_number: int
    tx_hash: Hash32
    act: str
    subject: str
    digest: Hash32
    reason: str

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return {
            "block": self.block_number,
            "transaction": "0x" + self.tx_hash.hex(),
            "act": self.act,
            "subject": self.subject,
            "digest": "0x" + self.digest.hex(),
            "reason": readable(self.reason),
        }


@dataclass(frozen=True, slots=True)
class AuditorStanding:
    """Who the auditor's key speaks for on the audited ledger itself; None for nobody."""

    key: Address
    party: PartyId | None
    roles: Role
    is_active: bool


class ListDigest:
    """Digest of a list of JSON objects, each followed by a line feed, in their order."""

    def __init__(self) -> None:
        self._sha256 = hashlib.sha256()

    def add(self, member: dict[str, Any]) -> None:
        """Take in the next object."""
        self._sha256.update(canonical(member) + b"\n")

    def hexdigest(self) -> str:
        """Return the digest so far."""
        return "0x" + self._sha256.hexdigest()


@dataclass(slots=True)
class Report:
    """The outcome of one audit. Counts go on where lists have come to their limit."""

    first_block: int
    head: BlockRef
    trust: Trust = ON_ONE_WORD
    blocks: int = 0
    calls: int = 0
    events: int = 0
    signatures: int = 0
    acts: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    refusals: list[RefusedAct] = field(default_factory=list)
    unproved_transaction_blocks: int = 0
    parties: int = 0
    pools: int = 0
    receipts_open: int = 0
    receipts_closed: int = 0
    receipts_encumbered: int = 0
    storage: StorageComparison | None = None
    rows: Counter[str] | None = None
    findings: list[Finding] = field(default_factory=list)
    found: Counter[FindingKind] = field(default_factory=Counter)
    findings_digest: ListDigest = field(default_factory=ListDigest)
    refusals_digest: ListDigest = field(default_factory=ListDigest)
    events_digest: str = ""
    state_digest: str = ""
    since: Earlier | None = None
    carried_digest: str | None = None
    """Of the state that was kept for the next audit."""
    auditor: AuditorStanding | None = None

    @property
    def is_clean(self) -> bool:
        """True when everything that was looked at agrees."""
        return not self.found

    def find(self, finding: Finding) -> None:
        """Note a difference."""
        self.found[finding.kind] += 1
        self.findings_digest.add(finding.to_json())
        if len(self.findings) < LISTED_MAX:
            self.findings.append(finding)

    def refuse(self, refusal: RefusedAct) -> None:
        """Note an attempt that was refused."""
        self.refused[refusal.reason.partition("(")[0]] += 1
        self.refusals_digest.add(refusal.to_json())
        if len(self.refusals) < LISTED_MAX:
            self.refusals.append(refusal)


def readable(text: str) -> str:
    """Return a text that JSON can hold: what is no character is written out."""
    return text.encode("utf-8", "backslashreplace").decode()
