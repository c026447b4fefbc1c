"""What the documents say is what the house does."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from typer.core import TyperGroup
from typer.main import get_command

from receipts_ledger.cli.door import root
from receipts_ledger.errors import RefusalCode
from receipts_ledger.store.tables import metadata

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *ROOT.glob("examples/*.md")])


def fenced(page: Path) -> list[str]:
    blocks = re.findall(r"```(?:sh|console)\n(.*?)```", page.read_text("utf-8"), re.DOTALL)
    return [line.strip() for block in blocks for line in block.replace("\\\n", " ").splitlines()]


def test_every_refusal_code_has_its_heading_in_the_order_of_precedence() -> None:
    page = (ROOT / "docs" / "refusals.md").read_text("utf-8")
    headings = re.findall(r"^### (\w+)$", page, re.MULTILINE)
    assert headings == [code.value for code in RefusalCode]


def test_every_heading_says_something() -> None:
    page = (ROOT / "docs" / "refusals.md").read_text("utf-8")
    for section in re.split(r"^### ", page, flags=re.MULTILINE)[1:]:
        name, _, body = section.partition("\n")
        assert len(body.split()) > 3, name


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", page.read_text("utf-8")):
        if not target.startswith(("http://", "https://")):
            assert (page.parent / target).exists(), target


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_files_that_a_page_names_exist(page: Path) -> None:
    named = re.findall(
        r"`((?:receipts_ledger|contracts|scripts|migrations|tests|docs|examples)/[\w./-]*)`",
        page.read_text("utf-8"),
    )
    for name in named:
        assert (ROOT / name).exists(), name


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_tests_that_a_page_names_exist(page: Path) -> None:
    for file, name in re.findall(r"`(tests/[\w/.]+)::(\w+)`", page.read_text("utf-8")):
        assert f"def {name}(" in (ROOT / file).read_text("utf-8"), f"{file}::{name}"


def test_law_is_answered_by_tests() -> None:
    page = (ROOT / "docs" / "law.md").read_text("utf-8")
    rows = [line for line in page.splitlines() if line.startswith("| ") and "| rule |" not in line]
    assert rows
    for row in rows:
        assert re.search(r"`tests/[\w/.]+::\w+`", row), row


def test_make_targets_that_pages_name_exist() -> None:
    targets = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)
    for page in PAGES:
        for line in fenced(page):
            if line.startswith("make "):
                assert line.split()[1] in targets, f"{page.name}: {line}"


def test_the_architecture_names_every_table_and_every_room() -> None:
    page = (ROOT / "ARCHITECTURE.md").read_text("utf-8")
    rows = re.findall(r"^\| ((?:`[a-z_]+` ?)+)\|", page, re.MULTILINE)
    tables = [name for row in rows for name in re.findall(r"`([a-z_]+)`", row)]
    assert sorted(tables) == sorted(metadata.tables)
    rooms = set(re.findall(r"^  (\w+(?:/|\.py)) ", page, re.MULTILINE))
    package = (ROOT / "receipts_ledger").iterdir()
    there = {
        f"{each.name}/" if each.is_dir() else each.name
        for each in package
        if each.is_dir() != (each.suffix == ".py") and not each.name.startswith("__")
    }
    assert rooms == there


def test_the_architecture_names_every_parent_of_the_contract() -> None:
    page = (ROOT / "ARCHITECTURE.md").read_text("utf-8")
    for contract in (ROOT / "contracts").glob("*.sol"):
        if contract.read_text("utf-8").count("abstract contract "):
            assert f"`{contract.stem}`" in page


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_commands_and_options_that_a_page_names_exist(page: Path) -> None:
    text = page.read_text("utf-8")
    for line in commands_in("\n".join(fenced(page))):
        known = parsed(line)
        missing = known.required - known.given
        assert not missing, f"{line}: {missing}"
    for line in commands_in("\n".join(re.findall(r"`([^`\n]+)`", text))):
        parsed(line)


def test_the_examples_of_the_help_are_commands_that_exist() -> None:
    without: list[str] = []
    for name, command in leaves(get_command(root), ()):
        examples = commands_in(" ".join((command.help or "").split()))
        for line in examples:
            known = parsed(line)
            assert line.split()[1 : len(name) + 1] == list(name)
            assert known.required <= known.given, line
        if not examples:
            without.append(" ".join(name))
    assert without == []


def test_pages_name_the_commands_that_a_newcomer_needs() -> None:
    pages = "\n".join(line for page in PAGES for line in fenced(page))
    named = {line.split()[1] for line in commands_in(pages)}
    needed = {"demo", "issue", "pledge", "release", "transfer", "deliver", "sign", "show", "audit"}
    assert named >= needed


class Line(NamedTuple):
    """A command line, as far as can be told without carrying it out."""

    given: set[str]
    required: set[str]


def commands_in(text: str) -> list[str]:
    """Return the calls of the command line in a text, without what a shell puts around them."""
    found = re.findall(
        r"(?:^|[\s/(])(receipts-ledger [a-z-]+(?: [^|;&>)\n]*)?)", text, re.MULTILINE
    )
    return [line.strip() for line in found]


def parsed(line: str) -> Line:
    """Find the command that a line calls, and its options. Fails for one that does not exist."""
    words = shlex.split(line, comments=True)[1:]
    command = get_command(root)
    while isinstance(command, TyperGroup):
        if command.invoke_without_command and words and words[0].startswith("--"):
            break
        name = words.pop(0)
        if name not in command.commands:
            # Prose such as `receipts-ledger tokens`, which means the whole group.
            raise AssertionError(f"{line}: there is no {name}")
        command = command.commands[name]
        if not words and isinstance(command, TyperGroup):
            return Line(set(), set())
    options = {name: each for each in command.params for name in each.opts}
    given = {word.partition("=")[0] for word in words if word.startswith("--")}
    assert given <= options.keys() | {"--help"}, f"{line}: no option {given - options.keys()}"
    # What stands in the environment need not stand in the line.
    required = {
        max(each.opts, key=len)
        for each in command.params
        if each.required and each.param_type_name == "option" and not each.envvar
    }
    return Line(given, required)


def leaves(command: Any, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Yield every command that does something, with the words that lead to it."""
    if not isinstance(command, TyperGroup):
        yield path, command
        return
    if command.invoke_without_command:
        yield path, command
    for name, each in command.commands.items():
        yield from leaves(each, (*path, name))
