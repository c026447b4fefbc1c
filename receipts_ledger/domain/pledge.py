"""A pledge: a receipt that secures a lender's claim. One at a time."""

from dataclasses import dataclass

from receipts_ledger.domain.fact import fact
from receipts_ledger.domain.ids import Day, Hash32, PartyId, ReceiptId, Version
from receipts_ledger.domain.receipt import ReceiptRef


@dataclass(frozen=True, slots=True)
class Pledge:
    """Holder (pledgor), warehouse (acknowledges), lender (pledgee)."""

    receipt_id: ReceiptId
    version: Version
    pledgee: PartyId
    maturity_day: Day
    terms: Hash32
    documents: tuple[Hash32, ...]
    deadline: int


@dataclass(frozen=True, slots=True)
class Release:
    """Pledgee alone."""

    receipt_id: ReceiptId
    version: Version
    terms: Hash32
    deadline: int


@dataclass(frozen=True, slots=True)
class PledgePortfolio:
    """One agreement over many receipts of one holder in one warehouse: all or none."""

    receipts: tuple[ReceiptRef, ...]
    pledgee: PartyId
    maturity_day: Day
    terms: Hash32
    documents: tuple[Hash32, ...]
    deadline: int


@dataclass(frozen=True, slots=True)
class ReleasePortfolio:
    """Pledgee alone, many receipts: all or none."""

    receipts: tuple[ReceiptRef, ...]
    terms: Hash32
    deadline: int


@dataclass(frozen=True, slots=True)
class AssignPledge:
    """Pledgee and new pledgee: the claim passes on, and the pledge with it."""

    receipt_id: ReceiptId
    version: Version
    new_pledgee: PartyId
    terms: Hash32
    deadline: int


@dataclass(frozen=True, slots=True)
class Default:
    """Pledgee alone, after maturity. The days of notice begin to run."""

    receipt_id: ReceiptId
    version: Version
    notice: Hash32
    deadline: int


@dataclass(frozen=True, slots=True)
class Cure:
    """Pledgee alone: the claim is due on another day."""

    receipt_id: ReceiptId
    version: Version
    maturity_day: Day
    terms: Hash32
    deadline: int


@dataclass(frozen=True, slots=True)
class Enforce:
    """Pledgee and transferee, who may be the pledgee itself, after default and notice."""

    receipt_id: ReceiptId
    version: Version
    transferee: PartyId
    terms: Hash32
    deadline: int


@dataclass(frozen=True, slots=True)
class Substitute:
    """Holder, the substitute's warehouse and pledgee: the pledge moves to another receipt."""

    receipt_id: ReceiptId
    version: Version
    substitute_id: ReceiptId
    substitute_version: Version
    terms: Hash32
    deadline: int


@fact(frozen=True, slots=True)
class Pledged:
    receipt_id: ReceiptId
    word: int
    terms: Hash32


@fact(frozen=True, slots=True)
class Released:
    receipt_id: ReceiptId
    word: int
    terms: Hash32


@fact(frozen=True, slots=True)
class PledgeAssigned:
    receipt_id: ReceiptId
    word: int
    terms: Hash32


@fact(frozen=True, slots=True)
class Defaulted:
    receipt_id: ReceiptId
    word: int
    notice: Hash32


@fact(frozen=True, slots=True)
class Cured:
    receipt_id: ReceiptId
    word: int
    terms: Hash32


@fact(frozen=True, slots=True)
class Enforced:
    receipt_id: ReceiptId
    word: int
    terms: Hash32


@fact(frozen=True, slots=True)
class Substituted:
    receipt_id: ReceiptId
    word: int
    substitute_id: ReceiptId
    terms: Hash32
