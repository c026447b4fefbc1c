"""A pledge: a receipt that secures a lender's claim. One at a time."""

from dataclasses import dataclass

from receipts_ledger.domain.ids import Day, Hash32, PartyId, ReceiptId, Version


@dataclass(frozen=True, slots=True)
class ReceiptRef:
    """A receipt at a version, as a portfolio names it."""

    receipt_id: ReceiptId
    version: Version


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
class Pledged:
    receipt_id: ReceiptId
    word: int
    terms: Hash32


@dataclass(frozen=True, slots=True)
class Released:
    receipt_id: ReceiptId
    word: int
    terms: Hash32
