"""How much of a chain an audit has at hand: a page of so much gas, whatever the chain's length."""

from collections.abc import Sequence
from itertools import pairwise

import pytest
from msgspec import Raw

from receipts_ledger.chain import records
from receipts_ledger.chain.batches import Calls
from receipts_ledger.chain.reader import ChainReader
from receipts_ledger.chain.rpc import Rpc
from tests.support.auditing import EQUAL, Scene


@pytest.mark.parametrize("gas_max", [1, 500_000, 1_000_000])
def test_blocks_of_a_page_have_used_no_more_gas_than_it_may_have(
    scene: Scene, gas_max: int
) -> None:
    deployment = scene.ledger.deployment
    reader = ChainReader(scene.rpc, deployment)
    pages = [*reader.header_pages(deployment.block_number, scene.head, gas_max)]
    numbers = [read.header.number for page in pages for read in page]
    assert numbers == [*range(deployment.block_number, scene.head + 1)]
    gas = [[read.header.gas_used for read in page] for page in pages]
    assert all(len(page) == 1 or sum(page) <= gas_max for page in gas)
    assert all(sum(page) + after[0] > gas_max for page, after in pairwise(gas))


def test_audit_asks_for_no_more_receipts_than_its_page_may_have(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []
    raw_batch = Rpc.raw_batch

    def noted(rpc: Rpc, calls: Calls) -> Sequence[Raw]:
        asked.append(len(calls))
        return raw_batch(rpc, calls)

    monkeypatch.setattr(Rpc, "raw_batch", noted)
    assert scene.audit().exit_code == EQUAL
    assert max(asked) > 1
    asked.clear()
    monkeypatch.setattr(records, "PAGE_GAS_MAX", 1)
    assert scene.audit().exit_code == EQUAL
    assert max(asked) == 1
