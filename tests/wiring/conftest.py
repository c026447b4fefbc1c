"""A ledger on the session's node, its deployment file, and settings that fit."""

from collections.abc import Callable
from pathlib import Path

import pytest

from receipts_ledger.config import Settings, variables
from tests.support.ledger_on_chain import LedgerOnChain

SECRET = "the operator's secret of the tests"

MakeSettings = Callable[..., Settings]


@pytest.fixture
def make_settings(
    ledger_on_anvil: LedgerOnChain, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> MakeSettings:
    """Return settings of the ledger; what is given comes before them."""
    for variable, _ in variables():
        monkeypatch.delenv(variable, raising=False)
    deployment_file = tmp_path / "deployment.json"
    ledger_on_anvil.deployment.write(deployment_file)

    def make(**given: object) -> Settings:
        fitting: dict[str, object] = {
            "rpc": ledger_on_anvil.rpc.url,
            "deployment": deployment_file,
            "database_url": f"sqlite:///{tmp_path / 'ledger.db'}",
            "document_key": SECRET,
            "keystore_secret": SECRET,
            "keystore_work_factor": 2,
            "port": 0,
        }
        return Settings.read(**(fitting | given))

    return make
