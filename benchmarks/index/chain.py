"""A chain to be read: receipts that are issued once, then pledged and released in turn.

Either each by itself, and sold in between, or a portfolio at a time, as banks do. The
number of live receipts stays the same however long the chain grows, so that whatever
grows with its length can be seen.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import accumulate, islice

from receipts_ledger.chain import calldata, gas, keys
from receipts_ledger.chain.deployment import Deployment
from receipts_ledger.chain.local_node import DEVELOPER_KEYS
from receipts_ledger.chain.rpc import Rpc
from receipts_ledger.domain.act import Act
from receipts_ledger.domain.ids import Day, Hash32, PoolId, ReceiptId, Version, receipt_id
from receipts_ledger.domain.pledge import (
    Pledge,
    PledgePortfolio,
    Release,
    ReleasePortfolio,
)
from receipts_ledger.domain.receipt import Issue, NewReceipt, ReceiptRef, Transfer
from tests.support.cast import BANK_A, INSPECTOR, TRADER_A, TRADER_B, WAREHOUSE_A, Member
from tests.support.ledger_on_chain import (
    EVIDENCE,
    FOREVER,
    LOT,
    MATURITY_DAYS,
    STORED_DAYS,
    LedgerOnChain,
)

# Blocks of about 1,200 events: few, because each costs Anvil time in proportion to all state,
# and yet ten of them go into one answer of the size that viem takes.
BLOCK_GAS_MAX = 40_000_000
# Ponder takes an unknown chain's last 30 blocks for not yet final.
CONFIRMATIONS = 32
ISSUED_TOGETHER = 100
PORTFOLIO = 100
SINGLE_ACTS_RELAYED_TOGETHER = 50
# One receipt's share of a chain: issued once, then so often pledged, released and sold, or
# pledged and released: the same number of events.
SINGLE_CYCLES = 8
PORTFOLIO_CYCLES = 12
EVENTS_OF_RECEIPT = 1 + 3 * SINGLE_CYCLES
_SIGNATURE_COUNT_AT = 1


class Custom(StrEnum):
    """How the members of a ledger go about it."""

    ONE_BY_ONE = "one by one"
    IN_PORTFOLIOS = "in portfolios"


@dataclass(frozen=True, slots=True)
class BuiltChain:
    """A chain as long as was asked for, or a little longer."""

    deployment: Deployment
    custom: Custom
    receipts: int
    signatures: int
    events_of_block: tuple[int, ...]

    @property
    def head(self) -> int:
        """Number of the last block with events. Empty ones follow, so that it is final."""
        return len(self.events_of_block) - 1

    def events_until(self, block: int) -> int:
        """Return how many events there are up to a block."""
        return sum(self.events_of_block[: block + 1])

    def block_with_event(self, event: int) -> int:
        """Return the block in which the chain comes to so many events."""
        until = enumerate(accumulate(self.events_of_block))
        return next(block for block, events in until if events >= event)


def build(rpc: Rpc, events: int, custom: Custom) -> BuiltChain:
    """Build a chain on a fresh Anvil. Blocks are as full as they can be."""
    ledger = LedgerOnChain(rpc)
    ledger.admit_cast()
    pool = ledger.open_pool(capacity=10**12, attested=10**11)
    rpc.call("evm_setAutomine", [False])
    relayer = _Relayer(ledger)
    receipts = _receipts(events)
    for issue in _issues(ledger, pool, receipts):
        relayer.relay([issue])
    numbers = [receipt_id(pool, serial) for serial in range(1, receipts + 1)]
    for batch in _deals(ledger, numbers, custom):
        relayer.relay(batch)
    relayer.mine()
    events_of_block = _events_of_block(rpc)
    rpc.call("anvil_mine", [hex(CONFIRMATIONS)])
    return BuiltChain(ledger.deployment, custom, receipts, relayer.signatures, events_of_block)


def _receipts(events: int) -> int:
    issues = -(-events // (EVENTS_OF_RECEIPT * ISSUED_TOGETHER))
    return issues * ISSUED_TOGETHER


def _issues(ledger: LedgerOnChain, pool: PoolId, receipts: int) -> Iterator[bytes]:
    storage_day = Day(ledger.today + STORED_DAYS)
    for first in range(1, receipts + 1, ISSUED_TOGETHER):
        news = tuple(
            NewReceipt(TRADER_A.party, LOT, storage_day, _commitment("content", serial))
            for serial in range(first, first + ISSUED_TOGETHER)
        )
        act = Issue(pool, first, news, (), EVIDENCE, FOREVER)
        yield ledger.sign(act, WAREHOUSE_A, INSPECTOR)


def _deals(
    ledger: LedgerOnChain, receipts: Sequence[ReceiptId], custom: Custom
) -> Iterator[Sequence[bytes]]:
    """Yield the acts of one transaction after the other."""
    match custom:
        case Custom.ONE_BY_ONE:
            for cycle in range(SINGLE_CYCLES):
                for step in _single_acts(ledger, receipts, cycle):
                    yield from _batches(step, SINGLE_ACTS_RELAYED_TOGETHER)
        case Custom.IN_PORTFOLIOS:
            for cycle in range(PORTFOLIO_CYCLES):
                for act in _portfolio_acts(ledger, receipts, cycle):
                    yield [act]


def _single_acts(
    ledger: LedgerOnChain, receipts: Sequence[ReceiptId], cycle: int
) -> Iterator[Iterator[bytes]]:
    holder, buyer = (TRADER_A, TRADER_B) if cycle % 2 == 0 else (TRADER_B, TRADER_A)
    version = 1 + 3 * cycle

    def signed(acts: Iterable[Act], *signers: Member) -> Iterator[bytes]:
        return (ledger.sign(act, *signers) for act in acts)

    def pledge(receipt: ReceiptId) -> Act:
        terms = _commitment("pledge", receipt, cycle)
        maturity = _maturity(ledger)
        return Pledge(receipt, Version(version), BANK_A.party, maturity, terms, (), FOREVER)

    yield signed(map(pledge, receipts), holder, WAREHOUSE_A, BANK_A)

    def release(receipt: ReceiptId) -> Act:
        return Release(
            receipt, Version(version + 1), _commitment("release", receipt, cycle), FOREVER
        )

    yield signed(map(release, receipts), BANK_A)

    def transfer(receipt: ReceiptId) -> Act:
        terms = _commitment("transfer", receipt, cycle)
        return Transfer(receipt, Version(version + 2), buyer.party, terms, FOREVER)

    yield signed(map(transfer, receipts), holder, buyer)


def _portfolio_acts(
    ledger: LedgerOnChain, receipts: Sequence[ReceiptId], cycle: int
) -> Iterator[bytes]:
    version = 1 + 2 * cycle
    portfolios = [
        receipts[first : first + PORTFOLIO] for first in range(0, len(receipts), PORTFOLIO)
    ]
    for portfolio in portfolios:
        terms = _commitment("pledge", portfolio[0], cycle)
        pledge = PledgePortfolio(
            _at_version(portfolio, version), BANK_A.party, _maturity(ledger), terms, (), FOREVER
        )
        yield ledger.sign(pledge, TRADER_A, WAREHOUSE_A, BANK_A)
    for portfolio in portfolios:
        terms = _commitment("release", portfolio[0], cycle)
        release = ReleasePortfolio(_at_version(portfolio, version + 1), terms, FOREVER)
        yield ledger.sign(release, BANK_A)


def _at_version(portfolio: Sequence[ReceiptId], version: int) -> tuple[ReceiptRef, ...]:
    return tuple(ReceiptRef(receipt, Version(version)) for receipt in portfolio)


def _maturity(ledger: LedgerOnChain) -> Day:
    return Day(ledger.today + MATURITY_DAYS)


class _Relayer:
    """Queues transactions and has them mined when they fill a block."""

    def __init__(self, ledger: LedgerOnChain) -> None:
        self.signatures = 0
        self._rpc = ledger.rpc
        self._contract = ledger.deployment.contract
        self._sender = "0x" + keys.address_of_private_key(DEVELOPER_KEYS[2]).hex()
        self._nonce = 0
        self._queued: list[dict[str, str]] = []
        self._gas_queued = 0

    def relay(self, wires: Sequence[bytes]) -> None:
        limit = gas.batch_gas(sum(map(gas.act_gas, wires)))
        if self._gas_queued + limit > BLOCK_GAS_MAX:
            self.mine()
        self._queued.append(
            {
                "from": self._sender,
                "to": self._contract,
                "nonce": hex(self._nonce),
                "gas": hex(limit),
                "data": "0x" + calldata.call(calldata.RELAY, b"".join(wires)).hex(),
            }
        )
        self._nonce += 1
        self._gas_queued += limit
        self.signatures += sum(wire[_SIGNATURE_COUNT_AT] for wire in wires)

    def mine(self) -> None:
        if not self._queued:
            return
        self._rpc.batch([("eth_sendTransaction", [request]) for request in self._queued])
        self._rpc.call("evm_mine")
        block = self._rpc.call("eth_getBlockByNumber", ["latest", False])
        assert len(block["transactions"]) == len(self._queued), "some were left in the pool"
        self._queued, self._gas_queued = [], 0


def _events_of_block(rpc: Rpc) -> tuple[int, ...]:
    head = int(rpc.call("eth_blockNumber"), 16)
    return tuple(
        len(rpc.call("eth_getLogs", [{"fromBlock": hex(block), "toBlock": hex(block)}]))
        for block in range(head + 1)
    )


def _batches(wires: Iterator[bytes], size: int) -> Iterator[list[bytes]]:
    while batch := list(islice(wires, size)):
        yield batch


def _commitment(*parts: object) -> Hash32:
    return keys.keccak(repr(parts).encode())
