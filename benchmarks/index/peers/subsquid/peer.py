"""A squid on PostgreSQL that reads from the node alone: its code lies beside this file."""

from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import psycopg
from psycopg import sql

from benchmarks.index.given import Given
from benchmarks.index.peers.environment import environment
from benchmarks.index.peers.installed import node_itself, npm_workplace
from benchmarks.index.peers.peer import Start
from benchmarks.index.states import Found, found_by_sql
from benchmarks.index.task import Task
from benchmarks.index.watch import Command

_EVENTS = sql.SQL("SELECT count(*) FROM event")
_STATES = sql.SQL("SELECT id, holder, pledgee, version, word FROM receipt")


class Subsquid:
    """The processor ends by itself at the last block of its range."""

    task = Task.SUBSQUID

    def install(self) -> None:
        """Install what its lock file names. Raises Absent."""
        npm_workplace(Path(__file__).parent)

    def start(self, given: Given, scratch: Path) -> Start:
        """Make its tables, as its migrations would, and return how it starts."""
        workplace = npm_workplace(Path(__file__).parent)
        with psycopg.connect(given.database_url) as connection:
            connection.execute((workplace / "schema.sql").read_bytes())
        url = urlsplit(given.database_url)
        variables = {
            **environment(given, scratch),
            "DB_HOST": parse_qs(url.query)["host"][0],
            "DB_USER": url.username or "",
            "DB_NAME": url.path.lstrip("/"),
            "SQD_LEVEL": "WARN",
        }
        arguments = (node_itself(), str(workplace / "lib/main.js"))
        return Start(Command(arguments, workplace, variables))

    def found(self, given: Given, scratch: Path) -> Found:
        """Return what is in its tables."""
        return found_by_sql(given.database_url, events=_EVENTS, states=_STATES)
