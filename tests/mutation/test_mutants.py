"""The list of mutants can be carried out, and its short selection is."""

import re
from collections import Counter
from pathlib import Path

import pytest

from scripts.mutate import main
from tests.mutation.mutants import AREAS, LIST, ROOT, Unsound, expect_sound, read

MUTANTS = read(LIST)
CONSENTS = read(LIST.with_name("consents.toml"))
MUTANTS_MIN = 30
QUICK_MIN, QUICK_MAX = 5, 8


def test_every_mutant_can_be_sown_in_one_place_and_has_its_test() -> None:
    expect_sound((*MUTANTS, *CONSENTS), ROOT)


def test_every_demand_of_the_contracts_is_left_out_once() -> None:
    demands = re.compile(r"_agreed(?:By)?\(")
    asking = {
        f"contracts/{path.name}"
        for path in (ROOT / "contracts").glob("*.sol")
        if path.name != "Consent.sol" and demands.search(path.read_text("utf-8"))
    }
    assert {mutant.file for mutant in CONSENTS} == asking


def test_mutants_are_many_and_of_every_area() -> None:
    assert len(MUTANTS) >= MUTANTS_MIN
    count = Counter(mutant.area for mutant in MUTANTS)
    assert tuple(count) == AREAS
    assert min(count.values()) >= MUTANTS_MIN // len(AREAS)


def test_short_selection_is_short_and_in_both_languages() -> None:
    quick = [mutant for mutant in MUTANTS if mutant.is_quick]
    assert QUICK_MIN <= len(quick) <= QUICK_MAX
    assert {mutant.killed_by.is_solidity for mutant in quick} == {True, False}


# Compiles the contracts four times; on a busy machine that takes its time.
@pytest.mark.timeout(1_800)
def test_short_selection_is_killed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--quick"]) == 0, capsys.readouterr()


GOOD = """
[[rules]]
name = "Goods come of nothing"
file = "goods.py"
old = "COUNT = 1"
new = "COUNT = 2"
killed_by = "tests/test_goods.py::test_count"
"""


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A tree with one thing to test, and one test."""
    (tmp_path / "tests").mkdir()
    (tmp_path / "goods.py").write_text("COUNT = 1\n", "utf-8")
    (tmp_path / "tests" / "test_goods.py").write_text("def test_count():\n    pass\n", "utf-8")
    (tmp_path / "mutants.toml").write_text(GOOD, "utf-8")
    return tmp_path


def test_good_list_is_sound(tree: Path) -> None:
    (mutant,) = read(tree / "mutants.toml")
    expect_sound([mutant], tree)
    mutant.sown_in(tree)
    assert (tree / "goods.py").read_text("utf-8") == "COUNT = 2\n"


@pytest.mark.parametrize(
    ("right", "wrong", "fault"),
    [
        ("COUNT = 1", "COUNT = 9", "its text stands 0 times in goods.py"),
        ("COUNT = 1", "", "its text stands 11 times in goods.py"),
        ("COUNT = 2", "COUNT = 1", "it changes nothing"),
        ("[[rules]]", "[[weather]]", "there is no area weather"),
        ("goods.py", "bads.py", "its text stands 0 times in bads.py"),
        ("::test_count", "::test_counted", "there is no test tests/test_goods.py::test_counted"),
        ("test_goods.py", "test_bads.py", "there is no test tests/test_bads.py::test_count"),
        ("killed_by", "quick = true\nkilled", "KeyError: 'killed_by'"),
        ("::test_count", "", "not understood"),
        ("name", "by = 1\nname", "not understood"),
        ("name", "quick = 1 2\nname", "TOMLDecodeError"),
    ],
)
def test_list_that_cannot_be_carried_out_is_refused(
    tree: Path, right: str, wrong: str, fault: str
) -> None:
    path = tree / "mutants.toml"
    path.write_text(GOOD.replace(right, wrong, 1), "utf-8")
    with pytest.raises(Unsound, match="^.*" + fault.replace(".", r"\.")):
        expect_sound(read(path), tree)


def test_two_mutants_of_one_name_are_refused(tree: Path) -> None:
    mutants = read(tree / "mutants.toml") * 2
    with pytest.raises(Unsound, match="Goods come of nothing: named twice"):
        expect_sound(mutants, tree)
