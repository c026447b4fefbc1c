"""A receipt: title to stored goods, its word, its acts, and what has happened to it."""

from dataclasses import dataclass
from enum import IntEnum, IntFlag

from receipts_ledger.domain.ids import Day, Hash32, PartyId, PoolId, ReceiptId, Version


class Status(IntEnum):
    """Where a receipt stands in its life. The numbers are the contract's."""

    OPEN = 1
    DELIVERED = 2
    MERGED = 3
    REPLACED = 4
    CANCELLED = 5


class Flag(IntFlag):
    """What lies on a receipt, whatever its status."""

    ENCUMBERED = 1
    IN_DEFAULT = 2
    FROZEN = 4
    PAPER = 8


STATUS_BITS = 0xF
FLAG_BITS = 0xF << 4
HOLDER_BITS = (2**22 - 1) << 8
PLEDGEE_BITS = 0xFFFF << 30
VERSION_BITS = (2**14 - 1) << 46
QUANTITY_BITS = (2**40 - 1) << 60
STORAGE_DAY_BITS = (2**14 - 1) << 100
MATURITY_DAY_BITS = (2**14 - 1) << 114
ONE_VERSION = 1 << 46

ENCUMBERED_BIT = Flag.ENCUMBERED << 4
IN_DEFAULT_BIT = Flag.IN_DEFAULT << 4
FROZEN_BIT = Flag.FROZEN << 4

# Looked up: making an enum's member out of a number takes longer than all the rest.
_STATUSES = {int(status): status for status in Status}
_FLAGS = tuple(Flag(bits) for bits in range(16))

QUANTITY_MAX = 2**40 - 1
VERSION_MAX = Version(2**14 - 1)
EXIT_VERSIONS = 16
"""The last versions are kept for exits: release, delivery, default and what follows it."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """A receipt as the contract knows it. Quantity in base units of its pool, below 2^40.

    While in default, `maturity_day` is the day on which default was declared.
    """

    status: Status
    flags: Flag
    holder: PartyId
    pledgee: PartyId | None
    version: Version
    quantity: int
    storage_day: Day
    maturity_day: Day | None

    @classmethod
    def from_word(cls, word: int) -> "Receipt":
        """Read a receipt word; layout in contracts/words/ReceiptWord.sol."""
        pledgee = word >> 30 & 0xFFFF
        return cls(
            status=_STATUSES.get(word & 0xF) or Status(word & 0xF),
            flags=_FLAGS[word >> 4 & 0xF],
            holder=PartyId(word >> 8 & 0x3FFFFF),
            pledgee=PartyId(pledgee) if pledgee else None,
            version=Version(word >> 46 & 0x3FFF),
            quantity=word >> 60 & QUANTITY_MAX,
            storage_day=Day(word >> 100 & 0x3FFF),
            maturity_day=Day(word >> 114 & 0x3FFF) if pledgee else None,
        )

    def to_word(self) -> int:
        """Return the 128 bits that the contract stores."""
        return (
            self.status
            | self.flags << 4
            | self.holder << 8
            | (self.pledgee or 0) << 30
            | self.version << 46
            | self.quantity << 60
            | self.storage_day << 100
            | (self.maturity_day or 0) << 114
        )


def quantity_in(word: int) -> int:
    """Return the quantity in a receipt word without reading the rest."""
    return word >> 60 & QUANTITY_MAX


def version_in(word: int) -> Version:
    """Return the version in a receipt word without reading the rest."""
    return Version(word >> 46 & VERSION_MAX)


@dataclass(frozen=True, slots=True)
class NewReceipt:
    """One receipt of an issue. `item_keys` only where the pool's goods are serialised."""

    holder: PartyId
    quantity: int
    storage_day: Day
    content: Hash32
    item_keys: tuple[Hash32, ...] = ()


@dataclass(frozen=True, slots=True)
class Issue:
    """Warehouse and an independent inspector: receipts over goods that have come in."""

    pool: PoolId
    first_serial: int
    receipts: tuple[NewReceipt, ...]
    documents: tuple[Hash32, ...]
    evidence: Hash32
    deadline: int


@dataclass(frozen=True, slots=True)
class Transfer:
    """Holder and transferee."""

    receipt_id: ReceiptId
    version: Version
    transferee: PartyId
    terms: Hash32
    deadline: int


@dataclass(frozen=True, slots=True)
class Deliver:
    """Holder and warehouse, and the pledgee while the receipt is encumbered."""

    receipt_id: ReceiptId
    version: Version
    quantity: int
    item_keys: tuple[Hash32, ...]
    evidence: Hash32
    deadline: int


@dataclass(frozen=True, slots=True)
class Freeze:
    """Authority."""

    receipt_id: ReceiptId
    version: Version
    order: Hash32
    deadline: int


@dataclass(frozen=True, slots=True)
class Unfreeze:
    """Authority."""

    receipt_id: ReceiptId
    version: Version
    order: Hash32
    deadline: int


@dataclass(frozen=True, slots=True)
class Issued:
    receipt_id: ReceiptId
    word: int
    content: Hash32


@dataclass(frozen=True, slots=True)
class Transferred:
    receipt_id: ReceiptId
    word: int
    terms: Hash32


@dataclass(frozen=True, slots=True)
class Delivered:
    receipt_id: ReceiptId
    word: int
    evidence: Hash32


@dataclass(frozen=True, slots=True)
class ReceiptFrozen:
    receipt_id: ReceiptId
    word: int
    order: Hash32


@dataclass(frozen=True, slots=True)
class ReceiptUnfrozen:
    receipt_id: ReceiptId
    word: int
    order: Hash32
