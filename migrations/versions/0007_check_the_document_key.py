"""Keep a check value of the document key in the ledger's row, so that another key is noticed.

Migrations know no key: the value is missing until a gateway opens the ledger.
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("chain", sa.Column("document_key_check", sa.LargeBinary()))


def downgrade() -> None:
    op.drop_column("chain", "document_key_check")
