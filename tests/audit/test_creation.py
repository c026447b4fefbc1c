"""The creation of the ledger: its calldata says which code lies on the chain, and for whom."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from eth_abi.abi import encode as encode_abi

from receipts_ledger.chain.artifact import ledger_artifact
from receipts_ledger.chain.deployment import Deployment
from receipts_ledger.chain.keys import keccak
from receipts_ledger.chain.local_node import LocalNode
from receipts_ledger.chain.raw_blocks import NodeRawBlocks
from receipts_ledger.chain.raw_records import RawRecords
from receipts_ledger.chain.reader import ChainReader
from receipts_ledger.chain.records import LedgerRecords
from receipts_ledger.chain.rpc import Rpc
from receipts_ledger.chain.sent import OtherCode
from receipts_ledger.domain.ids import Address
from receipts_ledger.domain.record import BlockRecord
from tests.support.auditing import run
from tests.support.cast import REGISTRAR
from tests.support.later_life import seal_all
from tests.support.ledger_on_chain import GAS, LedgerOnChain


@pytest.fixture
def first(own_anvil: LocalNode) -> LedgerOnChain:
    """A ledger that was deployed as it should be."""
    return LedgerOnChain(Rpc(own_anvil.url))


def created(ledger: LedgerOnChain, init_code: bytes) -> Deployment:
    """Create a contract, and return what its deployment file would say."""
    rpc = ledger.rpc
    payer = rpc.call("eth_accounts")[0]
    sent = {"from": payer, "data": "0x" + init_code.hex(), "gas": hex(GAS)}
    tx_receipt = ledger.wait_for(rpc.call("eth_sendTransaction", [sent]))
    assert tx_receipt["status"] == "0x1"
    contract = tx_receipt["contractAddress"].lower()
    code = rpc.call("eth_getCode", [contract, "latest"])
    return replace(
        ledger.deployment,
        contract=contract,
        block_number=int(tx_receipt["blockNumber"], 16),
        block_hash=tx_receipt["blockHash"],
        transaction_hash=tx_receipt["transactionHash"],
        code_hash="0x" + keccak(bytes.fromhex(code[2:])).hex(),
    )


def both_readings(ledger: LedgerOnChain, deployment: Deployment) -> list[Iterator[BlockRecord]]:
    """Return a ledger's records from a node's JSON, and from raw bytes."""
    reader = ChainReader(ledger.rpc, deployment)
    raw_blocks = NodeRawBlocks(ledger.rpc, deployment, reader)
    head = reader.head()
    return [
        LedgerRecords(ledger.rpc, deployment, reader).records(head),
        RawRecords(raw_blocks, deployment, "the node").records(head),
    ]


def arguments(predecessor: Address) -> bytes:
    profile = keccak(b"registrar")
    return bytes(
        encode_abi(["address", "bytes32", "address"], [REGISTRAR.address, profile, predecessor])
    )


def test_ledger_that_was_created_from_other_code_is_not_this_releases(
    first: LedgerOnChain, tmp_path: Path
) -> None:
    # The same contract comes of it: only the creation has something behind its arguments.
    init_code = ledger_artifact().bytecode + arguments(Address(bytes(20))) + bytes(32)
    deployment = created(first, init_code)
    for records in both_readings(first, deployment):
        with pytest.raises(OtherCode, match="from other code than this release's") as caught:
            list(records)
        assert caught.value.block_number == deployment.block_number
    deployment.write(tmp_path / "deployment.json")
    ledger = ["--rpc", first.rpc.url, "--deployment", str(tmp_path / "deployment.json")]
    outcome = run(ledger, tmp_path / "report.json")
    assert "use the release that it was deployed with" in outcome.undecided_line
    assert outcome.report["block"] == deployment.block_number


def test_ledger_that_was_created_for_another_registrar_is_not_the_deployment_files(
    first: LedgerOnChain, tmp_path: Path
) -> None:
    named = "0x" + "66" * 20
    for records in both_readings(first, replace(first.deployment, registrar_key=named)):
        with pytest.raises(OtherCode, match=f"the deployment file names {named}") as caught:
            list(records)
        assert caught.value.block_number == first.deployment.block_number
    replace(first.deployment, registrar_key=named).write(tmp_path / "deployment.json")
    ledger = ["--rpc", first.rpc.url, "--deployment", str(tmp_path / "deployment.json")]
    outcome = run(ledger, tmp_path / "report.json")
    assert f"the registrar's key 0x{REGISTRAR.address.hex()}" in outcome.undecided_line
    assert outcome.report["block"] == first.deployment.block_number


def test_ledger_that_succeeds_another_is_not_read_from_raw_blocks_either(
    first: LedgerOnChain,
) -> None:
    first.admit_cast()
    first.open_pool()
    seal_all(first)
    heir = LedgerOnChain(first.rpc, predecessor=first.deployment.address)
    for records in both_readings(heir, heir.deployment):
        with pytest.raises(OtherCode, match="has taken over receipts from the ledger at 0x"):
            list(records)
