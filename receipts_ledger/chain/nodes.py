"""Several nodes of one chain, in order of preference: the first that is well is asked.

A step asks one node from its beginning to its end. A node is left after a fault of the
line, after contradicting itself several times, and when others are further; it rests for a
while, is compared with the deployment file anew, and comes back. What is an answer, such as
a revert or a spent nonce, counts against no node.
"""

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeVar

from receipts_ledger.chain.proofs import InconsistentNode, well_formed
from receipts_ledger.chain.rpc import NodeAway, NodeBusy, Rpc
from receipts_ledger.errors import Fatal, LedgerError

INCONSISTENT = "inconsistent"
"""Why a node is told of that has contradicted itself."""
REST_SECONDS = 15.0
_REST_SECONDS_MAX = 240.0
# One contradiction is what a change of branch looks like from within a step.
CONTRADICTIONS_MAX = 3
LOOK_SECONDS = 10.0
LOOK_TIMEOUT_SECONDS = 3.0
"""How long a look at a node's head may take: work waits for it, and so does monitoring."""
BEHIND_BLOCKS_MAX = 3

T = TypeVar("T")


@dataclass(slots=True, eq=False)
class _Node:
    rpc: Rpc
    is_checked: bool = False
    is_being_checked: bool = False
    is_another_chain: bool = False
    rests_until: float = 0.0
    rest_seconds: float = REST_SECONDS
    contradictions: int = 0


def _nobody(*_: str) -> None:
    """Hear nothing."""


class Nodes:
    """Safe to share between threads: each step keeps the node that it was given.

    `check` raises Fatal for a node of another ledger; `told` hears the place of each node
    that is left, and why.
    """

    def __init__(
        self,
        rpcs: Sequence[Rpc],
        *,
        check: Callable[[Rpc], None],
        clock: Callable[[], float] = time.monotonic,
        told: Callable[[str, str, str], object] = _nobody,
    ) -> None:
        self._nodes = [_Node(rpc) for rpc in rpcs]
        self._check = check
        self._clock = clock
        self._told = told
        self._lock = threading.Lock()
        self._look_at = 0.0

    def __len__(self) -> int:
        return len(self._nodes)

    def start(self) -> None:
        """Compare every node with the deployment file.

        Raises Fatal that names one of another ledger, what the first says when none answers.
        """
        away: list[LedgerError] = []
        for node in self._nodes:
            try:
                self._check(node.rpc)
                node.is_checked = True
            except Fatal:
                raise
            except LedgerError as error:
                away.append(error)
                self._leave(node, "away", str(error))
        if len(away) == len(self._nodes):
            raise away[0]

    @property
    def place(self) -> int:
        """The place of the node to ask now."""
        return 0 if len(self._nodes) == 1 else self._nodes.index(self._choose())

    @property
    def rpc(self) -> Rpc:
        """The node to ask now."""
        return self._nodes[self.place].rpc

    def rpc_at(self, place: int) -> Rpc:
        """Return one of the nodes."""
        return self._nodes[place].rpc

    @contextmanager
    def step(self) -> Iterator[int]:
        """Yield the place of the node for one step, and learn from how that ends."""
        place = self.place
        node = self._nodes[place]
        try:
            yield place
        except InconsistentNode as error:
            self._told(node.rpc.name, INCONSISTENT, "")
            node.contradictions += 1
            if node.contradictions >= CONTRADICTIONS_MAX:
                self._leave(node, INCONSISTENT, str(error))
            raise
        except NodeAway as error:
            self._leave(node, "away", str(error))
            raise
        except NodeBusy as error:
            self._leave(node, "rate_limited", str(error))
            raise
        node.contradictions = 0

    def ask(self, question: Callable[[int], T]) -> T:
        """Return the answer of the first node that gives one. Of questions that change nothing."""
        for _ in self._nodes[1:]:
            try:
                with self.step() as place:
                    return question(place)
            except (NodeAway, NodeBusy):
                continue
        with self.step() as place:
            return question(place)

    def head(self) -> int:
        """Return the number of the latest block, within seconds. Raises Retryable."""
        return self.ask(lambda place: _head(self._nodes[place].rpc))

    def look_around(self) -> None:
        """Leave the node that is asked when another is further, now and then."""
        if len(self._nodes) == 1 or self._clock() < self._look_at:
            return
        self._look_at = self._clock() + LOOK_SECONDS
        asked = self._nodes[self.place]
        own = self._head_of(asked)
        others = [node for node in self._nodes if node is not asked and not self._rests(node)]
        best = max(
            (head for head in map(self._head_or_leave, others) if head is not None), default=None
        )
        if own is not None and best is not None and best - own > BEHIND_BLOCKS_MAX:
            self._leave(asked, "behind", f"it is at block {own}, another at {best}")

    def _choose(self) -> _Node:
        """Return the first node that is well, or else the one that has rested longest."""
        for node in self._nodes:
            if not self._rests(node) and self._is_ours(node):
                return node
        ours = [node for node in self._nodes if not node.is_another_chain]
        if not ours:
            raise Fatal("all nodes have become those of another ledger than the deployment file's")
        return min(ours, key=lambda node: node.rests_until)

    def _is_ours(self, node: _Node) -> bool:
        with self._lock:
            if node.is_checked or node.is_being_checked:
                return node.is_checked
            # Others go on with another node meanwhile: this may take as long as a timeout.
            node.is_being_checked = True
        try:
            self._check(node.rpc)
        except Fatal as error:
            node.is_another_chain = True
            self._leave(node, "another_chain", str(error))
        except LedgerError as error:
            self._leave(node, "away", str(error))
        else:
            node.is_checked = True
            self._look_at = 0.0
        finally:
            node.is_being_checked = False
        return node.is_checked

    def _rests(self, node: _Node) -> bool:
        return node.is_another_chain or self._clock() < node.rests_until

    def _head_of(self, node: _Node) -> int | None:
        try:
            return _head(node.rpc)
        except LedgerError:
            # Whatever is wrong with it shows when it is asked in earnest.
            return None

    def _head_or_leave(self, node: _Node) -> int | None:
        try:
            return _head(node.rpc)
        except NodeAway as error:
            # Asked at every look, one that hangs would hold up the work of the one that is well.
            self._leave(node, "away", str(error))
            return None
        except LedgerError:
            return None

    def _leave(self, node: _Node, reason: str, words: str) -> None:
        now = self._clock()
        has_been_well = now >= node.rests_until + _REST_SECONDS_MAX
        node.rest_seconds = (
            REST_SECONDS if has_been_well else min(2 * node.rest_seconds, _REST_SECONDS_MAX)
        )
        node.rests_until = now + node.rest_seconds
        node.is_checked = False
        node.contradictions = 0
        self._told(node.rpc.name, reason, words)


def _head(rpc: Rpc) -> int:
    number = rpc.call("eth_blockNumber", timeout_seconds=LOOK_TIMEOUT_SECONDS)
    with well_formed("the number of the latest block"):
        return int(number, 16)
