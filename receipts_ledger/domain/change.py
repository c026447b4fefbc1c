"""Receipts that are divided, united, corrected or ended, and what becomes of their goods."""

from dataclasses import dataclass

from receipts_ledger.domain.fact import fact
from receipts_ledger.domain.ids import Hash32, ReceiptId, Version


@dataclass(frozen=True, slots=True)
class NewPart:
    """One part of a split. `item_keys` only where the pool's goods are serialised."""

    quantity: int
    content: Hash32
    item_keys: tuple[Hash32, ...] = ()


@dataclass(frozen=True, slots=True)
class Split:
    """Holder and warehouse, and the pledgee while encumbered. The receipt keeps `remaining`."""

    receipt_id: ReceiptId
    version: Version
    remaining: int
    first_serial: int
    parts: tuple[NewPart, ...]
    content: Hash32
    deadline: int


@dataclass(frozen=True, slots=True)
class Merge:
    """Holder and warehouse, and the pledgee while encumbered. The absorbed receipt ends."""

    receipt_id: ReceiptId
    version: Version
    absorbed_id: ReceiptId
    absorbed_version: Version
    item_keys: tuple[Hash32, ...]
    content: Hash32
    deadline: int


@dataclass(frozen=True, slots=True)
class Replace:
    """Holder and warehouse, and the pledgee while encumbered: an error is corrected."""

    receipt_id: ReceiptId
    version: Version
    serial: int
    quantity: int
    item_keys: tuple[Hash32, ...]
    content: Hash32
    deadline: int


@dataclass(frozen=True, slots=True)
class Cancel:
    """Warehouse, while it is the holder itself."""

    receipt_id: ReceiptId
    version: Version
    item_keys: tuple[Hash32, ...]
    reason: Hash32
    deadline: int


@dataclass(frozen=True, slots=True)
class WriteDown:
    """Warehouse and an independent inspector: goods are lost."""

    receipt_id: ReceiptId
    version: Version
    quantity: int
    item_keys: tuple[Hash32, ...]
    evidence: Hash32
    deadline: int


@fact(frozen=True, slots=True)
class Divided:
    receipt_id: ReceiptId
    word: int
    content: Hash32


@fact(frozen=True, slots=True)
class IssuedFrom:
    receipt_id: ReceiptId
    word: int
    content: Hash32
    origin: ReceiptId


@fact(frozen=True, slots=True)
class Merged:
    receipt_id: ReceiptId
    word: int
    content: Hash32


@fact(frozen=True, slots=True)
class Absorbed:
    receipt_id: ReceiptId
    word: int
    into: ReceiptId


@fact(frozen=True, slots=True)
class Replaced:
    receipt_id: ReceiptId
    word: int
    by: ReceiptId


@fact(frozen=True, slots=True)
class Cancelled:
    receipt_id: ReceiptId
    word: int
    reason: Hash32


@fact(frozen=True, slots=True)
class WrittenDown:
    receipt_id: ReceiptId
    word: int
    evidence: Hash32
