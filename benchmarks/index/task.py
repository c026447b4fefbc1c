"""What is measured: one piece of work each, done in a process of its own.

`python -m benchmarks.index.task TASK ...` prints one line of JSON. Starting Python and
importing is not measured; everything that the work itself does is.
"""

import argparse
import json
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from web3 import Web3

MIB = 1024 * 1024


class Task(StrEnum):
    """A piece of work, and how the reports call it."""

    WEB3 = "web3.py: decode"
    WEB3_SIGNATURES = "web3.py and eth-account: decode, recover"
    READ = "ours: prove, decode"
    INDEX_SQLITE = "ours: index to SQLite"
    INDEX_POSTGRESQL = "ours: index to PostgreSQL"
    REPLAY = "ours: audit replay"


THEIRS = (Task.WEB3, Task.WEB3_SIGNATURES)
OURS = (Task.READ, Task.INDEX_SQLITE, Task.INDEX_POSTGRESQL, Task.REPLAY)


@dataclass(frozen=True, slots=True)
class Given:
    """What a piece of work is done on: the chain up to a block, and a fresh database."""

    rpc_url: str
    deployment_file: Path
    to_block: int
    database_url: str


@dataclass(frozen=True, slots=True)
class Measured:
    """What it took. Time and memory are of the working process alone."""

    events: int
    wall_seconds: float
    cpu_seconds: float
    peak_mib: float


def main(arguments: Sequence[str] | None = None) -> int:
    """Do one piece of work and print what it took."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.index.task")
    parser.add_argument("task", type=Task)
    parser.add_argument("--rpc", required=True)
    parser.add_argument("--deployment", required=True, type=Path)
    parser.add_argument("--to", required=True, type=int)
    parser.add_argument("--db", default="")
    asked = parser.parse_args(arguments)
    given = Given(asked.rpc, asked.deployment, asked.to, asked.db)
    print(json.dumps(asdict(_measured(_work(asked.task, given)))))
    return 0


def _measured(work: Callable[[], int]) -> Measured:
    wall, cpu = time.perf_counter(), time.process_time()
    events = work()
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    return Measured(events, wall, cpu, _peak_mib())


def _peak_mib() -> float:
    """Return this program's greatest resident size.

    Not getrusage's: that one remembers the process from which this one was started.
    """
    status = Path("/proc/self/status").read_text(encoding="ascii")
    line = next(line for line in status.splitlines() if line.startswith("VmHWM:"))
    return int(line.split()[1]) * 1024 / MIB


def _work(task: Task, given: Given) -> Callable[[], int]:
    match task:
        case Task.WEB3:
            return _web3(given)
        case Task.WEB3_SIGNATURES:
            return _web3_signatures(given)
        case Task.READ:
            return _read(given)
        case Task.INDEX_SQLITE | Task.INDEX_POSTGRESQL:
            return _index(given)
        case Task.REPLAY:
            return _replay(given)


def _web3(given: Given) -> Callable[[], int]:
    """get_logs and process_log, as every manual shows it: no proof, no state, no database."""
    from web3 import Web3

    def work() -> int:
        web3 = Web3(Web3.HTTPProvider(given.rpc_url))
        return sum(_web3_events(web3, given))

    return work


def _web3_signatures(given: Given) -> Callable[[], int]:
    """The same, and each act's signers recovered from calldata, as eth-account's manual has it.

    Only cutting calldata into acts and naming their fields is ours; web3.py cannot do it.
    """
    from eth_account import Account
    from eth_account.messages import encode_typed_data
    from web3 import Web3

    from receipts_ledger.chain import wire
    from receipts_ledger.chain.artifact import ledger_artifact
    from receipts_ledger.chain.deployment import Deployment
    from receipts_ledger.chain.typed_data import Digester

    deployment = Deployment.read(given.deployment_file)
    digester = Digester(deployment.signing_domain())

    def work() -> int:
        web3 = Web3(Web3.HTTPProvider(given.rpc_url))
        address = Web3.to_checksum_address(deployment.contract)
        contract = web3.eth.contract(address=address, abi=ledger_artifact().abi)
        for number in range(deployment.block_number, given.to_block + 1):
            block: Any = web3.eth.get_block(number, full_transactions=True)
            for transaction in block["transactions"]:
                if transaction.get("to") != address:
                    continue
                _, arguments = contract.decode_function_input(transaction["input"])
                (acts,) = arguments.values()
                for signed in wire.decode_all(acts):
                    message = encode_typed_data(full_message=digester.typed_data(signed.act))
                    for signature in signed.signatures:
                        Account.recover_message(message, signature=_with_v(signature))
        return sum(_web3_events(web3, given))

    return work


def _web3_events(web3: "Web3", given: Given) -> Iterator[int]:
    from receipts_ledger.chain.artifact import ledger_artifact
    from receipts_ledger.chain.deployment import Deployment
    from receipts_ledger.chain.keys import keccak

    deployment = Deployment.read(given.deployment_file)
    address = web3.to_checksum_address(deployment.contract)
    contract = web3.eth.contract(address=address, abi=ledger_artifact().abi)
    events = {}
    for entry in ledger_artifact().abi:
        if entry["type"] == "event":
            kinds = ",".join(field["type"] for field in entry["inputs"])
            topic = bytes(keccak(f"{entry['name']}({kinds})".encode()))
            events[topic] = contract.events[entry["name"]]()
    for block in range(deployment.block_number, given.to_block + 1):
        logs = web3.eth.get_logs({"address": address, "fromBlock": block, "toBlock": block})
        for log in logs:
            events[bytes(log["topics"][0])].process_log(log)
        yield len(logs)


def _with_v(signature: bytes) -> bytes:
    """Return r, s, v of r, vs."""
    v = 27 + (signature[32] >> 7)
    return signature[:32] + bytes((signature[32] & 0x7F,)) + signature[33:] + bytes((v,))


def _read(given: Given) -> Callable[[], int]:
    """What the indexer and the audit begin with: linked headers, proved receipts, events."""
    from receipts_ledger.chain.deployment import Deployment
    from receipts_ledger.chain.reader import ChainReader
    from receipts_ledger.chain.rpc import Rpc

    deployment = Deployment.read(given.deployment_file)

    def work() -> int:
        reader = ChainReader(Rpc(given.rpc_url), deployment)
        blocks = reader.blocks(deployment.block_number, given.to_block)
        return sum(len(block.events) for block in blocks)

    return work


def _replay(given: Given) -> Callable[[], int]:
    """The whole audit: headers, roots, signatures, events, invariants, contract storage."""
    from receipts_ledger.cli.audit_run import run_audit

    def work() -> int:
        audited = run_audit(
            rpc_url=given.rpc_url,
            deployment_file=given.deployment_file,
            to_block=given.to_block,
        )
        assert audited.report.is_clean, audited.report.findings
        return audited.report.events

    return work


def _index(given: Given) -> Callable[[], int]:
    """Everything that the indexer does: proofs, projections, undo images, feed, cursor."""
    from sqlalchemy import func, select

    from receipts_ledger.chain.deployment import Deployment
    from receipts_ledger.chain.reader import ChainReader
    from receipts_ledger.chain.refusals import decode as read_reason
    from receipts_ledger.chain.rpc import Rpc
    from receipts_ledger.domain.block import BlockRef
    from receipts_ledger.domain.finality import Finality
    from receipts_ledger.services.index import Indexer, Outcome
    from receipts_ledger.store.index import StoredIndex
    from receipts_ledger.store.tables import events
    from receipts_ledger.store.units import Database

    class ShorterChain(ChainReader):
        """The same node, as if its chain ended at a block."""

        def head(self) -> BlockRef:
            head = self.ref(given.to_block)
            assert head is not None
            return head

    deployment = Deployment.read(given.deployment_file)

    def work() -> int:
        with closing(Database.open(given.database_url)) as database:
            indexer = Indexer(
                ShorterChain(Rpc(given.rpc_url), deployment),
                StoredIndex(database, read_reason=read_reason, clock=lambda: datetime.now(UTC)),
                origin=deployment.origin(),
                # As on the chains of consortia, and as everywhere for all but the last blocks.
                finality=Finality.parse("instant"),
            )
            progress = indexer.catch_up()
            assert progress.outcome is Outcome.UP_TO_DATE, progress
            assert progress.cursor.block.number == given.to_block
            with database.reading() as reader:
                return int(reader.rows(select(func.count()).select_from(events))[0][0])

    return work


if __name__ == "__main__":
    sys.exit(main())
