"""The story on real nodes, with few receipts; and that it does not call wrong things right."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from receipts_ledger.cli.door import run
from receipts_ledger.demo import closing, opening
from receipts_ledger.demo.setting import Wish, set_stage
from receipts_ledger.demo.stage import Stage
from receipts_ledger.demo.stocks import STOCKS
from receipts_ledger.demo.story import Step, Story
from receipts_ledger.store.tables import parties
from receipts_ledger.store.units import Database

REFUSED = (
    "API: AlreadyEncumbered, HTTP 409",
    "execute: reverted with AlreadyEncumbered",
    "relay: ActRefused(AlreadyEncumbered)",
    "API: OverAttested, HTTP 409",
    "relay: ActRefused(OverAttested)",
    "API: NotYourRole, HTTP 403",
    "relay: ActRefused(MissingConsent)",
    "API: UnknownKey, HTTP 403",
    "API: BadSignature, HTTP 422",
    "relay: ActRefused(UnknownKey)",
)


@pytest.mark.parametrize("engine", ["anvil", "ganache"])
def test_every_step_of_the_story_does_what_it_should(
    engine: str, tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    options = ["--receipts=20", "--racers=6", f"--folder={tmp_path / 'demo'}", "--json"]
    code = run(["demo", f"--chain={engine}", *options])
    story = json.loads(capsysbinary.readouterr().out)
    assert {s["step"]: s["failures"] for s in story["steps"] if not s["ok"]} == {}
    assert story["verdict"] == "right"
    assert code == 0
    happened = [line for step in story["steps"] for line in step["happened"]]
    for refusal in REFUSED:
        assert refusal in happened


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """A stage on which all parties have been admitted."""
    folder = tmp_path_factory.mktemp("story") / "demo"
    with set_stage(Wish("anvil", 20, 2, folder, STOCKS)) as built:
        opening.admit_everybody(built, Step("admit", ""))
        yield built


def test_a_party_that_stands_otherwise_on_the_chain_makes_the_step_wrong(stage: Stage) -> None:
    step = Step("admit", "")
    opening.expect_admitted(stage, step, stage.cast.inspector)
    assert step.is_right
    pretender = stage.cast.banks[0]
    object.__setattr__(pretender, "roles", stage.cast.inspector.roles)
    opening.expect_admitted(stage, step, pretender)
    assert not step.is_right


def test_an_audit_that_finds_something_makes_the_last_step_wrong(stage: Stage) -> None:
    database = Database.open(stage.database_url)
    bank = parties.c.party_id == stage.cast.banks[1].party_id
    with database.writing() as writer:
        writer.run(parties.update().where(bank).values(is_active=False))
    step = Step("audit", "")
    closing.clean_audit(stage, step)
    with database.writing() as writer:
        writer.run(parties.update().where(bank).values(is_active=True))
    database.close()
    assert any("party 6" in failure for failure in step.failures)
    again = Step("audit", "")
    closing.clean_audit(stage, again)
    assert again.is_right


def test_a_step_that_fails_is_told_and_counts() -> None:
    told: list[Step] = []
    story = Story(told.append)
    story.tell("right", "", lambda step: step.equal(1, 1, "one"))
    story.tell("wrong", "", lambda step: step.equal(1, 2, "one"))
    story.leave_out("left out", "")
    assert [step.title for step in story.wrong] == ["wrong", "left out"]
    assert told == story.steps
    assert told[1].failures == ["one is 1, should be 2"]


def test_a_folder_with_other_things_in_it_is_left_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "thesis.txt").write_text("precious")
    assert run(["demo", f"--folder={tmp_path}"]) == 2
    assert "--folder" in capsys.readouterr().err
    assert (tmp_path / "thesis.txt").read_text() == "precious"


def test_a_story_that_is_stopped_leaves_no_node_behind(tmp_path: Path) -> None:
    folder = tmp_path / "demo"
    demo = subprocess.Popen(
        [Path(sys.executable).with_name("receipts-ledger"), "demo", f"--folder={folder}"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert demo.stdout is not None
    demo.stdout.readline()
    node = _first_child_of(demo.pid)
    demo.terminate()
    _, told = demo.communicate(timeout=60)
    assert demo.returncode == 130
    assert told == b"receipts-ledger: stopped\n"
    assert not Path(f"/proc/{node}").exists()


def _first_child_of(process: int) -> int:
    return int(Path(f"/proc/{process}/task/{process}/children").read_text().split()[0])
