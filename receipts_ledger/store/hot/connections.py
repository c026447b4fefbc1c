"""Connections of a driver for an event loop, opened when needed and kept.

What a hot route asks is here asked with `await`, whichever engine answers. After any fault a
connection is given up, and the next use opens another.
"""

from collections.abc import Callable, Mapping
from enum import Enum, auto
from typing import Any, Protocol, TypeAlias

from sqlalchemy import Engine

from receipts_ledger.store.hot.statement import Statement

Rows: TypeAlias = list[list[Any]]


class Access(Enum):
    """What a connection is for. Commits of a writer are as durable as everybody's."""

    READ = auto()
    WRITE = auto()


class Connections(Protocol):
    """Ways to one database."""

    @property
    def engine(self) -> Engine:
        """The engine above, whose database, dialect and types these share."""

    async def rows(
        self,
        statement: Statement,
        values: Mapping[str, object],
        meanwhile: Callable[[], None] | None = None,
    ) -> Rows:
        """Return all rows of a statement. Raises Retryable for whatever the driver raises.

        `meanwhile` is done once, before the rows are there.
        """

    def close(self) -> None:
        """Give all up that are not in use."""
