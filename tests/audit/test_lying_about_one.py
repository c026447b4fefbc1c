"""A node that withholds, adds, reorders or alters one log, receipt, transaction or header.

Each such lie is found out and the block is named, by the line and by the report. So are lies
that agree with one another: each hash that was made to fit fails to fit the one above it.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import pytest

from receipts_ledger.chain.answers import TxReceiptAnswer
from receipts_ledger.chain.calldata import RELAY, call
from receipts_ledger.chain.local_node import anvil
from receipts_ledger.chain.raw_transactions import raw_transaction
from receipts_ledger.chain.roots import ordered_root
from receipts_ledger.chain.rpc import Rpc
from receipts_ledger.chain.tx_receipts import TxReceipt
from tests.audit import lies
from tests.audit.lies import Json, flipped
from tests.support.auditing import EQUAL, Outcome, run
from tests.support.cast import BANK_A, BANK_B, TRADER_A, WAREHOUSE_A
from tests.support.indexing import mine
from tests.support.ledger_on_chain import GAS, LedgerOnChain, ledger_with_receipts
from tests.support.lying_node import Bend, LyingNode


class Crowd(NamedTuple):
    """A ledger, and a block of it with two transactions of two acts each."""

    ledger: LedgerOnChain
    number: int
    deployment_file: Path

    def block(self, number: int, *, whole: bool = False) -> Json:
        found: Json = self.ledger.rpc.call("eth_getBlockByNumber", [hex(number), whole])
        return found

    def tx_receipts(self) -> list[Json]:
        found: list[Json] = self.ledger.rpc.call("eth_getBlockReceipts", [hex(self.number)])
        return found

    def audit(self, url: str, *options: str) -> Outcome:
        ledger = ["--rpc", url, "--deployment", str(self.deployment_file), *options]
        return run(ledger, self.deployment_file.with_name("report.json"))


@pytest.fixture(scope="module")
def crowd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Crowd]:
    with anvil() as node:
        rpc = Rpc(node.url)
        ledger, receipts = ledger_with_receipts(rpc)
        acts = [
            ledger.sign(ledger.pledge_act(receipt, bank), TRADER_A, WAREHOUSE_A, bank)
            for receipt, bank in zip(receipts, (BANK_A, BANK_A, BANK_B, BANK_B), strict=True)
        ]
        rpc.call("evm_setAutomine", [False])
        payers = rpc.call("eth_accounts")[3:5]
        for payer, pair in zip(payers, (acts[:2], acts[2:]), strict=True):
            sent = {"from": payer, "to": ledger.deployment.contract, "gas": hex(GAS)}
            sent["data"] = "0x" + call(RELAY, b"".join(pair)).hex()
            rpc.call("eth_sendTransaction", [sent])
        rpc.call("evm_mine")
        rpc.call("evm_setAutomine", [True])
        number = int(rpc.call("eth_blockNumber"), 16)
        mine(rpc, 4)
        file = tmp_path_factory.mktemp("crowd") / "deployment.json"
        ledger.deployment.write(file)
        yield Crowd(ledger, number, file)


@pytest.fixture
def liar(crowd: Crowd) -> Iterator[tuple[LyingNode, str]]:
    node = LyingNode(crowd.ledger.rpc)
    with node.serve() as url:
        yield node, url


def test_two_transactions_of_two_acts_each_are_what_is_lied_about(crowd: Crowd) -> None:
    assert [len(tx_receipt["logs"]) for tx_receipt in crowd.tx_receipts()] == [2, 2]
    assert crowd.audit(crowd.ledger.rpc.url).exit_code == EQUAL


Lie = Callable[[list[Any]], list[Any]]


def _of_logs(change: Lie) -> Callable[[Crowd], Bend]:
    def alter(tx_receipts: list[Json]) -> list[Json]:
        first, *others = tx_receipts
        return [first | {"logs": change(first["logs"])}, *others]

    return lambda crowd: lies.of_receipts(crowd.number, alter)


def _of_tx_receipts(change: Lie) -> Callable[[Crowd], Bend]:
    return lambda crowd: lies.of_receipts(crowd.number, change)


def _of_transactions(change: Lie) -> Callable[[Crowd], Bend]:
    """Lie about a block's transactions, and in the same way about their receipts."""

    def of_block(block: Json) -> Json:
        return block | {"transactions": change(block["transactions"])}

    return lambda crowd: lies.both(
        lies.of_block(crowd.number, of_block), lies.of_receipts(crowd.number, change)
    )


def _altered_transaction(crowd: Crowd) -> Bend:
    def alter(block: Json) -> Json:
        first, *others = block["transactions"]
        return block | {"transactions": [first | {"input": flipped(first["input"])}, *others]}

    return lies.of_whole_block(crowd.number, alter)


def _withheld_header(crowd: Crowd) -> Bend:
    return lies.of_block(crowd.number, lambda _: None)


def _added_header(crowd: Crowd) -> Bend:
    """Put an empty block before the one in question, and move all others up."""
    before = crowd.block(crowd.number - 1)
    invented = lies.emptied(crowd.block(crowd.number), before["hash"])

    def bend(method: str, params: list[Any], result: Any) -> Any:
        is_block = method == "eth_getBlockByNumber" and params[0].startswith("0x")
        if not is_block or int(params[0], 16) < crowd.number:
            return result
        number = int(params[0], 16)
        return invented if number == crowd.number else crowd.block(number - 1)

    return bend


def _reordered_headers(crowd: Crowd) -> Bend:
    one, other = crowd.block(crowd.number), crowd.block(crowd.number + 1)

    def bend(method: str, params: list[Any], result: Any) -> Any:
        if method != "eth_getBlockByNumber":
            return result
        swapped = {one["number"]: other, other["number"]: one}
        return swapped.get(params[0], result)

    return bend


def _altered_header(crowd: Crowd) -> Bend:
    return lies.of_block(
        crowd.number, lambda block: block | {"stateRoot": flipped(block["stateRoot"])}
    )


def _without_last(items: list[Any]) -> list[Any]:
    return items[:-1]


def _with_last_twice(items: list[Any]) -> list[Any]:
    return [*items, items[-1]]


def _backwards(items: list[Any]) -> list[Any]:
    return items[::-1]


def _with_altered_log(logs: list[Json]) -> list[Json]:
    return [logs[0] | {"data": flipped(logs[0]["data"])}, *logs[1:]]


def _with_altered_outcome(tx_receipts: list[Json]) -> list[Json]:
    return [tx_receipts[0] | {"status": "0x0"}, *tx_receipts[1:]]


LIES: dict[tuple[str, str], Callable[[Crowd], Bend]] = {
    ("withhold", "log"): _of_logs(_without_last),
    ("add", "log"): _of_logs(_with_last_twice),
    ("reorder", "log"): _of_logs(_backwards),
    ("alter", "log"): _of_logs(_with_altered_log),
    ("withhold", "receipt"): _of_tx_receipts(_without_last),
    ("add", "receipt"): _of_tx_receipts(_with_last_twice),
    ("reorder", "receipt"): _of_tx_receipts(_backwards),
    ("alter", "receipt"): _of_tx_receipts(_with_altered_outcome),
    ("withhold", "transaction"): _of_transactions(_without_last),
    ("add", "transaction"): _of_transactions(_with_last_twice),
    ("reorder", "transaction"): _of_transactions(_backwards),
    ("alter", "transaction"): _altered_transaction,
    ("withhold", "header"): _withheld_header,
    ("add", "header"): _added_header,
    ("reorder", "header"): _reordered_headers,
    ("alter", "header"): _altered_header,
}


@pytest.mark.parametrize(("how", "what"), LIES, ids="-".join)
def test_lie_is_found_out_and_its_block_is_named(
    crowd: Crowd, liar: tuple[LyingNode, str], how: str, what: str
) -> None:
    node, url = liar
    node.bend = LIES[how, what](crowd)
    outcome = crowd.audit(url)
    # Behind an added header stands the first one that is not where it should be.
    named = crowd.number + 1 if (how, what) == ("add", "header") else crowd.number
    assert f"block {named}" in outcome.undecided_line
    assert outcome.report["verdict"] == "undecided"
    assert outcome.report["block"] == named
    assert outcome.report["contradiction"] in outcome.complaint
    assert outcome.report["ledger"]["contract"] == crowd.ledger.deployment.contract


def _bent_together(crowd: Crowd, header: dict[str, str], *, rehash: bool) -> Bend:
    """Take the last log away, and alter the header so that it fits."""

    def of_header(block: Json) -> Json:
        changed = block | header
        return lies.rehashed(changed) if rehash else changed

    true_hash = crowd.block(crowd.number)["hash"]
    told_hash = of_header(crowd.block(crowd.number))["hash"]

    def of_tx_receipts(tx_receipts: list[Json]) -> list[Json]:
        return [_renamed(each, told_hash) for each in _without_last_log(tx_receipts)]

    bent = lies.both(
        lies.of_block(crowd.number, of_header), lies.of_receipts(crowd.number, of_tx_receipts)
    )
    assert (told_hash != true_hash) is rehash
    return bent


def _renamed(tx_receipt: Json, block_hash: str) -> Json:
    logs = [log | {"blockHash": block_hash} for log in tx_receipt["logs"]]
    return tx_receipt | {"blockHash": block_hash, "logs": logs}


def _without_last_log(tx_receipts: list[Json]) -> list[Json]:
    *others, last = tx_receipts
    return [*others, last | {"logs": last["logs"][:-1]}]


def _raw(tx_receipt: Json) -> bytes:
    return TxReceipt.of(msgspec.convert(tx_receipt, TxReceiptAnswer)).raw


def _root_without_last_log(crowd: Crowd) -> str:
    bent = _without_last_log(crowd.tx_receipts())
    return "0x" + ordered_root([_raw(each) for each in bent]).hex()


def test_log_withheld_with_a_receipts_root_that_fits_breaks_the_header_hash(
    crowd: Crowd, liar: tuple[LyingNode, str]
) -> None:
    node, url = liar
    root = {"receiptsRoot": _root_without_last_log(crowd)}
    node.bend = _bent_together(crowd, root, rehash=False)
    outcome = crowd.audit(url)
    assert f"block {crowd.number}: its hash 0x" in outcome.undecided_line
    assert outcome.report["block"] == crowd.number


def test_log_withheld_with_a_header_hash_that_fits_breaks_the_link_of_the_next(
    crowd: Crowd, liar: tuple[LyingNode, str]
) -> None:
    node, url = liar
    root = {"receiptsRoot": _root_without_last_log(crowd)}
    bent = _bent_together(crowd, root, rehash=True)
    forged = lies.rehashed(crowd.block(crowd.number) | root)["hash"]
    true = crowd.block(crowd.number)["hash"]
    node.turn = lambda method, params: [true if each == forged else each for each in params]
    node.bend = bent
    outcome = crowd.audit(url)
    assert f"block {crowd.number + 1}: its parent is {true}" in outcome.undecided_line
    assert f"but block {crowd.number} is {forged}" in outcome.complaint
    assert outcome.report["block"] == crowd.number + 1


def test_transaction_withheld_with_a_transactions_root_that_fits_breaks_the_header_hash(
    crowd: Crowd, liar: tuple[LyingNode, str]
) -> None:
    node, url = liar
    kept = crowd.block(crowd.number, whole=True)["transactions"][:-1]
    tx_root = "0x" + ordered_root([raw_transaction(each) for each in kept]).hex()
    root = "0x" + ordered_root([_raw(each) for each in crowd.tx_receipts()[:-1]]).hex()
    roots = {"transactionsRoot": tx_root, "receiptsRoot": root}
    node.bend = lies.both(
        LIES["withhold", "transaction"](crowd),
        lies.of_block(crowd.number, lambda block: block | roots),
    )
    outcome = crowd.audit(url)
    assert f"block {crowd.number}: its hash 0x" in outcome.undecided_line
    assert outcome.report["block"] == crowd.number


def test_header_with_a_field_of_a_fork_to_come_asks_for_a_newer_release(
    crowd: Crowd, liar: tuple[LyingNode, str]
) -> None:
    node, url = liar
    later = {"hash": "0x" + "77" * 32, "blockAccessListHash": "0x" + "66" * 32, "slotNumber": "0x1"}
    node.bend = lies.of_block(crowd.number, lambda block: block | later)
    outcome = crowd.audit(url)
    assert (
        f"block {crowd.number}: its header has fields that this release does not know "
        "(blockAccessListHash, slotNumber)" in outcome.undecided_line
    )
    assert outcome.report["block"] == crowd.number


def test_storage_of_every_open_receipt_and_pool_is_proved(crowd: Crowd) -> None:
    outcome = crowd.audit(crowd.ledger.rpc.url)
    counts = outcome.report["counts"]
    assert (counts["receipts_open"], counts["receipts_open_proved"]) == (4, 4)
    assert (counts["pools"], counts["pools_proved"]) == (1, 1)


def test_node_without_proofs_of_storage_has_proved_no_receipt(
    crowd: Crowd, liar: tuple[LyingNode, str]
) -> None:
    node, url = liar
    node.bend = lies.refusing("eth_getProof")
    counts = crowd.audit(url).report["counts"]
    assert (counts["receipts_open"], counts["receipts_open_proved"]) == (4, 0)
    assert (counts["pools"], counts["pools_proved"]) == (1, 0)
