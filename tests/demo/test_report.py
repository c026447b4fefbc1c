"""How the story is told: readable on 80 columns, records in full, and no wrong called right."""

import io
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import cast

import pytest
from rich.cells import cell_len
from rich.console import Console

from receipts_ledger.cli.door import run
from receipts_ledger.demo import run as order
from receipts_ledger.demo.report import print_story, tell_step
from receipts_ledger.demo.setting import Wish, set_stage
from receipts_ledger.demo.stage import Stage
from receipts_ledger.demo.stocks import STOCKS
from receipts_ledger.demo.story import Step, Story
from receipts_ledger.errors import Fatal

TX = "tx 0x" + "5b" * 32
REFUSAL = "refusal 986e41fa-bef9-5815-9c94-6fac0c1d2a85"


def story() -> Story:
    told = Story(lambda step: None)

    def second_pledge(step: Step) -> None:
        step.saw("relay: ActRefused(AlreadyEncumbered)")
        step.saw("银行 Bank 06 won, 49 refused with AlreadyEncumbered or PledgeUnderWay")
        step.left(TX)
        step.left(REFUSAL)
        step.left(f"file {Path.cwd() / 'build' / 'demo' / 'audit-clean.json'}")

    told.tell("The same second pledge straight to the contract", "refused", second_pledge)
    told.tell("Audit", "exit 0", lambda step: step.check(False, "the audit's exit code is 1"))
    return told


def lines_of(out: io.StringIO) -> list[str]:
    return [line.rstrip() for line in out.getvalue().splitlines()]


@pytest.mark.parametrize("width", [80, 200])
def test_the_table_fits_and_cuts_no_word_in_two(width: int) -> None:
    out = io.StringIO()
    print_story(Console(file=out, width=width), story())
    lines = lines_of(out)
    assert max(cell_len(line) for line in lines) <= min(width, 120)
    text = "\n".join(lines)
    for word in ("ActRefused(AlreadyEncumbered)", "PledgeUnderWay", "tx 0x5b5b5b5b", "audit-clean"):
        assert word in text
    assert lines[-1] == "1 of 2 steps went wrong: Audit"


def test_each_step_is_told_with_its_records_in_full() -> None:
    out = io.StringIO()
    for step in story().steps:
        tell_step(Console(file=out, width=80), step)
    lines = lines_of(out)
    for record in (TX, REFUSAL, "file build/demo/audit-clean.json"):
        assert f"    {record}" in lines
    assert lines[0].startswith("ok  The same second pledge")
    assert any(line.startswith("WRONG  Audit") for line in lines)


@contextmanager
def no_stage(wish: Wish) -> Iterator[Stage]:
    yield cast(Stage, None)


def test_the_exit_code_tells_that_a_step_went_wrong(
    monkeypatch: pytest.MonkeyPatch, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    def goes_wrong(stage: Stage, step: Step) -> None:
        step.equal("open", "refused", "the second pledge")

    scenes = (("right", "", lambda stage, step: None), ("wrong", "", goes_wrong))
    monkeypatch.setattr(order, "_SCENES", scenes)
    monkeypatch.setattr("receipts_ledger.demo.setting.set_stage", no_stage)
    assert run(["demo"]) == 1
    assert "the second pledge is open, should be refused" in capsysbinary.readouterr().out.decode()
    assert run(["demo", "--json"]) == 1
    assert json.loads(capsysbinary.readouterr().out)["verdict"] == "wrong"
    monkeypatch.setattr(order, "_SCENES", scenes[:1])
    assert run(["demo"]) == 0


def test_one_folder_takes_one_story_at_a_time(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "demo"
    with set_stage(Wish("anvil", 20, 2, folder, STOCKS)) as stage:
        assert run(["demo", f"--folder={folder}"]) == 2
        assert f"another demo is at work in {folder}" in capsys.readouterr().err
        assert stage.deployment_file.is_file()
    (folder / "left").mkdir()
    with set_stage(Wish("anvil", 20, 2, folder, STOCKS)):
        assert not (folder / "left").exists()


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for folder in (tmp_path / "file", tmp_path / "file" / "demo"):
        with (
            pytest.raises(Fatal, match="--folder"),
            set_stage(Wish("anvil", 20, 2, folder, STOCKS)),
        ):
            pass
