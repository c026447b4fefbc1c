"""Fifty lenders at once, three doors, three workers, one receipt: one pledge, no loser pays gas."""

from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
import urllib3

from receipts_ledger.chain.local_node import LocalNode
from receipts_ledger.chain.rpc import Rpc
from receipts_ledger.domain.ids import PartyId, ReceiptId
from receipts_ledger.domain.lane import ActId
from receipts_ledger.domain.party import Role
from receipts_ledger.domain.pending import ActStatus
from receipts_ledger.store.tables import pledge_slots, refusals, relay_transactions
from receipts_ledger.store.units import Database
from tests.support.cast import TRADER_A, WAREHOUSE_A, Member
from tests.support.gateway import Gateway, pledge_body
from tests.support.ledger_on_chain import LedgerOnChain
from tests.support.relaying import LANE_KEY, OTHER_LANE_KEY
from tests.wiring.test_processes import _running
from tests.wiring.test_replicas import _all_final, _settings

LENDERS = 50
REPLICAS = 3


@pytest.fixture
def gateway(own_anvil: LocalNode, postgresql_url: str) -> Iterator[Gateway]:
    """A ledger with one receipt, on PostgreSQL."""
    ledger = LedgerOnChain(Rpc(own_anvil.url))
    ledger.admit_cast()
    database = Database.open(postgresql_url)
    yield Gateway(ledger, database)
    database.close()


@pytest.mark.fault(34)
def test_of_fifty_pledges_at_once_through_three_replicas_one_is_taken(
    gateway: Gateway, postgresql_url: str, tmp_path: Path
) -> None:
    (receipt,) = gateway.issue(gateway.open_pool())
    lenders = _lenders()
    gateway.admit(lenders)
    drafts = [_signed_but_by_the_lender(gateway, receipt, lender) for lender in lenders]
    settings = _settings(gateway.bench, postgresql_url, tmp_path)
    sent_before = _sent(gateway)

    with ExitStack() as running:
        doors = [running.enter_context(_running("serve", settings))[0] for _ in range(REPLICAS)]
        for _ in range(REPLICAS):
            running.enter_context(_running("work", settings))
        answers = _at_once(gateway, doors, lenders, drafts)
        won = [status for status, _ in answers].index(202)
        _all_final(gateway.bench, [ActId(drafts[won]["act_id"])], 60)

    assert Counter(status for status, _ in answers) == {202: 1, 409: LENDERS - 1}
    assert {code for status, code in answers if status == 409} <= {
        "PledgeUnderWay",
        "AlreadyEncumbered",
    }
    _expect_one_on_the_chain(gateway, receipt, lenders[won])
    # What no lane has sent cannot have cost gas: one transaction, by whichever lane.
    assert _sent(gateway) == sent_before + 1
    lost = {act["act_id"] for act in drafts} - {drafts[won]["act_id"]}
    assert {row.act_id for row in gateway.rows(refusals)} == lost
    assert gateway.bench.statuses(sorted(lost)) == {ActStatus.REFUSED: LENDERS - 1}
    assert gateway.rows(pledge_slots) == []


def _expect_one_on_the_chain(gateway: Gateway, receipt: ReceiptId, winner: Member) -> None:
    bench = gateway.bench
    pledge = gateway.ledger.receipt(receipt)
    assert pledge.pledgee == winner.party
    assert bench.pledges() == 1
    assert len(gateway.rows(relay_transactions)) == 1
    assert bench.refused_on_chain() == 0


def _sent(gateway: Gateway) -> int:
    return sum(gateway.bench.transactions_mined(key) for key in (LANE_KEY, OTHER_LANE_KEY))


def _lenders() -> list[Member]:
    return [
        Member(f"lender {index}", PartyId(1_000 + index), Role.LENDER) for index in range(LENDERS)
    ]


def _signed_but_by_the_lender(
    gateway: Gateway, receipt: ReceiptId, lender: Member
) -> dict[str, Any]:
    draft = gateway.door(TRADER_A).post(
        f"/v1/receipts/{receipt}/pledges", pledge_body(gateway, lender)
    )
    assert draft.status_code == 202, draft.text
    act: dict[str, Any] = draft.json()
    assert gateway.sign(act, TRADER_A, WAREHOUSE_A).status_code == 202
    return act


def _at_once(
    gateway: Gateway,
    doors: Sequence[str],
    lenders: Sequence[Member],
    drafts: Sequence[dict[str, Any]],
) -> list[tuple[int, str]]:
    """Send the last signature of each, all in the same moment, to the doors by turns."""
    bodies = [gateway.signature(act, one) for act, one in zip(drafts, lenders, strict=True)]
    together = Barrier(LENDERS)

    def sign(index: int) -> tuple[int, str]:
        path = f"/v1/acts/{drafts[index]['act_id']}/signatures"
        together.wait()
        answer = pool.request(
            "POST",
            doors[index % len(doors)] + path,
            json={"signature": bodies[index]},
            headers={**gateway.door(lenders[index]).headers, "Idempotency-Key": f"race {index}"},
        )
        return answer.status, answer.json().get("code", "")

    with (
        urllib3.PoolManager(maxsize=LENDERS, retries=False) as pool,
        ThreadPoolExecutor(LENDERS) as threads,
    ):
        return list(threads.map(sign, range(LENDERS)))
