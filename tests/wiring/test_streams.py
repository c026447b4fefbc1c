"""F40: a stream goes on where it broke off, whichever replica answers and whatever was killed."""

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from receipts_ledger.chain.local_node import LocalNode
from receipts_ledger.chain.rpc import Rpc
from receipts_ledger.config import Settings
from receipts_ledger.domain.ids import ReceiptId
from receipts_ledger.wiring import House, open_house
from tests.support.cast import BANK_A, BANK_B
from tests.support.indexing import entries_of_feed, events_on_chain, mine, reorganise
from tests.support.ledger_on_chain import LedgerOnChain, ledger_with_receipts
from tests.support.listening import Listener
from tests.wiring.conftest import SECRET
from tests.wiring.test_processes import _running

DEPTH = 3


@pytest.fixture
def ledger_and_receipts(own_anvil: LocalNode) -> tuple[LedgerOnChain, list[ReceiptId]]:
    return ledger_with_receipts(Rpc(own_anvil.url), 8)


@pytest.fixture
def settings(
    ledger_and_receipts: tuple[LedgerOnChain, list[ReceiptId]], database_url: str, tmp_path: Any
) -> Settings:
    ledger, _ = ledger_and_receipts
    file = tmp_path / "deployment.json"
    ledger.deployment.write(file)
    return Settings.read(
        rpc=ledger.rpc.url,
        deployment=file,
        database_url=database_url,
        finality=f"depth:{DEPTH}",
        document_key=SECRET,
        keystore_secret=SECRET,
        keystore_work_factor=2,
        port=0,
    )


@pytest.fixture
def house(settings: Settings) -> Iterator[House]:
    opened = open_house(settings)
    opened.indexer.catch_up()
    yield opened
    opened.close()


def _ends_at(seq: int) -> Callable[[list[Any]], bool]:
    return lambda told: bool(told) and told[-1].seq == seq


@pytest.mark.fault(40)
def test_stream_goes_on_with_another_replica_after_a_kill(
    house: House,
    settings: Settings,
    ledger_and_receipts: tuple[LedgerOnChain, list[ReceiptId]],
) -> None:
    ledger, receipts = ledger_and_receipts
    secret = house.make_api_token(None, "listener", expires_at=None).secret
    heard: list[Any] = []
    with ExitStack() as running:
        # Killed, told to stop, and the one that is left.
        replicas = [running.enter_context(_running("serve", settings)) for _ in range(3)]
        for number, (url, process) in enumerate(replicas):
            last = heard[-1].seq if heard else 0
            listener = Listener(url, secret, last=last)
            listener.answered()
            for receipt in receipts[2 * number : 2 * number + 2]:
                ledger.pledge(receipt, BANK_A)
                house.indexer.catch_up()
            newest = entries_of_feed(house.database)[-1].seq
            listener.until(_ends_at(newest))
            os.kill(process.pid, signal.SIGKILL if number == 0 else signal.SIGTERM)
            assert listener.ended.wait(15)
            process.wait(15)
            heard += listener.told
            # What happens while nobody listens.
            ledger.pledge(receipts[6], BANK_A) if number == 0 else mine(ledger.rpc)
            house.indexer.catch_up()

    assert [told.seq for told in heard] == list(range(1, heard[-1].seq + 1))
    rows = entries_of_feed(house.database)[: len(heard)]
    assert [(told.seq, told.kind, told.body["event"]) for told in heard] == [
        (row.seq, row.kind, row.event) for row in rows
    ]


def test_reorganisation_is_told_and_whoever_waits_for_finality_hears_none_of_it(
    house: House,
    settings: Settings,
    ledger_and_receipts: tuple[LedgerOnChain, list[ReceiptId]],
) -> None:
    ledger, receipts = ledger_and_receipts
    secret = house.make_api_token(None, "listener", expires_at=None).secret
    with _running("serve", settings) as (url, _):
        at_once = Listener(url, secret)
        when_final = Listener(url, secret, "?finality=final")
        assert (at_once.answered(), when_final.answered()) == (200, 200)
        ledger.pledge(receipts[0], BANK_A)
        house.indexer.catch_up()
        before = entries_of_feed(house.database)[-1].seq
        at_once.until(_ends_at(before))

        reorganise(ledger.rpc, 1)
        ledger.pledge(receipts[0], BANK_B)
        house.indexer.catch_up()
        mine(ledger.rpc, DEPTH)
        house.indexer.catch_up()
        after = entries_of_feed(house.database)[-1].seq
        at_once.until(_ends_at(after))
        history = events_on_chain(ledger)
        when_final.until(lambda told: len(told) >= len(history))

    pledged = [told.kind for told in at_once.told if told.body["event"] == "Pledged"]
    assert pledged == ["applied", "reverted", "applied"]
    assert at_once.numbers == list(range(1, after + 1))
    assert at_once.told[-1].kind == "finalized"
    assert [told.kind for told in when_final.told] == ["applied"] * len(history)
    assert [told.body["event"] for told in when_final.told] == [
        type(event).__name__ for event in history
    ]
    # The pledge that stands, and not the one that was taken back.
    stands = [told for told in at_once.told if told.body["event"] == "Pledged"][-1]
    assert when_final.told[-1] == stands
    assert when_final.numbers == sorted(set(when_final.numbers))
