"""What is asked about pledges and releases."""

from typing import Annotated, Any

from pydantic import ConfigDict, Field

from receipts_ledger.api.content import ContentField, TermsField
from receipts_ledger.api.fields import (
    RECEIPTS_IN_ACT_MAX,
    Asked,
    DayField,
    DeadlineField,
    InstitutionField,
    ReceiptField,
    ReceiptVersionField,
)
from receipts_ledger.api.requests.receipts import Documents

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

ReceiptIds = Annotated[list[ReceiptField], Field(min_length=1, max_length=RECEIPTS_IN_ACT_MAX)]


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


class ReleasePortfolioIn(Asked):
    """Release many receipts of one pledgee: all or none. The pledgee alone signs."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"receipt_ids": ["12-1-000001", "12-1-000002"]}]}
    )

    receipt_ids: ReceiptIds
    terms: ContentField | None = None
    deadline: DeadlineField | None = None
