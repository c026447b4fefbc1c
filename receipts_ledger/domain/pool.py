"""A pool: goods of one kind in one place of one warehouse."""

from dataclasses import dataclass, replace

from receipts_ledger.domain.fact import fact
from receipts_ledger.domain.ids import Day, Hash32, PartyId, PoolId, Version

_OPEN = 1
_MASK_56 = 2**56 - 1


@dataclass(frozen=True, slots=True)
class Pool:
    """A pool as the contract knows it. Quantities in its base units, below 2^56."""

    is_serialised: bool
    attestation_days: int
    version: Version
    attestation_day: Day
    next_serial: int
    quantity_capacity: int
    quantity_attested: int
    quantity_receipted: int
    is_paged: bool = False
    is_bonded: bool = False
    is_paused: bool = False
    is_sealed: bool = False
    is_non_negotiable: bool = False
    """Receipts are made out to a person and not to order."""

    @classmethod
    def from_word(cls, word: int) -> "Pool":
        """Read a pool word; layout in contracts/words/PoolWord.sol."""
        return cls(
            is_serialised=bool(word >> 1 & 1),
            is_paged=bool(word >> 2 & 1),
            is_bonded=bool(word >> 3 & 1),
            is_paused=bool(word >> 4 & 1),
            is_sealed=bool(word >> 5 & 1),
            is_non_negotiable=bool(word >> 6 & 1),
            attestation_days=word >> 8 & 0xFF,
            version=Version(word >> 16 & 0xFFFF),
            attestation_day=Day(word >> 32 & 0xFFFF),
            next_serial=word >> 48 & 0xFFFF_FFFF,
            quantity_capacity=word >> 80 & _MASK_56,
            quantity_attested=word >> 136 & _MASK_56,
            quantity_receipted=word >> 192 & _MASK_56,
        )

    def to_word(self) -> int:
        """Return the word that the contract stores."""
        return (
            _OPEN
            | self.is_serialised << 1
            | self.is_paged << 2
            | self.is_bonded << 3
            | self.is_paused << 4
            | self.is_sealed << 5
            | self.is_non_negotiable << 6
            | self.attestation_days << 8
            | self.version << 16
            | self.attestation_day << 32
            | self.next_serial << 48
            | self.quantity_capacity << 80
            | self.quantity_attested << 136
            | self.quantity_receipted << 192
        )

    def issued(self, quantity: int) -> "Pool":
        """Return the pool after one more receipt over `quantity`."""
        return self._moved(1, 0, quantity)

    def unreceipted(self, quantity: int) -> "Pool":
        """Return the pool after a receipt over `quantity` ended while the goods stayed."""
        return self._moved(0, 0, -quantity)

    def next_version(self) -> "Pool":
        """Return the pool one version on."""
        return replace(self, version=Version(self.version + 1))

    def delivered(self, quantity: int) -> "Pool":
        """Return the pool after `quantity` left: no longer receipted, no longer attested."""
        return self._moved(0, -quantity, -quantity)

    def _moved(self, serials: int, attested: int, receipted: int) -> "Pool":
        # Written out: every issue and delivery comes here, and `replace` takes ten times as long.
        return Pool(
            is_serialised=self.is_serialised,
            attestation_days=self.attestation_days,
            version=self.version,
            attestation_day=self.attestation_day,
            next_serial=self.next_serial + serials,
            quantity_capacity=self.quantity_capacity,
            quantity_attested=self.quantity_attested + attested,
            quantity_receipted=self.quantity_receipted + receipted,
            is_paged=self.is_paged,
            is_paused=self.is_paused,
            is_sealed=self.is_sealed,
            is_bonded=self.is_bonded,
            is_non_negotiable=self.is_non_negotiable,
        )


@dataclass(frozen=True, slots=True)
class OpenPool:
    """Registrar and warehouse."""

    pool: PoolId
    quantity_capacity: int
    attestation_days: int
    is_serialised: bool
    is_paged: bool
    is_bonded: bool
    is_non_negotiable: bool
    description: Hash32
    deadline: int


@dataclass(frozen=True, slots=True)
class Attest:
    """Inspector: so much lies there today."""

    pool: PoolId
    version: Version
    quantity: int
    evidence: Hash32
    deadline: int


@dataclass(frozen=True, slots=True)
class Pause:
    """Guardian: nothing new is issued or pledged here."""

    pool: PoolId
    version: Version
    reason: Hash32
    deadline: int


@dataclass(frozen=True, slots=True)
class Resume:
    """Registrar: business goes on."""

    pool: PoolId
    version: Version
    reason: Hash32
    deadline: int


@dataclass(frozen=True, slots=True)
class Seal:
    """Registrar and authority: the pool stops for ever."""

    pool: PoolId
    version: Version
    reason: Hash32
    deadline: int


@fact(frozen=True, slots=True)
class PoolOpened:
    pool: PoolId
    after: Pool
    description: Hash32


@fact(frozen=True, slots=True)
class Attested:
    pool: PoolId
    after: Pool
    inspector: PartyId
    evidence: Hash32


@fact(frozen=True, slots=True)
class PoolPaused:
    pool: PoolId
    after: Pool
    reason: Hash32


@fact(frozen=True, slots=True)
class PoolResumed:
    pool: PoolId
    after: Pool
    reason: Hash32


@fact(frozen=True, slots=True)
class PoolSealed:
    pool: PoolId
    after: Pool
    reason: Hash32


@fact(frozen=True, slots=True)
class PoolBroughtOver:
    pool: PoolId
    after: Pool
