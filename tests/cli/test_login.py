"""Logging in at the command line: a small firm needs its key, and nobody's api token."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from eth_account import Account

from receipts_ledger.api.serving import serving
from receipts_ledger.chain.local_node import LocalNode, free_port
from receipts_ledger.chain.rpc import Rpc
from receipts_ledger.cli.door import run
from receipts_ledger.client import LedgerClient, Misdrafted
from receipts_ledger.config import Settings
from receipts_ledger.wiring import House, open_house
from tests.support.cast import BANK_A, STRANGER, Member
from tests.support.ledger_on_chain import ledger_with_receipts

PASSWORD = "opens nothing of value"


class Desk:
    """A party's own computer: its key, and no api token."""

    def __init__(self, folder: Path, url: str, capsys: pytest.CaptureFixture[bytes]) -> None:
        self.folder = folder
        self.url = url
        self._capsys = capsys
        (folder / "password").write_text(PASSWORD)

    def types(self, *arguments: str) -> Any:
        code, out, err = self.tries(*arguments)
        assert code == 0, err
        return json.loads(out)

    def tries(self, *arguments: str) -> tuple[int, str, str]:
        code = run([*arguments, f"--gateway={self.url}", "--json"])
        printed = self._capsys.readouterr()
        return code, printed.out.decode(), printed.err.decode()

    def key_of(self, member: Member) -> list[str]:
        path = self.folder / f"{member.name}.json"
        keystore = Account.encrypt(member.private_key, PASSWORD, kdf="pbkdf2", iterations=1)
        path.write_text(json.dumps(keystore))
        return [
            f"--key={path}",
            f"--password={self.folder / 'password'}",
            f"--deployment={self.folder / 'deployment.json'}",
        ]


@pytest.fixture
def house(own_anvil: LocalNode, tmp_path: Path) -> Iterator[House]:
    ledger, _ = ledger_with_receipts(Rpc(own_anvil.url), 1)
    ledger.deployment.write(tmp_path / "deployment.json")
    opened = open_house(
        Settings.read(
            rpc=own_anvil.url,
            deployment=tmp_path / "deployment.json",
            database_url=f"sqlite:///{tmp_path / 'ledger.db'}",
            document_key=PASSWORD,
            keystore_secret=PASSWORD,
            keystore_work_factor=2,
            port=free_port(),
        )
    )
    opened.indexer.catch_up()
    yield opened
    opened.close()


@pytest.fixture
def desk(
    house: House,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsysbinary: pytest.CaptureFixture[bytes],
) -> Iterator[Desk]:
    monkeypatch.setenv("HOME", str(tmp_path))
    with serving(house, host="127.0.0.1", port=house.settings.port) as url:
        yield Desk(tmp_path, url, capsysbinary)


def test_a_party_logs_in_looks_and_logs_out(desk: Desk, tmp_path: Path) -> None:
    shown = desk.types("login", *desk.key_of(BANK_A))
    file = Path(shown["file"])
    assert (shown["party"], file.stat().st_mode & 0o777) == (BANK_A.party, 0o600)
    assert tmp_path in file.parents

    assert desk.types("whoami")["party_id"] == BANK_A.party
    assert desk.types("show", "party", str(BANK_A.party))["roles"] == ["lender"]

    assert desk.types("logout") == {"logged_in": False}
    assert not file.exists()
    code, _, err = desk.tries("whoami")
    assert (code, json.loads(err)["error"]["code"]) == (1, "NotAuthenticated")


def test_the_session_goes_where_the_api_token_is_looked_for(desk: Desk, tmp_path: Path) -> None:
    file = tmp_path / "office.token"
    file.write_text("an older one")
    file.chmod(0o644)
    desk.types("login", *desk.key_of(BANK_A), f"--api-token={file}")
    assert file.stat().st_mode & 0o777 == 0o600
    assert desk.types("whoami", f"--api-token={file}")["scopes"] == ["read", "write"]


def test_a_key_that_the_ledger_does_not_know_is_refused(desk: Desk) -> None:
    code, out, err = desk.tries("login", *desk.key_of(STRANGER))
    assert (code, out) == (1, "")
    assert json.loads(err)["error"]["code"] == "LoginRefused"


def test_a_login_without_a_key_says_so(desk: Desk) -> None:
    code, _, err = desk.tries("login")
    assert code == 2
    assert "--key" in json.loads(err)["error"]["detail"]


def test_nothing_is_signed_for_another_address_than_the_one_that_is_talked_to(
    house: House, desk: Desk
) -> None:
    # Whoever stands between hands the real gateway's message on, to use the signature there.
    elsewhere = desk.url.replace("127.0.0.1", "localhost")
    client = LedgerClient(elsewhere, None, key=BANK_A.private_key, deployment=house.deployment)
    with pytest.raises(Misdrafted, match="nothing was signed"):
        client.log_in()


def test_a_client_logs_in_and_asks(house: House, desk: Desk) -> None:
    client = LedgerClient(desk.url, None, key=BANK_A.private_key, deployment=house.deployment)
    assert client.log_in()["party_id"] == BANK_A.party
    assert client.whoami()["party_id"] == BANK_A.party
    client.log_out()
