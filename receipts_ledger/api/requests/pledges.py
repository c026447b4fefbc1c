"""What is asked about pledges, from the first to their end."""

from typing import Any

from pydantic import ConfigDict, Field

from receipts_ledger.api.content import ContentField, TermsField
from receipts_ledger.api.fields import (
    Asked,
    DayField,
    DeadlineField,
    InstitutionField,
    PartyField,
    ReceiptField,
    ReceiptVersionField,
)
from receipts_ledger.api.requests.receipts import Documents, ReceiptIds

_PLEDGE: dict[str, Any] = {
    "pledgee_id": 21,
    "maturity": "2027-03-31",
    "terms": {
        "amount": {"minor": 120_000_000, "currency": "CNY"},
        "rate_basis_points": 435,
        "trade": {"contract_number": "HT-2026-0815", "buyer": "江西铜业"},
    },
    "documents": [{"kind": "invoice", "identifier": "031002200111-88127734"}],
}


class PledgeIn(Asked):
    """Pledge a receipt. Holder, warehouse and pledgee sign.

    At least one document of the trade that is financed has to be named.
    """

    model_config = ConfigDict(json_schema_extra={"examples": [_PLEDGE]})

    pledgee_id: InstitutionField
    maturity: DayField
    terms: TermsField
    documents: Documents = Field(default_factory=list)
    version: ReceiptVersionField | None = None
    deadline: DeadlineField | None = None


class PledgePortfolioIn(Asked):
    """Pledge many receipts of one holder in one warehouse by one agreement: all or none."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"receipt_ids": ["12-1-000001", "12-1-000002"], **_PLEDGE}]}
    )

    receipt_ids: ReceiptIds
    pledgee_id: InstitutionField
    maturity: DayField
    terms: TermsField
    documents: Documents = Field(default_factory=list)
    deadline: DeadlineField | None = None


class ReleaseIn(Asked):
    """Release a receipt. The pledgee alone signs."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"terms": {"repayment": "2026-11-30"}}]}
    )

    terms: ContentField | None = None
    version: ReceiptVersionField | None = None
    deadline: DeadlineField | None = None


class AssignPledgeIn(Asked):
    """Assign a pledge to another lender, who takes over the claim. Both lenders sign."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"new_pledgee_id": 22, "terms": {"contract_number": "ZR-2026-031"}}]
        }
    )

    new_pledgee_id: InstitutionField
    terms: ContentField | None = None
    version: ReceiptVersionField | None = None
    deadline: DeadlineField | None = None


class SubstituteIn(Asked):
    """Move a pledge to another receipt. Holder, that receipt's warehouse and pledgee sign."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"substitute_id": "12-1-000007", "terms": _PLEDGE["terms"]}]
        }
    )

    substitute_id: ReceiptField
    terms: TermsField
    version: ReceiptVersionField | None = None
    deadline: DeadlineField | None = None


class DefaultIn(Asked):
    """Declare that a claim was not paid when it fell due. The pledgee alone signs.

    The notice is what the pledgor is told; he may read it.
    """

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"notice": {"unpaid_minor": 120_000_000, "currency": "CNY"}}]
        }
    )

    notice: ContentField
    version: ReceiptVersionField | None = None
    deadline: DeadlineField | None = None


class CureIn(Asked):
    """End a default: the claim is due on another day. The pledgee alone signs."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"maturity": "2027-05-31", "terms": {"paid_minor": 20_000_000}}]
        }
    )

    maturity: DayField
    terms: ContentField | None = None
    version: ReceiptVersionField | None = None
    deadline: DeadlineField | None = None


class EnforceIn(Asked):
    """Enforce a pledge when the days of notice have passed. Pledgee and transferee sign.

    The transferee may be the pledgee itself, if it may hold receipts.
    """

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"transferee_id": 70002, "terms": {"auction": "PM-2027-0009"}}]
        }
    )

    transferee_id: PartyField
    terms: ContentField | None = None
    version: ReceiptVersionField | None = None
    deadline: DeadlineField | None = None


class ReleasePortfolioIn(Asked):
    """Release many receipts of one pledgee: all or none. The pledgee alone signs."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"receipt_ids": ["12-1-000001", "12-1-000002"]}]}
    )

    receipt_ids: ReceiptIds
    terms: ContentField | None = None
    deadline: DeadlineField | None = None
