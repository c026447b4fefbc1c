"""What is asked about parties and their keys."""

from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from receipts_ledger.api.content import ContentField
from receipts_ledger.api.fields import (
    AddressField,
    Asked,
    DeadlineField,
    PartyField,
    VersionField,
)
from receipts_ledger.domain.party import Role

RoleName = Literal[
    "registrar", "warehouse", "holder", "lender", "inspector", "authority", "auditor", "guardian"
]


class AdmitIn(Asked):
    """Admit a party with its first key. The registrar and the key itself sign."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "party_id": 12,
                    "roles": ["warehouse"],
                    "key": "0x70997970c51812dc3a010c7d01b50e0d17dc79c8",
                    "profile": {"name": "中储吴淞", "uscc": "91310000132207927Y"},
                }
            ]
        }
    )

    party_id: PartyField
    roles: Annotated[
        list[RoleName],
        Field(min_length=1, max_length=8, json_schema_extra={"uniqueItems": True}),
    ]
    key: AddressField
    profile: ContentField
    deadline: DeadlineField | None = None

    def together(self) -> Role:
        """Return the roles as one."""
        roles = Role(0)
        for name in self.roles:
            roles |= Role[name.upper()]
        return roles


class StandingIn(Asked):
    """Suspend or reinstate a party. The registrar signs."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"reason": {"text": "Licence expired on 2026-12-31"}}]}
    )

    reason: ContentField
    version: VersionField | None = None
    deadline: DeadlineField | None = None


class KeyIn(Asked):
    """Bind or revoke a key of a party."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"key": "0x3c44cdddb6a900fa2b585dd299e03d12fa4293bc"}]}
    )

    key: AddressField
    version: VersionField | None = None
    deadline: DeadlineField | None = None


class RecoveryIn(Asked):
    """Recover a party all of whose keys are lost, or complete that.

    Registrar, authority and the new key sign the beginning; the new key alone the end, once
    the days of notice have passed without a veto.
    """

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "key": "0x3c44cdddb6a900fa2b585dd299e03d12fa4293bc",
                    "evidence": {"court": "上海金融法院", "number": "(2026)沪74民特31号"},
                }
            ]
        }
    )

    key: AddressField
    evidence: ContentField
    version: VersionField | None = None
    deadline: DeadlineField | None = None
