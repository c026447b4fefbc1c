"""A node that lies, and a hoster between us and it that is no better than it should be.

It never goes so far as to call final what no chain ever held for final: a second branch is
shorter than finality, as the site has set it. Against more than that an index can only halt.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass, field
from enum import StrEnum
from random import Random
from typing import Any

import orjson

from receipts_ledger.chain.rpc import Rpc
from tests.support.lying_node import LyingNode

Json = Mapping[str, Any]

_LIE_SHARE = 0.6
_BAD_GATEWAY = b"<html><head><title>502 Bad Gateway</title></head><body>nginx</body></html>"
_TOO_MANY = b'{"jsonrpc":"2.0","id":null,"error":{"code":-32005,"message":"daily request limit"}}'


class Lie(StrEnum):
    """What it may say."""

    WITHHELD_LOG = "a log withheld"
    DOUBLED_LOG = "a log doubled"
    STALE_BLOCKS = "stale blocks by number"
    TWO_FORKS = "two forks by turns"
    LAGGING_HEAD = "an old head"
    ANOTHERS_ANSWER = "the answer to another question"
    BAD_GATEWAY = "HTML 502"
    TOO_MANY = "HTTP 429"


_UNREAD = (Lie.BAD_GATEWAY, Lie.TOO_MANY, Lie.ANOTHERS_ANSWER)


@dataclass(frozen=True)
class Branch:
    """The last blocks of a chain with their receipts, as a node remembers that is still on it."""

    blocks: Mapping[int, Json]
    tx_receipts: Mapping[str, list[Json]]
    """By the hash of their block."""

    @classmethod
    def seen(cls, rpc: Rpc, first: int, last: int) -> "Branch":
        """Remember the blocks from `first` to `last` as they are now."""
        blocks = {
            number: rpc.call("eth_getBlockByNumber", [hex(number), False])
            for number in range(first, last + 1)
        }
        hashes = [block["hash"] for block in blocks.values()]
        return cls(blocks, {each: rpc.call("eth_getBlockReceipts", [each]) for each in hashes})

    @property
    def head(self) -> Json:
        """Its last block."""
        return self.blocks[max(self.blocks)]

    def block_by_hash(self, block_hash: str) -> Json | None:
        """Return one of its blocks."""
        return next((each for each in self.blocks.values() if each["hash"] == block_hash), None)

    def tx_receipt(self, tx_hash: str) -> Json | None:
        """Return what this branch knows of a transaction."""
        receipts = (each for of_block in self.tx_receipts.values() for each in of_block)
        return next((each for each in receipts if each["transactionHash"] == tx_hash), None)


@dataclass
class Liar:
    """Lies in one way at a time, now and then, and counts how often."""

    rpc: Rpc
    dice: Random
    told: Counter[Lie] = field(default_factory=Counter)
    _lie: Lie | None = None
    _branch: Branch | None = None
    _last: Any = None

    @contextmanager
    def serve(self) -> Iterator[int]:
        """Serve on a loopback port, and yield it."""
        node = LyingNode(self.rpc)
        node.bend = self._bend
        node.doorkeeper = self._turned_away
        with node.serve() as url:
            yield int(url.rpartition(":")[2])

    @contextmanager
    def lying(self, lie: Lie, branch: Branch | None = None) -> Iterator[None]:
        """Tell one kind of lies for as long as the block lasts."""
        self._lie, self._branch = lie, branch
        try:
            yield
        finally:
            self._lie = self._branch = None

    def _turned_away(self) -> tuple[int, bytes] | None:
        lie = self._lie
        if lie not in _UNREAD or self.dice.random() > _LIE_SHARE:
            return None
        self.told[lie] += 1
        match lie:
            case Lie.BAD_GATEWAY:
                return 502, _BAD_GATEWAY
            case Lie.TOO_MANY:
                return 429, _TOO_MANY
            case _:
                # As a proxy does that has mixed up two connections.
                return 200, orjson.dumps({"jsonrpc": "2.0", "id": 0, "result": self._last})

    def _bend(self, method: str, params: list[Any], true: Any) -> Any:
        lie, branch = self._lie, self._branch
        self._last = true
        if lie is None or self.dice.random() > _LIE_SHARE:
            return true
        said = true
        match lie:
            case Lie.WITHHELD_LOG | Lie.DOUBLED_LOG:
                said = self._with_other_logs(lie, method, true)
            case Lie.STALE_BLOCKS if branch is not None:
                said = _stale(branch, method, params, true)
            case Lie.TWO_FORKS | Lie.LAGGING_HEAD if branch is not None:
                said = _on_branch(branch, method, params, true)
        if said != true:
            self.told[lie] += 1
        return said

    def _with_other_logs(self, lie: Lie, method: str, true: Any) -> Any:
        if method not in ("eth_getBlockReceipts", "eth_getTransactionReceipt") or not true:
            return true
        said = deepcopy(true)
        lists = [each["logs"] for each in (said if isinstance(said, list) else [said])]
        filled = [logs for logs in lists if logs]
        if filled:
            logs = self.dice.choice(filled)
            place = self.dice.randrange(len(logs))
            if lie is Lie.WITHHELD_LOG:
                del logs[place]
            else:
                logs.insert(place, logs[place])
        return said


def _stale(branch: Branch, method: str, params: list[Any], true: Any) -> Any:
    """Answer blocks by number from a cache; all else is true."""
    if method != "eth_getBlockByNumber" or not params[0].startswith("0x"):
        return true
    return branch.blocks.get(int(params[0], 16), true)


def _on_branch(branch: Branch, method: str, params: list[Any], true: Any) -> Any:
    """Answer as a node would that is still on that branch."""
    said = true
    match method:
        case "eth_blockNumber":
            said = branch.head["number"]
        case "eth_getBlockByNumber" if params[0] == "latest":
            said = branch.head
        case "eth_getBlockByNumber" if params[0].startswith("0x"):
            number = int(params[0], 16)
            said = None if number > max(branch.blocks) else branch.blocks.get(number, true)
        case "eth_getBlockByHash":
            said = true or branch.block_by_hash(params[0])
        case "eth_getBlockReceipts":
            said = true or branch.tx_receipts.get(params[0])
        case "eth_getTransactionReceipt":
            said = branch.tx_receipt(params[0])
        case _:
            pass
    return said
