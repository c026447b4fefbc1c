"""What is asked about receipts. Quantities are in the base unit of the commodity's profile."""

from typing import Annotated

from pydantic import ConfigDict, Field

from receipts_ledger.api.content import ContentField, DeliveryEvidenceField, IssueEvidenceField
from receipts_ledger.api.fields import (
    DOCUMENTS_MAX,
    ITEMS_IN_RECEIPT_MAX,
    RECEIPTS_IN_ACT_MAX,
    Asked,
    DayField,
    DeadlineField,
    PartyField,
    PlainText,
    PoolField,
    QuantityField,
    ReceiptField,
    ReceiptVersionField,
)
from receipts_ledger.services.draft.desk import Document
from receipts_ledger.services.draft.goods import Goods


class DocumentIn(Asked):
    """A paper of the trade. The ledger holds a keyed fingerprint of it, and takes it once."""

    kind: Annotated[str, Field(strict=True, pattern="^[a-z][a-z0-9_]{0,39}$")]
    identifier: PlainText

    def named(self) -> Document:
        """Return the paper."""
        return Document(self.kind, self.identifier)


ReceiptIds = Annotated[list[ReceiptField], Field(min_length=1, max_length=RECEIPTS_IN_ACT_MAX)]
Documents = Annotated[list[DocumentIn], Field(max_length=DOCUMENTS_MAX)]
Items = Annotated[list[ContentField], Field(max_length=ITEMS_IN_RECEIPT_MAX)]


class NewReceiptIn(Asked):
    """One receipt of an issue. Content as the commodity's profile wants it."""

    holder_id: PartyField
    quantity: QuantityField
    storage_until: DayField
    content: ContentField
    items: Items = Field(default_factory=list)

    def goods(self) -> Goods:
        """Return what the receipt is to stand for."""
        return Goods(self.holder_id, self.quantity, self.storage_until, self.content, self.items)


class IssueIn(Asked):
    """Issue receipts over goods that have come in: all or none. Warehouse and inspector sign."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "pool_id": 786433,
                    "receipts": [
                        {
                            "holder_id": 70001,
                            "quantity": 25_000,
                            "storage_until": "2027-06-30",
                            "content": {"brand": "GUIYE", "grade": "Cu-CATH-1", "bundles": 10},
                        }
                    ],
                    "documents": [{"kind": "inbound_note", "identifier": "RK-2026-004711"}],
                    "evidence": {"weighbridge_ticket": "WB-88120"},
                }
            ]
        }
    )

    pool_id: PoolField
    receipts: Annotated[list[NewReceiptIn], Field(min_length=1, max_length=RECEIPTS_IN_ACT_MAX)]
    documents: Documents = Field(default_factory=list)
    evidence: IssueEvidenceField
    deadline: DeadlineField | None = None


class TransferIn(Asked):
    """Transfer a receipt. Holder and transferee sign."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"transferee_id": 70002}]})

    transferee_id: PartyField
    terms: ContentField | None = None
    version: ReceiptVersionField | None = None
    deadline: DeadlineField | None = None


class TransferPortfolioIn(Asked):
    """Transfer many receipts of one holder: all or none. Holder and transferee sign."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"receipt_ids": ["12-1-000001", "12-1-000002"], "transferee_id": 70002}]
        }
    )

    receipt_ids: ReceiptIds
    transferee_id: PartyField
    terms: ContentField | None = None
    deadline: DeadlineField | None = None


class DeliverIn(Asked):
    """Deliver goods, all or part. Holder, warehouse, and the pledgee while pledged, sign.

    Of a bonded pool, the clearance has to be among the documents.
    """

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"quantity": 10_000, "evidence": {"gate_pass": "CK-2026-0099"}}]
        }
    )

    quantity: QuantityField
    items: Items = Field(default_factory=list)
    documents: Documents = Field(default_factory=list)
    evidence: DeliveryEvidenceField
    version: ReceiptVersionField | None = None
    deadline: DeadlineField | None = None


class OrderIn(Asked):
    """Freeze or unfreeze a receipt. An authority signs."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"order": {"court": "上海金融法院", "number": "(2026)沪74财保12号"}}]
        }
    )

    order: ContentField
    version: ReceiptVersionField | None = None
    deadline: DeadlineField | None = None
