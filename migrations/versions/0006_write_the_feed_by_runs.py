"""Write the feed by runs: events of a block that follow one another share a row.

What stands in it is a run of one each, and stays so.
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "feed", sa.Column("entry_count", sa.Integer(), nullable=False, server_default="1")
    )


def downgrade() -> None:
    # The release before looks for the event of each number in a row of its own.
    op.execute(
        "INSERT INTO feed (seq, kind, block_number, block_hash, log_index, event, at)"
        " SELECT feed.seq - feed.entry_count + 1 + events.log_index - feed.log_index, feed.kind,"
        " feed.block_number, feed.block_hash, events.log_index, events.kind, feed.at"
        " FROM feed JOIN events ON events.block_number = feed.block_number"
        " AND events.log_index >= feed.log_index"
        " AND events.log_index < feed.log_index + feed.entry_count - 1"
        " WHERE feed.kind = 'applied' AND feed.entry_count > 1"
    )
    op.execute(
        "UPDATE feed SET log_index = log_index + entry_count - 1, event ="
        " (SELECT events.kind FROM events WHERE events.block_number = feed.block_number"
        " AND events.log_index = feed.log_index + feed.entry_count - 1)"
        " WHERE kind = 'applied' AND event IS NULL"
    )
    op.drop_column("feed", "entry_count")
