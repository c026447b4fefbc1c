"""SQL against the chain, row by row: blocks and events as they come, states at the end.

Every row is made again here from the events, apart from the code that wrote it.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeAlias, get_args

from receipts_ledger.domain.block import LoggedEvent
from receipts_ledger.domain.event import Event
from receipts_ledger.domain.ledger import Ledger
from receipts_ledger.domain.record import BlockRecord
from receipts_ledger.services.audit.ports import Rows
from receipts_ledger.services.audit.report import Finding, FindingKind, Report
from receipts_ledger.services.audit.subjects import event_in_words, name_of_row, number_of_event
from receipts_ledger.services.audit.trail import Trail

_Row: TypeAlias = Mapping[str, object]
_Key: TypeAlias = tuple[Any, ...]


class SqlComparison:
    """Compares one database with one replay. Holds the last event of each living thing."""

    def __init__(self, rows: Rows, report: Report) -> None:
        self._rows = rows
        self._report = report
        self._trail = Trail()
        self._compared: Counter[str] = Counter()
        # Opened with the first block: who is shown none compares none.
        self._blocks: _InStep | None = None
        self._events = _InStep(self, "events", ("block_number", "log_index"), rows.rows("events"))
        report.rows = self._compared

    def see(self, logged: LoggedEvent) -> None:
        """Compare an event with its row."""
        self._trail.follow(logged)
        self._events.next(_event_row(logged))

    def see_block(self, block: BlockRecord) -> None:
        """Compare a block with its row."""
        if self._blocks is None:
            self._blocks = _InStep(self, "blocks", ("number",), self._rows.rows("blocks"))
        self._blocks.next(_block_row(block))

    def finish(self, ledger: Ledger) -> None:
        """Compare the state with the projections, and find rows of nothing on the chain."""
        trail = self._trail
        if self._blocks is not None:
            self._blocks.end()
        self._events.end()
        self._table("parties", "party_id", ledger.parties, trail.party_row, ledger)
        self._table("party_keys", "key", ledger.keys, trail.key_row, ledger)
        self._table("pools", "pool_id", ledger.pools, trail.pool_row, ledger)
        self._table("receipts", "receipt_id", ledger.receipts, trail.receipt_row, ledger)
        self._table("items", "item_key", ledger.receipt_of_item, trail.item_row, ledger)
        self._table("pages", "page", ledger.items_on_page, trail.page_row, ledger)
        places = {page + number.to_bytes(8): 0 for page, number in ledger.items_of_receipt}
        self._table("page_items", "place", places, trail.page_items_row, ledger)
        self._table("documents", "document", ledger.subject_of_document, trail.document_row, ledger)

    def compare(self, table: str, key: _Key, found: _Row, expected: _Row) -> None:
        """Name every column in which a row differs."""
        self._compared[table] += 1
        for column, value in expected.items():
            if found.get(column) != value:
                told = f"{table}.{column} is {_shown(found.get(column))}, should be {_shown(value)}"
                self.differ(table, key, told)

    def differ(self, table: str, key: _Key, detail: str) -> None:
        """Note a difference in a row."""
        self._report.find(Finding(FindingKind.SQL, name_of_row(table, key), detail))

    def _table(
        self,
        table: str,
        key_column: str,
        alive: Mapping[Any, object],
        row_of: Callable[[Any, Ledger], _Row],
        ledger: Ledger,
    ) -> None:
        unseen = set(alive)
        for found in self._rows.rows(table):
            key = found[key_column]
            if key not in unseen:
                self.differ(table, (key,), f"{table} has a row for what is not on the chain")
                continue
            unseen.discard(key)
            self.compare(table, (key,), found, row_of(key, ledger))
        for key in sorted(unseen):
            self.differ(table, (key,), f"the row is missing from {table}")


class _InStep:
    """A table whose rows come in the order of the chain, compared as the chain goes on."""

    def __init__(
        self, owner: SqlComparison, table: str, key: tuple[str, ...], rows: Iterator[_Row]
    ) -> None:
        self._owner = owner
        self._table = table
        self._key = key
        self._rows = rows
        self._row: _Row | None = None
        self._step()

    def next(self, expected: _Row) -> None:
        """Compare with the row that is next. Rows before it are of nothing on the chain."""
        key = self._key_of(expected)
        while self._row is not None and self._key_of(self._row) < key:
            self._drop(self._row)
        if self._row is None or self._key_of(self._row) != key:
            self._owner.differ(self._table, key, f"the row is missing from {self._table}")
            return
        self._owner.compare(self._table, key, self._row, expected)
        self._step()

    def end(self) -> None:
        """Note all rows that are left."""
        while self._row is not None:
            self._drop(self._row)

    def _step(self) -> None:
        self._row = next(self._rows, None)
        # SQLite takes any value for a key. One that is no number has no place in the order.
        while self._row is not None and not all(
            isinstance(k, int) for k in self._key_of(self._row)
        ):
            self._note(self._row)
            self._row = next(self._rows, None)

    def _drop(self, row: _Row) -> None:
        self._note(row)
        self._step()

    def _note(self, row: _Row) -> None:
        detail = f"{self._table} has a row for what is not on the chain"
        self._owner.differ(self._table, self._key_of(row), detail)

    def _key_of(self, row: _Row) -> _Key:
        return tuple([row[column] for column in self._key])


def _event_row(logged: LoggedEvent) -> _Row:
    return {
        "block_number": logged.block_number,
        "log_index": logged.log_index,
        "tx_hash": logged.tx_hash,
        "tx_index": logged.tx_index,
        "kind": type(logged.event).__name__,
        "subject": number_of_event(logged.event),
        "body": logged.event,
    }


def _block_row(block: BlockRecord) -> _Row:
    return {
        "number": block.number,
        "hash": block.hash,
        "parent_hash": block.parent_hash,
        "timestamp": block.timestamp_seconds,
        "receipts_root": block.receipts_root,
        "event_count": sum(len(call.events) for call in block.calls),
    }


def _shown(value: object) -> str:
    if isinstance(value, bytes):
        return "0x" + value.hex()
    return event_in_words(value) if isinstance(value, get_args(Event)) else str(value)
