"""The one hand on the node's blocks: mines them steadily, and takes some back."""

import threading
from collections import Counter
from random import Random
from typing import Any

from receipts_ledger.chain.rpc import RpcError
from receipts_ledger.errors import Retryable
from tests.faults.storm.liar import Branch
from tests.faults.storm.site import Site

BLOCK_SECONDS = 0.4
_BACK_SHARE = 0.5


class Blocks:
    """Whoever asks for anything but `mine_until_over` holds the hand, and stops that meanwhile."""

    def __init__(self, site: Site, over: threading.Event) -> None:
        self._site = site
        self._over = over
        self.hand = threading.Lock()
        self.mined = 0
        self.reorgs_by_depth: Counter[int] = Counter()
        self.put_back = 0

    def mine_until_over(self) -> None:
        """Mine block after block."""
        while not self._over.wait(BLOCK_SECONDS):
            with self.hand:
                self.mine()

    def mine(self) -> None:
        """Mine one block."""
        try:
            self._site.rpc.call("evm_mine")
        except Retryable:
            return
        self.mined += 1

    def take_back(self, depth: int, dice: Random) -> Branch | None:
        """Replace the last blocks by others, and return those that are gone; None at the start.

        Some of their transactions stand in the new ones, or none.
        """
        rpc = self._site.rpc
        head = self.head()
        depth = min(depth, head - self._site.first_block)
        if depth < 1:
            return None
        gone = Branch.seen(rpc, head - depth + 1, head)
        back = self._placed_anew(gone, depth, dice) if dice.random() < _BACK_SHARE else []
        try:
            rpc.call("anvil_reorg", [depth, back])
            self.put_back += len(back)
        except RpcError:
            # The node will not have them there, for their price or their nonce.
            rpc.call("anvil_reorg", [depth, []])
        self.reorgs_by_depth[depth] += 1
        return gone

    def last(self, count: int) -> Branch:
        """Return the last blocks."""
        head = self.head()
        return Branch.seen(self._site.rpc, max(self._site.first_block, head - count + 1), head)

    def head(self) -> int:
        """Return the number of the last block."""
        return int(self._site.rpc.call("eth_blockNumber"), 16)

    def _placed_anew(self, gone: Branch, depth: int, dice: Random) -> list[Any]:
        """Return some of what stood there, in its order, in other blocks than before."""
        hashes = [each for block in gone.blocks.values() for each in block["transactions"]]
        asked = [self._site.rpc.call("eth_getRawTransactionByHash", [each]) for each in hashes]
        raw = [each for each in asked if each is not None]
        kept = raw[: dice.randint(0, len(raw))]
        places = sorted(dice.randrange(depth) for _ in kept)
        return [[each, place] for each, place in zip(kept, places, strict=True)]
