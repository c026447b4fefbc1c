"""A chain on disk: built once, then loaded by a node of its own whenever it is measured.

It is built anew when the contract, the builder or Anvil changes. A loaded node answers for
every block of the past, as the audit of a part of the chain asks of it.
"""

import gzip
import hashlib
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

import orjson

from benchmarks.index import chain as builder
from benchmarks.index.chain import BLOCK_GAS_MAX, BuiltChain, Custom, build
from receipts_ledger.chain.deployment import Deployment
from receipts_ledger.chain.local_node import LocalNode, anvil, anvil_binary
from receipts_ledger.chain.rpc import Rpc
from tests.support import cast, ledger_on_chain

CHAINS = Path(__file__).resolve().parents[2] / "build" / "bench-index" / "chains"
_TIMEOUT_SECONDS = 600.0


@dataclass(frozen=True, slots=True)
class SavedChain:
    """A chain, and the files that it was saved to."""

    chain: BuiltChain
    folder: Path

    @property
    def deployment_file(self) -> Path:
        """The deployment file of the ledger on it."""
        return self.folder / "deployment.json"

    @contextmanager
    def served(self) -> Iterator[LocalNode]:
        """Start a node that has the chain, and mines no more."""
        options = ("--gas-limit", str(BLOCK_GAS_MAX), "--load-state", str(_state(self.folder)))
        with anvil(*options, mines_at_once=False) as node:
            yield node


def saved(events: int, custom: Custom, chains: Path = CHAINS) -> SavedChain:
    """Return a chain of at least so many events, built now unless it was before."""
    folder = chains / f"{custom.replace(' ', '-')}-{events}"
    key = _key()
    if not _is_of(folder, key):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        _build(folder, events, custom)
        # Last: a chain without it was not finished.
        (folder / "key").write_text(key, encoding="ascii")
    return SavedChain(_read(folder, custom), folder)


def _build(folder: Path, events: int, custom: Custom) -> None:
    with anvil("--gas-limit", str(BLOCK_GAS_MAX)) as node:
        rpc = Rpc(node.url, timeout_seconds=_TIMEOUT_SECONDS)
        built = build(rpc, events, custom)
        state = gzip.decompress(bytes.fromhex(rpc.call("anvil_dumpState", [True])[2:]))
    _state(folder).write_bytes(state)
    built.deployment.write(folder / "deployment.json")
    counted = {
        "receipts": built.receipts,
        "signatures": built.signatures,
        "events_of_block": built.events_of_block,
    }
    (folder / "chain.json").write_bytes(orjson.dumps(counted))


def _read(folder: Path, custom: Custom) -> BuiltChain:
    counted = orjson.loads((folder / "chain.json").read_bytes())
    return BuiltChain(
        Deployment.read(folder / "deployment.json"),
        custom,
        counted["receipts"],
        counted["signatures"],
        tuple(counted["events_of_block"]),
    )


def _is_of(folder: Path, key: str) -> bool:
    try:
        return (folder / "key").read_text(encoding="ascii") == key
    except FileNotFoundError:
        return False


def _key() -> str:
    """Return a digest of all that the chain follows from."""
    digest = hashlib.sha256()
    digest.update((files("receipts_ledger.chain") / "artifacts/ReceiptsLedger.json").read_bytes())
    for module in (builder, ledger_on_chain, cast):
        assert module.__file__ is not None
        digest.update(Path(module.__file__).read_bytes())
    version = subprocess.run(
        [str(anvil_binary()), "--version"], check=True, stdout=subprocess.PIPE
    ).stdout
    digest.update(version)
    return digest.hexdigest()


def _state(folder: Path) -> Path:
    return folder / "state.json"
