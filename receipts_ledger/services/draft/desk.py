"""What drafting has at hand: the standing of the ledger, the profiles, the hour, the keys."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from receipts_ledger.domain.content import Json, fingerprint
from receipts_ledger.domain.ids import Hash32, ReceiptId, Version, receipt_number
from receipts_ledger.domain.receipt import ReceiptRef, version_in
from receipts_ledger.errors import RefusalCode, Refused
from receipts_ledger.services.commodities import Profiles
from receipts_ledger.services.standing import Standing, open_word

DEADLINE_DAYS = 7
DEADLINE_DAYS_MAX = 366
_DAY_SECONDS = 86_400


@dataclass(frozen=True, slots=True)
class Document:
    """A paper that backs an act: what kind it is, and its number."""

    kind: str
    identifier: str


@dataclass(frozen=True, slots=True)
class Desk:
    """One drafting. `document_key` is the operator's; without it no fingerprint can be guessed."""

    standing: Standing
    profiles: Profiles
    document_key: bytes
    now: datetime

    def deadline(self, asked: int | None) -> int:
        """Return the last second of an act: as asked, or in a week. Raises Refused."""
        now = int(self.now.timestamp())
        if asked is None:
            return now + DEADLINE_DAYS * _DAY_SECONDS
        if asked <= now:
            raise Refused(RefusalCode.DEADLINE_PASSED, "it is in the past", field="deadline")
        if asked > now + DEADLINE_DAYS_MAX * _DAY_SECONDS:
            raise Refused(
                RefusalCode.INVALID_REQUEST,
                f"it is more than {DEADLINE_DAYS_MAX} days ahead",
                field="deadline",
            )
        return asked

    def receipt(
        self, receipt_id: ReceiptId, asked_version: int | None, field: str | None = None
    ) -> tuple[int, Version]:
        """Return the word of an open receipt, and its version, which is to be the one asked for.

        Raises Refused: UnknownReceipt, NotOpen, StaleVersion.
        """
        word = open_word(self.standing, receipt_id, field)
        present = version_in(word)
        number = receipt_number(receipt_id)
        return word, expect_version(receipt_id, asked_version, present, f"receipt {number}")

    def portfolio(
        self, receipts: Sequence[ReceiptId]
    ) -> tuple[dict[ReceiptId, int], tuple[ReceiptRef, ...]]:
        """Return the words of open receipts, and how an act over all of them names them.

        Raises Refused: OutOfOrder, UnknownReceipt, NotOpen.
        """
        words: dict[ReceiptId, int] = {}
        refs: list[ReceiptRef] = []
        for index, receipt in enumerate(receipts):
            if refs and receipt <= refs[-1].receipt_id:
                raise Refused(
                    RefusalCode.OUT_OF_ORDER,
                    "receipts stand in ascending order, each once",
                    field=f"receipt_ids.{index}",
                )
            words[receipt], version = self.receipt(receipt, None, f"receipt_ids.{index}")
            refs.append(ReceiptRef(receipt, version))
        return words, tuple(refs)

    def fingerprints(self, documents: Sequence[Document]) -> tuple[Hash32, ...]:
        """Return the keyed fingerprints of papers. Raises Refused when one is given twice."""
        found: dict[Hash32, int] = {}
        for index, document in enumerate(documents):
            field = f"documents.{index}"
            try:
                mark = fingerprint(document.kind, document.identifier, key=self.document_key)
            except ValueError as error:
                raise Refused(
                    RefusalCode.INVALID_REQUEST,
                    "it identifies nothing",
                    field=f"{field}.identifier",
                ) from error
            if mark in found:
                raise Refused(
                    RefusalCode.DOCUMENT_ALREADY_USED,
                    f"the same as documents.{found[mark]}",
                    field=field,
                )
            found[mark] = index
        return tuple(found)


def listed(documents: Sequence[Document], marks: Sequence[Hash32]) -> list[dict[str, Json]]:
    """Return papers as a content names them: kind, number and fingerprint."""
    return [
        {
            "kind": document.kind,
            "identifier": document.identifier,
            "fingerprint": "0x" + mark.hex(),
        }
        for document, mark in zip(documents, marks, strict=True)
    ]


def expect_version(subject: int, asked: int | None, present: Version, name: str) -> Version:
    """Return the present version. Raises Refused(StaleVersion) when another was asked for."""
    if asked is not None and asked != present:
        raise Refused(
            RefusalCode.STALE_VERSION,
            f"{name} is at version {present}",
            field="version",
            details={"subject": subject, "named": asked, "present": present},
        )
    return present
