"""Who may call the gateway, what has been answered before, and keys kept for parties.

Of a secret only its hash lies here; of a kept key only its encrypted keystore.
"""

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    Integer,
    LargeBinary,
    String,
    Table,
)

from receipts_ledger.store.tables.metadata import metadata, one_of
from receipts_ledger.store.types import ADDRESS, HASH, Json, RowNumber, Utc

api_tokens = Table(
    "api_tokens",
    metadata,
    Column("token_id", String(36), primary_key=True),
    Column("secret_hash", HASH, nullable=False, unique=True),
    # Without a party it is an operator's.
    Column("party_id", BigInteger),
    Column("scopes", Json, nullable=False),
    Column("label", String(200), nullable=False),
    Column("created_at", Utc, nullable=False),
    Column("expires_at", Utc),
    Column("revoked_at", Utc),
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
