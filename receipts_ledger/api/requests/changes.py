"""What is asked about receipts that change: their number, goods, storage, medium, claims."""

from typing import Annotated

from pydantic import ConfigDict, Field

from receipts_ledger.api.content import AboutItemsField, ContentField
from receipts_ledger.api.fields import (
    PARTS_MAX,
    Asked,
    DayField,
    DeadlineField,
    QuantityField,
    ReceiptField,
    ReceiptVersionField,
)
from receipts_ledger.api.requests.receipts import Items
from receipts_ledger.services.draft.changes import Part


class PartIn(Asked):
    """One part of a split. Content as the commodity's profile wants it."""

    quantity: QuantityField
    content: ContentField
    items: Items = Field(default_factory=list)

    def part(self) -> Part:
        """Return what the part is to stand for."""
        return Part(self.quantity, self.content, self.items)


class SplitIn(Asked):
    """Split a receipt; it keeps what the parts leave. Holder, warehouse, pledgee sign."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "parts": [
                        {
                            "quantity": 5_000,
                            "content": {"brand": "GUIYE", "grade": "Cu-CATH-1", "bundles": 2},
                        }
                    ]
                }
            ]
        }
    )

    parts: Annotated[list[PartIn], Field(min_length=1, max_length=PARTS_MAX)]
    version: ReceiptVersionField | None = None
    deadline: DeadlineField | None = None


class MergeIn(Asked):
    """Merge another receipt into this one. Holder, warehouse, and the pledgee sign.

    `items` are all of the absorbed receipt, where goods are serialised.
    """

    model_config = ConfigDict(json_schema_extra={"examples": [{"absorbed_id": "12-1-000007"}]})

    absorbed_id: ReceiptField
    items: Items = Field(default_factory=list)
    version: ReceiptVersionField | None = None
    deadline: DeadlineField | None = None


class ReplaceIn(Asked):
    """Correct an error: another receipt takes its place. Holder, warehouse, pledgee sign."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "quantity": 24_980,
                    "content": {"brand": "GUIYE", "grade": "Cu-CATH-1", "bundles": 10},
                }
            ]
        }
    )

    quantity: QuantityField
    content: ContentField
    items: Items = Field(default_factory=list)
    version: ReceiptVersionField | None = None
    deadline: DeadlineField | None = None


class CancelIn(Asked):
    """Cancel a receipt that the warehouse holds itself. The warehouse signs."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"reason": {"note": "issued in error"}}]}
    )

    items: Items = Field(default_factory=list)
    reason: AboutItemsField
    version: ReceiptVersionField | None = None
    deadline: DeadlineField | None = None


class WriteDownIn(Asked):
    """Write down goods that are lost. Warehouse and an independent inspector sign."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"quantity": 1_200, "evidence": {"report_number": "SGS-2026-01103"}}]
        }
    )

    quantity: QuantityField
    items: Items = Field(default_factory=list)
    evidence: AboutItemsField
    version: ReceiptVersionField | None = None
    deadline: DeadlineField | None = None


class ExtendStorageIn(Asked):
    """Store goods longer. Holder, warehouse, and the pledgee while pledged, sign."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"storage_until": "2027-12-31"}]})

    storage_until: DayField
    terms: ContentField | None = None
    version: ReceiptVersionField | None = None
    deadline: DeadlineField | None = None


class PaperIn(Asked):
    """Change to a paper receipt, or back. Holder, warehouse, and the pledgee sign."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"paper": {"number": "CD-2026-000815"}}]}
    )

    paper: ContentField
    version: ReceiptVersionField | None = None
    deadline: DeadlineField | None = None


class ClaimIn(Asked):
    """Note that a third party claims the goods. The warehouse signs."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"claim": {"claimant": "某贸易公司", "letter": "L-77"}}]}
    )

    claim: ContentField
    version: ReceiptVersionField | None = None
    deadline: DeadlineField | None = None


class ReasonIn(Asked):
    """Lift a claim (warehouse or authority), or make old signatures void (holder)."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"reason": {"note": "settled"}}]})

    reason: ContentField
    version: ReceiptVersionField | None = None
    deadline: DeadlineField | None = None
