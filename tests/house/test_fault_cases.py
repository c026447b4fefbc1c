"""docs/faults.md says which tests show a fault case, and they bear its number."""

import re
from collections import defaultdict
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs/faults.md").read_text("utf-8")
CASES = range(1, 46)
_DECORATED = re.compile(r"((?:^@[^\n]*(?:\n(?![@d])[^\n]*)*\n)+)^def (test_\w+)\(", re.MULTILINE)
_ROW = re.compile(r"^\| F(\d+) \| \w+ \| [^|]+ \| ([^|]+) \|$", re.MULTILINE)
_PAIN = re.compile(r"^\| [^|]+ \| [^|]+ \| `(test_\w+)` \|$", re.MULTILINE)


def _sources() -> list[str]:
    return [path.read_text("utf-8") for path in sorted((ROOT / "tests").rglob("test_*.py"))]


def _marked() -> dict[int, set[str]]:
    found: dict[int, set[str]] = defaultdict(set)
    for source in _sources():
        for decorators, name in _DECORATED.findall(source):
            for number in re.findall(r"pytest\.mark\.fault\((\d+)\)", decorators):
                found[int(number)].add(name)
    return found


MARKED = _marked()
TOLD = {
    int(number): set(re.findall(r"`(test_\w+)`", tests)) for number, tests in _ROW.findall(PAGE)
}


def test_every_case_is_in_the_table() -> None:
    assert sorted(TOLD) == list(CASES)
    assert sorted(MARKED) == list(CASES)


@pytest.mark.parametrize("case", CASES)
def test_table_names_the_tests_of_the_case(case: int) -> None:
    assert MARKED[case]
    assert TOLD[case] == MARKED[case]


def test_tests_against_the_pains_of_others_exist() -> None:
    existing = {
        name for source in _sources() for name in re.findall(r"^def (test_\w+)", source, re.M)
    }
    named = _PAIN.findall(PAGE)
    assert len(named) == 20
    assert set(named) <= existing
