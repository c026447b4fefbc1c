"""A party: who it is to the ledger, what may be asked of it, what has happened to it."""

from dataclasses import dataclass
from enum import IntFlag

from receipts_ledger.domain.ids import Address, Hash32, PartyId, Version


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


@dataclass(frozen=True, slots=True)
class Party:
    """A party as the contract knows it."""

    roles: Role
    is_active: bool
    key_count: int
    version: Version

    @classmethod
    def from_word(cls, word: int) -> "Party":
        """Read a party word: roles 16, active 1, key count 8, version 16 bits."""
        return cls(
            roles=Role(word & 0xFFFF),
            is_active=bool(word >> 16 & 1),
            key_count=word >> 17 & 0xFF,
            version=Version(word >> 25 & 0xFFFF),
        )

    def to_word(self) -> int:
        """Return the word that the contract stores."""
        return self.roles | self.is_active << 16 | self.key_count << 17 | self.version << 25

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
class Admitted:
    party: PartyId
    after: Party
    key: Address
    profile: Hash32


@dataclass(frozen=True, slots=True)
class Suspended:
    party: PartyId
    after: Party
    reason: Hash32


@dataclass(frozen=True, slots=True)
class Reinstated:
    party: PartyId
    after: Party
    reason: Hash32


@dataclass(frozen=True, slots=True)
class KeyBound:
    party: PartyId
    after: Party
    key: Address


@dataclass(frozen=True, slots=True)
class KeyRevoked:
    party: PartyId
    after: Party
    key: Address
