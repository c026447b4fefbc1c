"""Tends one lane: learns what became of its transactions, and sends what has to be sent."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog

from receipts_ledger.domain.ids import Address
from receipts_ledger.domain.lane import (
    Answer,
    Fees,
    Head,
    Lane,
    Prepared,
    Purpose,
    Reply,
    Stage,
    Transaction,
    TxOutcome,
)
from receipts_ledger.services.relay.decide import Action, Pace, decide
from receipts_ledger.services.relay.ports import (
    Clock,
    FeePolicy,
    Lanes,
    Node,
    Payer,
    Transactions,
)

_log = structlog.get_logger(__name__)
_STOPS_THE_LANE = (Answer.NO_FUNDS, Answer.NOT_PERMITTED, Answer.NOT_NOW)


@dataclass(slots=True)
class LaneReport:
    """What a step did in a lane. With troubles, the lane is given nothing new."""

    sent: int = 0
    mined: int = 0
    in_flight: int = 0
    troubles: list[str] = field(default_factory=list)


class Tender:
    """Keeps lanes moving. Several may tend one lane; the same bytes twice do no harm."""

    def __init__(
        self,
        node: Node,
        lanes: Lanes,
        transactions: Transactions,
        fees: FeePolicy,
        *,
        pace: Pace,
        clock: Clock,
    ) -> None:
        self._node = node
        self._lanes = lanes
        self._transactions = transactions
        self._fees = fees
        self._pace = pace
        self._clock = clock
        self._suspected_since: dict[Address, tuple[str, datetime]] = {}

    def tend(self, payer: Payer, head: Head) -> LaneReport:
        """Do what the lane needs now. Raises Retryable when the node does not answer."""
        report = LaneReport()
        # The count first: what it counts, the receipts asked for afterwards know of.
        nonce_on_chain = self._node.nonce_of(payer.address)
        unmined = self._learn(payer.address, report)
        lane = self._lanes.lane(payer.address)
        report.in_flight = len(unmined)
        if self._is_foreign(lane, unmined, nonce_on_chain, report):
            return report
        for place, transaction in enumerate(unmined):
            action = decide(
                transaction,
                nonce_on_chain=nonce_on_chain,
                is_next=place == 0,
                head=head,
                now=self._clock(),
                pace=self._pace,
            )
            if not self._act(action, transaction, payer, head, report):
                break
        return report

    def send(self, transaction: Transaction, payer: Payer, head: Head, report: LaneReport) -> bool:
        """Send a transaction's latest attempt. False when the lane should be left alone now."""
        reply = self._send_stored(transaction, report)
        if reply.answer is Answer.FEE_TOO_LOW:
            replaced = self._outbid(transaction, payer, head)
            if replaced is None:
                return self._bides(transaction, reply, report)
            reply = self._send_stored(replaced, report)
        if reply.answer is Answer.TOO_MUCH_GAS and transaction.purpose is Purpose.ACTS:
            filler = self._fill(transaction, payer, head)
            reply = reply if filler is None else self._send_stored(filler, report)
        if reply.answer is Answer.NOT_PERMITTED:
            self._lanes.pause(payer.address, f"the chain does not permit this key: {reply.words}")
        if reply.answer in _STOPS_THE_LANE:
            report.troubles.append(f"{reply.answer}: {reply.words}")
            return False
        return True

    def resume(self, address: Address) -> Lane:
        """Put a paused lane to work again, from where the chain says that its key stands.

        Acts whose nonce was spent on something else wait for another transaction.
        """
        nonce_on_chain = self._node.nonce_of(address)
        for transaction in self._learn(address, LaneReport()):
            if transaction.lane_nonce < nonce_on_chain:
                self._transactions.abandon(transaction)
        self._lanes.resume(address, nonce_on_chain)
        self._suspected_since.pop(address, None)
        return self._lanes.lane(address)

    def _learn(self, lane: Address, report: LaneReport) -> list[Transaction]:
        """Ask what became of all attempts, write it down, and return what is in no block."""
        asked = self._transactions.unsettled(lane)
        outcomes = self._node.outcomes(
            [attempt.tx_hash for each in asked for attempt in each.attempts]
        )
        unmined = []
        for transaction in asked:
            found = [outcomes.get(attempt.tx_hash) for attempt in transaction.attempts]
            outcome = next((each for each in found if each is not None), None)
            if outcome is None:
                if transaction.stage is Stage.MINED:
                    self._transactions.mark_unmined(transaction)
                unmined.append(transaction)
            elif transaction.mined_in != outcome.block:
                report.mined += 1
                self._mined(transaction, outcome)
        return unmined

    def _mined(self, transaction: Transaction, outcome: TxOutcome) -> None:
        self._transactions.mark_mined(transaction, outcome)
        if outcome.has_failed:
            # To go on would burn gas on the same fault again and again.
            self._lanes.pause(
                transaction.lane,
                f"transaction 0x{outcome.tx_hash.hex()} failed on the chain: it needs more gas "
                f"than the {transaction.gas_limit} it was given, or the contract is not ours",
            )

    def _is_foreign(
        self,
        lane: Lane,
        unmined: Sequence[Transaction],
        nonce_on_chain: int,
        report: LaneReport,
    ) -> bool:
        """Tell whether somebody else uses the key, and pause the lane once that is certain."""
        finding = _foreign_finding(lane, unmined, nonce_on_chain)
        if finding is None:
            self._suspected_since.pop(lane.address, None)
            return False
        report.troubles.append(finding)
        known, since = self._suspected_since.get(lane.address, (finding, self._clock()))
        if known != finding:
            since = self._clock()
        self._suspected_since[lane.address] = (finding, since)
        if self._clock() - since >= timedelta(seconds=self._pace.foreign_seconds):
            self._lanes.pause(lane.address, finding)
        return True

    def _act(
        self,
        action: Action,
        transaction: Transaction,
        payer: Payer,
        head: Head,
        report: LaneReport,
    ) -> bool:
        match action:
            case Action.REPLACE:
                changed = self._replace(transaction, payer, head) or transaction
                return self.send(changed, payer, head, report)
            case Action.FILL:
                changed = self._fill(transaction, payer, head) or transaction
                return self.send(changed, payer, head, report)
            case Action.SEND:
                return self.send(transaction, payer, head, report)
            case Action.WAIT | Action.SPENT_ELSEWHERE:
                return True

    def _send_stored(self, transaction: Transaction, report: LaneReport) -> Reply:
        attempt = transaction.attempts[-1]
        reply = self._node.send(attempt.raw)
        if reply.answer is Answer.TAKEN:
            self._transactions.mark_sent(transaction, attempt.tx_hash)
            report.sent += 1
            _log.info(
                "transaction sent",
                lane="0x" + transaction.lane.hex(),
                nonce=transaction.lane_nonce,
                tx_hash="0x" + attempt.tx_hash.hex(),
                purpose=str(transaction.purpose),
                attempt=len(transaction.attempts),
            )
        return reply

    def _bides(self, transaction: Transaction, reply: Reply, report: LaneReport) -> bool:
        """Leave it at what was offered: the node has an earlier attempt, or takes none of ours."""
        if len(transaction.attempts) > 1:
            return True
        report.troubles.append(f"the node asks for more than we may offer: {reply.words}")
        return False

    def _outbid(self, transaction: Transaction, payer: Payer, head: Head) -> Transaction | None:
        """Offer more, as far as cap and patience allow. None where no more can be offered."""
        offered = transaction.attempts[-1].fees
        is_last = len(transaction.attempts) >= self._pace.attempts_max
        if is_last or self._fees.raised(offered, head.base_fee_wei) == offered:
            return None
        return self._replace(transaction, payer, head)

    def _replace(self, transaction: Transaction, payer: Payer, head: Head) -> Transaction | None:
        return self._attempt_again(transaction, transaction.purpose, payer, head)

    def _fill(self, transaction: Transaction, payer: Payer, head: Head) -> Transaction | None:
        return self._attempt_again(transaction, Purpose.FILLER, payer, head)

    def _attempt_again(
        self, transaction: Transaction, purpose: Purpose, payer: Payer, head: Head
    ) -> Transaction | None:
        """Store another attempt; None when the cap or another relayer does not let us."""
        offered = transaction.attempts[-1].fees
        fees = self._fees.raised(offered, head.base_fee_wei)
        if fees is None:
            return None
        prepared = _another(transaction, purpose, payer, fees, is_same_offer=fees == offered)
        return self._transactions.replace(transaction, purpose, prepared)


def _another(
    transaction: Transaction, purpose: Purpose, payer: Payer, fees: Fees, *, is_same_offer: bool
) -> Prepared:
    # Where nothing can be bid, other bytes are needed all the same.
    calldata, gas_limit = transaction.calldata, transaction.gas_limit + is_same_offer
    if purpose is not transaction.purpose:
        calldata, gas_limit = b"", payer.filler_gas
    signed = payer.sign(
        purpose,
        nonce=transaction.lane_nonce,
        calldata=calldata,
        gas_limit=gas_limit,
        fees=fees,
    )
    return Prepared(gas_limit, calldata, signed)


def _foreign_finding(lane: Lane, unmined: Sequence[Transaction], nonce_on_chain: int) -> str | None:
    for transaction in unmined:
        if transaction.lane_nonce < nonce_on_chain:
            return (
                f"nonce {transaction.lane_nonce} of 0x{lane.address.hex()} was spent on a "
                "transaction that is not ours: its key is used elsewhere"
            )
    if nonce_on_chain > lane.next_nonce:
        return (
            f"the chain counts {nonce_on_chain} transactions of 0x{lane.address.hex()}, the "
            f"database {lane.next_nonce}: its key is used elsewhere, or the database is older "
            "than the chain"
        )
    return None
