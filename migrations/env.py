"""Runs migrations on the connection that receipts_ledger.store.migrate hands over.

From the command line: `alembic -x url=sqlite:///ledger.db revision --autogenerate -m "..."`.
"""

from alembic import context
from sqlalchemy import Connection

from receipts_ledger.store.engine import open_engine
from receipts_ledger.store.tables import metadata


def _run(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=metadata,
        compare_type=True,
        # SQLite cannot alter a constraint in place; there the table is copied.
        render_as_batch=connection.dialect.name == "sqlite",
    )
    with context.begin_transaction():
        context.run_migrations()


def _connect_and_run() -> None:
    given = context.config.attributes.get("connection")
    if given is not None:
        _run(given)
        return
    url = context.get_x_argument(as_dictionary=True).get("url")
    if url is None:
        raise SystemExit("say which database: alembic -x url=sqlite:///ledger.db ...")
    engine = open_engine(url)
    with engine.begin() as connection:
        _run(connection)
    engine.dispose()


_connect_and_run()
