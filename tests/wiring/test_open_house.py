"""A gateway does not start on the wrong chain, contract, schema, database or secret."""

import json
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from receipts_ledger.chain.deployment import Deployment
from receipts_ledger.chain.local_node import DEVELOPER_KEYS
from receipts_ledger.chain.wallets import checksummed
from receipts_ledger.config import Settings
from receipts_ledger.domain.ids import Hash32
from receipts_ledger.domain.lane import Lane
from receipts_ledger.domain.login import LoginMessage
from receipts_ledger.errors import Fatal, Retryable
from receipts_ledger.store import idempotency, migrate
from receipts_ledger.store.idempotency import FORGOTTEN_AT_ONCE, RequestKey, StoredAnswer
from receipts_ledger.store.units import Database
from receipts_ledger.store.worker_lock import sole_worker
from receipts_ledger.wiring import House, Schema, open_house
from tests.support.cast import TRADER_A
from tests.support.ledger_on_chain import LedgerOnChain
from tests.support.postgres import PostgresCluster
from tests.wiring.conftest import MakeSettings


def _opened(make_settings: MakeSettings, **given: object) -> House:
    return open_house(make_settings(**given))


def test_embedded_database_is_brought_up_by_itself(make_settings: MakeSettings) -> None:
    house = _opened(make_settings)
    assert migrate.at_head(house.database.engine)
    assert house.node_head() >= house.deployment.block_number
    house.close()


def test_house_opens_a_second_time(make_settings: MakeSettings) -> None:
    for _ in range(2):
        _opened(make_settings).close()


def test_postgresql_is_migrated_only_when_told(
    make_settings: MakeSettings, postgres: PostgresCluster
) -> None:
    settings = make_settings(database_url=postgres.url(postgres.create()))
    with pytest.raises(Fatal, match="run receipts-ledger migrate"):
        open_house(settings, Schema.EXPECT)
    open_house(settings, Schema.MIGRATE).close()
    open_house(settings, Schema.EXPECT).close()


@pytest.mark.parametrize("schema", Schema)
def test_database_of_a_later_release_is_named_as_such(
    make_settings: MakeSettings, database_url: str, schema: Schema
) -> None:
    settings = make_settings(database_url=database_url)
    open_house(settings, Schema.MIGRATE).close()
    database = Database.open(database_url)
    with database.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    database.close()
    for attempt in (lambda: open_house(settings, schema), lambda: migrate.upgrade(database_url)):
        with pytest.raises(Fatal, match=r"of a later release \(9999\)"):
            attempt()


def test_node_that_is_away_may_be_tried_again(make_settings: MakeSettings) -> None:
    with pytest.raises(Retryable):
        _opened(make_settings, rpc="http://127.0.0.1:1")


@pytest.mark.parametrize(
    ("field", "wrong", "named"),
    [
        ("chain_id", 1, "chain id"),
        ("genesis_hash", "0x" + "11" * 32, "genesis hash"),
        ("block_hash", "0x" + "11" * 32, "deployment block hash"),
        ("code_hash", "0x" + "11" * 32, "code hash"),
        ("contract", "0x" + "11" * 20, "code hash"),
    ],
)
def test_deployment_that_is_not_the_nodes_is_named(
    make_settings: MakeSettings, tmp_path: Path, field: str, wrong: object, named: str
) -> None:
    settings = make_settings()
    fields = json.loads(settings.deployment.read_text())
    other = tmp_path / "other.json"
    Deployment(**(fields | {field: wrong})).write(other)
    with pytest.raises(Fatal, match=named):
        _opened(make_settings, deployment=other)


def test_deployment_file_that_is_missing_is_named(make_settings: MakeSettings) -> None:
    with pytest.raises(Fatal, match=r"nowhere\.json"):
        _opened(make_settings, deployment=Path("nowhere.json"))


def test_database_of_another_ledger_is_refused(
    make_settings: MakeSettings, ledger_on_anvil: LedgerOnChain, tmp_path: Path
) -> None:
    _opened(make_settings).close()
    other = tmp_path / "other.json"
    LedgerOnChain(ledger_on_anvil.rpc).deployment.write(other)
    with pytest.raises(Fatal, match="another ledger"):
        _opened(make_settings, deployment=other)


def test_other_keystore_secret_is_refused_at_the_start(make_settings: MakeSettings) -> None:
    house = _opened(make_settings)
    house.keep_key(TRADER_A.party, None)
    house.close()
    with pytest.raises(
        Fatal, match=r"the kept key 0x[0-9a-f]{40} does not open with this keystore"
    ):
        _opened(make_settings, keystore_secret="another secret than before")


def test_missing_lanes_are_made_and_kept(make_settings: MakeSettings) -> None:
    house = _opened(make_settings, lanes_min=2)
    with house.working():
        made = house.lanes.every()
    assert len(made) == 2
    with house.working():
        assert house.lanes.every() == made
    house.close()


def test_lane_of_ones_own_key_begins_where_the_chain_says(make_settings: MakeSettings) -> None:
    house = _opened(make_settings)
    address = house.keep_lane(DEVELOPER_KEYS[0])
    nonce = int(house.rpc.call("eth_getTransactionCount", ["0x" + address.hex(), "latest"]), 16)
    assert nonce > 0
    assert house.lanes.every() == [Lane(address, nonce, 16, None)]
    house.close()


def test_second_worker_on_one_file_is_refused(make_settings: MakeSettings) -> None:
    settings = make_settings()
    with sole_worker(settings.database_url):
        house = open_house(settings)
        with pytest.raises(Fatal, match="SQLite takes one worker"), house.working():
            pass
        house.close()
    house = open_house(settings)
    with house.working():
        pass
    house.close()


@pytest.mark.parametrize(
    ("given", "domain"),
    [
        ({"host": "127.0.0.1", "port": 8_000}, "127.0.0.1:8000"),
        ({"host": "::1", "port": 8_000}, "[::1]:8000"),
        ({"public_url": "https://ledger.example"}, "ledger.example"),
    ],
)
def test_log_ins_are_bound_to_the_address_that_parties_type(
    make_settings: MakeSettings, given: dict[str, object], domain: str
) -> None:
    house = _opened(make_settings, **given)
    message, _ = house.access.logins.offer(TRADER_A.address)
    assert message.startswith(f"{domain} wants you to sign in")
    assert LoginMessage.parse(message, checksummed).domain == domain
    house.close()


def test_api_tokens_are_made_for_party_and_operator(make_settings: MakeSettings) -> None:
    house = _opened(make_settings)
    of_party = house.make_api_token(TRADER_A.party, "trader", expires_at=None)
    of_operator = house.make_api_token(None, "operator", expires_at=None)
    assert of_party.secret != of_operator.secret
    house.close()


def test_answers_are_kept_as_long_as_promised_and_no_longer(make_settings: MakeSettings) -> None:
    house = _opened(make_settings, idempotency_keep_hours=24)
    promised = house.clock() - timedelta(hours=24)
    answered = StoredAnswer(202, {}, b"{}")

    def request(number: int) -> RequestKey:
        return RequestKey("operator", str(number), Hash32(bytes(32)))

    with house.database.writing() as writer:
        for number in range(FORGOTTEN_AT_ONCE + 1):
            idempotency.answer(writer, request(number), answered, promised - timedelta(hours=1))
        idempotency.answer(writer, request(-1), answered, promised + timedelta(hours=1))

    assert [house.forget(), house.forget()] == [True, False]
    with house.database.writing() as writer:
        assert idempotency.claim(writer, request(-1), house.clock()) == answered
        for number in (0, FORGOTTEN_AT_ONCE):
            assert idempotency.claim(writer, request(number), house.clock()) is None
    house.close()


def test_setting_that_breaks_a_rule_is_told_in_the_rules_words() -> None:
    with pytest.raises(Fatal) as told:
        Settings.read(
            rpc="http://127.0.0.1:1",
            finality="depth:x",
            document_key="a document key",
            keystore_secret="a keystore secret",
        )
    assert str(told.value).startswith(
        "RECEIPTS_LEDGER_FINALITY: finality 'depth:x' is none of instant, depth:N, tag:finalized ("
    )
