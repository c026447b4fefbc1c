"""Folds events into the rows of the projections. Only the rows that events touch are read.

The meaning of an event is domain/ledger.py's; here its state is filled from rows before,
and turned into rows after. The tables that are folded are listed at the end.
"""

from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from operator import attrgetter
from typing import Any, TypeAlias, assert_never, get_args

from sqlalchemy import Table, select

from receipts_ledger.domain.block import LoggedEvent
from receipts_ledger.domain.change import (
    Absorbed,
    Cancelled,
    Divided,
    IssuedFrom,
    Merged,
    Replaced,
    WrittenDown,
)
from receipts_ledger.domain.claim import (
    DocumentUsed,
    ItemFreed,
    ItemReceipted,
    ItemsFreed,
    ItemsReceipted,
)
from receipts_ledger.domain.event import ActRefused, Event, PartyEvent, PoolEvent, ReceiptEvent
from receipts_ledger.domain.ids import Hash32, PoolId, ReceiptId, pool_of
from receipts_ledger.domain.ledger import Contradiction, Ledger
from receipts_ledger.domain.party import (
    Admitted,
    KeyBound,
    KeyRevoked,
    Recovered,
    RecoveryBegun,
    RecoveryVetoed,
    Reinstated,
    Suspended,
)
from receipts_ledger.domain.pledge import (
    Cured,
    Defaulted,
    Enforced,
    PledgeAssigned,
    Pledged,
    Released,
    Substituted,
)
from receipts_ledger.domain.pool import (
    Attested,
    PoolBroughtOver,
    PoolOpened,
    PoolPaused,
    PoolResumed,
    PoolSealed,
)
from receipts_ledger.domain.receipt import (
    ClaimLifted,
    ClaimNoted,
    Delivered,
    Invalidated,
    Issued,
    PutOnPaper,
    ReceiptBroughtOver,
    ReceiptFrozen,
    ReceiptUnfrozen,
    StorageExtended,
    TakenOffPaper,
    Transferred,
)
from receipts_ledger.store.rows import (
    SAYS_MORE,
    WORD,
    Columns,
    ReceiptExtras,
    claim_row,
    extras_after,
    extras_in,
    page_items_row,
    page_place,
    page_row,
    party_of_row,
    party_row,
    pool_of_row,
    pool_row,
    receipt_row,
)
from receipts_ledger.store.tables import (
    documents,
    items,
    page_items,
    pages,
    parties,
    party_keys,
    pools,
    receipts,
)
from receipts_ledger.store.units import Reader, Writer

_ChangesReceiptAlone: TypeAlias = (
    Transferred
    | Pledged
    | Released
    | PledgeAssigned
    | Defaulted
    | Cured
    | Enforced
    | Substituted
    | StorageExtended
    | ReceiptFrozen
    | ReceiptUnfrozen
    | PutOnPaper
    | TakenOffPaper
    | ClaimNoted
    | ClaimLifted
    | Invalidated
)

TABLES = (parties, party_keys, pools, receipts, items, pages, page_items, documents)
"""The projections: everything that can be folded again from the events."""


@dataclass(frozen=True, slots=True)
class Image:
    """A row as it was before a block; None where there was none."""

    table: Table
    key: Hashable
    before: Columns | None


@dataclass(slots=True)
class _Rows:
    """Rows of one table by key, as they are now."""

    now: dict[Hashable, Columns] = field(default_factory=dict)
    before_block: dict[Hashable, Columns | None] = field(default_factory=dict)
    is_stored: dict[Hashable, bool] = field(default_factory=dict)
    """Of those that have changed since they were saved: whether the database has one."""

    def put(self, key: Hashable, row: Columns) -> None:
        self._change(key)
        self.now[key] = row

    def remove(self, key: Hashable) -> None:
        self._change(key)
        del self.now[key]

    def _change(self, key: Hashable) -> None:
        if key not in self.before_block:
            self.before_block[key] = self.now.get(key)
        if key not in self.is_stored:
            self.is_stored[key] = key in self.now


class Fold:
    """The state of what some events touch, and the rows for it."""

    def __init__(self) -> None:
        self._ledger = Ledger()
        self._rows: dict[Table, _Rows] = {table: _Rows() for table in TABLES}
        # What has changed since the rows were last made, and the event that did it last. A page
        # may change one receipt many times, and issue thousands of one pool: their rows are made
        # once for all of it.
        self._changed_receipts: dict[ReceiptId, LoggedEvent] = {}
        self._changed_extras: dict[ReceiptId, ReceiptExtras] = {}
        self._pledged: dict[ReceiptId, LoggedEvent] = {}
        self._changed_pools: dict[PoolId, LoggedEvent] = {}

    def __len__(self) -> int:
        """How many rows it holds."""
        return sum(len(rows.now) for rows in self._rows.values())

    def read(self, reader: Reader, events: Iterable[Event]) -> None:
        """Read the rows that these events touch, as far as there are any and it has not got them.

        What is read and saved with one fold must be what nobody else changes in between.
        """
        events = list(events)
        # Goods pass from receipt to receipt within one act; the next one begins anew.
        self._ledger.origin = None
        for table, keys in _touched(events).items():
            for row in reader.by_key(table, keys - self._rows[table].now.keys()):
                self._take(table, row)
        for event in events:
            if isinstance(event, Recovered):
                query = select(party_keys).where(party_keys.c.party_id == event.party)
                for found in reader.rows(query):
                    if found[0] not in self._rows[party_keys].now:
                        self._take(party_keys, tuple(found))

    def apply(self, run: Sequence[LoggedEvent]) -> None:
        """Change state and rows by events. Raises Contradiction for one that cannot follow."""
        apply, noted = self._ledger.apply, 0
        for place, logged in enumerate(run):
            event = logged.event
            try:
                apply(event)
            except Contradiction as error:
                where = f"block {logged.block_number}, log {logged.log_index}"
                raise Contradiction(f"{where}: {error}") from error
            if type(event) not in _CHANGES_RECEIPT_ALONE:
                # It may rest upon what those before it did to the rows.
                self._note(run[noted:place])
                self._write(logged)
                noted = place + 1
        self._note(run[noted:])

    def take_images(self) -> list[Image]:
        """Return what the rows were before the events since the last call."""
        self._make_rows()
        images = []
        for table, rows in self._rows.items():
            images += [Image(table, key, before) for key, before in rows.before_block.items()]
            rows.before_block.clear()
        return images

    def save(self, writer: Writer) -> None:
        """Bring the database to the rows as they are now."""
        self._make_rows()
        for table, rows in self._rows.items():
            writer.delete_by_key(table, [key for key, stored in rows.is_stored.items() if stored])
            writer.insert_many(table, [rows.now[key] for key in rows.is_stored if key in rows.now])
            rows.is_stored.clear()
            # Images that nobody has taken by now are of blocks that stay.
            rows.before_block.clear()

    def _take(self, table: Table, row: Columns) -> None:
        rows = self._rows[table]
        rows.now[row[0]] = row
        ledger, key = self._ledger, row[0]
        if table is receipts:
            ledger.receipts[key] = row[WORD]
        elif table is pools:
            ledger.pools[key] = pool_of_row(row)
        elif table is parties:
            ledger.parties[key] = party_of_row(row)
        elif table is party_keys:
            ledger.keys[key] = row[1]
        elif table is items:
            ledger.receipt_of_item[key] = row[1]
        elif table is pages:
            ledger.items_on_page[key] = int.from_bytes(row[1])
        elif table is page_items:
            ledger.items_of_receipt[Hash32(key[:32]), row[1]] = int.from_bytes(row[2])
        else:
            ledger.subject_of_document[key] = row[1]

    def _note(self, run: Sequence[LoggedEvent]) -> None:
        """Note events that change their receipt alone: most by far, and so all at once."""
        self._changed_receipts.update(zip(map(_RECEIPT_OF, run), run, strict=True))
        pledges = [logged for logged in run if type(logged.event) is Pledged]
        self._pledged.update(zip(map(_RECEIPT_OF, pledges), pledges, strict=True))

    def _write(self, logged: LoggedEvent) -> None:
        event = logged.event
        assert not isinstance(event, _ChangesReceiptAlone)  # noqa: S101  (those are noted)
        match event:
            case (
                Issued()
                | Delivered()
                | Divided()
                | Merged()
                | Absorbed()
                | Replaced()
                | Cancelled()
                | WrittenDown()
                | ReceiptBroughtOver()
            ):
                self._change_receipt(logged, event.receipt_id)
                self._changed_pools[pool_of(event.receipt_id)] = logged
            case IssuedFrom():
                self._change_receipt(logged, event.receipt_id, like=event.origin)
                self._changed_pools[pool_of(event.receipt_id)] = logged
            case ItemReceipted():
                row = claim_row(event.item_key, event.receipt_id, logged)
                self._rows[items].put(event.item_key, row)
            case ItemFreed():
                self._rows[items].remove(event.item_key)
            case ItemsReceipted() | ItemsFreed():
                self._write_page(logged, event)
            case DocumentUsed():
                row = claim_row(event.document, event.subject, logged)
                self._rows[documents].put(event.document, row)
            case (
                PoolOpened()
                | Attested()
                | PoolPaused()
                | PoolResumed()
                | PoolSealed()
                | PoolBroughtOver()
            ):
                self._changed_pools.pop(event.pool, None)
                self._write_pool(logged, event.pool)
            case (
                Admitted()
                | Suspended()
                | Reinstated()
                | KeyBound()
                | KeyRevoked()
                | RecoveryBegun()
                | RecoveryVetoed()
                | Recovered()
            ):
                self._write_party(logged, event)
            case ActRefused():
                pass
            case _:
                assert_never(event)

    def _change_receipt(
        self, logged: LoggedEvent, key: ReceiptId, *, like: ReceiptId | None = None
    ) -> None:
        self._changed_receipts[key] = logged
        if type(logged.event) in SAYS_MORE:
            before = self._extras(key if like is None else like)
            self._changed_extras[key] = extras_after(logged, before)

    def _extras(self, key: ReceiptId) -> Columns:
        pledged = self._pledged.pop(key, None)
        if pledged is not None:
            self._changed_extras[key] = extras_after(pledged, self._extras(key))
        changed = self._changed_extras.get(key)
        if changed is not None:
            return changed
        row = self._rows[receipts].now.get(key)
        return () if row is None else extras_in(row)

    def _write_page(self, logged: LoggedEvent, event: ItemsReceipted | ItemsFreed) -> None:
        """Make the rows of a page again: its own, and those of receipts that lost or gained."""
        page, on_page = event.page, self._ledger.items_on_page.get(event.page, 0)
        self._put_items(pages, page, page_row(page, on_page, logged))
        origin = self._ledger.origin
        for receipt_id in {event.receipt_id, event.receipt_id if origin is None else origin}:
            held = self._ledger.items_of_receipt.get((page, receipt_id), 0)
            row = page_items_row(page, receipt_id, held, logged)
            self._put_items(page_items, row[0], row)

    def _put_items(self, table: Table, key: bytes, row: Columns) -> None:
        """Put a row of items, unless nothing has changed; without any there is no row."""
        rows = self._rows[table]
        before = rows.now.get(key)
        items_at = list(table.c.keys()).index("items")
        if row[items_at] == (bytes(32) if before is None else before[items_at]):
            return
        if any(row[items_at]):
            rows.put(key, row)
        else:
            rows.remove(key)

    def _write_pool(self, logged: LoggedEvent, key: PoolId) -> None:
        rows = self._rows[pools]
        rows.put(key, pool_row(key, self._ledger.pools[key], logged, rows.now.get(key)))

    def _make_rows(self) -> None:
        words, rows = self._ledger.receipts, self._rows[receipts]
        for key, logged in self._changed_receipts.items():
            rows.put(key, receipt_row(key, words[key], self._extras(key), logged))
        self._changed_receipts.clear()
        self._changed_extras.clear()
        self._pledged.clear()
        for pool_id, logged in self._changed_pools.items():
            self._write_pool(logged, pool_id)
        self._changed_pools.clear()

    def _write_party(self, logged: LoggedEvent, event: PartyEvent) -> None:
        rows, keys = self._rows[parties], self._rows[party_keys]
        rows.put(
            event.party, party_row(event.party, event.after, logged, rows.now.get(event.party))
        )
        if isinstance(event, Recovered):
            for key in [key for key, row in keys.now.items() if row[1] == event.party]:
                keys.remove(key)
        if isinstance(event, Admitted | KeyBound | Recovered):
            keys.put(event.key, claim_row(event.key, event.party, logged))
        elif isinstance(event, KeyRevoked):
            keys.remove(event.key)


_CHANGES_RECEIPT_ALONE = frozenset(get_args(_ChangesReceiptAlone))
_RECEIPT_OF: Callable[[LoggedEvent], ReceiptId] = attrgetter("event.receipt_id")
_PAGE: Callable[[Any], Hash32] = attrgetter("page")


def _touched(events: Iterable[Event]) -> dict[Table, set[Hashable]]:
    touched: dict[Table, set[Hashable]] = {table: set() for table in TABLES}
    origin: ReceiptId | None = None
    for kind, run in groupby(events, key=type):
        alike = [*run]
        for table, key_of in _TOUCHES[kind]:
            touched[table].update(map(key_of, alike))
        match alike[-1]:
            case IssuedFrom() as event:
                origin = event.origin
            case Absorbed() as event:
                origin = event.receipt_id
            case ItemsReceipted():
                if origin is not None:
                    places = touched[page_items]
                    places.update(page_place(page, origin) for page in map(_PAGE, alike))
            case _:
                origin = None
    return touched


def _pool_of(event: ReceiptEvent) -> PoolId:
    return pool_of(event.receipt_id)


_Touch: TypeAlias = tuple[Table, Callable[[Any], Hashable]]

_RECEIPT: _Touch = (receipts, attrgetter("receipt_id"))
_POOL: _Touch = (pools, attrgetter("pool"))
_PARTY: _Touch = (parties, attrgetter("party"))
_KEY: _Touch = (party_keys, attrgetter("key"))
_ITEM: _Touch = (items, attrgetter("item_key"))
_POOL_OF_RECEIPT: _Touch = (pools, _pool_of)


def _place_of(event: ItemsReceipted | ItemsFreed) -> bytes:
    return page_place(event.page, event.receipt_id)


_TOUCHES: dict[type[Event], tuple[_Touch, ...]] = {
    **dict.fromkeys(get_args(ReceiptEvent), (_RECEIPT,)),
    **dict.fromkeys(get_args(PoolEvent), (_POOL,)),
    **dict.fromkeys(get_args(PartyEvent), (_PARTY,)),
    **dict.fromkeys((Admitted, KeyBound, KeyRevoked, Recovered), (_PARTY, _KEY)),
    **dict.fromkeys((ItemReceipted, ItemFreed), (_ITEM,)),
    **dict.fromkeys(
        (ItemsReceipted, ItemsFreed), ((pages, attrgetter("page")), (page_items, _place_of))
    ),
    **dict.fromkeys(
        (Divided, Merged, Absorbed, Replaced, Cancelled, WrittenDown, ReceiptBroughtOver),
        (_RECEIPT, _POOL_OF_RECEIPT),
    ),
    IssuedFrom: ((receipts, attrgetter("origin")), _POOL_OF_RECEIPT),
    # The pool's next serial tells that there is no such receipt yet.
    Issued: (_POOL_OF_RECEIPT,),
    Delivered: (_RECEIPT, _POOL_OF_RECEIPT),
    DocumentUsed: ((documents, attrgetter("document")),),
    ActRefused: (),
}
