"""Commands that run a gateway: serve, work, or both in one process; and migrate."""

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import structlog
import typer

from receipts_ledger.cli.options import AsJson
from receipts_ledger.cli.output import print_json

if TYPE_CHECKING:
    from receipts_ledger.config import Settings
    from receipts_ledger.services.worker import Worker
    from receipts_ledger.store.backups import Seal
    from receipts_ledger.wiring import House

_PANEL = "Gateway"
_log = structlog.get_logger(__name__)

Migrate = Annotated[
    bool, typer.Option("--migrate", help="Bring the database to this release's schema first.")
]


def register(root: typer.Typer) -> None:
    """Add the commands."""
    for command in (up, serve, work, migrate, backup, restore):
        root.command(rich_help_panel=_PANEL)(command)


def up(*, migrate: Migrate = False, as_json: AsJson = False) -> None:
    """Serve the API, index and relay, all in one process.

    For example: RECEIPTS_LEDGER_RPC=http://node:8545 receipts-ledger up
    """
    from receipts_ledger.api.answers.subscriptions import message_of
    from receipts_ledger.api.serving import serve as serve_api

    with opened(migrate=migrate) as house, house.working(message_of) as worker:
        serve_api(
            house,
            host=house.settings.host,
            port=house.settings.port,
            told=_told("listening on", as_json=as_json),
            should_end=lambda: worker.wait(0),
        )
    if worker.failure is not None:
        raise worker.failure


def serve(*, migrate: Migrate = False, as_json: AsJson = False) -> None:
    """Serve the API alone; any number of processes may, each on its own port.

    For example: RECEIPTS_LEDGER_PORT=8001 receipts-ledger serve
    """
    from receipts_ledger.api.serving import serve as serve_api

    with opened(migrate=migrate) as house:
        serve_api(
            house,
            host=house.settings.host,
            port=house.settings.port,
            told=_told("listening on", as_json=as_json),
        )


def work(*, migrate: Migrate = False, as_json: AsJson = False) -> None:
    """Index the chain, relay acts, deliver webhooks, under leases: a second worker stands by.

    For example: receipts-ledger work --migrate
    """
    from receipts_ledger.api.answers.subscriptions import message_of

    with opened(migrate=migrate) as house, house.working(message_of) as worker:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: worker.end_soon())
        with _watched(house, worker) as url:
            if url is not None:
                _log.info("figures and health", url=url)
            _told("working for", as_json=as_json)(house.deployment.contract)
            worker.wait()
    if worker.failure is not None:
        raise worker.failure


@contextmanager
def _watched(house: "House", worker: "Worker") -> Iterator[str | None]:
    """Serve a worker's figures and health if the settings say where, and yield the URL."""
    from receipts_ledger.api.serving import serving_app
    from receipts_ledger.api.watching import watch_app
    from receipts_ledger.services.worker import STALLED_SECONDS

    if house.settings.work_port == 0:
        yield None
        return
    app = watch_app(house, worker.step_seconds, stalled_seconds=STALLED_SECONDS)
    with serving_app(app, host=house.settings.host, port=house.settings.work_port) as url:
        yield url


def migrate(*, as_json: AsJson = False) -> None:
    """Bring the database to this release's schema, creating what is missing.

    For example: receipts-ledger migrate
    """
    from receipts_ledger.store.migrate import upgrade

    upgrade(_settings().database_url)
    if as_json:
        print_json({"schema": "head"})
        return
    typer.echo("the database has the schema of this release")


def backup(
    *,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The backup; it must not exist.")],
    as_json: AsJson = False,
) -> None:
    """Write all that the database holds, as of one moment, into one file. The gateway goes on.

    For example: receipts-ledger backup ledger-2026-11-23.backup
    """
    from receipts_ledger.store.backups import back_up

    seal = back_up(_settings().database_url, file)
    if as_json:
        print_json({"file": str(file), **_members_of(seal)})
        return
    typer.echo(f"{seal.row_count:,} rows backed up to {file}")


def restore(
    *,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A backup, of either engine.")],
    as_json: AsJson = False,
) -> None:
    """Put a backup into an empty database, SQLite or PostgreSQL, whichever it was made of.

    Lanes pause at the start, because the chain has seen more of their keys than the backup.

    For example: receipts-ledger restore ledger-2026-11-23.backup
    """
    from receipts_ledger.store.backups import restore as put_back

    seal = put_back(_settings().database_url, file)
    if as_json:
        print_json({"file": str(file), **_members_of(seal)})
        return
    typer.echo(f"{seal.row_count:,} rows restored, as of {seal.made_at:%Y-%m-%d %H:%M} UTC")


def _members_of(seal: "Seal") -> dict[str, object]:
    return {
        "schema": seal.revision,
        "made_at": seal.made_at.isoformat(),
        "rows": seal.row_count,
        "sha256": seal.digest,
    }


@contextmanager
def opened(*, migrate: bool = False) -> Iterator["House"]:
    """Open the gateway of the environment's settings, and close it at the end."""
    from receipts_ledger.wiring import Schema, open_house

    house = open_house(_settings(), Schema.MIGRATE if migrate else Schema.EXPECT)
    try:
        yield house
    finally:
        house.close()


def _settings() -> "Settings":
    from receipts_ledger.config import Settings
    from receipts_ledger.wiring import set_up_logs

    settings = Settings.read()
    set_up_logs(settings)
    return settings


def _told(what: str, *, as_json: bool) -> Callable[[str], None]:
    """Return what tells that the process is up: a line for people, a JSON value for programs."""

    def tell(name: str) -> None:
        if as_json:
            print_json({what.partition(" ")[0]: name})
            return
        typer.echo(f"{what} {name}")

    return tell
