"""Brings a database to the schema of this release. What the schema is stands in migrations/."""

from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, text

from receipts_ledger.errors import Fatal
from receipts_ledger.store.units import Database, translated

_Verb: TypeAlias = Callable[[Config, str], None]

# Any number; the same in all replicas, so that one of them migrates and the others wait.
_ADVISORY_LOCK = 0x52_4C_4D_49


def upgrade(url: str, revision: str = "head") -> None:
    """Migrate up, creating what is missing. Safe to call from several replicas at once.

    Raises Retryable when the database is away, Fatal for a URL that is none of ours, or when
    the schema is of a later release.
    """
    _migrate(url, command.upgrade, revision)


def downgrade(url: str, revision: str) -> None:
    """Migrate down to a revision; `base` removes every table."""
    _migrate(url, command.downgrade, revision)


def at_head(engine: Engine) -> bool:
    """Tell whether the schema is that of this release."""
    with translated(), engine.connect() as connection:
        found = MigrationContext.configure(connection).get_current_heads()
    return set(found) == set(ScriptDirectory.from_config(configuration()).get_heads())


def expect_no_later(engine: Engine) -> None:
    """Raise Fatal when the schema is of a later release, which this one knows nothing of."""
    with translated(), engine.connect() as connection:
        _expect_no_later(connection)


def knows(revision: str) -> bool:
    """Tell whether a schema is of this release or one before it."""
    scripts = ScriptDirectory.from_config(configuration())
    return revision in {script.revision for script in scripts.walk_revisions()}


def configuration() -> Config:
    """Return the Alembic configuration. Raises Fatal when the migrations are not installed."""
    package = Path(__file__).resolve().parents[1]
    # In a wheel they travel inside the package, in the repository they lie beside it.
    for folder in (package / "migrations", package.parent / "migrations"):
        if (folder / "env.py").is_file():
            config = Config()
            config.set_main_option("script_location", str(folder).replace("%", "%%"))
            config.set_main_option("path_separator", "os")
            return config
    raise Fatal(f"no migrations beside {package}: the installation is incomplete")


def _migrate(url: str, verb: _Verb, revision: str) -> None:
    config = configuration()
    database = Database.open(url)
    try:
        with translated(), database.engine.begin() as connection:
            _lock(connection)
            _expect_no_later(connection)
            config.attributes["connection"] = connection
            verb(config, revision)
    finally:
        database.close()


def _expect_no_later(connection: Connection) -> None:
    for revision in MigrationContext.configure(connection).get_current_heads():
        if not knows(revision):
            raise Fatal(
                f"the database has the schema of a later release ({revision}): start that release, "
                "or restore a backup from before it"
            )


def _lock(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _ADVISORY_LOCK})
