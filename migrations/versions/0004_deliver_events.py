"""Deliver events to those who subscribe."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "subscriptions",
        sa.Column("subscription_id", sa.String(36), nullable=False),
        sa.Column("party_id", sa.BigInteger()),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("finality", sa.String(5), nullable=False),
        sa.Column("about", sa.String(3), nullable=False),
        sa.Column("events", sa.JSON()),
        sa.Column("receipt_id", sa.BigInteger()),
        sa.Column("pool_id", sa.BigInteger()),
        sa.Column("state", sa.String(8), nullable=False),
        sa.Column("reason", sa.Text()),
        sa.Column("cursor_seq", sa.BigInteger(), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("former_until", sa.DateTime(timezone=True)),
        sa.Column("sealing_key", sa.LargeBinary(), nullable=False),
        sa.Column("claim", sa.BigInteger(), nullable=False),
        sa.Column("claimed_until", sa.DateTime(timezone=True)),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("failing_since", sa.DateTime(timezone=True)),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("delivered_total", sa.BigInteger(), nullable=False),
        sa.Column("failed_total", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "finality IN ('mined', 'final')", name=op.f("ck_subscriptions_finality")
        ),
        sa.CheckConstraint("about IN ('own', 'all')", name=op.f("ck_subscriptions_about")),
        sa.CheckConstraint(
            "state IN ('active', 'paused', 'disabled')", name=op.f("ck_subscriptions_state")
        ),
        sa.ForeignKeyConstraint(
            ["sealing_key"],
            ["keystores.address"],
            name=op.f("fk_subscriptions_sealing_key_keystores"),
        ),
        sa.PrimaryKeyConstraint("subscription_id", name=op.f("pk_subscriptions")),
    )
    op.create_index(op.f("ix_subscriptions_party_id"), "subscriptions", ["party_id"])


def downgrade() -> None:
    op.drop_table("subscriptions")
