"""A receipt: title to stored goods, its word, its acts, and what has happened to it."""

from dataclasses import dataclass
from enum import IntEnum, IntFlag
from typing import NamedTuple

from receipts_ledger.domain.fact import fact
from receipts_ledger.domain.ids import Day, Hash32, PartyId, PoolId, ReceiptId, Version


class Status(IntEnum):
    """Where a receipt stands in its life. The numbers are the contract's."""

    OPEN = 1
    DELIVERED = 2
    MERGED = 3
    REPLACED = 4
    CANCELLED = 5
    WRITTEN_OFF = 6


class Flag(IntFlag):
    """What lies on a receipt, whatever its status."""

    CLAIMED = 1
    """A third party's claim to the goods is known."""
    ENCUMBERED = 2
    IN_DEFAULT = 4
    FROZEN = 8
    PAPER = 16
    """A paper receipt for the same goods is outstanding."""


STATUS_BITS = 0x7
FLAGS_AT = 3
FLAG_BITS = 0x1F << FLAGS_AT
HOLDER_BITS = (2**22 - 1) << 8
PLEDGEE_BITS = 0xFFFF << 30
VERSION_BITS = (2**14 - 1) << 46
QUANTITY_BITS = (2**40 - 1) << 60
STORAGE_DAY_BITS = (2**14 - 1) << 100
MATURITY_DAY_BITS = (2**14 - 1) << 114
ONE_VERSION = 1 << 46

CLAIMED_BIT = Flag.CLAIMED << FLAGS_AT
ENCUMBERED_BIT = Flag.ENCUMBERED << FLAGS_AT
IN_DEFAULT_BIT = Flag.IN_DEFAULT << FLAGS_AT
FROZEN_BIT = Flag.FROZEN << FLAGS_AT
PAPER_BIT = Flag.PAPER << FLAGS_AT

# Looked up: making an enum's member out of a number takes longer than all the rest.
_STATUSES = {int(status): status for status in Status}
_FLAGS = tuple(Flag(bits) for bits in range(32))

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
            status=_STATUSES.get(word & STATUS_BITS) or Status(word & STATUS_BITS),
            flags=_FLAGS[word >> FLAGS_AT & 0x1F],
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
            | self.flags << FLAGS_AT
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


def holder_in(word: int) -> PartyId:
    """Return the holder in a receipt word without reading the rest."""
    return PartyId(word >> 8 & 0x3FFFFF)


def pledgee_in(word: int) -> PartyId | None:
    """Return the pledgee in a receipt word without reading the rest."""
    return PartyId(word >> 30 & 0xFFFF) or None


def storage_day_in(word: int) -> Day:
    """Return the storage day in a receipt word without reading the rest."""
    return Day(word >> 100 & 0x3FFF)


def maturity_day_in(word: int) -> Day:
    """Return the maturity day in a receipt word without reading the rest."""
    return Day(word >> 114 & 0x3FFF)


def version_in(word: int) -> Version:
    """Return the version in a receipt word without reading the rest."""
    return Version(word >> 46 & VERSION_MAX)


class ReceiptRef(NamedTuple):
    """A receipt at a version, as a portfolio names it: a tuple, since portfolios have hundreds."""

    receipt_id: ReceiptId
    version: Version


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
    documents: tuple[Hash32, ...]
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
class TransferPortfolio:
    """Holder and transferee, many receipts: all or none."""

    receipts: tuple[ReceiptRef, ...]
    transferee: PartyId
    terms: Hash32
    deadline: int


@dataclass(frozen=True, slots=True)
class ExtendStorage:
    """Holder and warehouse, and the pledgee while the receipt is encumbered."""

    receipt_id: ReceiptId
    version: Version
    storage_day: Day
    terms: Hash32
    deadline: int


@dataclass(frozen=True, slots=True)
class ToPaper:
    """Holder and warehouse, and the pledgee while encumbered: a paper receipt takes over."""

    receipt_id: ReceiptId
    version: Version
    paper: Hash32
    deadline: int


@dataclass(frozen=True, slots=True)
class FromPaper:
    """Holder and warehouse, and the pledgee while encumbered: the paper was given up."""

    receipt_id: ReceiptId
    version: Version
    paper: Hash32
    deadline: int


@dataclass(frozen=True, slots=True)
class NoteClaim:
    """Warehouse: a third party's claim to the goods is known."""

    receipt_id: ReceiptId
    version: Version
    claim: Hash32
    deadline: int


@dataclass(frozen=True, slots=True)
class LiftClaim:
    """Warehouse or authority: the claim is settled."""

    receipt_id: ReceiptId
    version: Version
    reason: Hash32
    deadline: int


@dataclass(frozen=True, slots=True)
class Invalidate:
    """Holder: acts signed for earlier versions are void."""

    receipt_id: ReceiptId
    version: Version
    reason: Hash32
    deadline: int


@fact(frozen=True, slots=True)
class Issued:
    receipt_id: ReceiptId
    word: int
    content: Hash32


@fact(frozen=True, slots=True)
class Transferred:
    receipt_id: ReceiptId
    word: int
    terms: Hash32


@fact(frozen=True, slots=True)
class Delivered:
    receipt_id: ReceiptId
    word: int
    evidence: Hash32


@fact(frozen=True, slots=True)
class ReceiptFrozen:
    receipt_id: ReceiptId
    word: int
    order: Hash32


@fact(frozen=True, slots=True)
class ReceiptUnfrozen:
    receipt_id: ReceiptId
    word: int
    order: Hash32


@fact(frozen=True, slots=True)
class StorageExtended:
    receipt_id: ReceiptId
    word: int
    terms: Hash32


@fact(frozen=True, slots=True)
class PutOnPaper:
    receipt_id: ReceiptId
    word: int
    paper: Hash32


@fact(frozen=True, slots=True)
class TakenOffPaper:
    receipt_id: ReceiptId
    word: int
    paper: Hash32


@fact(frozen=True, slots=True)
class ClaimNoted:
    receipt_id: ReceiptId
    word: int
    claim: Hash32


@fact(frozen=True, slots=True)
class ClaimLifted:
    receipt_id: ReceiptId
    word: int
    reason: Hash32


@fact(frozen=True, slots=True)
class Invalidated:
    receipt_id: ReceiptId
    word: int
    reason: Hash32


@fact(frozen=True, slots=True)
class ReceiptBroughtOver:
    receipt_id: ReceiptId
    word: int
