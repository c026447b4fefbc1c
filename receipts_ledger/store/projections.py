"""Folds events into the rows of the projections. Only the rows that events touch are read.

The meaning of an event is domain/ledger.py's; here its state is filled from rows before,
and turned into rows after. The tables that are folded are listed at the end.
"""

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass, field

from sqlalchemy import Table, delete, select

from receipts_ledger.domain.block import LoggedEvent
from receipts_ledger.domain.claim import DocumentUsed, ItemFreed, ItemReceipted
from receipts_ledger.domain.event import ActRefused, Event
from receipts_ledger.domain.ids import PoolId, pool_of
from receipts_ledger.domain.ledger import Ledger
from receipts_ledger.domain.party import Admitted, KeyBound, KeyRevoked, Reinstated, Suspended
from receipts_ledger.domain.pool import Attested, PoolOpened
from receipts_ledger.domain.receipt import Delivered, Issued
from receipts_ledger.store.bulk import among
from receipts_ledger.store.rows import (
    WORD,
    Columns,
    claim_row,
    party_of_row,
    party_row,
    pool_of_row,
    pool_row,
    receipt_row,
)
from receipts_ledger.store.tables import documents, items, parties, party_keys, pools, receipts
from receipts_ledger.store.units import Reader, Writer

TABLES = (parties, party_keys, pools, receipts, items, documents)
"""The projections: everything that can be folded again from the events."""


@dataclass(frozen=True, slots=True)
class Image:
    """A row as it was before a block; None where there was none."""

    table: Table
    key: Hashable
    before: Columns | None


@dataclass(slots=True)
class _Rows:
    """Rows of one table by key: as the database has them, and as they are now."""

    found: dict[Hashable, Columns] = field(default_factory=dict)
    now: dict[Hashable, Columns] = field(default_factory=dict)
    before_block: dict[Hashable, Columns | None] = field(default_factory=dict)

    def put(self, key: Hashable, row: Columns) -> None:
        if key not in self.before_block:
            self.before_block[key] = self.now.get(key)
        self.now[key] = row

    def remove(self, key: Hashable) -> None:
        if key not in self.before_block:
            self.before_block[key] = self.now.get(key)
        del self.now[key]


class Fold:
    """The state of what some events touch, and the rows for it."""

    def __init__(self) -> None:
        self._ledger = Ledger()
        self._rows: dict[Table, _Rows] = {table: _Rows() for table in TABLES}

    def read(self, reader: Reader, events: Iterable[Event]) -> None:
        """Read the rows that these events touch, as far as there are any."""
        for table, keys in _touched(events).items():
            rows = self._rows[table]
            (column,) = table.primary_key.columns
            for condition in among(column, keys - rows.now.keys()):
                for row in reader.rows(select(table).where(condition)):
                    rows.found[row[0]] = rows.now[row[0]] = tuple(row)
                    self._remember(table, tuple(row))

    def apply(self, logged: LoggedEvent) -> None:
        """Change state and rows by one event. Raises Contradiction when it cannot follow."""
        self._ledger.apply(logged.event)
        self._write(logged)

    def take_images(self) -> list[Image]:
        """Return what the rows were before the events since the last call."""
        images = []
        for table, rows in self._rows.items():
            images += [Image(table, key, before) for key, before in rows.before_block.items()]
            rows.before_block.clear()
        return images

    def save(self, writer: Writer) -> None:
        """Bring the database to the rows as they are now."""
        for table, rows in self._rows.items():
            replaced = [key for key, row in rows.found.items() if rows.now.get(key) is not row]
            delete_rows(writer, table, replaced)
            writer.insert_many(
                table, [row for key, row in rows.now.items() if rows.found.get(key) is not row]
            )
            rows.found = dict(rows.now)

    def _remember(self, table: Table, row: Columns) -> None:
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
        else:
            ledger.subject_of_document[key] = row[1]

    def _write(self, logged: LoggedEvent) -> None:
        event = logged.event
        match event:
            case ActRefused():
                return
            case PoolOpened() | Attested():
                self._write_pool(logged, event.pool)
            case Admitted() | Suspended() | Reinstated() | KeyBound() | KeyRevoked():
                self._write_party(logged, event)
            case ItemReceipted():
                row = claim_row(event.item_key, event.receipt_id, logged)
                self._rows[items].put(event.item_key, row)
            case ItemFreed():
                self._rows[items].remove(event.item_key)
            case DocumentUsed():
                row = claim_row(event.document, event.subject, logged)
                self._rows[documents].put(event.document, row)
            case _:
                key, rows = event.receipt_id, self._rows[receipts]
                rows.put(key, receipt_row(key, event.word, logged, rows.now.get(key)))
                if isinstance(event, Issued | Delivered):
                    self._write_pool(logged, pool_of(key))

    def _write_pool(self, logged: LoggedEvent, key: PoolId) -> None:
        rows = self._rows[pools]
        rows.put(key, pool_row(key, self._ledger.pools[key], logged, rows.now.get(key)))

    def _write_party(
        self, logged: LoggedEvent, event: Admitted | Suspended | Reinstated | KeyBound | KeyRevoked
    ) -> None:
        rows, keys = self._rows[parties], self._rows[party_keys]
        rows.put(
            event.party, party_row(event.party, event.after, logged, rows.now.get(event.party))
        )
        if isinstance(event, Admitted | KeyBound):
            keys.put(event.key, claim_row(event.key, event.party, logged))
        elif isinstance(event, KeyRevoked):
            keys.remove(event.key)


def delete_rows(writer: Writer, table: Table, keys: Sequence[Hashable]) -> None:
    """Delete rows of a projection by key."""
    (column,) = table.primary_key.columns
    for condition in among(column, keys):
        writer.run(delete(table).where(condition))


def _touched(events: Iterable[Event]) -> dict[Table, set[Hashable]]:
    touched: dict[Table, set[Hashable]] = {table: set() for table in TABLES}
    for event in events:
        match event:
            case ActRefused():
                pass
            case PoolOpened() | Attested():
                touched[pools].add(event.pool)
            case Admitted() | KeyBound() | KeyRevoked():
                touched[parties].add(event.party)
                touched[party_keys].add(event.key)
            case Suspended() | Reinstated():
                touched[parties].add(event.party)
            case ItemReceipted() | ItemFreed():
                touched[items].add(event.item_key)
            case DocumentUsed():
                touched[documents].add(event.document)
            case Issued():
                # The pool's next serial tells that there is no such receipt yet.
                touched[pools].add(pool_of(event.receipt_id))
            case _:
                touched[receipts].add(event.receipt_id)
                if isinstance(event, Delivered):
                    touched[pools].add(pool_of(event.receipt_id))
    return touched
