"""No secret is ever logged or told: not at debug level, not in a fault, not in a problem."""

import os
import subprocess
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import urllib3

from receipts_ledger.chain.keystore import Vault
from receipts_ledger.chain.local_node import LocalNode, free_port
from receipts_ledger.chain.relaying import LaneKey
from receipts_ledger.chain.rpc import Rpc
from receipts_ledger.chain.transactions import TransactionType
from receipts_ledger.chain.wallets import checksummed
from receipts_ledger.client import Document, LedgerClient
from receipts_ledger.config import PREFIX, Settings
from receipts_ledger.domain.ids import Day, ReceiptId, date_of
from receipts_ledger.errors import LedgerError
from receipts_ledger.services.logins import Session
from receipts_ledger.store import api_tokens
from receipts_ledger.store.units import Database
from receipts_ledger.wiring import open_house, utc_now
from tests.support.cast import BANK_A, TRADER_A, WAREHOUSE_A
from tests.support.ledger_on_chain import LedgerOnChain, ledger_with_receipts
from tests.support.relaying import LANE_KEY

ROOT = Path(__file__).resolve().parents[2]
DOCUMENT_KEY = "document key of this very test"
KEYSTORE_SECRET = "keystore secret of this very test"
NEW_SECRET = "next keystore secret of this very test"
WRONG = "rl_a-token-that-somebody-made-up-or-mistyped"
KEYS = {
    "the lane's key": LANE_KEY,
    "a kept key": TRADER_A.private_key,
    "a party's own key": BANK_A.private_key,
}


@pytest.fixture
def ledger(own_anvil: LocalNode) -> tuple[LedgerOnChain, list[ReceiptId]]:
    ledger, receipts = ledger_with_receipts(Rpc(own_anvil.url), 3)
    return ledger, list(receipts)


@pytest.fixture
def environment(
    ledger: tuple[LedgerOnChain, list[ReceiptId]], own_anvil: LocalNode, tmp_path: Path
) -> dict[str, str]:
    ledger[0].deployment.write(tmp_path / "deployment.json")
    return {
        "RPC": own_anvil.url,
        "DEPLOYMENT": str(tmp_path / "deployment.json"),
        "DATABASE_URL": f"sqlite:///{tmp_path / 'ledger.db'}",
        "DOCUMENT_KEY": DOCUMENT_KEY,
        "KEYSTORE_SECRET": KEYSTORE_SECRET,
        "KEYSTORE_WORK_FACTOR": "2",
        "PORT": str(free_port()),
        "LOG_LEVEL": "debug",
        "INDEX_POLL_SECONDS": "0.05",
        "RELAY_POLL_SECONDS": "0.05",
        "RPC_TIMEOUT_SECONDS": "2",
    }


@contextmanager
def running(environment: dict[str, str], log_format: str, said: list[str]) -> Iterator[str]:
    """Run a gateway, and keep all that it says."""
    given = {PREFIX + name: value for name, value in environment.items()}
    process = subprocess.Popen(
        [sys.executable, "-X", "dev", "-W", "ignore", "-m", "receipts_ledger.cli", "up"],
        env=os.environ | given | {f"{PREFIX}LOG_FORMAT": log_format},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        cwd=ROOT,
    )
    try:
        assert process.stdout is not None
        url = f"http://127.0.0.1:{environment['PORT']}"
        _until_up(url, process)
        yield url
    finally:
        process.terminate()
        said.append(process.communicate(timeout=60)[0])


def _until_up(url: str, process: "subprocess.Popen[str]") -> None:
    deadline = time.monotonic() + 60
    while True:
        try:
            if urllib3.request("GET", f"{url}/readyz", retries=False).status == 200:
                return
        except urllib3.exceptions.HTTPError:
            pass
        assert process.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.05)


@pytest.mark.parametrize("log_format", ["console", "json"])
def test_a_gateway_at_debug_level_says_no_secret_whatever_happens_to_it(
    environment: dict[str, str],
    ledger: tuple[LedgerOnChain, list[ReceiptId]],
    own_anvil: LocalNode,
    log_format: str,
) -> None:
    chain, receipts = ledger
    house = open_house(Settings.read(**{k.lower(): v for k, v in environment.items()}))
    house.keep_lane(LANE_KEY)
    house.keep_key(TRADER_A.party, TRADER_A.private_key)
    tokens = {
        member.name: house.make_api_token(member.party, member.name, expires_at=None)
        for member in (TRADER_A, WAREHOUSE_A)
    }
    revoked = house.make_api_token(None, "revoked", expires_at=None)
    house.revoke_api_token(revoked.api_token_id)
    house.close()

    said: list[str] = []
    answers: list[str] = []
    secrets = {
        "the document key": DOCUMENT_KEY,
        "the keystore secret": KEYSTORE_SECRET,
        "a revoked api token": revoked.secret,
        "a wrong api token": WRONG,
        **{f"the api token of {name}": made.secret for name, made in tokens.items()},
        **{name: key.hex() for name, key in KEYS.items()},
    }
    with running(environment, log_format, said) as url:
        bank = LedgerClient(url, None, key=BANK_A.private_key, deployment=chain.deployment)
        secrets["a session"] = bank.log_in()["secret"]
        trader = LedgerClient(url, tokens[TRADER_A.name].secret)
        warehouse = LedgerClient(
            url,
            tokens[WAREHOUSE_A.name].secret,
            key=WAREHOUSE_A.private_key,
            deployment=chain.deployment,
        )
        _pledge(trader, warehouse, bank, receipts[0], chain)
        answers += _refusals(url, secrets, receipts[0])
        own_anvil.stop()
        with pytest.raises(LedgerError):
            _pledge(trader, warehouse, bank, receipts[1], chain)
        time.sleep(3)
    (log,) = said
    assert "step failed" in log
    for name, secret in secrets.items():
        assert secret not in log, name
        assert not [answer for answer in answers if secret in answer], name


def _pledge(
    trader: LedgerClient,
    warehouse: LedgerClient,
    bank: LedgerClient,
    receipt: ReceiptId,
    chain: LedgerOnChain,
) -> None:
    """Pledge a receipt: the gateway signs for the trader, with the key that it keeps."""
    draft = trader.pledge(
        receipt,
        pledgee=BANK_A.party,
        maturity=date_of(Day(chain.today + 30)),
        terms={"amount": {"minor": 1, "currency": "CNY"}},
        documents=[Document("invoice", f"INV-{receipt}")],
    )
    warehouse.sign(warehouse.act(draft.act_id))
    bank.sign(bank.act(draft.act_id))
    bank.wait(draft.act_id)


def _refusals(url: str, secrets: dict[str, str], receipt: ReceiptId) -> list[str]:
    """Ask in all the wrong ways, with every secret where it does not belong."""
    asked: list[tuple[str, str, dict[str, str], bytes | None]] = [
        ("GET", "/v1/receipts", {"Authorization": f"Bearer {WRONG}"}, None),
        ("GET", "/v1/receipts", {"Authorization": f"Basic {WRONG}"}, None),
        ("GET", f"/v1/logins/message?address={checksummed(BANK_A.address)}", {}, None),
    ]
    for secret in secrets.values():
        headers = {"Authorization": f"Bearer {secret}", "Content-Type": "application/json"}
        headers["Idempotency-Key"] = "k" + str(len(asked))
        body = f'{{"pledgee_id": 5, "maturity": "{secret}"}}'.encode()
        asked += [
            ("GET", f"/v1/receipts/{receipt}", headers, None),
            ("POST", f"/v1/receipts/{receipt}/pledges", headers, body),
            ("POST", "/v1/logins", headers, f'{{"message": "{secret}"}}'.encode()),
        ]
    answers = []
    for method, path, headers, content in asked:
        answer = urllib3.request(method, url + path, headers=headers, body=content, retries=False)
        answers.append(answer.data.decode())
    return answers


PASSWORD = "password-in-an-address"


def test_what_holds_a_secret_does_not_show_it(database: Database) -> None:
    with database.writing() as writer:
        made = api_tokens.create(writer, party_id=None, label="office", now=utc_now())
    settings = Settings.read(
        rpc=f"http://user:{PASSWORD}@node:8545",
        database_url=f"postgresql://user:{PASSWORD}@host/name",
        document_key=DOCUMENT_KEY,
        keystore_secret=KEYSTORE_SECRET,
    )
    client = LedgerClient("http://127.0.0.1:1", made.secret, key=BANK_A.private_key)
    holders = (
        made,
        settings,
        Vault(KEYSTORE_SECRET, work_factor=2),
        Session("id", made.secret, BANK_A.party, utc_now()),
        LaneKey(LANE_KEY, 1, BANK_A.address, TransactionType.FEE_MARKET),
        client,
        Rpc(settings.rpc),
    )
    hidden = [made.secret, DOCUMENT_KEY, KEYSTORE_SECRET, PASSWORD]
    hidden += [key.hex() for key in KEYS.values()] + [repr(key) for key in KEYS.values()]
    for holder in holders:
        shown = repr(holder) + str(holder)
        assert not [secret for secret in hidden if secret in shown], type(holder)


@pytest.mark.parametrize(
    "fault",
    [
        lambda: Rpc(f"http://user:{PASSWORD}@127.0.0.1:1/path?key={PASSWORD}").call("eth_chainId"),
        lambda: Rpc(f"ftp://user:{PASSWORD}@127.0.0.1:1"),
        lambda: Database.open(f"postgresql://user:{PASSWORD}@host:no-port/name"),
        lambda: Database.open(f"mysql://user:{PASSWORD}@host/name"),
        lambda: Settings.read(rpc=f"ftp://user:{PASSWORD}@node", document_key=PASSWORD),
        lambda: _ask_postgres(f"postgresql://user:{PASSWORD}@127.0.0.1:1/name"),
    ],
)
def test_a_password_in_an_address_is_in_no_fault(fault: Callable[[], object]) -> None:
    with pytest.raises((LedgerError, ValueError)) as raised:
        fault()
    assert PASSWORD not in "".join(traceback.format_exception(raised.value))


def _ask_postgres(url: str) -> None:
    database = Database.open(url)
    with database.reading():
        pass
