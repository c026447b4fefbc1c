"""What is asked about pools. Quantities are in the base unit of the commodity's profile."""

from typing import Annotated

from pydantic import ConfigDict, Field

from receipts_ledger.api.content import ContentField
from receipts_ledger.api.fields import (
    Asked,
    AttestationDaysField,
    CapacityField,
    DeadlineField,
    IndexField,
    InstitutionField,
    PlainText,
    PoolQuantityField,
    VersionField,
)


class OpenPoolIn(Asked):
    """Open a pool: goods of one kind in one place. The registrar and the warehouse sign."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "warehouse_id": 12,
                    "index": 1,
                    "commodity": "copper-cathode",
                    "place": "上海市宝山区, shed 3",
                    "capacity": 100_000_000,
                    "attestation_days": 30,
                }
            ]
        }
    )

    warehouse_id: InstitutionField
    index: IndexField
    commodity: Annotated[str, Field(strict=True, pattern="^[a-z0-9-]{1,64}$")]
    place: PlainText
    capacity: CapacityField
    attestation_days: AttestationDaysField
    bonded: Annotated[bool, Field(strict=True)] = False
    non_negotiable: Annotated[bool, Field(strict=True)] = False
    deadline: DeadlineField | None = None


class StopIn(Asked):
    """Pause, resume or seal a pool. The guardian pauses, the registrar resumes; both the
    registrar and an authority seal, and that for ever.
    """

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"reason": {"case": "2026-11-23, shed 3, recount"}}]}
    )

    reason: ContentField
    version: VersionField | None = None
    deadline: DeadlineField | None = None


class AttestIn(Asked):
    """Attest how much lies in a pool today. An inspector signs."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "quantity": 83_370_000,
                    "evidence": {"report_number": "SGS-2026-00817", "method": "full count"},
                }
            ]
        }
    )

    quantity: PoolQuantityField
    evidence: ContentField
    version: VersionField | None = None
    deadline: DeadlineField | None = None
