"""Every alarm asks for figures that exist, and has its part of the runbook."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
RULES = (ROOT / "examples/deploy/prometheus-alerts.yml").read_text("utf-8")
RUNBOOK = (ROOT / "docs/operating.md").read_text("utf-8")
ALARMS = re.findall(r"^ +- alert: (\w+)$", RULES, re.MULTILINE)
ASKED = sorted(set(re.findall(r"\bledger_\w+", RULES)))
SHOWN = sorted(set(re.findall(r"`(ledger_\w+)`", RUNBOOK)))
_SOURCES = "".join(path.read_text("utf-8") for path in (ROOT / "receipts_ledger").rglob("*.py"))
EXISTING = set(re.findall(r'"(ledger_\w+)"', _SOURCES))


def _exists(figure: str) -> bool:
    # Prometheus writes a counter's name with its ending.
    return figure in EXISTING or figure.removesuffix("_total") in EXISTING


def test_there_are_alarms() -> None:
    assert len(ALARMS) == len(set(ALARMS)) > 10
    assert RULES.count("expr:") == RULES.count("summary:") == len(ALARMS)


@pytest.mark.parametrize("alarm", ALARMS)
def test_alarm_has_its_part_of_the_runbook(alarm: str) -> None:
    part = re.search(rf"^### {alarm}\n\n(.+?)(?=^##)", RUNBOOK, re.MULTILINE | re.DOTALL)
    assert part is not None
    assert len(part[1].split()) > 15


def test_runbook_has_no_part_without_an_alarm() -> None:
    assert re.findall(r"^### (Ledger\w+)$", RUNBOOK, re.MULTILINE) == ALARMS


@pytest.mark.parametrize("figure", sorted({*ASKED, *SHOWN}))
def test_figure_exists(figure: str) -> None:
    assert _exists(figure)


def test_every_figure_is_explained() -> None:
    told = {figure.removesuffix("_total") for figure in SHOWN}
    found = {name.removesuffix("_total") for name in EXISTING if name not in _OTHER_NAMES}
    assert found == told


_OTHER_NAMES = {"ledger_day", "ledger_reads_only"}
