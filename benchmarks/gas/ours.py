"""What the ledger's own acts cost, each relayed as the gateway relays it, with all signatures."""

from collections.abc import Iterator, Sequence

from benchmarks.gas.operation import Operation, Spent
from benchmarks.gas.sender import gas_of
from receipts_ledger.chain import keys
from receipts_ledger.domain.act import Act
from receipts_ledger.domain.event import ActRefused
from receipts_ledger.domain.ids import Day, Hash32, PoolId, ReceiptId, Version, pool_id, receipt_id
from receipts_ledger.domain.party import Admit
from receipts_ledger.domain.pledge import (
    AssignPledge,
    Cure,
    Default,
    Enforce,
    Pledge,
    PledgePortfolio,
    Release,
    ReleasePortfolio,
)
from receipts_ledger.domain.pool import Attest, OpenPool
from receipts_ledger.domain.receipt import (
    Deliver,
    Freeze,
    Issue,
    NewReceipt,
    ReceiptRef,
    Transfer,
    Unfreeze,
)
from tests.support.cast import (
    AUTHORITY,
    BANK_A,
    BANK_C,
    CAST,
    INSPECTOR,
    REGISTRAR,
    TRADER_A,
    TRADER_B,
    WAREHOUSE_A,
    Member,
)
from tests.support.ledger_on_chain import (
    EVIDENCE,
    FOREVER,
    LOT,
    MATURITY_DAYS,
    NOTICE_DAYS,
    STORED_DAYS,
    TERMS,
    LedgerOnChain,
)

_BATCH = 50


def our_bill(ledger: LedgerOnChain) -> dict[Operation, Spent]:
    """Measure every operation on a new ledger."""
    meter = _Meter(ledger)
    meter.registry()
    meter.issues()
    meter.one_receipt()
    meter.batches(step=1)
    meter.batches(step=2)
    meter.unpaid()
    return meter.bill


class _Meter:
    def __init__(self, ledger: LedgerOnChain) -> None:
        self._ledger = ledger
        creation = ledger.wait_for(ledger.deployment.transaction_hash)
        self.bill = {Operation.DEPLOY: Spent(gas_of(creation))}
        self._pool: PoolId = pool_id(WAREHOUSE_A.party, 1)
        self._next_serial = 1
        self._storage_day = Day(ledger.today + STORED_DAYS)
        self._maturity = Day(ledger.today + MATURITY_DAYS)

    def registry(self) -> None:
        first, *others = CAST
        admission = Admit(first.party, first.role, first.address, EVIDENCE, FOREVER)
        self._one(Operation.ADMIT, admission, REGISTRAR, first)
        self._ledger.admit(*others)
        opening = OpenPool(self._pool, 10**9, 30, False, False, False, EVIDENCE, FOREVER)
        self._one(Operation.OPEN_POOL, opening, REGISTRAR, WAREHOUSE_A)
        count = Attest(self._pool, Version(1), 10**8, EVIDENCE, FOREVER)
        self._one(Operation.ATTEST, count, INSPECTOR)

    def issues(self) -> None:
        """The first serial, 1, has no neighbour; 2 and 3 share a word; batches begin even."""
        self._issue(1)
        self.bill[Operation.ISSUE_NEW_WORD] = self._issue(1)
        self.bill[Operation.ISSUE_SHARED_WORD] = self._issue(1)
        self.bill[Operation.ISSUE_10] = self._issue(10)
        self.bill[Operation.ISSUE_50] = self._issue(50)
        self.bill[Operation.ISSUE_100] = self._issue(100)

    def one_receipt(self) -> None:
        """Lead one receipt through its life."""
        receipt, other = self._new(2)
        document = keys.keccak(b"invoice")
        evidence, warehouse, bank = EVIDENCE, WAREHOUSE_A, BANK_A
        transfer = Transfer(receipt, Version(1), TRADER_B.party, TERMS, FOREVER)
        self._one(Operation.TRANSFER, transfer, TRADER_A, TRADER_B)
        pledge = self._pledge(receipt, 2)
        self._one(Operation.PLEDGE, pledge, TRADER_B, warehouse, bank)
        part = Deliver(receipt, Version(3), 1_000, (), (), evidence, FOREVER)
        self._one(Operation.DELIVER_PART_PLEDGED, part, TRADER_B, warehouse, bank)
        release = Release(receipt, Version(4), TERMS, FOREVER)
        self._one(Operation.RELEASE, release, bank)
        freeze = Freeze(receipt, Version(5), TERMS, FOREVER)
        self._one(Operation.FREEZE, freeze, AUTHORITY)
        unfreeze = Unfreeze(receipt, Version(6), TERMS, FOREVER)
        self._one(Operation.UNFREEZE, unfreeze, AUTHORITY)
        part = Deliver(receipt, Version(7), 1_000, (), (), evidence, FOREVER)
        self._one(Operation.DELIVER_PART, part, TRADER_B, warehouse)
        full = Deliver(receipt, Version(8), LOT - 2_000, (), (), evidence, FOREVER)
        self._one(Operation.DELIVER_FULL, full, TRADER_B, warehouse)
        with_document = self._pledge(other, 1, document)
        self._one(Operation.PLEDGE_WITH_DOCUMENT, with_document, TRADER_A, warehouse, bank)

    def batches(self, *, step: int) -> None:
        """Receipts side by side share words (step 1); with step 2 no two of a batch do."""
        receipts = self._new(_BATCH * step)[::step]
        suffix = "" if step == 1 else "_SCATTERED"
        transfers = (
            self._signed(
                Transfer(r, Version(1), TRADER_B.party, TERMS, FOREVER), TRADER_A, TRADER_B
            )
            for r in receipts
        )
        self._many(Operation[f"RELAY_50_TRANSFERS{suffix}"], transfers)
        pledges = (
            self._signed(self._pledge(r, 2), TRADER_B, WAREHOUSE_A, BANK_A) for r in receipts
        )
        self._many(Operation[f"RELAY_50_PLEDGES{suffix}"], pledges)
        releases = (self._signed(Release(r, Version(3), TERMS, FOREVER), BANK_A) for r in receipts)
        self._many(Operation[f"RELAY_50_RELEASES{suffix}"], releases)
        portfolio = PledgePortfolio(
            _refs(receipts, 4), BANK_A.party, self._maturity, TERMS, (), FOREVER
        )
        agreed = self._signed(portfolio, TRADER_B, WAREHOUSE_A, BANK_A)
        self._many(Operation[f"PORTFOLIO_50_PLEDGED{suffix}"], (agreed,))
        let_go = ReleasePortfolio(_refs(receipts, 5), TERMS, FOREVER)
        signed = self._signed(let_go, BANK_A)
        self._many(Operation[f"PORTFOLIO_50_RELEASED{suffix}"], (signed,))

    def unpaid(self) -> None:
        """Lead one receipt through a claim that is not paid. Last of all, because days pass."""
        (receipt,) = self._new(1)
        self._ledger.pledge(receipt, due_in_days=0)
        assignment = AssignPledge(receipt, Version(2), BANK_C.party, TERMS, FOREVER)
        self._one(Operation.ASSIGN, assignment, BANK_A, BANK_C)
        self._ledger.let_days_pass(1)
        default = Default(receipt, Version(3), TERMS, FOREVER)
        self._one(Operation.DEFAULT, default, BANK_C)
        cure = Cure(receipt, Version(4), self._ledger.today, TERMS, FOREVER)
        self._one(Operation.CURE, cure, BANK_C)
        self._ledger.let_days_pass(1)
        self._ledger.default(receipt, BANK_C)
        self._ledger.let_days_pass(NOTICE_DAYS + 1)
        enforcement = Enforce(receipt, Version(6), TRADER_B.party, TERMS, FOREVER)
        self._one(Operation.ENFORCE, enforcement, BANK_C, TRADER_B)

    def _pledge(self, receipt: ReceiptId, version: int, *documents: Hash32) -> Pledge:
        return Pledge(
            receipt, Version(version), BANK_A.party, self._maturity, TERMS, documents, FOREVER
        )

    def _new(self, count: int) -> list[ReceiptId]:
        """Issue so many receipts, the first with an even serial, so that pairs share a word."""
        if self._next_serial % 2:
            self._issue(1)
        first = self._next_serial
        self._issue(count)
        return [receipt_id(self._pool, first + index) for index in range(count)]

    def _issue(self, count: int) -> Spent:
        first = self._next_serial
        self._next_serial += count
        receipts = tuple(
            NewReceipt(TRADER_A.party, LOT, self._storage_day, keys.keccak(serial.to_bytes(4)))
            for serial in range(first, first + count)
        )
        act = Issue(self._pool, first, receipts, (), EVIDENCE, FOREVER)
        return self._relayed((self._signed(act, WAREHOUSE_A, INSPECTOR),), count)

    def _signed(self, act: Act, *signers: Member) -> bytes:
        return self._ledger.sign(act, *signers)

    def _one(self, operation: Operation, act: Act, *signers: Member) -> None:
        self.bill[operation] = self._relayed((self._signed(act, *signers),), 1)

    def _many(self, operation: Operation, wires: Iterator[bytes] | Sequence[bytes]) -> None:
        self.bill[operation] = self._relayed(tuple(wires), _BATCH)

    def _relayed(self, wires: Sequence[bytes], count: int) -> Spent:
        tx_receipt = self._ledger.relay(*wires)
        events = self._ledger.events(tx_receipt)
        assert tx_receipt["status"] == "0x1"
        assert len(events) >= count
        assert not any(isinstance(event, ActRefused) for event in events), events
        return Spent(gas_of(tx_receipt), count)


def _refs(receipts: Sequence[ReceiptId], version: int) -> tuple[ReceiptRef, ...]:
    return tuple(ReceiptRef(receipt, Version(version)) for receipt in receipts)
