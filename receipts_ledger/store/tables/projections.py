"""The present state of the ledger, as the events add up to it.

Each row names the event that changed it last. Days and versions are the ledger's numbers,
quantities are in base units of the pool.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Index,
    Integer,
    String,
    Table,
)

from receipts_ledger.store.tables.metadata import metadata, one_of
from receipts_ledger.store.types import ADDRESS, HASH, PAGE_PLACE, Unsigned64, Word128

RECEIPT_STATUSES = ("open", "delivered", "merged", "replaced", "cancelled", "written_off")


def _last_event() -> tuple[Column[int], Column[int], Column[bytes]]:
    return (
        Column("block_number", BigInteger, nullable=False),
        Column("log_index", Integer, nullable=False),
        Column("tx_hash", HASH, nullable=False),
    )


parties = Table(
    "parties",
    metadata,
    Column("party_id", BigInteger, primary_key=True, autoincrement=False),
    Column("roles", Integer, nullable=False),
    Column("is_active", Boolean, nullable=False),
    Column("key_count", Integer, nullable=False),
    Column("version", Integer, nullable=False),
    Column("is_vetoed", Boolean, nullable=False),
    Column("notice_day", Integer),
    Column("recovery_key", ADDRESS),
    Column("profile", HASH, nullable=False),
    *_last_event(),
)

party_keys = Table(
    "party_keys",
    metadata,
    Column("key", ADDRESS, primary_key=True),
    Column("party_id", BigInteger, nullable=False, index=True),
    *_last_event(),
)

pools = Table(
    "pools",
    metadata,
    Column("pool_id", BigInteger, primary_key=True, autoincrement=False),
    Column("warehouse_id", BigInteger, nullable=False, index=True),
    Column("is_serialised", Boolean, nullable=False),
    Column("is_paged", Boolean, nullable=False),
    Column("is_bonded", Boolean, nullable=False),
    Column("is_non_negotiable", Boolean, nullable=False),
    Column("is_paused", Boolean, nullable=False),
    Column("is_sealed", Boolean, nullable=False),
    Column("attestation_days", Integer, nullable=False),
    Column("version", Integer, nullable=False),
    Column("attestation_day", Integer, nullable=False),
    Column("next_serial", BigInteger, nullable=False),
    Column("quantity_capacity", BigInteger, nullable=False),
    Column("quantity_attested", BigInteger, nullable=False),
    Column("quantity_receipted", BigInteger, nullable=False),
    Column("description", HASH, nullable=False),
    Column("inspector_id", BigInteger),
    Column("evidence", HASH),
    *_last_event(),
    CheckConstraint(
        "quantity_receipted <= quantity_attested AND quantity_attested <= quantity_capacity",
        name="quantities",
    ),
)

receipts = Table(
    "receipts",
    metadata,
    # Pool and serial in one: receipts of a pool, or of a warehouse, are a range of it.
    Column("receipt_id", Unsigned64, primary_key=True, autoincrement=False),
    Column("pool_id", BigInteger, nullable=False),
    Column("serial", BigInteger, nullable=False),
    Column("status", String(11), nullable=False),
    Column("claimed", Boolean, nullable=False),
    Column("encumbered", Boolean, nullable=False),
    Column("in_default", Boolean, nullable=False),
    Column("frozen", Boolean, nullable=False),
    Column("paper", Boolean, nullable=False),
    Column("holder_id", BigInteger, nullable=False),
    Column("pledgee_id", BigInteger),
    Column("version", Integer, nullable=False),
    Column("quantity", BigInteger, nullable=False),
    Column("storage_day", Integer, nullable=False),
    Column("maturity_day", Integer),
    Column("word", Word128, nullable=False),
    Column("content", HASH, nullable=False),
    Column("terms", HASH),
    Column("pledged_at_block", BigInteger),
    Column("origin_id", Unsigned64),
    *_last_event(),
    Index(None, "holder_id", "receipt_id"),
    Index(None, "pledgee_id", "receipt_id"),
    one_of("status", RECEIPT_STATUSES),
    CheckConstraint(
        "encumbered = (pledgee_id IS NOT NULL) AND encumbered = (maturity_day IS NOT NULL)"
        " AND encumbered = (terms IS NOT NULL) AND encumbered = (pledged_at_block IS NOT NULL)",
        name="pledge",
    ),
)

items = Table(
    "items",
    metadata,
    Column("item_key", HASH, primary_key=True),
    Column("receipt_id", Unsigned64, nullable=False, index=True),
    *_last_event(),
)

pages = Table(
    "pages",
    metadata,
    Column("page", HASH, primary_key=True),
    Column("items", HASH, nullable=False),
    *_last_event(),
)

page_items = Table(
    "page_items",
    metadata,
    # Page and receipt in one, since projections are found by one column.
    Column("place", PAGE_PLACE, primary_key=True),
    Column("receipt_id", Unsigned64, nullable=False, index=True),
    Column("items", HASH, nullable=False),
    *_last_event(),
)

documents = Table(
    "documents",
    metadata,
    Column("document", HASH, primary_key=True),
    Column("subject", Unsigned64, nullable=False, index=True),
    *_last_event(),
)
