"""Subscribing, and what becomes of a subscription."""

from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from receipts_ledger.api.fields import Asked, PoolField, ReceiptField
from receipts_ledger.services.deliver.targets import URL_LENGTH_MAX

_SEQ_MAX = 2**63 - 1
_EVENTS_MAX = 100
_OVERLAP_HOURS_MAX = 168

SeqField = Annotated[int, Field(strict=True, ge=0, le=_SEQ_MAX)]


class SubscriptionIn(Asked):
    """Where events go, and which. `about` of `own`: those that concern who subscribes."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"url": "https://bank.example/ledger", "events": ["Pledged", "Released"]}]
        }
    )

    url: Annotated[str, Field(strict=True, min_length=1, max_length=URL_LENGTH_MAX)]
    finality: Literal["mined", "final"] = "mined"
    about: Literal["own", "all"] = "own"
    events: (
        Annotated[
            list[Annotated[str, Field(strict=True, pattern="^[A-Za-z]{1,24}$")]],
            Field(min_length=1, max_length=_EVENTS_MAX),
        ]
        | None
    ) = None
    receipt_id: ReceiptField | None = None
    pool_id: PoolField | None = None
    after: SeqField | None = None
    """From where on in the feed; else from now on."""


class PauseIn(Asked):
    """Deliver nothing until it is resumed."""

    model_config = ConfigDict(json_schema_extra={"examples": [{}]})


class ResumeIn(Asked):
    """Go on where it stopped."""

    model_config = ConfigDict(json_schema_extra={"examples": [{}]})


class ReplayIn(Asked):
    """Deliver once more what stands behind a number of the feed, under the same ids."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"after": 9}]})

    after: SeqField


class NewSecretIn(Asked):
    """Sign with a new secret; for so long with the one before it too."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"overlap_hours": 24}]})

    overlap_hours: Annotated[int, Field(strict=True, ge=0, le=_OVERLAP_HOURS_MAX)] = 24
