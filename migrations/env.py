"""Runs migrations on the connection that receipts_ledger.store.migrate hands over.

From the command line, in the repository, on the database that RECEIPTS_LEDGER_DATABASE_URL names,
or `-x url=` before it: `alembic -x url=sqlite:///ledger.db revision --autogenerate -m "..."`.
"""

from alembic import context
from sqlalchemy import Connection

from receipts_ledger.errors import Fatal
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
    try:
        engine = open_engine(_url())
    except Fatal as error:
        raise SystemExit(str(error)) from None
    with engine.begin() as connection:
        _run(connection)
    engine.dispose()


def _url() -> str:
    given = context.get_x_argument(as_dictionary=True).get("url")
    if given is not None:
        return given
    # What hands a connection over stands below the settings, and needs none of them.
    from receipts_ledger.config import database_url_given

    named = database_url_given()
    if named is None:
        raise Fatal(
            "say which database: set RECEIPTS_LEDGER_DATABASE_URL, or alembic -x "
            "url=sqlite:///ledger.db ..."
        )
    return named


_connect_and_run()
