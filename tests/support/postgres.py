"""A PostgreSQL cluster of the tests' own, on a socket in a temporary folder.

PostgreSQL refuses to run as root; as root the cluster belongs to the user postgres.
"""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

import psycopg
from psycopg import sql

_USER = "postgres"
_PORT = 5432
_START_SECONDS = 60.0
_STOP_SECONDS = 20.0
# The pipe on stdin ends with the process that holds it, even when that one is killed.
_UNTIL_STDIN_ENDS = """
exec 3<&0
"$@" </dev/null 3<&- &
cat <&3 >/dev/null
# After a crash another server runs here than the one that was started first.
kill -INT "$(head -n 1 cluster/postmaster.pid)"
while [ -e cluster/postmaster.pid ]; do sleep 0.05; done
rm -rf cluster
"""
# Durable against killed clients, which the tests do; not against a power cut.
_SETTINGS = (
    "listen_addresses=",
    "fsync=off",
    "full_page_writes=off",
    "max_connections=200",
    "shared_buffers=64MB",
    "autovacuum=off",
)


class PostgresCluster:
    """Starts on entry, ends with every process on exit. Databases are made on demand.

    One that is to be crashed has to keep its promises: a commit it has told of must be in
    the hands of the operating system by then, or the crash forgets it. Settings that are
    given, such as `fsync=on`, come after those of the tests.
    """

    def __init__(self, *settings: str, keeps_promises: bool = False) -> None:
        promised = f"synchronous_commit={'on' if keeps_promises else 'off'}"
        self._settings = (*_SETTINGS, promised, *settings)
        # The socket's path must be short, so it does not lie in pytest's folders.
        self._folder = Path(tempfile.mkdtemp(prefix="rl-pg-", dir="/tmp"))
        self._server: subprocess.Popen[bytes] | None = None
        self._made = 0

    def __enter__(self) -> Self:
        if os.geteuid() == 0:
            shutil.chown(self._folder, _USER, _USER)
        try:
            self._start()
        except BaseException:
            self._stop()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stop()

    def url(self, database: str) -> str:
        """Return the URL of a database in this cluster."""
        return f"postgresql://{_USER}@/{database}?host={self._folder}"

    def url_by_tcp(self, database: str, port: int) -> str:
        """Return the URL of a database behind a loopback port that leads to the socket."""
        return f"postgresql://{_USER}@127.0.0.1:{port}/{database}"

    @property
    def socket(self) -> Path:
        """The socket on which the server listens."""
        return self._folder / f".s.PGSQL.{_PORT}"

    def create(self, template: str | None = None) -> str:
        """Create a database, empty or as a copy of another, and return its name."""
        self._made += 1
        name = f"ledger_{self._made}"
        copied = sql.SQL("TEMPLATE {}").format(sql.Identifier(template or "template1"))
        self._admin(sql.SQL("CREATE DATABASE {} {}").format(sql.Identifier(name), copied))
        return name

    def drop(self, database: str) -> None:
        """Drop a database together with its connections."""
        self._admin(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(database)))

    def crash(self) -> None:
        """Kill the server and all its connections at once; nothing is written down before."""
        self._control("stop", "-m", "immediate")

    def recover(self) -> None:
        """Start the crashed server again: it replays its log."""
        options = " ".join(f"-c {setting}" for setting in self._settings)
        options += f" -k {self._folder} -p {_PORT}"
        self._control("start", "-o", options, "-l", str(self._folder / "log"))
        self._wait_until_up()

    def _control(self, verb: str, *options: str) -> None:
        cluster = str(self._folder / "cluster")
        self._run(_binaries() / "pg_ctl", verb, "--wait", "-D", cluster, *options)

    def _admin(self, statement: sql.SQL | sql.Composed) -> None:
        with psycopg.connect(
            host=str(self._folder), dbname="postgres", user=_USER, autocommit=True
        ) as connection:
            connection.execute(statement)

    def _start(self) -> None:
        binaries = _binaries()
        cluster = self._folder / "cluster"
        self._run(
            binaries / "initdb",
            *("--pgdata", str(cluster), "--username", _USER, "--auth", "trust"),
            *("--encoding", "UTF8", "--locale", "C.UTF-8", "--no-sync"),
        )
        settings = [part for setting in self._settings for part in ("-c", setting)]
        self._server = subprocess.Popen(
            _as_owner(
                *("sh", "-c", _UNTIL_STDIN_ENDS, "sh", str(binaries / "postgres")),
                *("-D", str(cluster), "-k", str(self._folder), "-p", str(_PORT), *settings),
            ),
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            cwd=self._folder,
        )
        self._wait_until_up()

    def _wait_until_up(self) -> None:
        deadline = time.monotonic() + _START_SECONDS
        while True:
            try:
                self._admin(sql.SQL("SELECT 1"))
            except psycopg.OperationalError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.05)
            else:
                return

    def _run(self, *command: object) -> None:
        done = subprocess.run(
            _as_owner(*command), capture_output=True, check=False, cwd=self._folder
        )
        if done.returncode != 0:
            raise RuntimeError(f"{command[0]} failed: {done.stderr.decode()}")

    def _stop(self) -> None:
        if self._server is not None and self._server.stdin is not None:
            self._server.stdin.close()
            try:
                self._server.wait(_STOP_SECONDS)
            except subprocess.TimeoutExpired:
                os.killpg(self._server.pid, signal.SIGKILL)
                self._server.wait()
        shutil.rmtree(self._folder, ignore_errors=True)


def _binaries() -> Path:
    """Return the folder with initdb: the newest of Debian's versioned ones, or that on PATH."""
    versioned = sorted(
        Path("/usr/lib/postgresql").glob("*/bin/initdb"),
        key=lambda path: int(path.parts[-3]),
    )
    if versioned:
        return versioned[-1].parent
    found = shutil.which("initdb")
    if found is None:
        raise RuntimeError("no initdb: run scripts/ensure_postgres.sh")
    return Path(found).parent


def _as_owner(*command: object) -> Sequence[str]:
    plain = [str(part) for part in command]
    return ["runuser", "-u", _USER, "--", *plain] if os.geteuid() == 0 else plain
