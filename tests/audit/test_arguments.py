"""Arguments that are none.

One line that says whose doing it is, exit code 2, no traceback.
"""

from pathlib import Path

import pytest

from tests.support.auditing import Scene, run


@pytest.mark.parametrize(
    ("option", "told"),
    [
        (["--to", "-1"], "--to"),
        (["--to", "0"], "--to: block 0 is not between the deployment at 1 and the head"),
        (["--to", "999999"], "--to: block 999999 is not between"),
        (["--to", "1e3"], "no block number"),
        (["--to", "５"], "no block number"),
        (["--to"], "--to"),
        (["--from", "1"], "--from"),
        (["more"], "more"),
    ],
)
def test_bad_option_is_named(scene: Scene, option: list[str], told: str) -> None:
    assert told in scene.audit(*option).undecided_line


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ([], "--rpc, --deployment"),
        (["--rpc", "http://127.0.0.1:1"], "--deployment"),
        (["--deployment", "deployment.json"], "--rpc"),
    ],
)
def test_option_that_is_missing_is_named(tmp_path: Path, arguments: list[str], told: str) -> None:
    assert told in run(arguments, tmp_path / "report.json").undecided_line


def test_report_that_cannot_be_written_is_named(scene: Scene) -> None:
    arguments = ["--rpc", scene.node_url, "--deployment", str(scene.deployment_file)]
    line = run(arguments, Path("/nowhere/report.json")).undecided_line
    assert "--json: /nowhere/report.json cannot be written: No such file or directory" in line
