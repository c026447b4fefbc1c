"""A refusal on record: who asked for what, and which rule said no.

An attempt is the best sign of fraud there is, so it outlives the request that made it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from receipts_ledger.domain.content import Json
from receipts_ledger.domain.ids import Hash32, PartyId


class Source(StrEnum):
    """Who refused: the gateway by its own rules, the contract when asked, or on the chain."""

    API = "api"
    CONTRACT = "contract"
    CHAIN = "chain"


@dataclass(frozen=True, slots=True)
class RefusalOnRecord:
    """One row of the refusals. `subject` is a receipt, pool or party."""

    refusal_id: str
    at: datetime
    source: Source
    party_id: PartyId | None
    verb: str
    subject: int | None
    code: str
    detail: Mapping[str, Json]
    digest: Hash32 | None = None
    act_id: str | None = None
    evidence: Mapping[str, Json] | None = None
