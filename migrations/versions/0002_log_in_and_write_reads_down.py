"""Log in with a key, and write down who reads what.

A session is an api token that a key has made. Tokens that could write so far could also have the
gateway sign with a kept key: that is a scope of its own now, and they keep it.
"""

from collections.abc import Callable

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

# SQLite hands out numbers for INTEGER alone.
ROW_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

_NEW_SCOPE = "sign"


def upgrade() -> None:
    op.add_column("api_tokens", sa.Column("key", sa.LargeBinary()))
    op.add_column("api_tokens", sa.Column("last_used_at", sa.DateTime(timezone=True)))
    _rewrite_scopes(lambda scopes: {*scopes, _NEW_SCOPE} if "write" in scopes else scopes)
    op.create_table(
        "login_nonces",
        sa.Column("nonce", sa.String(length=64), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("nonce", name=op.f("pk_login_nonces")),
    )
    op.create_index("ix_login_nonces_expires_at", "login_nonces", ["expires_at"])
    op.create_table(
        "content_reads",
        sa.Column("id", ROW_NUMBER, nullable=False),
        sa.Column("token_id", sa.String(length=36), nullable=False),
        sa.Column("party_id", sa.BigInteger()),
        sa.Column("receipt_id", sa.BigInteger()),
        sa.Column("act_id", sa.String(length=36)),
        sa.Column("first_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(receipt_id IS NULL) <> (act_id IS NULL)", name=op.f("ck_content_reads_subject")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_content_reads")),
    )
    for column in ("party_id", "receipt_id", "act_id", "first_at"):
        op.create_index(f"ix_content_reads_{column}", "content_reads", [column])


def downgrade() -> None:
    op.drop_table("content_reads")
    op.drop_table("login_nonces")
    # The release before would take a session for an api token, whatever became of its key.
    op.execute("DELETE FROM api_tokens WHERE key IS NOT NULL")
    _rewrite_scopes(lambda scopes: scopes - {_NEW_SCOPE})
    op.drop_column("api_tokens", "last_used_at")
    op.drop_column("api_tokens", "key")


def _rewrite_scopes(change: Callable[[set[str]], set[str]]) -> None:
    tokens = sa.table("api_tokens", sa.column("token_id"), sa.column("scopes", sa.JSON()))
    connection = op.get_bind()
    for token_id, scopes in connection.execute(sa.select(tokens.c.token_id, tokens.c.scopes)).all():
        changed = sorted(change(set(scopes)))
        if changed != sorted(scopes):
            connection.execute(
                tokens.update().where(tokens.c.token_id == token_id).values(scopes=changed)
            )
