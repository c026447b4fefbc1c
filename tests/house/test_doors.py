"""Every act can be asked for by HTTP, by client and at the command line, and is described."""

import inspect
import re
from collections.abc import Callable
from typing import Any

import pytest
from fastapi.routing import APIRoute
from typer.main import get_command

from receipts_ledger.api.routes import acts, changes, parties, pledges, pools, receipts
from receipts_ledger.chain.typed_data import STRUCT_OF
from receipts_ledger.cli import acts as cli_acts
from receipts_ledger.cli import changes as cli_changes
from receipts_ledger.cli import registry as cli_registry
from receipts_ledger.cli.door import root
from receipts_ledger.client import LedgerClient
from receipts_ledger.domain.act import Kind
from tests.house.test_docs import ROOT, commands_in, fenced

ROUTERS = (acts, changes, parties, pledges, pools, receipts)
ROOMS = (cli_acts, cli_changes, cli_registry)
PAGE = ROOT / "docs" / "roles.md"


def routes() -> dict[str, str]:
    """Return the path of each kind of act that a route drafts, by the struct's name."""
    found: dict[str, str] = {}
    for module in ROUTERS:
        for route in module.router.routes:
            assert isinstance(route, APIRoute)
            drafted = re.search(r'Attempt\(\s*"(\w+)"', inspect.getsource(route.endpoint))
            if drafted is not None:
                assert route.methods == {"POST"}
                assert drafted[1] not in found, f"{drafted[1]} has two routes"
                found[drafted[1]] = route.path
    return found


def verbs() -> dict[str, Callable[..., Any]]:
    """Return the client's method for each kind of act: the one that expects it."""
    found: dict[str, Callable[..., Any]] = {}
    for name, method in inspect.getmembers(LedgerClient, inspect.isfunction):
        source = inspect.getsource(method)
        kinds = re.findall(r"\.(?:expect|_with_content)\(\s*([A-Z]\w+)", source)
        if not name.startswith("_") and kinds:
            assert kinds[0] not in found, f"{kinds[0]} has two methods"
            found[kinds[0]] = method
    return found


def commands() -> dict[str, list[str]]:
    """Return the commands that call each method of the client."""
    there = set(get_command(root).commands)  # type: ignore[attr-defined]
    found: dict[str, list[str]] = {}
    for room in ROOMS:
        for name, command in inspect.getmembers(room, inspect.isfunction):
            typed = name.replace("_", "-")
            if typed in there and command.__module__ == room.__name__:
                for method in re.findall(r"client(?:\(\))?\.(\w+)\(", inspect.getsource(command)):
                    found.setdefault(method, []).append(typed)
    return found


def bare(path: str) -> str:
    """Return a path without the names of what stands in it."""
    return re.sub(r"\{\w+\}", "{}", path)


@pytest.mark.parametrize("kind", Kind, ids=lambda kind: STRUCT_OF[kind])
def test_an_act_has_a_route_a_method_a_command_and_a_description(kind: Kind) -> None:
    struct = STRUCT_OF[kind]
    path = routes()[struct]
    method = verbs()[struct]
    assert f'"{bare(path)}"' in bare(inspect.getsource(method)), f"{method.__name__}: {path}"

    (command,) = commands()[method.__name__]
    lines = [line for line in commands_in("\n".join(fenced(PAGE))) if line.split()[1] == command]
    if kind.name.endswith("PORTFOLIO"):
        lines = [line for line in lines if len(re.findall(r"\d+-\d+-\d+", line)) > 1]
    assert lines, f"{PAGE.name} does not show {command}"


def test_nothing_is_drafted_that_is_no_act() -> None:
    structs = set(STRUCT_OF.values())
    assert routes().keys() == structs
    assert verbs().keys() == structs


def test_the_page_shows_each_role_that_signs() -> None:
    page = PAGE.read_text("utf-8")
    headings = re.findall(r"^## (.+)$", page, re.MULTILINE)
    assert headings == [
        "Registrar",
        "Warehouse",
        "Holder",
        "Lender",
        "Inspector",
        "Authority",
        "Guardian",
        "Whoever lost a key",
    ]
