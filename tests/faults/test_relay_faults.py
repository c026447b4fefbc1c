"""What clocks can do to the relayer, beyond tests/relay."""

import pytest

from receipts_ledger.chain.local_node import LocalNode
from receipts_ledger.chain.rpc import Rpc
from receipts_ledger.store.leases import StoredLeases
from receipts_ledger.store.units import Database
from tests.support.ledger_on_chain import ledger_with_receipts
from tests.support.relaying import LANE_KEY, Bench, TestClock

HOUR_SECONDS = 3_600
RECEIPTS = 8


@pytest.mark.fault(19)
def test_clocks_an_hour_apart_lose_and_double_nothing(
    own_anvil: LocalNode, database: Database
) -> None:
    ledger, receipts = ledger_with_receipts(Rpc(own_anvil.url), RECEIPTS)
    clocks = (TestClock(), TestClock(), TestClock())
    clocks[1].advance(HOUR_SECONDS)
    clocks[2].advance(-HOUR_SECONDS)
    benches = [Bench(ledger, database, clock) for clock in clocks]
    benches[0].indexer.catch_up()
    benches[0].add_lane()
    leases = [StoredLeases(database, clock=clock) for clock in clocks]
    holders = set()
    act_ids = []
    relayers = [bench.relayer() for bench in benches]
    for turn, receipt in enumerate(receipts):
        act_ids.append(benches[turn % 3].enqueue_pledge(receipt))
        for number, relayer in enumerate(relayers):
            # Whose clock is ahead takes the lease of one who still works: both then do.
            if leases[number].take("relay", str(number), 15):
                holders.add(number)
            relayer.step()
            benches[number].indexer.step()
        if turn % 3 == 1:
            # A clock that jumps back to what it should be, and one that jumps away.
            clocks[1].advance(-HOUR_SECONDS)
            clocks[0].advance(HOUR_SECONDS)
    benches[0].work_off(benches[0].relayer())

    assert len(holders) > 1
    assert benches[0].statuses(act_ids) == {"final": RECEIPTS}
    assert (benches[0].pledges(), benches[0].refused_on_chain()) == (RECEIPTS, 0)
    stages = benches[0].stages()
    assert [nonce for nonce, _, _ in stages] == list(range(len(stages)))
    assert len(stages) == benches[0].transactions_mined(LANE_KEY)
