"""Webhooks from real workers: killed between sent and marked, and the same comes again."""

import os
import signal
import threading
from concurrent.futures import Future
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest
from sqlalchemy import func, select

from receipts_ledger.api.answers.subscriptions import message_of
from receipts_ledger.chain.local_node import LocalNode
from receipts_ledger.chain.rpc import Rpc
from receipts_ledger.client import verify_webhook
from receipts_ledger.config import Settings
from receipts_ledger.domain.ids import PartyId, ReceiptId
from receipts_ledger.domain.webhook import written_secret
from receipts_ledger.store import subscriptions
from receipts_ledger.store.backups import back_up, restore
from receipts_ledger.store.tables import feed
from receipts_ledger.wiring import House, open_house, utc_now
from tests.support.cast import BANK_A
from tests.support.indexing import reorganise
from tests.support.ledger_on_chain import LedgerOnChain, ledger_with_receipts
from tests.support.receiver import Receiver, receiving
from tests.wiring.conftest import SECRET
from tests.wiring.test_processes import SOON_SECONDS, _running

NAME = "3b1f6a52-0000-4000-8000-000000000001"


@pytest.fixture
def ledger_and_receipts(own_anvil: LocalNode) -> tuple[LedgerOnChain, list[ReceiptId]]:
    return ledger_with_receipts(Rpc(own_anvil.url), 2)


@pytest.fixture
def settings(
    ledger_and_receipts: tuple[LedgerOnChain, list[ReceiptId]], database_url: str, tmp_path: Path
) -> Settings:
    ledger, _ = ledger_and_receipts
    file = tmp_path / "deployment.json"
    ledger.deployment.write(file)
    return Settings.read(
        rpc=ledger.rpc.url,
        deployment=file,
        database_url=database_url,
        document_key=SECRET,
        keystore_secret=SECRET,
        keystore_work_factor=2,
        webhook_networks="127.0.0.0/8",
        webhook_timeout_seconds=1.0,
        lanes_min=0,
        port=0,
    )


def _subscribe(house: House, url: str, *, party: PartyId | None = None, about: str = "all") -> str:
    """Subscribe, the operator to all as without more, and return the secret."""
    sealing_key = house.webhooks.secrets.sealing_key()
    with house.database.writing() as writer:
        subscriptions.add(
            writer,
            now=utc_now(),
            subscription_id=NAME,
            party_id=party,
            url=url,
            finality="mined",
            about=about,
            events=None,
            receipt_id=None,
            pool_id=None,
            cursor_seq=0,
            sealing_key=sealing_key,
        )
    return written_secret(house.webhooks.secrets.secret(sealing_key, NAME, 1))


def test_killed_before_the_answer_was_noted_the_same_is_delivered_again(
    settings: Settings,
) -> None:
    house = open_house(settings)
    house.indexer.catch_up()
    with house.database.reading() as reader:
        last = int(reader.scalar(select(func.max(feed.c.seq))))
    with receiving() as receiver:
        secret = _subscribe(house, receiver.url)
        begun: Future[int] = Future()
        is_dead = threading.Event()

        def kill_at_the_third(handler: BaseHTTPRequestHandler) -> int:
            # It begins to deliver before it says that it works.
            if len(receiver.sent) == 3:
                os.kill(begun.result(SOON_SECONDS), signal.SIGKILL)
                is_dead.wait(SOON_SECONDS)
            return 200

        receiver.answer = kill_at_the_third
        with _running("work", settings) as (_, worker):
            begun.set_result(worker.pid)
            receiver.until(3)
            assert worker.wait(SOON_SECONDS) == -signal.SIGKILL
            is_dead.set()
        # The secret that locks the kept keys may change meanwhile: the webhooks' stays.
        new_secret = "next " + SECRET
        house.rotate_keystore_secret(new_secret)
        house.close()
        again = Settings.read(
            **{name: getattr(settings, name) for name in Settings.model_fields}
            | {"keystore_secret": new_secret}
        )
        with _running("work", again):
            receiver.until(last + 1)

    assert receiver.numbers == [1, 2, 3, *range(3, last + 1)]
    ids = [verify_webhook(secret, *sent, now=utc_now()) for sent in receiver.sent]
    assert ids[2] == ids[3]
    assert ids[2].startswith(f"{NAME}_3_")


def test_the_end_of_a_claim_that_is_taken_back_is_told_to_whose_claim_it_was(
    settings: Settings, ledger_and_receipts: tuple[LedgerOnChain, list[ReceiptId]]
) -> None:
    ledger, (receipt, _) = ledger_and_receipts
    house = open_house(settings.model_copy(update={"finality": "depth:3"}))
    ledger.pledge(receipt, BANK_A)
    house.indexer.catch_up()
    with receiving() as receiver:
        _subscribe(house, receiver.url, party=BANK_A.party, about="own")
        ledger.release(receipt, BANK_A)
        house.indexer.catch_up()
        _work_off(house)
        reorganise(ledger.rpc, 1)
        house.indexer.catch_up()
        _work_off(house)
    house.close()
    told = [each["type"] for each in receiver.bodies if each["data"]["event"] == "Released"]
    assert told == ["applied.Released", "reverted.Released"]


def test_number_that_a_restored_database_gives_to_another_entry_is_another_message(
    settings: Settings, ledger_and_receipts: tuple[LedgerOnChain, list[ReceiptId]], tmp_path: Path
) -> None:
    ledger, receipts = ledger_and_receipts
    house = open_house(settings)
    house.indexer.catch_up()
    file, restored_url = tmp_path / "ledger.backup", f"sqlite:///{tmp_path / 'restored.db'}"
    with receiving() as receiver:
        _subscribe(house, receiver.url)
        back_up(settings.database_url, file)
        # Two steps of the index here, of which the restored one makes one.
        for receipt in receipts:
            ledger.pledge(receipt, BANK_A)
            house.indexer.catch_up()
        _work_off(house)
        told = _told_by_id(receiver)
        house.close()
        restore(restored_url, file)
        house = open_house(settings.model_copy(update={"database_url": restored_url}))
        house.indexer.catch_up()
        receiver.sent.clear()
        _work_off(house)
        told_anew = _told_by_id(receiver)
        house.close()
    both = told.keys() & told_anew.keys()
    assert both
    assert [told[each] for each in both] == [told_anew[each] for each in both]
    pledged = [what for what in told_anew.values() if what[1] == "Pledged"]
    assert len(pledged) == len(receipts)


def _work_off(house: House) -> None:
    delivery = house.deliver(message_of)
    while delivery.step():
        pass


def _told_by_id(receiver: Receiver) -> dict[str, tuple[str, str | None, str, int | None]]:
    """Return what was told under each id."""
    told = [each["data"] for each in receiver.bodies]
    what = [(one["kind"], one["event"], one["block_hash"], one["log_index"]) for one in told]
    return {
        headers["webhook-id"]: each for (headers, _), each in zip(receiver.sent, what, strict=True)
    }
