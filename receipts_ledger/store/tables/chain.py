"""What the indexer knows of the chain: where it stands, the blocks, the events, the feed.

`chain` and `cursor` have one row each. `undo` has rows only for blocks that may still go.

A row of `feed` holds `entry_count` entries, the last of which is number `seq`. More than one are
events of one block whose logs follow one another, from `log_index` on: only `events` knows them.
"""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Index,
    Integer,
    String,
    Table,
    Text,
)

from receipts_ledger.store.tables.metadata import metadata, one_of
from receipts_ledger.store.types import ADDRESS, CHECK_VALUE, HASH, Json, RowNumber, Unsigned64, Utc

FEED_KINDS = ("applied", "reverted", "finalized")

chain = Table(
    "chain",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("chain_id", BigInteger, nullable=False),
    Column("genesis_hash", HASH, nullable=False),
    Column("contract", ADDRESS, nullable=False),
    Column("deployment_block", BigInteger, nullable=False),
    Column("code_hash", HASH, nullable=False),
    # Missing until a gateway with a document key has opened the ledger.
    Column("document_key_check", CHECK_VALUE),
    CheckConstraint("id = 1", name="one_row"),
)

cursor = Table(
    "cursor",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("number", BigInteger, nullable=False),
    Column("hash", HASH, nullable=False),
    Column("epoch", BigInteger, nullable=False),
    Column("finalized_number", BigInteger, nullable=False),
    Column("finalized_hash", HASH, nullable=False),
    Column("halted_reason", Text),
    Column("updated_at", Utc, nullable=False),
    CheckConstraint("id = 1", name="one_row"),
    CheckConstraint("finalized_number <= number", name="finality"),
)

blocks = Table(
    "blocks",
    metadata,
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("hash", HASH, nullable=False, unique=True),
    Column("parent_hash", HASH, nullable=False),
    Column("timestamp", BigInteger, nullable=False),
    Column("receipts_root", HASH, nullable=False),
    Column("event_count", Integer, nullable=False),
)

events = Table(
    "events",
    metadata,
    # No foreign key: of ten thousand events in one statement, each would be looked up in blocks.
    # Both are written in one transaction by the indexer alone, and the audit compares both.
    Column("block_number", BigInteger, primary_key=True, autoincrement=False),
    Column("log_index", Integer, primary_key=True, autoincrement=False),
    Column("tx_hash", HASH, nullable=False),
    Column("tx_index", Integer, nullable=False),
    Column("kind", String(24), nullable=False),
    Column("subject", Unsigned64, nullable=False),
    Column("body", Json, nullable=False),
    Index(None, "subject", "block_number", "log_index"),
)

undo = Table(
    "undo",
    metadata,
    Column("id", RowNumber, primary_key=True),
    Column("block_number", BigInteger, nullable=False, index=True),
    Column("table_name", String(16), nullable=False),
    Column("key", Json, nullable=False),
    Column("before", Json),
)

feed = Table(
    "feed",
    metadata,
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("kind", String(9), nullable=False),
    Column("block_number", BigInteger, nullable=False),
    Column("block_hash", HASH, nullable=False),
    Column("log_index", Integer),
    Column("event", String(24)),
    Column("payload", Json),
    Column("entry_count", Integer, nullable=False, server_default="1"),
    Column("at", Utc, nullable=False),
    one_of("kind", FEED_KINDS),
)
