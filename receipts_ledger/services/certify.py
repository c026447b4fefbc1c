"""Certify a receipt: what the chain says of it at a final block, so that anybody can check it.

Who may ask is the door's to say. What a certificate holds is proved by the node and held against
the index; where the two do not agree, nothing is certified.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from receipts_ledger.domain.block import BlockRef
from receipts_ledger.domain.certificate import (
    CHANGES_MAX,
    Certificate,
    Change,
    Disclosure,
    LedgerName,
    Proof,
)
from receipts_ledger.domain.change import Divided, IssuedFrom, Merged
from receipts_ledger.domain.disclosure import show
from receipts_ledger.domain.ids import NO_HASH, Hash32, ReceiptId, Version, receipt_number
from receipts_ledger.domain.pledge import Pledged
from receipts_ledger.domain.receipt import ENCUMBERED_BIT, Issued
from receipts_ledger.domain.redaction import OF_TERMS, fields_in
from receipts_ledger.domain.sealed import Sealed
from receipts_ledger.errors import NotFound, RefusalCode, Refused, Retryable

_FIRST = Version(1)


class Prover(Protocol):
    """A node that proves what it says. Raises Refused(NoStateProofs) or Retryable."""

    def __call__(self, receipt_id: ReceiptId, at: BlockRef, changes: Sequence[Change]) -> Proof:
        """Prove a receipt's word at a block, and changes of it up to there."""
        ...


@dataclass(frozen=True, slots=True)
class Subject:
    """The receipt to certify, the final block, and the newest changes up to it, newest first."""

    receipt_id: ReceiptId
    at: BlockRef
    changes: Sequence[Change]


@dataclass(frozen=True, slots=True)
class Foundation:
    """Which change says what: where the content stands, and since when a pledge lasts.

    `is_within` is False when the changes do not reach back to where the content was committed to.
    """

    content: Change | None
    pledge: Change | None
    is_within: bool

    @classmethod
    def of(cls, changes: Sequence[Change]) -> "Foundation":
        """Find them among a receipt's newest changes, given newest first."""
        content = next((change for change in changes if _commits(change)), None)
        pledge = None
        for change in changes:
            if not change.event.word & ENCUMBERED_BIT:
                break
            if isinstance(change.event, Pledged) or change.version == _FIRST:
                pledge = change
                break
        is_pledged = bool(changes and changes[0].event.word & ENCUMBERED_BIT)
        return cls(content, pledge, content is not None and not (is_pledged and pledge is None))

    @property
    def first(self) -> Version:
        """The first version that has to be proved."""
        found = [change.version for change in (self.content, self.pledge) if change is not None]
        return min(found)

    def commitments(self) -> tuple[Hash32, ...]:
        """Return the commitments whose contents may be shown."""
        found = (_content_of(self.content), _terms_of(self.pledge))
        return tuple(each for each in found if each is not None)


class Certifier:
    """Certifies receipts of one ledger."""

    def __init__(self, ledger: LedgerName, prove: Prover) -> None:
        self._ledger = ledger
        self._prove = prove

    def state_alone(self, subject: Subject) -> Certificate:
        """Certify the state, and nothing of how it came about. Raises as the prover does."""
        return Certificate(
            ledger=self._ledger,
            receipt_id=subject.receipt_id,
            changes=(),
            pledged_at=None,
            content=None,
            terms=None,
            proof=self._proved(subject, ()),
        )

    def with_changes(
        self,
        subject: Subject,
        contents: Mapping[Hash32, Sealed],
        disclose: Sequence[str] | None,
    ) -> Certificate:
        """Certify the state, since when it is encumbered, and fields of content and terms.

        `disclose` of None shows all fields that this gateway holds. Raises as the prover does,
        Refused(InvalidRequest) for a receipt that has changed too often, NotFound for a field
        that is not there.
        """
        found = Foundation.of(subject.changes)
        if subject.changes and not found.is_within:
            raise Refused(
                RefusalCode.INVALID_REQUEST,
                f"the receipt has changed more than {CHANGES_MAX} times since its content or its "
                "pledge was written: ask for its state alone",
                field="state_only",
            )
        content, terms = _content_of(found.content), _terms_of(found.pledge)
        fields, terms_fields = _wanted(
            disclose, contents.get(content or NO_HASH), contents.get(terms or NO_HASH)
        )
        if not subject.changes:
            return self.state_alone(subject)
        first = found.first
        changes = tuple(each for each in reversed(subject.changes) if each.version >= first)
        return Certificate(
            ledger=self._ledger,
            receipt_id=subject.receipt_id,
            changes=changes,
            pledged_at=None if found.pledge is None else found.pledge.version,
            content=_disclosure(found.content, content, contents, fields),
            terms=_disclosure(found.pledge, terms, contents, terms_fields),
            proof=self._proved(subject, changes),
        )

    def _proved(self, subject: Subject, changes: Sequence[Change]) -> Proof:
        proof = self._prove(subject.receipt_id, subject.at, changes)
        said = subject.changes[0].event.word if subject.changes else None
        if proof.state.word != said:
            raise Retryable(
                f"receipt {receipt_number(subject.receipt_id)}: the contract and the index do "
                f"not agree at block {subject.at.number}"
            )
        return proof


def _disclosure(
    change: Change | None,
    commitment: Hash32 | None,
    contents: Mapping[Hash32, Sealed],
    names: Sequence[str],
) -> Disclosure | None:
    if change is None or commitment is None:
        return None
    sealed = contents.get(commitment)
    shown = () if sealed is None else show(sealed, names)
    return Disclosure(change.version, commitment, shown)


def _wanted(
    disclose: Sequence[str] | None, content: Sealed | None, terms: Sealed | None
) -> tuple[list[str], list[str]]:
    """Return which fields of content and terms to show. Raises NotFound for others."""
    of_content = {} if content is None else content.body
    of_terms = {} if terms is None else terms.body
    if disclose is None:
        return list(of_content), list(of_terms)
    fields, fields_of_terms = fields_in(disclose)
    for names, body, prefix in (
        (fields, of_content, ""),
        (fields_of_terms, of_terms, OF_TERMS),
    ):
        for name in names:
            if name not in body:
                raise NotFound("field", prefix + name)
    return fields, fields_of_terms


def _commits(change: Change) -> bool:
    """Tell whether it says what the receipt's content is from now on."""
    match change.event:
        case Issued() | IssuedFrom():
            return True
        case Divided() | Merged():
            # One without a content leaves the content that was there.
            return change.event.content != NO_HASH
        case _:
            return False


def _content_of(change: Change | None) -> Hash32 | None:
    event = None if change is None else change.event
    if not isinstance(event, Issued | IssuedFrom | Divided | Merged) or event.content == NO_HASH:
        return None
    return event.content


def _terms_of(change: Change | None) -> Hash32 | None:
    event = None if change is None else change.event
    return event.terms if isinstance(event, Pledged) and event.terms != NO_HASH else None
