"""Acts on their way to the ledger, what they commit to, and what was refused.

`pledge_slots` holds the one pledge that may be under way for a receipt: a second one
fails on its primary key. Contents and refusals are written once and never changed.
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
)

from receipts_ledger.store.tables.metadata import metadata, one_of
from receipts_ledger.store.types import ADDRESS, HASH, SIGNATURE, Json, Unsigned64, Utc

ACT_STATUSES = (
    "draft",
    "signed",
    "assigned",
    "sent",
    "mined",
    "final",
    "refused",
    "expired",
    "withdrawn",
)
REFUSAL_SOURCES = ("api", "contract", "chain")

acts = Table(
    "acts",
    metadata,
    Column("act_id", String(36), primary_key=True),
    Column("digest", HASH, nullable=False, unique=True),
    Column("kind", String(24), nullable=False),
    Column("subject", Unsigned64, nullable=False, index=True),
    Column("version", Integer, nullable=False),
    Column("statement", LargeBinary, nullable=False),
    Column("deadline", BigInteger, nullable=False),
    Column("status", String(9), nullable=False),
    Column("refusal", Json),
    Column("created_by", BigInteger),
    Column("created_at", Utc, nullable=False),
    Column("updated_at", Utc, nullable=False),
    Column("tx_hash", HASH),
    Column("block_number", BigInteger),
    one_of("status", ACT_STATUSES),
    Index(None, "status", "created_at"),
    Index(None, "block_number"),
)

act_signers = Table(
    "act_signers",
    metadata,
    Column("act_id", ForeignKey("acts.act_id"), primary_key=True),
    Column("position", Integer, primary_key=True, autoincrement=False),
    # Without a party, any active party in the role may sign. Role 0: the number decides.
    Column("party_id", BigInteger, index=True),
    Column("role", Integer, nullable=False),
    Column("signature", SIGNATURE),
    Column("key", ADDRESS),
    Column("signed_at", Utc),
)

act_receipts = Table(
    "act_receipts",
    metadata,
    Column("act_id", ForeignKey("acts.act_id"), primary_key=True),
    Column("receipt_id", Unsigned64, primary_key=True, autoincrement=False, index=True),
)

pledge_slots = Table(
    "pledge_slots",
    metadata,
    Column("receipt_id", Unsigned64, primary_key=True, autoincrement=False),
    Column("act_id", ForeignKey("acts.act_id"), nullable=False, index=True),
    Column("taken_at", Utc, nullable=False),
)

contents = Table(
    "contents",
    metadata,
    Column("commitment", HASH, primary_key=True),
    Column("kind", String(24), nullable=False),
    Column("body", Json, nullable=False),
    Column("salts", Json, nullable=False),
    Column("created_at", Utc, nullable=False),
)

refusals = Table(
    "refusals",
    metadata,
    Column("refusal_id", String(36), primary_key=True),
    Column("at", Utc, nullable=False, index=True),
    Column("source", String(8), nullable=False),
    Column("party_id", BigInteger),
    Column("verb", String(24), nullable=False),
    Column("subject", Unsigned64, index=True),
    Column("code", String(40), nullable=False),
    Column("detail", Json),
    Column("digest", HASH, index=True),
    Column("act_id", String(36)),
    Column("evidence", Json),
    one_of("source", REFUSAL_SOURCES),
)
