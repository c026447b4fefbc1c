"""What the documents say is what the house does."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from receipts_ledger.errors import RefusalCode

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


def test_make_targets_that_pages_name_exist() -> None:
    targets = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)
    for page in PAGES:
        for line in fenced(page):
            if line.startswith("make "):
                assert line.split()[1] in targets, f"{page.name}: {line}"


def test_commands_and_options_that_pages_name_exist() -> None:
    asked: dict[str, str] = {}
    for page in PAGES:
        for line in fenced(page):
            match = re.match(r"(?:[A-Z_]+=\S+ )*(?:\.venv/bin/)?receipts-ledger (.*)", line)
            if match is None:
                continue
            words = match.group(1).split()
            command = " ".join(words[:2]) if words[0] in ("keys", "tokens") else words[0]
            if command not in asked:
                asked[command] = help_of(command)
            for option in re.findall(r"(?<=\s)--[a-z-]+", match.group(1)):
                assert option in asked[command], f"{page.name}: {line}"
    assert "demo" in asked


def help_of(command: str) -> str:
    ended = subprocess.run(
        [sys.executable, "-m", "receipts_ledger.cli", *command.split(), "--help"],
        capture_output=True,
        text=True,
        check=False,
        env={"COLUMNS": "200", "NO_COLOR": "1", "PATH": ""},
    )
    assert ended.returncode == 0, f"{command}: {ended.stderr}"
    return ended.stdout
