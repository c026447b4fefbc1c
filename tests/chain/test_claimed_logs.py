"""What a node claims, against what its blocks prove, where everything has happened."""

from receipts_ledger.chain.claimed_logs import ClaimedLogs
from receipts_ledger.chain.reader import ChainReader
from tests.support.later_life import live_on
from tests.support.ledger_on_chain import LedgerOnChain
from tests.support.story import tell


def test_an_honest_node_claims_what_its_blocks_prove(ledger_on_anvil: LedgerOnChain) -> None:
    tell(ledger_on_anvil)
    live_on(ledger_on_anvil)
    rpc, deployment = ledger_on_anvil.rpc, ledger_on_anvil.deployment
    reader = ChainReader(rpc, deployment)
    last = reader.head().number
    claimed = ClaimedLogs(rpc, deployment).pages(last)
    proved = reader.blocks(deployment.block_number, last)
    assert [event for _, events in claimed for event in events] == [
        event for block in proved for event in block.events
    ]
