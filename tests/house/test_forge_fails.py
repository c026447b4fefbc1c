"""A failing forge test fails the build: forge says so, and make hands it on."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

_TEST = """// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

contract VerdictTest {{
    function test_verdict() external pure {{
        assert({verdict});
    }}
}}
"""


@pytest.mark.parametrize(("verdict", "is_failure"), [("true", False), ("false", True)])
def test_build_fails_exactly_when_a_forge_test_does(
    tmp_path: Path, verdict: str, is_failure: bool
) -> None:
    project = _project_with(tmp_path, _TEST.format(verdict=verdict))
    build = subprocess.run(
        # -o: the tools are there already, whatever the copied files' times say.
        ["make", "-o", "setup", "test-contracts"],
        cwd=project,
        capture_output=True,
        text=True,
        check=False,
        env=_environment_outside_of_make(),
    )
    assert (build.returncode != 0) is is_failure, build.stdout + build.stderr
    assert ("FAILED: forge's tests" in build.stderr) is is_failure
    # The verdict is forge's, not a compiler's that was not found.
    assert ("[FAIL" in build.stdout) is is_failure
    assert ("[PASS]" in build.stdout) is not is_failure


def _project_with(folder: Path, test: str) -> Path:
    for name in ("Makefile", "foundry.toml"):
        shutil.copy(ROOT / name, folder / name)
    for name in ("scripts", "node_modules", ".venv"):
        (folder / name).symlink_to(ROOT / name)
    (folder / "contracts").mkdir()
    (folder / "tests" / "contracts").mkdir(parents=True)
    (folder / "tests" / "contracts" / "Verdict.t.sol").write_text(test, encoding="utf-8")
    return folder


def _environment_outside_of_make() -> dict[str, str]:
    """Return the environment without what an outer make would tell an inner one."""
    return {
        name: value
        for name, value in os.environ.items()
        if name not in {"MAKEFLAGS", "MAKELEVEL", "MFLAGS", "FORGE_ARGS"}
    }
