"""How much of what a storm brings, and the dice that one seed throws."""

from dataclasses import dataclass
from random import Random

FINALITY_BLOCKS = 6
"""A reorganisation takes back fewer than these; one that takes more halts the index."""


@dataclass(frozen=True, slots=True)
class Size:
    """What a storm has to bring at the least before it ends."""

    acts: int
    kills: int
    reorgs: int
    database_crashes: int
    connection_cuts: int
    node_silences: int
    mempool_wipes: int
    fee_spikes: int
    node_wire_troubles: int
    database_wire_troubles: int
    lies: int
    replicas: int
    traders: int
    pause_seconds: float
    """Between two faults."""


SHORT = Size(
    acts=40,
    kills=8,
    reorgs=5,
    database_crashes=1,
    connection_cuts=2,
    node_silences=1,
    mempool_wipes=1,
    fee_spikes=1,
    node_wire_troubles=2,
    database_wire_troubles=2,
    lies=3,
    replicas=2,
    traders=6,
    pause_seconds=1.2,
)
LONG = Size(
    acts=1_000,
    kills=200,
    reorgs=100,
    database_crashes=20,
    connection_cuts=40,
    node_silences=20,
    mempool_wipes=30,
    fee_spikes=30,
    node_wire_troubles=40,
    database_wire_troubles=30,
    lies=64,
    replicas=3,
    traders=16,
    pause_seconds=1.8,
)


@dataclass(frozen=True, slots=True)
class Plan:
    """One storm. The seed fixes what each thrower of dice will want, in its order.

    It does not fix when: processes race with one another and with the faults, so a seed
    repeats the plan of a failure and makes it likely, not certain.
    """

    seed: int
    size: Size

    def dice(self, name: str) -> Random:
        """Return the dice of one part of the storm, which nobody else throws."""
        return Random(f"{self.seed} {name}")
