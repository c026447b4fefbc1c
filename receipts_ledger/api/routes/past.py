"""The past, as far as the index has it: states at a moment, books of parties, stocks of pools."""

from typing import Annotated, Any

from fastapi import APIRouter, Header, Query, Response

from receipts_ledger.api import showing
from receipts_ledger.api.answers.forms import as_of_then
from receipts_ledger.api.answers.members import told_party, told_pool
from receipts_ledger.api.answers.past import (
    HoldingsPage,
    PastPartyOut,
    PastPoolOut,
    PastReceiptOut,
    StockPage,
    StoredOut,
    TotalOut,
    holding_of,
    step_of,
    stored_in,
    total_of,
)
from receipts_ledger.api.answers.receipts import ReceiptOut, full_receipt, public_receipt
from receipts_ledger.api.asking import AskDep
from receipts_ledger.api.fields import (
    MomentPath,
    MomentQuery,
    PartyPath,
    PoolPath,
    ReceiptPath,
)
from receipts_ledger.api.paging import Page, opened, sealed
from receipts_ledger.api.routes.told import told
from receipts_ledger.domain.books import Book, Capacity, Total
from receipts_ledger.domain.caller import Caller
from receipts_ledger.domain.ids import (
    Hash32,
    PartyId,
    PoolId,
    pool_number,
    receipt_number,
    warehouse_of,
)
from receipts_ledger.domain.moment import AtBlock, TimedBlock, parse_moment
from receipts_ledger.domain.pool import Pool
from receipts_ledger.errors import NotFound, RefusalCode, Refused
from receipts_ledger.store import contents
from receipts_ledger.store.reads import (
    chain,
    members,
    past_books,
    past_states,
    past_stock,
    receipts,
)
from receipts_ledger.store.reads.moments import block_at
from receipts_ledger.store.reads.past_events import end_of
from receipts_ledger.store.reads.past_stock import StockAt
from receipts_ledger.store.units import Found, Reader

router = APIRouter(prefix="/v1", tags=["Past"])

_NOT_MODIFIED = 304
_POOLS_MAX = 2**16
"""A warehouse has room for no more."""
IfNoneMatch = Annotated[str | None, Header(max_length=showing.IF_NONE_MATCH_LENGTH_MAX)]


class MomentPage(Page):
    """A page of an answer about the past. Without `at` it is of the newest block indexed."""

    at: MomentQuery | None = None


class HoldingsIn(MomentPage):
    """As what the party's receipts are asked for."""

    capacity: Capacity


@router.get(
    "/receipts/{receipt_id}/states/{at}",
    response_model=PastReceiptOut,
    responses={_NOT_MODIFIED: {}},
)
def show_past_receipt(
    receipt_id: ReceiptPath, at: MomentPath, ask: AskDep, if_none_match: IfNoneMatch = None
) -> Response:
    """Show a receipt as it was at a block, day or time."""
    with ask.reading() as (reader, caller):
        block = block_at(reader, parse_moment(at))
        now = receipts.receipt(reader, receipt_id)
        then = past_states.receipt(reader, receipt_id, block.number)
        if now is None or then is None:
            raise NotFound("receipt", f"{receipt_number(receipt_id)} at block {block.number}")
        # Whoever may see the receipt now may see where it has come from.
        shows_all = showing.shows_all(
            now, caller, is_offered=lambda party: receipts.is_offered(reader, receipt_id, party)
        )
        as_of = as_of_then(block, chain.cursor_row(reader))
        view = "full" if shows_all else "public"

        def body() -> PastReceiptOut:
            if not shows_all:
                return {**public_receipt(then), "as_of": as_of}
            ask.services.access.read_log.note_receipt(caller, receipt_id)
            return {**_with_contents(full_receipt(then), reader, then), "as_of": as_of}

        return showing.past(body, as_of, view, if_none_match)


@router.get(
    "/parties/{party_id}/states/{at}",
    response_model=PastPartyOut,
    responses={_NOT_MODIFIED: {}},
)
def show_past_party(
    party_id: PartyPath, at: MomentPath, ask: AskDep, if_none_match: IfNoneMatch = None
) -> Response:
    """Show a party as it was at a block, day or time, with the keys that spoke for it then."""
    with ask.reading() as (reader, caller):
        block = block_at(reader, parse_moment(at))
        found = past_states.party(reader, party_id, block.number)
        if found is None:
            raise NotFound("party", f"{party_id} at block {block.number}")
        row, keys = found
        profile = contents.find(reader, [Hash32(row.profile)]).get(Hash32(row.profile))
        as_of = as_of_then(block, chain.cursor_row(reader))
        shown = told_party(row, keys, profile, caller)
        view = "full" if caller.sees_everything or caller.party_id == party_id else "public"
        return showing.past(lambda: {**shown, "as_of": as_of}, as_of, view, if_none_match)


@router.get(
    "/pools/{pool_id}/states/{at}", response_model=PastPoolOut, responses={_NOT_MODIFIED: {}}
)
def show_past_pool(
    pool_id: PoolPath, at: MomentPath, ask: AskDep, if_none_match: IfNoneMatch = None
) -> Response:
    """Show a pool as it was at a block, day or time."""
    with ask.reading() as (reader, _):
        block = block_at(reader, parse_moment(at))
        row = past_states.pool(reader, pool_id, block.number)
        if row is None:
            raise NotFound("pool", f"{pool_number(pool_id)} at block {block.number}")
        description = contents.find(reader, [Hash32(row.description)]).get(Hash32(row.description))
        as_of = as_of_then(block, chain.cursor_row(reader))
        shown = told_pool(row, description)
        return showing.past(lambda: {**shown, "as_of": as_of}, as_of, "public", if_none_match)


@router.get("/parties/{party_id}/holdings", response_model=HoldingsPage)
def list_holdings(
    party_id: PartyPath, page: Annotated[HoldingsIn, Query()], ask: AskDep
) -> Response:
    """List what a party held, lent against or stored at a moment, with totals by pool.

    For the party itself, and for those who oversee.
    """
    capacity = page.capacity
    query = ("holdings", party_id, capacity.value, page.at)
    key = ask.services.cursor_key
    after = opened(page.cursor, query, key)
    with ask.reading() as (reader, caller):
        _expect_its_own(caller, party_id)
        block = _block(reader, page, after)
        if members.party(reader, party_id) is None:
            raise NotFound("party", party_id)
        book = past_books.book(reader, party_id, capacity, block.number)
        totals = _totals(reader, book, block)
        as_of = as_of_then(block, chain.cursor_row(reader))
    left = [each for each in book.holdings if after is None or each.receipt_id > after[2]]
    shown = left[: page.limit]
    cursor = None
    if len(left) > page.limit:
        cursor = sealed([*_names(block), shown[-1].receipt_id], query, key)
    return told(
        HoldingsPage(
            party_id=party_id,
            capacity=capacity.value,
            totals=totals,
            items=[holding_of(each) for each in shown],
            next_cursor=cursor,
            as_of=as_of,
        )
    )


@router.get("/pools/{pool_id}/stock", response_model=StockPage)
def list_stock(pool_id: PoolPath, page: Annotated[MomentPage, Query()], ask: AskDep) -> Response:
    """List every event that changed a pool's stock, with the running sums after each.

    For the pool's warehouse, and for those who oversee.
    """
    query = ("stock", pool_id, page.at)
    key = ask.services.cursor_key
    after = opened(page.cursor, query, key)
    with ask.reading() as (reader, caller):
        _expect_its_own(caller, warehouse_of(pool_id))
        block = _block(reader, page, after)
        if members.pool(reader, pool_id) is None:
            raise NotFound("pool", pool_number(pool_id))
        found = past_stock.page(
            reader, pool_id, _stock_at(after), end_of(block.number), limit=page.limit
        )
        as_of = as_of_then(block, chain.cursor_row(reader))
    cursor = None
    if (then := found.then) is not None and then.pool is not None:
        position = [*then.place, hex(then.pool.to_word()), then.quantity_in_receipts]
        cursor = sealed([*_names(block), *position], query, key)
    return told(
        StockPage(
            pool_id=pool_id,
            items=[
                step_of(logged, step, found.times[logged.block_number])
                for logged, step in found.steps
            ],
            next_cursor=cursor,
            as_of=as_of,
        )
    )


def _expect_its_own(caller: Caller, party_id: PartyId) -> None:
    if not (caller.sees_everything or caller.party_id == party_id):
        raise Refused(
            RefusalCode.NOT_YOUR_ROLE, "it is for the party itself and for those who oversee"
        )


def _block(reader: Reader, page: MomentPage, after: list[Any] | None) -> TimedBlock:
    """Return the block that is asked for, or that the page before was of: all are of one."""
    if after is None:
        return block_at(reader, None if page.at is None else parse_moment(page.at))
    block = block_at(reader, AtBlock(after[0]))
    if block.hash.hex() != after[1]:
        raise Refused(
            RefusalCode.INVALID_REQUEST,
            f"block {block.number} has been taken back since: begin again",
            field="cursor",
        )
    return block


def _names(block: TimedBlock) -> list[object]:
    return [block.number, block.hash.hex()]


def _stock_at(after: list[Any] | None) -> StockAt:
    if after is None:
        return StockAt()
    _, _, block_number, log_index, word, quantity_in_receipts = after
    pool = Pool.from_word(int(word, 16))
    return StockAt((block_number, log_index), pool, quantity_in_receipts)


def _totals(reader: Reader, book: Book, block: TimedBlock) -> list[TotalOut | StoredOut]:
    if book.capacity is Capacity.WAREHOUSE:
        rows = _pools_of(reader, book.party_id, block)
        units = _base_units(reader, rows)
        return [
            stored_in(row, book.totals.get(PoolId(row.pool_id), Total()), units.get(row.pool_id))
            for row in rows
        ]
    rows = [row for number in book.totals if (row := members.pool(reader, number)) is not None]
    units = _base_units(reader, rows)
    return [
        total_of(number, total, units.get(number)) for number, total in sorted(book.totals.items())
    ]


def _pools_of(reader: Reader, warehouse_id: PartyId, block: TimedBlock) -> list[Found]:
    """Return a warehouse's pools as they were: as they are, where nothing has happened since."""
    now = members.pool_page(reader, warehouse_id=warehouse_id, after=None, limit=_POOLS_MAX)
    then = [
        row
        if row.block_number <= block.number
        else past_states.pool(reader, row.pool_id, block.number)
        for row in now
    ]
    return [row for row in then if row is not None]


def _base_units(reader: Reader, rows: list[Found]) -> dict[int, str | None]:
    described = contents.find(reader, {Hash32(row.description) for row in rows})
    return {
        row.pool_id: told_pool(row, described.get(Hash32(row.description)))["base_unit"]
        for row in rows
    }


def _with_contents(shown: ReceiptOut, reader: Reader, row: Found) -> ReceiptOut:
    wanted = [Hash32(one) for one in (row.content, row.terms) if one is not None]
    found = {number: dict(one.body) for number, one in contents.find(reader, wanted).items()}
    return showing.add_contents(shown, found.get(row.content), found.get(row.terms))
