"""A short storm, with a seed of its own each time. `make faults` brings a long one."""

import secrets
from pathlib import Path

import pytest

from tests.faults.storm.plan import SHORT, Plan
from tests.faults.storm.run import StormFailed, run


@pytest.mark.fault(15)
@pytest.mark.fault(17)
@pytest.mark.timeout(600)
def test_nothing_is_lost_or_doubled_in_a_short_storm(tmp_path: Path) -> None:
    seed = secrets.randbelow(10**6)
    again = f'make faults FAULTS_ARGS="--seed {seed} --short"'
    try:
        report = run(Plan(seed, SHORT), tmp_path)
    except StormFailed as failure:
        pytest.fail(f"{failure}\nThe same plan again: {again}")
    assert not report.faults, f"The same plan again: {again}\n{report}"
