"""What an index holds in the end, so that all can be seen to have done the same work."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

import psycopg
from psycopg import sql

from benchmarks.index.watch import Failed


class State(NamedTuple):
    """A receipt as its last event left it. No pledgee is 0."""

    holder: int
    pledgee: int
    version: int
    word: int


States: TypeAlias = Mapping[int, State]


@dataclass(frozen=True, slots=True)
class Found:
    """Rows of events, and the state of each receipt; None for what keeps no state."""

    events: int
    states: States | None


def found_by_sql(database_url: str, *, events: sql.SQL, states: sql.SQL) -> Found:
    """Ask for the number of events, and for receipts as rows of number and state.

    Raises Failed.
    """
    try:
        with psycopg.connect(database_url) as connection:
            (counted,) = connection.execute(events).fetchone() or (0,)
            rows = connection.execute(states).fetchall()
    except psycopg.Error as error:
        raise Failed(f"its tables cannot be read: {error}") from error
    return Found(int(counted), {int(row[0]): State(*map(int, row[1:])) for row in rows})
