"""The past as the API tells it: states with the block they are of, books, and stocks."""

from typing_extensions import TypedDict

from receipts_ledger.api.answers.forms import AsOfThen, date_text, hexadecimal, seconds_text
from receipts_ledger.api.answers.members import PartyOut, PoolOut
from receipts_ledger.api.answers.receipts import ReceiptOut
from receipts_ledger.domain.block import LoggedEvent
from receipts_ledger.domain.books import Holding, Total
from receipts_ledger.domain.ids import PoolId, pool_number, receipt_number
from receipts_ledger.domain.receipt import Flag
from receipts_ledger.domain.stock import Step
from receipts_ledger.store.units import Found


class PastReceiptOut(ReceiptOut):
    """A receipt as it was, shown to whom it is open now. Which items it held is not told."""

    as_of: AsOfThen


class PastPartyOut(PartyOut):
    """A party as it was, with the keys that spoke for it then."""

    as_of: AsOfThen


class PastPoolOut(PoolOut):
    """A pool as it was."""

    as_of: AsOfThen


class TotalOut(TypedDict):
    """A party's receipts in one pool, added up. Quantities in the pool's base unit."""

    pool_id: int
    pool_number: str
    base_unit: str | None
    receipts: int
    quantity: int
    receipts_encumbered: int
    quantity_encumbered: int
    receipts_in_default: int
    quantity_in_default: int
    first_maturity: str | None
    last_maturity: str | None


class StoredOut(TotalOut):
    """The same for a warehouse, beside what the pool itself said then."""

    capacity: int
    attested: int
    receipted: int


class HoldingOut(TypedDict):
    """An open receipt in somebody's book."""

    receipt_id: int
    number: str
    pool_id: int
    holder_id: int
    pledgee_id: int | None
    quantity: int
    encumbered: bool
    in_default: bool
    maturity: str | None
    frozen: bool
    storage_until: str
    version: int


class HoldingsPage(TypedDict):
    """What a party held, lent against or stored: totals of all of it, and a page of receipts."""

    party_id: int
    capacity: str
    totals: list[TotalOut | StoredOut]
    items: list[HoldingOut]
    next_cursor: str | None
    as_of: AsOfThen


class StepOut(TypedDict):
    """An event that changed a pool's stock, and how the pool stood after it.

    `quantity_in_receipts` is the sum of the open receipts; `conserved` says that it is what is
    receipted, and that receipted <= attested <= capacity.
    """

    event: str
    receipt_id: int | None
    number: str | None
    block_number: int
    at: str
    tx_hash: str
    log_index: int
    attested_change: int
    receipted_change: int
    capacity: int
    attested: int
    receipted: int
    quantity_in_receipts: int
    conserved: bool


class StockPage(TypedDict):
    """Steps of a pool's stock, oldest first. A page may hold none and still have a next one."""

    pool_id: int
    items: list[StepOut]
    next_cursor: str | None
    as_of: AsOfThen


def total_of(pool_id: PoolId, total: Total, base_unit: str | None) -> TotalOut:
    """Return a total."""
    first, last = total.first_maturity, total.last_maturity
    return TotalOut(
        pool_id=pool_id,
        pool_number=pool_number(pool_id),
        base_unit=base_unit,
        receipts=total.receipts,
        quantity=total.quantity,
        receipts_encumbered=total.receipts_encumbered,
        quantity_encumbered=total.quantity_encumbered,
        receipts_in_default=total.receipts_in_default,
        quantity_in_default=total.quantity_in_default,
        first_maturity=None if first is None else first.isoformat(),
        last_maturity=None if last is None else last.isoformat(),
    )


def stored_in(pool: Found, total: Total, base_unit: str | None) -> StoredOut:
    """Return what lay in a warehouse's pool."""
    return {
        **total_of(pool.pool_id, total, base_unit),
        "capacity": pool.quantity_capacity,
        "attested": pool.quantity_attested,
        "receipted": pool.quantity_receipted,
    }


def holding_of(holding: Holding) -> HoldingOut:
    """Return a receipt in somebody's book."""
    receipt = holding.receipt
    due = holding.maturity
    return HoldingOut(
        receipt_id=holding.receipt_id,
        number=receipt_number(holding.receipt_id),
        pool_id=holding.pool_id,
        holder_id=receipt.holder,
        pledgee_id=receipt.pledgee,
        quantity=receipt.quantity,
        encumbered=holding.is_encumbered,
        in_default=holding.is_in_default,
        maturity=None if due is None else due.isoformat(),
        frozen=Flag.FROZEN in receipt.flags,
        storage_until=date_text(receipt.storage_day),
        version=receipt.version,
    )


def step_of(logged: LoggedEvent, step: Step, timestamp_seconds: int) -> StepOut:
    """Return a step of a pool's stock."""
    number = None if step.receipt_id is None else receipt_number(step.receipt_id)
    return StepOut(
        event=type(logged.event).__name__,
        receipt_id=step.receipt_id,
        number=number,
        block_number=logged.block_number,
        at=seconds_text(timestamp_seconds),
        tx_hash=hexadecimal(logged.tx_hash),
        log_index=logged.log_index,
        attested_change=step.attested_change,
        receipted_change=step.receipted_change,
        capacity=step.capacity,
        attested=step.attested,
        receipted=step.receipted,
        quantity_in_receipts=step.quantity_in_receipts,
        conserved=not step.breaches,
    )
