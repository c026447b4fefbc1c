"""A saved chain is the chain that was built, on every node that loads it."""

import pytest

from benchmarks.index.chain import CONFIRMATIONS, Custom
from benchmarks.index.saved import SavedChain, saved
from receipts_ledger.chain.rpc import Rpc
from receipts_ledger.cli.audit_run import run_audit


@pytest.fixture(scope="module")
def chain(tmp_path_factory: pytest.TempPathFactory) -> SavedChain:
    return saved(2_500, Custom.IN_PORTFOLIOS, tmp_path_factory.mktemp("chains"))


def test_a_loaded_node_has_every_event_and_stands_where_the_builder_stopped(
    chain: SavedChain,
) -> None:
    with chain.served() as node:
        rpc = Rpc(node.url)
        head = int(rpc.call("eth_blockNumber"), 16)
        logs = rpc.call("eth_getLogs", [{"fromBlock": "0x0", "toBlock": hex(head)}])
    assert head == chain.chain.head + CONFIRMATIONS
    assert len(logs) == chain.chain.events_until(chain.chain.head) >= 2_500


def test_a_loaded_chain_is_audited_clean_at_its_end_and_in_its_past(chain: SavedChain) -> None:
    with chain.served() as node:
        for block in (chain.chain.head, chain.chain.block_with_event(1_000)):
            audited = run_audit(
                rpc_url=node.url, deployment_file=chain.deployment_file, to_block=block
            )
            assert audited.report.is_clean
            assert audited.report.events == chain.chain.events_until(block)


def test_a_chain_is_built_once_until_something_that_it_follows_from_changes(
    chain: SavedChain,
) -> None:
    chains = chain.folder.parent
    state = chain.folder / "state.json"
    built_at = state.stat().st_mtime_ns
    assert saved(2_500, Custom.IN_PORTFOLIOS, chains).chain == chain.chain
    assert state.stat().st_mtime_ns == built_at
    (chain.folder / "key").write_text("another contract", encoding="ascii")
    saved(2_500, Custom.IN_PORTFOLIOS, chains)
    assert state.stat().st_mtime_ns > built_at
