"""Who wants to be told of events by webhook, and how far each was told.

A subscription's secret is nowhere: it is made again from the kept key that `sealing_key` names.
"""

from sqlalchemy import BigInteger, Column, ForeignKey, Integer, String, Table, Text

from receipts_ledger.store.tables.metadata import metadata, one_of
from receipts_ledger.store.types import Json, Unsigned64, Utc

subscriptions = Table(
    "subscriptions",
    metadata,
    Column("subscription_id", String(36), primary_key=True),
    # Without a party it is the operator's.
    Column("party_id", BigInteger, index=True),
    Column("url", Text, nullable=False),
    Column("finality", String(5), nullable=False),
    Column("about", String(3), nullable=False),
    Column("events", Json),
    Column("receipt_id", Unsigned64),
    Column("pool_id", BigInteger),
    Column("state", String(8), nullable=False),
    Column("reason", Text),
    # Everything up to here was taken, or was none of this subscription's.
    Column("cursor_seq", BigInteger, nullable=False),
    # Which secret, and until when the one before it signs too.
    Column("generation", Integer, nullable=False),
    Column("former_until", Utc),
    Column("sealing_key", ForeignKey("keystores.address"), nullable=False),
    # Rises with each claim: who has an old one moves nothing.
    Column("claim", BigInteger, nullable=False),
    Column("claimed_until", Utc),
    Column("next_at", Utc, nullable=False),
    Column("failing_since", Utc),
    Column("failures", Integer, nullable=False),
    Column("delivered_total", BigInteger, nullable=False),
    Column("failed_total", BigInteger, nullable=False),
    Column("created_at", Utc, nullable=False),
    one_of("finality", ("mined", "final")),
    one_of("about", ("own", "all")),
    one_of("state", ("active", "paused", "disabled")),
)
