"""What is no answer to the question is never taken for one, whoever has mixed it up or cut it."""

import asyncio
from collections.abc import Callable, Iterator
from random import Random
from typing import Any

import orjson
import pytest

from receipts_ledger.chain.contract import Contract
from receipts_ledger.chain.proofs import InconsistentNode
from receipts_ledger.chain.relaying import RelayNode
from receipts_ledger.chain.rpc import NodeAway, NodeBusy, Rpc
from receipts_ledger.domain.block import BlockRef
from receipts_ledger.domain.ids import Address, Hash32
from receipts_ledger.errors import Retryable
from tests.faults.storm.wire import Trouble, Wire
from tests.support.ledger_on_chain import LedgerOnChain
from tests.support.lying_node import LyingNode

_LANE = Address(bytes(20))
_HASH = Hash32(bytes(32))
_QUESTIONS: dict[str, Callable[[RelayNode], object]] = {
    "head": lambda node: node.head(),
    "block": lambda node: node.has_block(BlockRef(1, _HASH)),
    "nonce": lambda node: node.nonce_of(_LANE),
    "balance": lambda node: node.balance_of(_LANE),
    "outcomes": lambda node: node.outcomes([_HASH]),
}


@pytest.fixture
def bent(ledger_on_anvil: LedgerOnChain) -> Iterator[tuple[LyingNode, Rpc]]:
    """A node before Anvil that a test bends, and the way to it."""
    node = LyingNode(ledger_on_anvil.rpc)
    with node.serve() as url:
        yield node, Rpc(url, timeout_seconds=0.5)


def test_answer_to_another_call_is_none(bent: tuple[LyingNode, Rpc]) -> None:
    node, rpc = bent
    others = orjson.dumps({"jsonrpc": "2.0", "id": 10**9, "result": "0x1"})
    node.doorkeeper = lambda: (200, others)
    with pytest.raises(NodeAway, match="another call"):
        rpc.call("eth_chainId")
    with pytest.raises(NodeAway, match="no JSON-RPC"):
        rpc.batch([("eth_chainId", ()), ("eth_blockNumber", ())])


def test_error_without_a_number_is_an_answer(bent: tuple[LyingNode, Rpc]) -> None:
    node, rpc = bent
    error = {"code": -32005, "message": "daily request limit reached"}
    node.doorkeeper = lambda: (429, orjson.dumps({"jsonrpc": "2.0", "id": None, "error": error}))
    with pytest.raises(NodeBusy):
        rpc.call("eth_chainId")


@pytest.mark.parametrize("said", [None, "0x", {}, {"number": None}, ["0x1"], 7])
@pytest.mark.parametrize("question", _QUESTIONS)
def test_relayer_takes_rubbish_for_no_answer(
    bent: tuple[LyingNode, Rpc], question: str, said: Any
) -> None:
    node, rpc = bent
    node.bend = lambda method, params, result: said
    try:
        found = _QUESTIONS[question](RelayNode(rpc))
    except InconsistentNode:
        return
    # What a node does not know is an answer to these.
    assert (said, found) in ((None, False), (None, {}), ({}, {}), ({"number": None}, {}))


@pytest.mark.parametrize(
    "turned_away",
    [
        (429, b'{"jsonrpc":"2.0","id":null,"error":{"code":-32005,"message":"rate limit"}}'),
        (429, b"slow down"),
        (502, b"<html>Bad Gateway</html>"),
        (200, b'{"jsonrpc":"2.0","id":null,"error":{"code":-32603,"message":"internal error"}}'),
        (200, b'{"jsonrpc":"2.0","id":0,"result":"0x"}'),
    ],
)
def test_contract_that_cannot_be_asked_gives_no_verdict(
    bent: tuple[LyingNode, Rpc], turned_away: tuple[int, bytes]
) -> None:
    """An api that took this for a fault of its own would answer 500, and nobody would retry."""
    node, rpc = bent
    node.doorkeeper = lambda: turned_away
    contract = Contract(rpc, _LANE)
    with pytest.raises(Retryable):
        contract.simulate(b"")
    with pytest.raises(Retryable):
        contract.simulate_each([(b"", 1), (b"", 1)])


@pytest.mark.parametrize("trouble", [each for each in Trouble if each is not Trouble.DELAY])
def test_broken_wire_is_a_node_that_is_away(
    ledger_on_anvil: LedgerOnChain, trouble: Trouble
) -> None:
    port = int(ledger_on_anvil.rpc.url.rpartition(":")[2])
    dice = Random(f"{trouble}")
    with Wire(lambda: asyncio.open_connection("127.0.0.1", port), dice=dice) as wire:
        rpc = Rpc(f"http://127.0.0.1:{wire.port}", timeout_seconds=0.5)
        # A big answer: one that is cut anywhere is cut within it.
        asked = ("eth_getCode", (ledger_on_anvil.deployment.contract, "latest"))
        code = rpc.call(*asked)
        with wire.troubled(trouble), pytest.raises(NodeAway):
            rpc.call(*asked)
        assert wire.hurt == 1
        assert rpc.call(*asked) == code
