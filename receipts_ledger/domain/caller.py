"""Who asks the gateway: a party, or its operator. Asking moves nothing; signatures do."""

from dataclasses import dataclass
from enum import StrEnum

from receipts_ledger.domain.ids import PartyId
from receipts_ledger.domain.party import Party, Role

# As a number: an enum's own operators make an enum of what they find, for each request.
_SEES_EVERYTHING = int(Role.REGISTRAR | Role.AUTHORITY | Role.AUDITOR)


class Scope(StrEnum):
    """What an api token may be used for. Nothing moves a receipt but signatures."""

    READ = "read"
    WRITE = "write"
    """Draft acts, hand in signatures, withdraw."""
    SIGN = "sign"
    """Have the gateway sign with the key that it keeps for the party."""


SESSION_SCOPES = frozenset({Scope.READ, Scope.WRITE})
"""Who logs in holds a key: it signs for itself, and no stolen session signs for it."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Who has shown an api token. Without `party_id` it is the operator.

    `party` is what the ledger knows of the party, None before its admission.
    """

    api_token_id: str
    party_id: PartyId | None
    party: Party | None
    scopes: frozenset[Scope]

    @property
    def may_have_signed(self) -> bool:
        """Whether the gateway may sign for it with a kept key."""
        return self.party_id is not None and Scope.SIGN in self.scopes

    @property
    def is_operator(self) -> bool:
        """Whether this is the operator of the gateway."""
        return self.party_id is None

    @property
    def sees_everything(self) -> bool:
        """Whether amounts, counterparties and documents of all receipts are open to it."""
        return self.is_operator or (
            self.party is not None
            and self.party.is_active
            and int(self.party.roles) & _SEES_EVERYTHING != 0
        )

    @property
    def oversees(self) -> bool:
        """Whether it may read who has read what: the operator and live auditors."""
        return self.is_operator or (
            self.party is not None and self.party.is_active and Role.AUDITOR in self.party.roles
        )

    @property
    def principal(self) -> str:
        """The name under which its idempotency keys are kept."""
        return "operator" if self.party_id is None else f"party {self.party_id}"
