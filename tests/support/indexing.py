"""An index on a real node, and what may be asked of it in a test."""

from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import accumulate
from typing import Any

from sqlalchemy import Table, select

from receipts_ledger.chain.decode import decode
from receipts_ledger.chain.reader import ChainReader
from receipts_ledger.chain.refusals import decode as read_reason
from receipts_ledger.chain.rpc import Rpc
from receipts_ledger.domain.event import Event
from receipts_ledger.domain.finality import Finality
from receipts_ledger.domain.ids import Hash32
from receipts_ledger.domain.ledger import Ledger
from receipts_ledger.services.index import Indexer
from receipts_ledger.store.bodies import event_of
from receipts_ledger.store.index import StoredIndex
from receipts_ledger.store.projections import TABLES
from receipts_ledger.store.reads.feed import Entry, page
from receipts_ledger.store.rows import WORD, party_of_row, pool_of_row
from receipts_ledger.store.tables import (
    blocks,
    cursor,
    documents,
    events,
    feed,
    items,
    page_items,
    pages,
    parties,
    party_keys,
    pools,
    receipts,
    undo,
)
from receipts_ledger.store.units import Database
from tests.support.ledger_on_chain import LedgerOnChain

Rows = dict[str, list[tuple[Any, ...]]]


def utc_now() -> datetime:
    return datetime.now(UTC)


def stored_index(database: Database) -> StoredIndex:
    return StoredIndex(database, read_reason=read_reason, clock=utc_now)


def indexer(
    ledger: LedgerOnChain, database: Database, finality: str = "depth:64", *, rpc: Rpc | None = None
) -> Indexer:
    """Return an indexer of the ledger, reading through `rpc` if that is another node."""
    return Indexer(
        ChainReader(rpc or ledger.rpc, ledger.deployment),
        stored_index(database),
        origin=ledger.deployment.origin(),
        finality=Finality.parse(finality),
    )


def rows_of(database: Database, *tables: Table) -> Rows:
    """Return all rows of some tables, sorted by key."""
    with database.reading() as reader:
        return {
            table.name: [
                tuple(row) for row in reader.rows(select(table).order_by(*table.primary_key))
            ]
            for table in tables
        }


def derived(database: Database) -> Rows:
    """Return everything that follows from the chain alone, whichever way it was read."""
    return rows_of(database, blocks, events, *TABLES)


def everything(database: Database) -> Rows:
    """Return the whole index: what a step that fails must leave as it was."""
    return rows_of(database, blocks, events, feed, undo, cursor, *TABLES)


def ledger_in(database: Database) -> Ledger:
    """Return the state that the projections say."""
    found = rows_of(database, *TABLES)
    return Ledger(
        parties={row[0]: party_of_row(row) for row in found[parties.name]},
        keys={row[0]: row[1] for row in found[party_keys.name]},
        pools={row[0]: pool_of_row(row) for row in found[pools.name]},
        receipts={row[0]: row[WORD] for row in found[receipts.name]},
        receipt_of_item={row[0]: row[1] for row in found[items.name]},
        items_of_receipt={
            (Hash32(row[0][:32]), row[1]): int.from_bytes(row[2]) for row in found[page_items.name]
        },
        items_on_page={row[0]: int.from_bytes(row[1]) for row in found[pages.name]},
        subject_of_document={row[0]: row[1] for row in found[documents.name]},
    )


def events_on_chain(ledger: LedgerOnChain) -> list[Event]:
    """Return all events of the contract, asked in another way than the indexer does."""
    logs = ledger.rpc.call(
        "eth_getLogs",
        [{"address": ledger.deployment.contract, "fromBlock": "0x0", "toBlock": "latest"}],
    )
    return [
        decode(
            [bytes.fromhex(topic[2:]) for topic in log["topics"]], bytes.fromhex(log["data"][2:])
        )
        for log in logs
    ]


def folded(history: Sequence[Event]) -> Ledger:
    """Return the state that some events add up to."""
    ledger = Ledger()
    for event in history:
        ledger.apply(event)
    return ledger


def events_by_feed(database: Database) -> list[Event]:
    """Play the feed as a stack, and return what is left. Asserts that it has no gap."""
    stack: list[tuple[bytes, int, Event]] = []
    for shown in entries_of_feed(database):
        if shown.log_index is None or shown.event is None or shown.payload is None:
            assert shown.kind == "finalized"
            continue
        entry = (shown.block_hash, shown.log_index, event_of(shown.event, shown.payload))
        if shown.kind == "applied":
            stack.append(entry)
        else:
            assert stack.pop() == entry
    return [event for _, _, event in stack]


def entries_of_feed(database: Database) -> list[Entry]:
    """Return the feed as it is shown. Asserts that its numbers have no gap, nor its rows."""
    with database.reading() as reader:
        entries = page(reader, after=0, limit=1_000_000)
        rows = reader.rows(select(feed.c.seq, feed.c.entry_count).order_by(feed.c.seq))
    assert [entry.seq for entry in entries] == list(range(1, len(entries) + 1))
    assert [seq for seq, _ in rows] == list(accumulate(count for _, count in rows))
    return entries


def reorganise(rpc: Rpc, depth: int) -> None:
    """Replace the last blocks by empty ones."""
    rpc.call("anvil_reorg", [depth, []])


def mine(rpc: Rpc, blocks_count: int = 1) -> None:
    """Mine empty blocks."""
    rpc.call("anvil_mine", [hex(blocks_count)])
