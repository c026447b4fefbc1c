"""What goes on between replicas and what they talk to: wires break, and the node lies.

What nobody has felt or heard has not been: it comes again.
"""

import threading
import time
from collections import Counter
from collections.abc import Sequence
from random import Random
from typing import Generic, TypeVar

from tests.faults.storm.blocks import Blocks
from tests.faults.storm.liar import Lie
from tests.faults.storm.plan import FINALITY_BLOCKS
from tests.faults.storm.site import Site, loopback
from tests.faults.storm.wire import Trouble, Wire

_SECONDS_MIN = 0.5
_SECONDS_MAX = 2.5
_BRANCH_BLOCKS_MAX = 3
_BRANCH_LASTS_BLOCKS = FINALITY_BLOCKS - _BRANCH_BLOCKS_MAX - 1
"""With more, somebody could call the first block final that the chain has left."""
_BLOCK_SECONDS_MAX = 1.2
_LOGS_SECONDS_MAX = 6.0
_HEARD_MIN = 2
_LOOK_SECONDS = 0.1

T = TypeVar("T")


class Mischief:
    """Each method does one piece of mischief, and returns whether anybody was hurt."""

    def __init__(self, site: Site, blocks: Blocks, over: threading.Event, dice: Random) -> None:
        self._site = site
        self._blocks = blocks
        self._over = over
        self._dice = dice
        self._on_node_wire = _Turns(list(Trouble), dice)
        self._on_database_wire = _Turns(list(Trouble), dice)
        self._lies = _Turns(list(Lie), dice)
        self.by_kind: Counter[str] = Counter()

    def trouble_node_wire(self) -> bool:
        """Break the wire to the node."""
        return self._trouble("node", self._site.node_wire, self._on_node_wire)

    def trouble_database_wire(self) -> bool:
        """Break the wire to the database."""
        return self._trouble("database", self._site.database_wire, self._on_database_wire)

    def lie(self) -> bool:
        """Have the node lie for a while."""
        lie = self._lies.next
        liar = self._site.liar
        before = liar.told[lie]
        with self._site.node_wire.leading_to(loopback(self._site.liar_port)):
            match lie:
                case Lie.STALE_BLOCKS | Lie.TWO_FORKS:
                    self._lie_about_a_branch(lie)
                case Lie.LAGGING_HEAD:
                    self._lie_about_the_head(lie)
                case Lie.WITHHELD_LOG | Lie.DOUBLED_LOG:
                    self._lie_until_heard(lie)
                case Lie.ANOTHERS_ANSWER | Lie.BAD_GATEWAY | Lie.TOO_MANY:
                    with liar.lying(lie):
                        self._wait()
        if liar.told[lie] == before:
            return False
        self._lies.turn()
        self.by_kind[f"node: {lie}"] += 1
        return True

    def _trouble(self, name: str, wire: Wire, turns: "_Turns[Trouble]") -> bool:
        before = wire.hurt
        with wire.troubled(turns.next):
            self._wait()
        if wire.hurt == before:
            return False
        self.by_kind[f"{name}'s wire: {turns.next}"] += 1
        turns.turn()
        return True

    def _lie_about_a_branch(self, lie: Lie) -> None:
        """Leave a branch, and have the node answer from it now and then."""
        with self._blocks.hand:
            depth = self._dice.randint(1, _BRANCH_BLOCKS_MAX)
            gone = self._blocks.take_back(depth, self._dice)
            with self._site.liar.lying(lie, gone):
                for _ in range(_BRANCH_LASTS_BLOCKS):
                    time.sleep(self._dice.uniform(_SECONDS_MIN, _BLOCK_SECONDS_MAX))
                    self._blocks.mine()
                time.sleep(self._dice.uniform(_SECONDS_MIN, _BLOCK_SECONDS_MAX))

    def _lie_about_the_head(self, lie: Lie) -> None:
        """Have the node show an old head now and then, of the same chain."""
        with self._blocks.hand:
            seen = self._blocks.last(FINALITY_BLOCKS)
        with self._site.liar.lying(lie, seen):
            self._wait()

    def _lie_until_heard(self, lie: Lie) -> None:
        """Lie until there was a block with logs in it, and somebody who has read them."""
        liar = self._site.liar
        until = time.monotonic() + _LOGS_SECONDS_MAX
        enough = liar.told[lie] + _HEARD_MIN
        with liar.lying(lie):
            while time.monotonic() < until and liar.told[lie] < enough:
                if self._over.wait(_LOOK_SECONDS):
                    return

    def _wait(self) -> None:
        time.sleep(self._dice.uniform(_SECONDS_MIN, _SECONDS_MAX))


class _Turns(Generic[T]):
    """Kinds that take turns, in an order that the dice choose."""

    def __init__(self, kinds: Sequence[T], dice: Random) -> None:
        self._order = dice.sample(kinds, len(kinds))
        self._at = 0

    @property
    def next(self) -> T:
        """Whose turn it is."""
        return self._order[self._at % len(self._order)]

    def turn(self) -> None:
        """Let the one after it have its turn."""
        self._at += 1
