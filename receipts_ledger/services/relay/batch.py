"""Chooses the acts of the next transaction, and has each judged just before.

Minutes may have passed since the act was judged at the door. An act that is refused now
costs no gas; one that waits for another on the same receipt is not even asked about.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from receipts_ledger.domain.lane import ActId, Head, QueuedAct
from receipts_ledger.errors import RefusalCode, Refused, Retryable
from receipts_ledger.services.relay.ports import Judge, Queue

ACTS_MAX = 100
_WAITING_MAX = 4 * ACTS_MAX


@dataclass(frozen=True, slots=True)
class BatchedAct:
    """An act in the bytes that will be relayed, and the gas that it may need."""

    act_id: ActId
    wire: bytes
    gas: int


@dataclass(frozen=True, slots=True)
class Batch:
    """What was chosen: the acts that may go, how many are refused by now or are asked again.

    `undecided` says of acts on which the node gave no verdict why not. They hold up no others.
    """

    acts: tuple[BatchedAct, ...]
    refused: int
    asked_again: int
    undecided: tuple[str, ...]


class Batcher:
    """Makes batches out of the queue."""

    def __init__(self, judge: Judge, queue: Queue) -> None:
        self._judge = judge
        self._queue = queue
        self._gas_found: dict[ActId, int] = {}

    def next_batch(self, head: Head, is_chain_indexed: Callable[[], bool]) -> Batch:
        """Return the acts for one transaction; those refused now are closed and on record.

        None is closed while the node is on another chain than the one that was indexed: what an
        act waits for may have lost its block, and will be mined again. Raises Retryable when the
        node gives no verdict.
        """
        gas_max = min(self._judge.transaction_gas_max, head.gas_limit)
        candidates = self._candidates(gas_max)
        verdicts = self._judge.simulate_each([(each.wire, each.gas) for each in candidates])
        passed = []
        undecided = []
        closing: list[tuple[BatchedAct, Refused]] = []
        asked_again = 0
        for candidate, verdict in zip(candidates, verdicts, strict=True):
            if verdict is None:
                passed.append(candidate)
            elif isinstance(verdict, Retryable):
                undecided.append(f"act {candidate.act_id}: {verdict}")
            elif self._is_given_more(candidate, verdict, gas_max):
                asked_again += 1
            else:
                closing.append((candidate, verdict))
        for candidate in passed:
            self._gas_found.pop(candidate.act_id, None)
        # Asked after the verdicts, which are of the chain as it was before.
        if closing and not is_chain_indexed():
            undecided.append("the node is on another chain than the index: nothing is refused")
            closing = []
        for candidate, verdict in closing:
            self._close(candidate, verdict)
        return Batch(tuple(passed), len(closing), asked_again, tuple(undecided))

    def gas_limit(self, acts: Sequence[BatchedAct]) -> int:
        """Return the gas limit of a transaction with these acts."""
        return self._judge.batch_gas(sum(act.gas for act in acts))

    def calldata(self, acts: Sequence[BatchedAct]) -> bytes:
        """Return the calldata that relays these acts."""
        return self._judge.relay_calldata([act.wire for act in acts])

    def _candidates(self, gas_max: int) -> list[BatchedAct]:
        taken = set(self._queue.claims_in_flight())
        chosen: list[BatchedAct] = []
        gas_of_acts = 0
        for act in self._queue.waiting(_WAITING_MAX):
            is_free = taken.isdisjoint(act.claims)
            # A later act on the same receipt must not overtake one that has to wait.
            taken |= act.claims
            if not is_free:
                continue
            candidate = self._candidate(act, gas_max)
            if chosen and self._judge.batch_gas(gas_of_acts + candidate.gas) > gas_max:
                break
            chosen.append(candidate)
            gas_of_acts += candidate.gas
            if len(chosen) == ACTS_MAX:
                break
        return chosen

    def _candidate(self, act: QueuedAct, gas_max: int) -> BatchedAct:
        wire = self._judge.signed_form(act.statement, act.signatures)
        gas = self._gas_found.get(act.act_id) or self._judge.act_gas(wire)
        return BatchedAct(act.act_id, wire, min(gas, self._room(gas_max)))

    def _is_given_more(self, candidate: BatchedAct, verdict: Refused, gas_max: int) -> bool:
        """Give an act that ran out of gas twice as much next time, as long as that can be."""
        room = self._room(gas_max)
        if verdict.code is not RefusalCode.ACT_TOO_LARGE or candidate.gas >= room:
            return False
        self._gas_found[candidate.act_id] = min(2 * candidate.gas, room)
        return True

    def _room(self, gas_max: int) -> int:
        return max(0, gas_max - self._judge.batch_gas(0))

    def _close(self, candidate: BatchedAct, verdict: Refused) -> None:
        self._gas_found.pop(candidate.act_id, None)
        if verdict.code is RefusalCode.DEADLINE_PASSED:
            self._queue.expire_act(candidate.act_id)
            return
        self._queue.refuse(candidate.act_id, verdict)
