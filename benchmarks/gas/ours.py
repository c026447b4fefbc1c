"""What the ledger's own acts cost, sent in each way in which they can be sent."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from benchmarks.gas.acts import ROW_OF, ROWS, Row
from benchmarks.gas.operation import Spent
from benchmarks.gas.sender import gas_of
from benchmarks.gas.stage import NOWHERE, Stage
from receipts_ledger.domain.act import KIND_OF, Act, Kind
from receipts_ledger.domain.ids import ReceiptId, Version
from receipts_ledger.domain.receipt import ReceiptRef
from tests.support.ledger_on_chain import LedgerOnChain

BATCH = 50


class Way(StrEnum):
    """A way of sending. Neighbours share a storage word in pairs; of the scattered, no two do."""

    DIRECT = "direct"
    RELAYED = "relayed"
    RELAY_50 = "relay of 50"
    RELAY_50_SCATTERED = "relay of 50, scattered"
    PORTFOLIO_50 = "portfolio of 50"
    PORTFOLIO_50_SCATTERED = "portfolio of 50, scattered"


SINGLE = (Way.DIRECT, Way.RELAYED)
BATCHED = (Way.RELAY_50, Way.RELAY_50_SCATTERED)
PORTFOLIOS = (Way.PORTFOLIO_50, Way.PORTFOLIO_50_SCATTERED)
_SCATTERED = (Way.RELAY_50_SCATTERED, Way.PORTFOLIO_50_SCATTERED)

Entry: TypeAlias = tuple[str, Way]
"""The name of a row, and a way of sending it."""


@dataclass(frozen=True, slots=True)
class OurBill:
    """What the contract weighs, what putting it there costs, and what each act does."""

    runtime_bytes: int
    deployment: Spent
    acts: Mapping[Entry, Spent]
    kinds: frozenset[Kind]

    @property
    def unmeasured(self) -> list[Kind]:
        """The kinds of act of which the table has no row."""
        return [kind for kind in Kind if kind not in self.kinds]


def our_bill(ledger: LedgerOnChain, ways: Collection[Way] = tuple(Way)) -> OurBill:
    """Measure every row of the table on a new ledger, in the given ways."""
    creation = ledger.wait_for(ledger.deployment.transaction_hash)
    code = ledger.rpc.call("eth_getCode", [ledger.deployment.contract, "latest"])
    meter = _Meter(Stage(ledger))
    for row in ROWS:
        for way in ways_of(row):
            if way in ways:
                meter.measure(row, way)
    return OurBill(len(code[2:]) // 2, Spent(gas_of(creation)), meter.spent, frozenset(meter.kinds))


def ways_of(row: Row) -> tuple[Way, ...]:
    """Return the ways in which a row is measured."""
    if not row.receipts_each:
        return SINGLE
    return SINGLE + BATCHED + (PORTFOLIOS if row.portfolio else ())


class _Meter:
    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self.spent: dict[Entry, Spent] = {}
        self.kinds: set[Kind] = set()

    def measure(self, row: Row, way: Way) -> None:
        """Lead receipts up to the act, then pay for it; the stage is left as it was."""
        with self._stage.played():
            receipts = self._receipts(row, way)
            for version, name in enumerate(row.after, start=1):
                earlier = ROW_OF[name]
                self._stage.wait_days(earlier.days_before)
                self._stage.relayed(self._each(earlier, _at(receipts, version)))
            self._stage.wait_days(row.days_before)
            subjects = _at(receipts, 1 + len(row.after))
            self.spent[row.name, way] = self._pay(row, way, subjects)

    def _pay(self, row: Row, way: Way, subjects: Sequence[ReceiptRef]) -> Spent:
        if way is Way.DIRECT:
            sender, *others = row.signers
            wire = self._stage.signed(self._stated(row, subjects[0]), *others)
            return Spent(gas_of(self._stage.executed(wire, sender)), row.count)
        if way in PORTFOLIOS:
            assert row.portfolio is not None
            act = self._known(row.portfolio(self._stage, tuple(subjects)))
            wires = [self._stage.signed(act, *row.signers)]
        else:
            wires = self._each(row, subjects)
        return Spent(gas_of(self._stage.relayed(wires)), row.count * len(subjects))

    def _receipts(self, row: Row, way: Way) -> list[ReceiptId]:
        """Return receipts, one for each act, beginning with the first of a pair."""
        if not row.receipts_each:
            return []
        acts = 1 if way in SINGLE else BATCH
        step = row.receipts_each * (2 if way in _SCATTERED else 1)
        return self._stage.receipts(acts * step)[::step]

    def _each(self, row: Row, subjects: Sequence[ReceiptRef]) -> list[bytes]:
        return [self._stage.signed(self._stated(row, one), *row.signers) for one in subjects]

    def _stated(self, row: Row, one: ReceiptRef) -> Act:
        return self._known(row.statement(self._stage, one))

    def _known(self, act: Act) -> Act:
        self.kinds.add(KIND_OF[type(act)])
        return act


def _at(receipts: Sequence[ReceiptId], version: int) -> Sequence[ReceiptRef]:
    if not receipts:
        return (NOWHERE,)
    return [ReceiptRef(receipt, Version(version)) for receipt in receipts]
