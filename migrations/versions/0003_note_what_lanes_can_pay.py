"""Note what lanes can pay."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "lane_funds",
        sa.Column("lane", sa.LargeBinary(), nullable=False),
        sa.Column("balance_wei", sa.LargeBinary(), nullable=False),
        sa.Column("needed_wei", sa.LargeBinary(), nullable=False),
        sa.Column("wanted_wei", sa.LargeBinary(), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["lane"], ["lanes.address"], name=op.f("fk_lane_funds_lane_lanes")),
        sa.PrimaryKeyConstraint("lane", name=op.f("pk_lane_funds")),
    )


def downgrade() -> None:
    op.drop_table("lane_funds")
