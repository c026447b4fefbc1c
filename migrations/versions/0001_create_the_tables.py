"""Create the tables."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

# SQLite hands out numbers for INTEGER alone.
ROW_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:  # noqa: PLR0915
    op.create_table(
        "acts",
        sa.Column("act_id", sa.String(length=36), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("subject", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("statement", sa.LargeBinary(), nullable=False),
        sa.Column("deadline", sa.BigInteger(), nullable=False),
        sa.Column("status", sa.String(length=9), nullable=False),
        sa.Column("refusal", sa.JSON()),
        sa.Column("created_by", sa.BigInteger()),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tx_hash", sa.LargeBinary()),
        sa.Column("block_number", sa.BigInteger()),
        sa.CheckConstraint(
            "status IN ('draft', 'signed', 'assigned', 'sent', 'mined', 'final', 'refused', "
            "'expired', 'withdrawn')",
            name=op.f("ck_acts_status"),
        ),
        sa.PrimaryKeyConstraint("act_id", name=op.f("pk_acts")),
        sa.UniqueConstraint("digest", name=op.f("uq_acts_digest")),
    )
    op.create_index("ix_acts_block_number", "acts", ["block_number"])
    op.create_index("ix_acts_status_created_at", "acts", ["status", "created_at"])
    op.create_index("ix_acts_subject", "acts", ["subject"])
    op.create_table(
        "api_tokens",
        sa.Column("token_id", sa.String(length=36), nullable=False),
        sa.Column("secret_hash", sa.LargeBinary(), nullable=False),
        sa.Column("party_id", sa.BigInteger()),
        sa.Column("scopes", sa.JSON(), nullable=False),
        sa.Column("label", sa.String(length=200), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True)),
        sa.Column("revoked_at", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("token_id", name=op.f("pk_api_tokens")),
        sa.UniqueConstraint("secret_hash", name=op.f("uq_api_tokens_secret_hash")),
    )
    op.create_table(
        "blocks",
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("parent_hash", sa.LargeBinary(), nullable=False),
        sa.Column("timestamp", sa.BigInteger(), nullable=False),
        sa.Column("receipts_root", sa.LargeBinary(), nullable=False),
        sa.Column("event_count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_blocks")),
        sa.UniqueConstraint("hash", name=op.f("uq_blocks_hash")),
    )
    op.create_table(
        "chain",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("chain_id", sa.BigInteger(), nullable=False),
        sa.Column("genesis_hash", sa.LargeBinary(), nullable=False),
        sa.Column("contract", sa.LargeBinary(), nullable=False),
        sa.Column("deployment_block", sa.BigInteger(), nullable=False),
        sa.Column("code_hash", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_chain_one_row")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_chain")),
    )
    op.create_table(
        "contents",
        sa.Column("commitment", sa.LargeBinary(), nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("salts", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("commitment", name=op.f("pk_contents")),
    )
    op.create_table(
        "cursor",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("epoch", sa.BigInteger(), nullable=False),
        sa.Column("finalized_number", sa.BigInteger(), nullable=False),
        sa.Column("finalized_hash", sa.LargeBinary(), nullable=False),
        sa.Column("halted_reason", sa.Text()),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("finalized_number <= number", name=op.f("ck_cursor_finality")),
        sa.CheckConstraint("id = 1", name=op.f("ck_cursor_one_row")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cursor")),
    )
    op.create_table(
        "documents",
        sa.Column("document", sa.LargeBinary(), nullable=False),
        sa.Column("subject", sa.BigInteger(), nullable=False),
        sa.Column("block_number", sa.BigInteger(), nullable=False),
        sa.Column("log_index", sa.Integer(), nullable=False),
        sa.Column("tx_hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("document", name=op.f("pk_documents")),
    )
    op.create_index("ix_documents_subject", "documents", ["subject"])
    op.create_table(
        "feed",
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(length=9), nullable=False),
        sa.Column("block_number", sa.BigInteger(), nullable=False),
        sa.Column("block_hash", sa.LargeBinary(), nullable=False),
        sa.Column("log_index", sa.Integer()),
        sa.Column("event", sa.String(length=24)),
        sa.Column("payload", sa.JSON()),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "kind IN ('applied', 'reverted', 'finalized')", name=op.f("ck_feed_kind")
        ),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_feed")),
    )
    op.create_table(
        "idempotency_keys",
        sa.Column("principal", sa.String(length=64), nullable=False),
        sa.Column("key", sa.String(length=255), nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.String(length=7), nullable=False),
        sa.Column("status_code", sa.Integer()),
        sa.Column("headers", sa.JSON()),
        sa.Column("body", sa.LargeBinary()),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("state IN ('running', 'done')", name=op.f("ck_idempotency_keys_state")),
        sa.PrimaryKeyConstraint("principal", "key", name=op.f("pk_idempotency_keys")),
    )
    op.create_index("ix_idempotency_keys_created_at", "idempotency_keys", ["created_at"])
    op.create_table(
        "items",
        sa.Column("item_key", sa.LargeBinary(), nullable=False),
        sa.Column("receipt_id", sa.BigInteger(), nullable=False),
        sa.Column("block_number", sa.BigInteger(), nullable=False),
        sa.Column("log_index", sa.Integer(), nullable=False),
        sa.Column("tx_hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("item_key", name=op.f("pk_items")),
    )
    op.create_index("ix_items_receipt_id", "items", ["receipt_id"])
    op.create_table(
        "keystores",
        sa.Column("address", sa.LargeBinary(), nullable=False),
        sa.Column("party_id", sa.BigInteger()),
        sa.Column("keystore", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("address", name=op.f("pk_keystores")),
    )
    op.create_index("ix_keystores_party_id", "keystores", ["party_id"])
    op.create_table(
        "lanes",
        sa.Column("address", sa.LargeBinary(), nullable=False),
        sa.Column("next_nonce", sa.BigInteger(), nullable=False),
        sa.Column("max_in_flight", sa.Integer(), nullable=False),
        sa.Column("paused_reason", sa.Text()),
        sa.PrimaryKeyConstraint("address", name=op.f("pk_lanes")),
    )
    op.create_table(
        "leases",
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.Column("holder", sa.String(length=64), nullable=False),
        sa.Column("epoch", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_leases")),
    )
    op.create_table(
        "page_items",
        sa.Column("place", sa.LargeBinary(), nullable=False),
        sa.Column("receipt_id", sa.BigInteger(), nullable=False),
        sa.Column("items", sa.LargeBinary(), nullable=False),
        sa.Column("block_number", sa.BigInteger(), nullable=False),
        sa.Column("log_index", sa.Integer(), nullable=False),
        sa.Column("tx_hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("place", name=op.f("pk_page_items")),
    )
    op.create_index("ix_page_items_receipt_id", "page_items", ["receipt_id"])
    op.create_table(
        "pages",
        sa.Column("page", sa.LargeBinary(), nullable=False),
        sa.Column("items", sa.LargeBinary(), nullable=False),
        sa.Column("block_number", sa.BigInteger(), nullable=False),
        sa.Column("log_index", sa.Integer(), nullable=False),
        sa.Column("tx_hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("page", name=op.f("pk_pages")),
    )
    op.create_table(
        "parties",
        sa.Column("party_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("roles", sa.Integer(), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("key_count", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("is_vetoed", sa.Boolean(), nullable=False),
        sa.Column("notice_day", sa.Integer()),
        sa.Column("recovery_key", sa.LargeBinary()),
        sa.Column("profile", sa.LargeBinary(), nullable=False),
        sa.Column("block_number", sa.BigInteger(), nullable=False),
        sa.Column("log_index", sa.Integer(), nullable=False),
        sa.Column("tx_hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("party_id", name=op.f("pk_parties")),
    )
    op.create_table(
        "party_keys",
        sa.Column("key", sa.LargeBinary(), nullable=False),
        sa.Column("party_id", sa.BigInteger(), nullable=False),
        sa.Column("block_number", sa.BigInteger(), nullable=False),
        sa.Column("log_index", sa.Integer(), nullable=False),
        sa.Column("tx_hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_party_keys")),
    )
    op.create_index("ix_party_keys_party_id", "party_keys", ["party_id"])
    op.create_table(
        "pools",
        sa.Column("pool_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("warehouse_id", sa.BigInteger(), nullable=False),
        sa.Column("is_serialised", sa.Boolean(), nullable=False),
        sa.Column("is_paged", sa.Boolean(), nullable=False),
        sa.Column("is_bonded", sa.Boolean(), nullable=False),
        sa.Column("is_non_negotiable", sa.Boolean(), nullable=False),
        sa.Column("is_paused", sa.Boolean(), nullable=False),
        sa.Column("is_sealed", sa.Boolean(), nullable=False),
        sa.Column("attestation_days", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("attestation_day", sa.Integer(), nullable=False),
        sa.Column("next_serial", sa.BigInteger(), nullable=False),
        sa.Column("quantity_capacity", sa.BigInteger(), nullable=False),
        sa.Column("quantity_attested", sa.BigInteger(), nullable=False),
        sa.Column("quantity_receipted", sa.BigInteger(), nullable=False),
        sa.Column("description", sa.LargeBinary(), nullable=False),
        sa.Column("inspector_id", sa.BigInteger()),
        sa.Column("evidence", sa.LargeBinary()),
        sa.Column("block_number", sa.BigInteger(), nullable=False),
        sa.Column("log_index", sa.Integer(), nullable=False),
        sa.Column("tx_hash", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint(
            "quantity_receipted <= quantity_attested AND quantity_attested <= quantity_capacity",
            name=op.f("ck_pools_quantities"),
        ),
        sa.PrimaryKeyConstraint("pool_id", name=op.f("pk_pools")),
    )
    op.create_index("ix_pools_warehouse_id", "pools", ["warehouse_id"])
    op.create_table(
        "receipts",
        sa.Column("receipt_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("pool_id", sa.BigInteger(), nullable=False),
        sa.Column("serial", sa.BigInteger(), nullable=False),
        sa.Column("status", sa.String(length=11), nullable=False),
        sa.Column("claimed", sa.Boolean(), nullable=False),
        sa.Column("encumbered", sa.Boolean(), nullable=False),
        sa.Column("in_default", sa.Boolean(), nullable=False),
        sa.Column("frozen", sa.Boolean(), nullable=False),
        sa.Column("paper", sa.Boolean(), nullable=False),
        sa.Column("holder_id", sa.BigInteger(), nullable=False),
        sa.Column("pledgee_id", sa.BigInteger()),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("storage_day", sa.Integer(), nullable=False),
        sa.Column("maturity_day", sa.Integer()),
        sa.Column("word", sa.LargeBinary(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("terms", sa.LargeBinary()),
        sa.Column("pledged_at_block", sa.BigInteger()),
        sa.Column("origin_id", sa.BigInteger()),
        sa.Column("block_number", sa.BigInteger(), nullable=False),
        sa.Column("log_index", sa.Integer(), nullable=False),
        sa.Column("tx_hash", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint(
            "status IN ('open', 'delivered', 'merged', 'replaced', 'cancelled', 'written_off')",
            name=op.f("ck_receipts_status"),
        ),
        sa.CheckConstraint(
            "encumbered = (pledgee_id IS NOT NULL) AND encumbered = (maturity_day IS NOT "
            "NULL) AND encumbered = (terms IS NOT NULL) AND encumbered = (pledged_at_block "
            "IS NOT NULL)",
            name=op.f("ck_receipts_pledge"),
        ),
        sa.PrimaryKeyConstraint("receipt_id", name=op.f("pk_receipts")),
        sa.UniqueConstraint("pool_id", "serial", name=op.f("uq_receipts_pool_id_serial")),
    )
    op.create_index("ix_receipts_holder_id_receipt_id", "receipts", ["holder_id", "receipt_id"])
    op.create_index("ix_receipts_pledgee_id_receipt_id", "receipts", ["pledgee_id", "receipt_id"])
    op.create_table(
        "refusals",
        sa.Column("refusal_id", sa.String(length=36), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("source", sa.String(length=8), nullable=False),
        sa.Column("party_id", sa.BigInteger()),
        sa.Column("verb", sa.String(length=24), nullable=False),
        sa.Column("subject", sa.BigInteger()),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("detail", sa.JSON()),
        sa.Column("digest", sa.LargeBinary()),
        sa.Column("act_id", sa.String(length=36)),
        sa.Column("evidence", sa.JSON()),
        sa.CheckConstraint(
            "source IN ('api', 'contract', 'chain')", name=op.f("ck_refusals_source")
        ),
        sa.PrimaryKeyConstraint("refusal_id", name=op.f("pk_refusals")),
    )
    op.create_index("ix_refusals_at", "refusals", ["at"])
    op.create_index("ix_refusals_digest", "refusals", ["digest"])
    op.create_index("ix_refusals_subject", "refusals", ["subject"])
    op.create_table(
        "undo",
        sa.Column("id", ROW_NUMBER, nullable=False),
        sa.Column("block_number", sa.BigInteger(), nullable=False),
        sa.Column("table_name", sa.String(length=16), nullable=False),
        sa.Column("key", sa.JSON(), nullable=False),
        sa.Column("before", sa.JSON()),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_undo")),
    )
    op.create_index("ix_undo_block_number", "undo", ["block_number"])
    op.create_table(
        "act_receipts",
        sa.Column("act_id", sa.String(length=36), nullable=False),
        sa.Column("receipt_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(["act_id"], ["acts.act_id"], name=op.f("fk_act_receipts_act_id")),
        sa.PrimaryKeyConstraint("act_id", "receipt_id", name=op.f("pk_act_receipts")),
    )
    op.create_index("ix_act_receipts_receipt_id", "act_receipts", ["receipt_id"])
    op.create_table(
        "act_signers",
        sa.Column("act_id", sa.String(length=36), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("party_id", sa.BigInteger()),
        sa.Column("role", sa.Integer(), nullable=False),
        sa.Column("signature", sa.LargeBinary()),
        sa.Column("key", sa.LargeBinary()),
        sa.Column("signed_at", sa.DateTime(timezone=True)),
        sa.ForeignKeyConstraint(["act_id"], ["acts.act_id"], name=op.f("fk_act_signers_act_id")),
        sa.PrimaryKeyConstraint("act_id", "position", name=op.f("pk_act_signers")),
    )
    op.create_index("ix_act_signers_party_id", "act_signers", ["party_id"])
    op.create_table(
        "events",
        sa.Column("block_number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("log_index", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("tx_hash", sa.LargeBinary(), nullable=False),
        sa.Column("tx_index", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("subject", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["block_number"], ["blocks.number"], name=op.f("fk_events_block_number")
        ),
        sa.PrimaryKeyConstraint("block_number", "log_index", name=op.f("pk_events")),
    )
    op.create_index(
        "ix_events_subject_block_number_log_index",
        "events",
        ["subject", "block_number", "log_index"],
    )
    op.create_table(
        "key_uses",
        sa.Column("id", ROW_NUMBER, nullable=False),
        sa.Column("address", sa.LargeBinary(), nullable=False),
        sa.Column("act_id", sa.String(length=36), nullable=False),
        sa.Column("token_id", sa.String(length=36)),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["act_id"], ["acts.act_id"], name=op.f("fk_key_uses_act_id")),
        sa.ForeignKeyConstraint(
            ["address"], ["keystores.address"], name=op.f("fk_key_uses_address")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_key_uses")),
    )
    op.create_index("ix_key_uses_address", "key_uses", ["address"])
    op.create_table(
        "pledge_slots",
        sa.Column("receipt_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("act_id", sa.String(length=36), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["act_id"], ["acts.act_id"], name=op.f("fk_pledge_slots_act_id")),
        sa.PrimaryKeyConstraint("receipt_id", name=op.f("pk_pledge_slots")),
    )
    op.create_index("ix_pledge_slots_act_id", "pledge_slots", ["act_id"])
    op.create_table(
        "relay_transactions",
        sa.Column("transaction_id", ROW_NUMBER, nullable=False),
        sa.Column("lane", sa.LargeBinary(), nullable=False),
        sa.Column("nonce", sa.BigInteger(), nullable=False),
        sa.Column("purpose", sa.String(length=6), nullable=False),
        sa.Column("status", sa.String(length=8), nullable=False),
        sa.Column("gas_limit", sa.BigInteger(), nullable=False),
        sa.Column("calldata", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("mined_block", sa.BigInteger()),
        sa.Column("mined_hash", sa.LargeBinary()),
        sa.CheckConstraint(
            "purpose IN ('acts', 'filler')", name=op.f("ck_relay_transactions_purpose")
        ),
        sa.CheckConstraint(
            "status IN ('prepared', 'sent', 'mined', 'final')",
            name=op.f("ck_relay_transactions_status"),
        ),
        sa.ForeignKeyConstraint(
            ["lane"], ["lanes.address"], name=op.f("fk_relay_transactions_lane")
        ),
        sa.PrimaryKeyConstraint("transaction_id", name=op.f("pk_relay_transactions")),
        sa.UniqueConstraint("lane", "nonce", name=op.f("uq_relay_transactions_lane_nonce")),
    )
    op.create_index(
        "ix_relay_transactions_status_transaction_id",
        "relay_transactions",
        ["status", "transaction_id"],
    )
    op.create_table(
        "relay_acts",
        sa.Column("transaction_id", ROW_NUMBER, nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("act_id", sa.String(length=36), nullable=False),
        sa.ForeignKeyConstraint(["act_id"], ["acts.act_id"], name=op.f("fk_relay_acts_act_id")),
        sa.ForeignKeyConstraint(
            ["transaction_id"],
            ["relay_transactions.transaction_id"],
            name=op.f("fk_relay_acts_transaction_id"),
        ),
        sa.PrimaryKeyConstraint("transaction_id", "position", name=op.f("pk_relay_acts")),
        sa.UniqueConstraint("act_id", name=op.f("uq_relay_acts_act_id")),
    )
    op.create_table(
        "relay_attempts",
        sa.Column("tx_hash", sa.LargeBinary(), nullable=False),
        sa.Column("transaction_id", ROW_NUMBER, nullable=False),
        sa.Column("raw", sa.LargeBinary(), nullable=False),
        sa.Column("max_fee", sa.BigInteger(), nullable=False),
        sa.Column("priority_fee", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_sent_at", sa.DateTime(timezone=True)),
        sa.Column("send_count", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["transaction_id"],
            ["relay_transactions.transaction_id"],
            name=op.f("fk_relay_attempts_transaction_id"),
        ),
        sa.PrimaryKeyConstraint("tx_hash", name=op.f("pk_relay_attempts")),
    )
    op.create_index("ix_relay_attempts_transaction_id", "relay_attempts", ["transaction_id"])


def downgrade() -> None:
    op.drop_table("relay_attempts")
    op.drop_table("relay_acts")
    op.drop_table("relay_transactions")
    op.drop_table("pledge_slots")
    op.drop_table("key_uses")
    op.drop_table("events")
    op.drop_table("act_signers")
    op.drop_table("act_receipts")
    op.drop_table("undo")
    op.drop_table("refusals")
    op.drop_table("receipts")
    op.drop_table("pools")
    op.drop_table("party_keys")
    op.drop_table("parties")
    op.drop_table("pages")
    op.drop_table("page_items")
    op.drop_table("leases")
    op.drop_table("lanes")
    op.drop_table("keystores")
    op.drop_table("items")
    op.drop_table("idempotency_keys")
    op.drop_table("feed")
    op.drop_table("documents")
    op.drop_table("cursor")
    op.drop_table("contents")
    op.drop_table("chain")
    op.drop_table("blocks")
    op.drop_table("api_tokens")
    op.drop_table("acts")
