"""A party: who it is to the ledger, what may be asked of it, what has happened to it."""

from dataclasses import dataclass
from enum import IntFlag

from receipts_ledger.domain.fact import fact
from receipts_ledger.domain.ids import Address, Day, Hash32, PartyId, Version


class Role(IntFlag):
    """What a party may do. The numbers are the contract's."""

    REGISTRAR = 1
    WAREHOUSE = 2
    HOLDER = 4
    LENDER = 8
    INSPECTOR = 16
    AUTHORITY = 32
    AUDITOR = 64
    GUARDIAN = 128


INSTITUTION_MAX = PartyId(2**16 - 1)
HOLDER_MAX = PartyId(2**22 - 1)
_KEY_BITS = 2**160 - 1


@dataclass(frozen=True, slots=True)
class Party:
    """A party as the contract knows it."""

    roles: Role
    is_active: bool
    key_count: int
    version: Version
    is_vetoed: bool = False
    """Whether one of its keys has spoken against the last recovery."""
    notice_day: Day | None = None
    """While in recovery, the last day on which one of its keys can veto."""
    recovery_key: Address | None = None
    """While in recovery, the key that is to speak for it."""

    @classmethod
    def from_word(cls, word: int) -> "Party":
        """Read a party word; layout in contracts/words/PartyWord.sol."""
        is_in_recovery = word >> 41 & 1
        return cls(
            roles=Role(word & 0xFFFF),
            is_active=bool(word >> 16 & 1),
            key_count=word >> 17 & 0xFF,
            version=Version(word >> 25 & 0xFFFF),
            is_vetoed=bool(word >> 42 & 1),
            notice_day=Day(word >> 43 & 0xFFFF) if is_in_recovery else None,
            recovery_key=Address((word >> 64 & _KEY_BITS).to_bytes(20)) if is_in_recovery else None,
        )

    def to_word(self) -> int:
        """Return the word that the contract stores."""
        word = self.roles | self.is_active << 16 | self.key_count << 17 | self.version << 25
        word |= self.is_vetoed << 42
        if self.notice_day is None or self.recovery_key is None:
            return word
        return word | 1 << 41 | self.notice_day << 43 | int.from_bytes(self.recovery_key) << 64

    def key_word(self, party: PartyId) -> int:
        """Return the word that the contract stores for each key of this party."""
        return party | self.roles << 32 | self.is_active << 48


@dataclass(frozen=True, slots=True)
class Admit:
    """Registrar and new key: the party becomes known."""

    party: PartyId
    roles: Role
    key: Address
    profile: Hash32
    deadline: int


@dataclass(frozen=True, slots=True)
class Suspend:
    """Registrar: the party may start nothing new."""

    party: PartyId
    version: Version
    reason: Hash32
    deadline: int


@dataclass(frozen=True, slots=True)
class Reinstate:
    """Registrar: the suspension is lifted."""

    party: PartyId
    version: Version
    reason: Hash32
    deadline: int


@dataclass(frozen=True, slots=True)
class BindKey:
    """Registrar and a live key of the party: one more key speaks for it."""

    party: PartyId
    version: Version
    key: Address
    deadline: int


@dataclass(frozen=True, slots=True)
class RevokeKey:
    """The party or the registrar: the key speaks for it no longer."""

    party: PartyId
    version: Version
    key: Address
    deadline: int


@dataclass(frozen=True, slots=True)
class Recover:
    """Registrar, authority and new key: all keys of the party are lost."""

    party: PartyId
    version: Version
    key: Address
    evidence: Hash32
    deadline: int


@dataclass(frozen=True, slots=True)
class VetoRecovery:
    """A key of the party: it is not lost."""

    party: PartyId
    version: Version
    reason: Hash32
    deadline: int


@dataclass(frozen=True, slots=True)
class CompleteRecovery:
    """The new key, once the notice has passed."""

    party: PartyId
    version: Version
    key: Address
    evidence: Hash32
    deadline: int


@fact(frozen=True, slots=True)
class Admitted:
    party: PartyId
    after: Party
    key: Address
    profile: Hash32


@fact(frozen=True, slots=True)
class Suspended:
    party: PartyId
    after: Party
    reason: Hash32


@fact(frozen=True, slots=True)
class Reinstated:
    party: PartyId
    after: Party
    reason: Hash32


@fact(frozen=True, slots=True)
class KeyBound:
    party: PartyId
    after: Party
    key: Address


@fact(frozen=True, slots=True)
class KeyRevoked:
    party: PartyId
    after: Party
    key: Address


@fact(frozen=True, slots=True)
class RecoveryBegun:
    party: PartyId
    after: Party
    key: Address
    evidence: Hash32


@fact(frozen=True, slots=True)
class RecoveryVetoed:
    party: PartyId
    after: Party
    reason: Hash32


@fact(frozen=True, slots=True)
class Recovered:
    party: PartyId
    after: Party
    key: Address
    evidence: Hash32
