"""Ponder on PostgreSQL: its configuration lies beside this file."""

from collections.abc import Callable
from http import HTTPStatus
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from psycopg import sql

from benchmarks.index.given import Given
from benchmarks.index.peers.environment import environment
from benchmarks.index.peers.installed import node_itself, npm_workplace
from benchmarks.index.peers.peer import Start
from benchmarks.index.states import Found, found_by_sql
from benchmarks.index.task import Task
from benchmarks.index.watch import Command
from receipts_ledger.chain.local_node import free_port

_SCHEMA = "peer"
_EVENTS = sql.SQL("SELECT count(*) FROM peer.event")
_STATES = sql.SQL("SELECT id, holder, pledgee, version, word FROM peer.receipt")
_ANSWER_SECONDS = 5.0


class Ponder:
    """`ponder start`, up to the end block of its contract. It stays up; /ready says when."""

    task = Task.PONDER

    def install(self) -> None:
        """Install what its lock file names. Raises Absent."""
        npm_workplace(Path(__file__).parent)

    def start(self, given: Given, scratch: Path) -> Start:
        """Start with an empty database: Ponder makes its own tables."""
        workplace = npm_workplace(Path(__file__).parent)
        port = free_port()
        arguments = (
            *(node_itself(), str(workplace / "node_modules/ponder/dist/esm/bin/ponder.js")),
            *("start", "--schema", _SCHEMA, "--log-level", "warn"),
            *("--hostname", "127.0.0.1", "--port", str(port)),
        )
        variables = {
            **environment(given, scratch),
            "DATABASE_URL": given.database_url,
            "PONDER_TELEMETRY_DISABLED": "true",
        }
        return Start(Command(arguments, workplace, variables), _answers(f"http://127.0.0.1:{port}"))

    def found(self, given: Given, scratch: Path) -> Found:
        """Return what is in its tables."""
        return found_by_sql(given.database_url, events=_EVENTS, states=_STATES)


def _answers(url: str) -> Callable[[], bool]:
    def is_ready() -> bool:
        try:
            with urlopen(f"{url}/ready", timeout=_ANSWER_SECONDS) as answer:  # noqa: S310
                return bool(answer.status == HTTPStatus.OK)
        except (URLError, OSError):
            return False

    return is_ready
