"""Who may call the gateway, what was answered before and read by whom, keys kept for parties.

Of a secret only its hash lies here; of a kept key only its encrypted keystore.
"""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    Integer,
    LargeBinary,
    String,
    Table,
)

from receipts_ledger.store.tables.metadata import metadata, one_of
from receipts_ledger.store.types import ADDRESS, HASH, Json, RowNumber, Unsigned64, Utc

api_tokens = Table(
    "api_tokens",
    metadata,
    Column("token_id", String(36), primary_key=True),
    Column("secret_hash", HASH, nullable=False, unique=True),
    # Without a party it is an operator's.
    Column("party_id", BigInteger),
    # Of a session, the key that has logged in: it lives no longer than that key does.
    Column("key", ADDRESS),
    Column("scopes", Json, nullable=False),
    Column("label", String(200), nullable=False),
    Column("created_at", Utc, nullable=False),
    Column("expires_at", Utc),
    Column("revoked_at", Utc),
    # To the minute: it is written in the background.
    Column("last_used_at", Utc),
)

login_nonces = Table(
    "login_nonces",
    metadata,
    # Spent ones alone: until then they are known by their seal.
    Column("nonce", String(64), primary_key=True),
    Column("expires_at", Utc, nullable=False, index=True),
)

idempotency_keys = Table(
    "idempotency_keys",
    metadata,
    Column("principal", String(64), primary_key=True),
    Column("key", String(255), primary_key=True),
    Column("fingerprint", HASH, nullable=False),
    Column("state", String(7), nullable=False),
    Column("status_code", Integer),
    Column("headers", Json),
    Column("body", LargeBinary),
    Column("created_at", Utc, nullable=False, index=True),
    one_of("state", ("running", "done")),
)

keystores = Table(
    "keystores",
    metadata,
    Column("address", ADDRESS, primary_key=True),
    # Without a party it is a lane's: it pays, and speaks for nobody.
    Column("party_id", BigInteger, index=True),
    Column("keystore", Json, nullable=False),
    Column("created_at", Utc, nullable=False),
)

key_uses = Table(
    "key_uses",
    metadata,
    Column("id", RowNumber, primary_key=True),
    Column("address", ForeignKey("keystores.address"), nullable=False, index=True),
    Column("act_id", ForeignKey("acts.act_id"), nullable=False),
    Column("token_id", String(36)),
    Column("at", Utc, nullable=False),
)

content_reads = Table(
    "content_reads",
    metadata,
    Column("id", RowNumber, primary_key=True),
    # No foreign keys: what was read may be taken back by the chain, that it was read stays.
    Column("token_id", String(36), nullable=False),
    Column("party_id", BigInteger, index=True),
    Column("receipt_id", Unsigned64, index=True),
    Column("act_id", String(36), index=True),
    Column("first_at", Utc, nullable=False, index=True),
    Column("last_at", Utc, nullable=False),
    Column("times", Integer, nullable=False),
    CheckConstraint("(receipt_id IS NULL) <> (act_id IS NULL)", name="subject"),
)
