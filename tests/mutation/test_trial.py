"""Whether a test failed, passed, or said nothing is told apart, in both languages."""

import shutil
from pathlib import Path

import pytest

from scripts.mutate import main
from tests.mutation.mutants import ROOT, TestName
from tests.mutation.trial import Undecided, compiled_copy, failed, private_copy

IN_PYTHON = TestName("tests/test_goods.py", "test_count")
IN_SOLIDITY = TestName("tests/contracts/Goods.t.sol", "test_Count")
SECONDS_MAX = 300.0

_PYTHON_TEST = """
import time

import pytest

import goods


@pytest.fixture
def stock():
    return [None] * goods.COUNT


def test_count(stock):
    time.sleep(goods.SECONDS)
    assert len(stock) == 1


@pytest.mark.parametrize("factor", [1, 2])
def test_product(factor):
    assert goods.COUNT * factor == factor
"""

_SOLIDITY = """// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

contract GoodsTest {
    function setUp() external pure {
        require(count() < 9);
    }

    function test_Count() external pure {
        assert(count() == 1);
    }

    function count() private pure returns (uint256) {
        uint256 spare = 1;
        return 1 * spare;
    }
}
"""


def mutant(name: str, new: str) -> str:
    """Return an entry of a list: the count of goods becomes another."""
    return f"""
[[rules]]
name = "{name}"
file = "goods.py"
old = "COUNT = 1"
new = "{new}"
killed_by = "{IN_PYTHON}"
"""


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A tree with one test in Python and one in Solidity. Both pass."""
    tree = tmp_path / "tree"
    (tree / "tests" / "contracts").mkdir(parents=True)
    (tree / "contracts").mkdir()
    (tree / "goods.py").write_text("COUNT = 1\nSECONDS = 0\n", "utf-8")
    (tree / "pytest.ini").write_text("[pytest]\n", "utf-8")
    (tree / IN_PYTHON.file).write_text(_PYTHON_TEST, "utf-8")
    (tree / IN_SOLIDITY.file).write_text(_SOLIDITY, "utf-8")
    shutil.copy(ROOT / "foundry.toml", tree)
    for name in ("scripts", "node_modules", ".venv"):
        (tree / name).symlink_to(ROOT / name)
    return tree


def change(tree: Path, file: str, right: str, wrong: str) -> None:
    """Write something else in one place of a file."""
    text = (tree / file).read_text("utf-8")
    assert text.count(right) == 1
    (tree / file).write_text(text.replace(right, wrong), "utf-8")


@pytest.mark.parametrize(
    ("wrong", "verdict"), [("COUNT = 2 - 1", set()), ("COUNT = 2", {IN_PYTHON})]
)
def test_failure_is_told_from_success(tree: Path, wrong: str, verdict: set[TestName]) -> None:
    change(tree, "goods.py", "COUNT = 1", wrong)
    assert failed(tree, [IN_PYTHON], SECONDS_MAX) == verdict


@pytest.mark.parametrize(
    "wrong",
    ["COUNT = = 1", "COUNT = None", "import pytest\npytest.skip(allow_module_level=True)"],
    ids=["does not compile", "set-up fails", "skipped"],
)
def test_what_does_not_get_as_far_as_the_test_is_no_failure(tree: Path, wrong: str) -> None:
    change(tree, "goods.py", "COUNT = 1", wrong)
    with pytest.raises(Undecided, match=f"did not run: {IN_PYTHON}"):
        failed(tree, [IN_PYTHON], SECONDS_MAX)


def test_one_case_of_a_test_that_does_not_exist_is_no_failure(tree: Path) -> None:
    product = TestName(IN_PYTHON.file, "test_product")
    assert failed(tree, [product, TestName(product.file, "test_product[2]")], SECONDS_MAX) == set()
    with pytest.raises(Undecided, match="did not run"):
        failed(tree, [TestName(product.file, "test_product[3]")], SECONDS_MAX)


def test_test_that_does_not_end_is_no_failure(tree: Path) -> None:
    change(tree, "goods.py", "SECONDS = 0", "SECONDS = 600")
    with pytest.raises(Undecided, match="ran longer than 4 seconds"):
        failed(tree, [IN_PYTHON], 4)


def test_test_whose_process_dies_is_no_failure(tree: Path) -> None:
    change(
        tree, "goods.py", "SECONDS = 0", "import os, signal\nos.kill(os.getpid(), signal.SIGKILL)"
    )
    with pytest.raises(Undecided, match="ended by SIGKILL"):
        failed(tree, [IN_PYTHON], SECONDS_MAX)


@pytest.mark.parametrize(
    ("right", "wrong", "verdict"),
    [
        ("return 1", "return 1", set()),
        ("return 1", "return 2", {IN_SOLIDITY}),
        # A variable that nobody uses is a warning, which is an error elsewhere.
        ("return 1 * spare", "return 2", {IN_SOLIDITY}),
    ],
)
def test_failure_in_solidity_is_told_from_success(
    tree: Path, right: str, wrong: str, verdict: set[TestName]
) -> None:
    change(tree, IN_SOLIDITY.file, right, wrong)
    assert failed(tree, [IN_SOLIDITY], SECONDS_MAX) == verdict


def test_suite_that_is_not_meant_is_not_missed_by_whatever_imports_it(tree: Path) -> None:
    suites = tree / "tests" / "contracts"
    other = _SOLIDITY.replace("GoodsTest", "OtherTest").replace("return 1 * spare", "return 2")
    (suites / "Other.t.sol").write_text(other, "utf-8")
    head = _SOLIDITY.partition("contract")[0]
    (suites / "Third.sol").write_text(head + 'import {OtherTest} from "./Other.t.sol";\n', "utf-8")
    assert failed(tree, [IN_SOLIDITY], SECONDS_MAX) == set()
    both = [IN_SOLIDITY, TestName("tests/contracts/Other.t.sol", IN_SOLIDITY.name)]
    assert failed(tree, both, SECONDS_MAX) == {both[1]}


@pytest.mark.parametrize(
    ("wrong", "told"),
    [("return ;", "Compiler run failed"), ("return 9", "did not run"), ("revert(); //", "setUp")],
    ids=["does not compile", "set-up fails", "set-up reverts"],
)
def test_what_does_not_get_as_far_as_the_test_in_solidity_is_no_failure(
    tree: Path, wrong: str, told: str
) -> None:
    change(tree, IN_SOLIDITY.file, "return 1", wrong)
    with pytest.raises(Undecided, match=told):
        failed(tree, [IN_SOLIDITY], SECONDS_MAX)


def test_copy_is_private_and_goes(tree: Path) -> None:
    (tree / "build").mkdir()
    with private_copy(tree) as copy:
        (copy / "goods.py").write_text("COUNT = 2\n", "utf-8")
        assert not (copy / "build").exists()
        assert (copy / ".venv").resolve() == (ROOT / ".venv").resolve()
    assert (tree / "goods.py").read_text("utf-8") == "COUNT = 1\nSECONDS = 0\n"
    assert not copy.exists()


def test_change_is_seen_beside_what_was_compiled_before(tree: Path) -> None:
    assert failed(tree, [IN_SOLIDITY], SECONDS_MAX) == set()
    with compiled_copy(tree) as copy:
        assert (copy / "build").is_dir()
        change(copy, IN_SOLIDITY.file, "return 1", "return 2")
        assert failed(copy, [IN_SOLIDITY], SECONDS_MAX) == {IN_SOLIDITY}
    assert failed(tree, [IN_SOLIDITY], SECONDS_MAX) == set()


def test_run_ends_well_exactly_when_every_mutant_is_killed(
    tree: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    news = {"killed": "COUNT = 2", "SURVIVED": "COUNT = 2 - 1", "UNDECIDED": "COUNT = = 1"}
    listed = tree / "mutants.toml"
    listed.write_text("".join(mutant(name, new) for name, new in news.items()), "utf-8")
    run = ["--list", str(listed), "--tree", str(tree)]
    assert main([*run, "--name", "killed"]) == 0
    assert "1 of 1 killed, 0 survived, 0 undecided" in capsys.readouterr().out
    assert main(run) == 1
    table, _, summary = capsys.readouterr().out.rpartition("\n\n")
    rows = [row.split() for row in table.splitlines() if row.startswith(tuple(news))]
    assert [(row[0], row[-1]) for row in rows] == [(name, name) for name in news]
    assert summary.startswith("1 of 3 killed, 1 survived, 1 undecided")


def test_run_does_not_begin_on_a_tree_that_is_broken(
    tree: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    listed = tree / "mutants.toml"
    listed.write_text(mutant("Goods come of nothing", "COUNT = 2"), "utf-8")
    change(tree, IN_PYTHON.file, "len(stock) == 1", "len(stock) == 3")
    assert main(["--list", str(listed), "--tree", str(tree)]) == 2
    printed = capsys.readouterr()
    assert f"fails though nothing was changed: {IN_PYTHON}" in printed.err
    assert "killed" not in printed.out


def test_run_of_no_mutant_is_refused(tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--name", "nobody gave a mutant this name"]) == 2
    assert "no mutant is meant" in capsys.readouterr().err
