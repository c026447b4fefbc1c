"""Hold the indexer's rows once: drop a foreign key and a key that say what others say.

Events and their blocks are written in one transaction by one writer, and the audit compares
both with the chain; a receipt's number is its pool and its serial, so that its primary key
holds them already. Both were looked up again for every event of a catch-up.
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

FOREIGN_KEY = "fk_events_block_number"
UNIQUE = "uq_receipts_pool_id_serial"


def upgrade() -> None:
    with op.batch_alter_table("events", copy_from=_events(_to_blocks())) as events:
        events.drop_constraint(FOREIGN_KEY, type_="foreignkey")
    with op.batch_alter_table("receipts", copy_from=_receipts(_by_serial())) as receipts:
        receipts.drop_constraint(UNIQUE, type_="unique")


def downgrade() -> None:
    with op.batch_alter_table("receipts", copy_from=_receipts()) as receipts:
        receipts.create_unique_constraint(UNIQUE, ["pool_id", "serial"])
    with op.batch_alter_table("events", copy_from=_events()) as events:
        events.create_foreign_key(FOREIGN_KEY, "blocks", ["block_number"], ["number"])


def _to_blocks() -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["block_number"], ["blocks.number"], name=FOREIGN_KEY)


def _by_serial() -> sa.UniqueConstraint:
    return sa.UniqueConstraint("pool_id", "serial", name=UNIQUE)


# SQLite alters no constraint in place but copies the table, and of a table that is there it
# does not tell the checks.
def _events(*constraints: sa.Constraint) -> sa.Table:
    metadata = sa.MetaData()
    sa.Table("blocks", metadata, sa.Column("number", sa.BigInteger(), primary_key=True))
    return sa.Table(
        "events",
        metadata,
        sa.Column("block_number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("log_index", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("tx_hash", sa.LargeBinary(), nullable=False),
        sa.Column("tx_index", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("subject", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("block_number", "log_index", name="pk_events"),
        sa.Index(
            "ix_events_subject_block_number_log_index", "subject", "block_number", "log_index"
        ),
        *constraints,
    )


def _receipts(*constraints: sa.Constraint) -> sa.Table:
    return sa.Table(
        "receipts",
        sa.MetaData(),
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
            name="ck_receipts_status",
        ),
        sa.CheckConstraint(
            "encumbered = (pledgee_id IS NOT NULL) AND encumbered = (maturity_day IS NOT "
            "NULL) AND encumbered = (terms IS NOT NULL) AND encumbered = (pledged_at_block "
            "IS NOT NULL)",
            name="ck_receipts_pledge",
        ),
        sa.PrimaryKeyConstraint("receipt_id", name="pk_receipts"),
        sa.Index("ix_receipts_holder_id_receipt_id", "holder_id", "receipt_id"),
        sa.Index("ix_receipts_pledgee_id_receipt_id", "pledgee_id", "receipt_id"),
        *constraints,
    )
