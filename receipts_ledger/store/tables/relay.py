"""Transactions that carry acts: lanes, nonces, every signed attempt, and who works now.

A lane is one paying key with its own sequence of nonces. Only bytes stored here are sent.
"""

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from receipts_ledger.store.tables.metadata import metadata, one_of
from receipts_ledger.store.types import ADDRESS, HASH, RowNumber, Utc, Wei

TRANSACTION_PURPOSES = ("acts", "filler")
TRANSACTION_STATUSES = ("prepared", "sent", "mined", "final")

lanes = Table(
    "lanes",
    metadata,
    Column("address", ADDRESS, primary_key=True),
    Column("next_nonce", BigInteger, nullable=False),
    Column("max_in_flight", Integer, nullable=False),
    Column("paused_reason", Text),
)

lane_funds = Table(
    "lane_funds",
    metadata,
    Column("lane", ForeignKey("lanes.address"), primary_key=True),
    Column("balance_wei", Wei, nullable=False),
    Column("needed_wei", Wei, nullable=False),
    Column("wanted_wei", Wei, nullable=False),
    Column("seen_at", Utc, nullable=False),
)

relay_transactions = Table(
    "relay_transactions",
    metadata,
    Column("transaction_id", RowNumber, primary_key=True),
    Column("lane", ForeignKey("lanes.address"), nullable=False),
    Column("nonce", BigInteger, nullable=False),
    Column("purpose", String(6), nullable=False),
    Column("status", String(8), nullable=False),
    Column("gas_limit", BigInteger, nullable=False),
    Column("calldata", LargeBinary, nullable=False),
    Column("created_at", Utc, nullable=False),
    Column("mined_block", BigInteger),
    Column("mined_hash", HASH),
    UniqueConstraint("lane", "nonce"),
    Index(None, "status", "transaction_id"),
    one_of("purpose", TRANSACTION_PURPOSES),
    one_of("status", TRANSACTION_STATUSES),
)

relay_attempts = Table(
    "relay_attempts",
    metadata,
    Column("tx_hash", HASH, primary_key=True),
    Column(
        "transaction_id",
        ForeignKey("relay_transactions.transaction_id"),
        nullable=False,
        index=True,
    ),
    Column("raw", LargeBinary, nullable=False),
    Column("max_fee", BigInteger, nullable=False),
    Column("priority_fee", BigInteger, nullable=False),
    Column("created_at", Utc, nullable=False),
    Column("last_sent_at", Utc),
    Column("send_count", Integer, nullable=False, default=0),
)

relay_acts = Table(
    "relay_acts",
    metadata,
    Column(
        "transaction_id",
        ForeignKey("relay_transactions.transaction_id"),
        primary_key=True,
    ),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("act_id", ForeignKey("acts.act_id"), nullable=False, unique=True),
)

leases = Table(
    "leases",
    metadata,
    Column("name", String(32), primary_key=True),
    Column("holder", String(64), nullable=False),
    Column("epoch", BigInteger, nullable=False),
    Column("expires_at", Utc, nullable=False),
)
