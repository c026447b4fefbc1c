"""A stage for each module of tests: node, gateway, and everybody admitted."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from receipts_ledger.demo import opening
from receipts_ledger.demo.cast import Member
from receipts_ledger.demo.setting import Wish, set_stage
from receipts_ledger.demo.stage import Stage
from receipts_ledger.demo.stocks import STOCKS
from receipts_ledger.demo.story import Step
from tests.support.offices import Office, office_of


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """A stage on which everybody has been admitted, and nothing else happened."""
    folder = tmp_path_factory.mktemp("office") / "stage"
    with set_stage(Wish("anvil", 20, 2, folder, STOCKS)) as built:
        opening.admit_everybody(built, Step("admit", ""))
        yield built


@pytest.fixture
def office(
    stage: Stage, tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]
) -> Callable[[Member], Office]:
    """The desk of a member."""
    return lambda member: office_of(stage, member, tmp_path, capsysbinary)
