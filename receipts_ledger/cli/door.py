"""The command `receipts-ledger`: its commands, its exit codes, its one-line errors.

0 done, 1 refused or different, 2 usage, or it could not be decided.
"""

import sys
import traceback
from collections.abc import Sequence
from pathlib import Path

import typer
from typer.main import get_command

from receipts_ledger.cli import (
    access,
    acts,
    audit,
    certificate,
    changes,
    deploy,
    doctor,
    events,
    gateway,
    index,
    keys,
    operator,
    past,
    registry,
    settings,
    show,
    story,
    subscriptions,
)
from receipts_ledger.cli.output import print_error
from receipts_ledger.client import GatewayRefused
from receipts_ledger.errors import Fatal, LedgerError, NotFound, Refused, Retryable

DONE = 0
REFUSED = 1
UNDECIDED = 2
_INTERRUPTED = 130

root = typer.Typer(
    name="receipts-ledger",
    help=(
        "A ledger for warehouse receipts on which a receipt cannot be pledged twice.\n\n"
        "Commands that draft or sign acts talk to a gateway: tell them where it is with "
        "--gateway, --api-token, --key and --deployment, or by the environment variables "
        "that `receipts-ledger pledge --help` names."
    ),
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
for room in (
    story,
    keys,
    access,
    registry,
    acts,
    changes,
    show,
    subscriptions,
    events,
    certificate,
    audit,
    past,
    gateway,
    index,
    operator,
    deploy,
    doctor,
    settings,
):
    room.register(root)


def run(arguments: Sequence[str]) -> int:
    """Carry out one command and return its exit code."""
    as_json = "--json" in arguments
    try:
        code = get_command(root).main(
            list(arguments), prog_name="receipts-ledger", standalone_mode=False
        )
    except typer.TyperException as error:
        print_error(error.format_message(), {"detail": error.format_message()}, as_json=as_json)
        return UNDECIDED
    except (typer.Abort, KeyboardInterrupt):
        print_error("stopped", {"detail": "stopped"}, as_json=as_json)
        return _INTERRUPTED
    except LedgerError as error:
        print_error(_line(error), _members(error), as_json=as_json)
        return REFUSED if isinstance(error, Refused | NotFound) else UNDECIDED
    except Exception as error:
        # Whoever reports this needs the place, and nobody needs twenty lines of it.
        print_error(fault := _fault(error), {"detail": fault, "kind": "Fault"}, as_json=as_json)
        return UNDECIDED
    if code == _INTERRUPTED:
        # Typer has caught Ctrl-C by itself, and says nothing of it.
        print_error("stopped", {"detail": "stopped"}, as_json=as_json)
    return int(code or DONE)


def main() -> None:
    """Run the command line of this process."""
    sys.exit(run(sys.argv[1:]))


def _kind(error: LedgerError) -> str:
    named = (Refused, NotFound, Retryable, Fatal)
    return next((kind.__name__ for kind in named if isinstance(error, kind)), "Error")


def _line(error: LedgerError) -> str:
    if isinstance(error, Refused) and error.field is not None:
        return f"{error.code}: {error.field}: {error.detail}"
    return str(error)


def _fault(error: Exception) -> str:
    place = traceback.extract_tb(error.__traceback__)[-1]
    return (
        f"a fault of this program: {type(error).__name__}: {error} "
        f"({Path(place.filename).name}, line {place.lineno})"
    )


def _members(error: LedgerError) -> dict[str, object]:
    members: dict[str, object] = {"detail": _line(error), "kind": _kind(error)}
    if isinstance(error, Refused):
        members |= {"code": error.code.value, "field": error.field}
    if isinstance(error, GatewayRefused):
        members |= {"refusal_id": error.problem.refusal_id, "status": error.problem.status}
    return {name: value for name, value in members.items() if value is not None}
