"""A whole life of a ledger: every kind of act at least once, and some that are refused."""

from dataclasses import dataclass

from receipts_ledger.chain.keys import keccak
from receipts_ledger.domain.ids import Day, PartyId, ReceiptId, Version, receipt_id
from receipts_ledger.domain.party import BindKey, Reinstate, RevokeKey, Role, Suspend
from receipts_ledger.domain.pledge import (
    AssignPledge,
    Cure,
    Enforce,
    PledgePortfolio,
    ReleasePortfolio,
)
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
    BANK_B,
    BANK_C,
    INSPECTOR,
    REGISTRAR,
    TRADER_A,
    TRADER_B,
    WAREHOUSE_A,
    WAREHOUSE_B,
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

SECOND_KEY = Member("second key of bank a", BANK_A.party, Role(0))
ITEMS = tuple(keccak(f"coil {number}".encode()) for number in range(3))
INVOICE, CONTRACT, INBOUND_NOTE = (keccak(name) for name in (b"invoice", b"contract", b"note"))


@dataclass(frozen=True, slots=True)
class Story:
    """The receipts that are left, by what has become of them."""

    pledged: ReceiptId
    also_pledged: ReceiptId
    transferred: ReceiptId
    delivered: ReceiptId
    delivered_in_part: ReceiptId
    coils: ReceiptId
    in_default: ReceiptId
    enforced: ReceiptId


def tell(ledger: LedgerOnChain) -> Story:
    """Let it all happen to a ledger whose cast has been admitted."""
    first, second, third, fourth, fifth = ledger.issue(ledger.open_pool(), 5)
    _pledge_twice(ledger, first, second)
    ledger.release(first)
    transfer = Transfer(third, Version(1), TRADER_B.party, TERMS, FOREVER)
    ledger.do(transfer, TRADER_A, TRADER_B)
    for receipt, quantity in ((fourth, LOT), (fifth, LOT - 1)):
        delivery = Deliver(receipt, Version(1), quantity, (), (), EVIDENCE, FOREVER)
        ledger.do(delivery, TRADER_A, WAREHOUSE_A)
    ledger.do(Freeze(second, Version(2), EVIDENCE, FOREVER), AUTHORITY)
    ledger.do(Unfreeze(second, Version(3), EVIDENCE, FOREVER), AUTHORITY)
    _change_parties(ledger)
    freed = ReleasePortfolio((ReceiptRef(second, Version(4)),), TERMS, FOREVER)
    ledger.do(freed, SECOND_KEY)
    coils = _issue_coils(ledger)
    both = (ReceiptRef(first, Version(3)), ReceiptRef(second, Version(5)))
    portfolio = PledgePortfolio(
        both, BANK_C.party, Day(ledger.today + MATURITY_DAYS), TERMS, (CONTRACT,), FOREVER
    )
    ledger.do(portfolio, TRADER_A, WAREHOUSE_A, BANK_C)
    in_default, enforced = _leave_unpaid(ledger)
    return Story(first, second, third, fourth, fifth, coils, in_default, enforced)


def _pledge_twice(ledger: LedgerOnChain, first: ReceiptId, second: ReceiptId) -> None:
    pledge = ledger.pledge_act(first, documents=(INVOICE,))
    ledger.do(pledge, TRADER_A, WAREHOUSE_A, BANK_A)
    again = ledger.pledge_act(first, BANK_B)
    other = ledger.pledge_act(second)
    ledger.relay(
        ledger.sign(again, TRADER_A, WAREHOUSE_A, BANK_B),
        ledger.sign(other, TRADER_A, WAREHOUSE_A, BANK_A),
    )


def _change_parties(ledger: LedgerOnChain) -> None:
    bank = PartyId(BANK_A.party)
    ledger.do(BindKey(bank, Version(1), SECOND_KEY.address, FOREVER), REGISTRAR, BANK_A)
    ledger.do(RevokeKey(bank, Version(2), BANK_A.address, FOREVER), REGISTRAR)
    ledger.do(Suspend(BANK_B.party, Version(1), EVIDENCE, FOREVER), REGISTRAR)
    ledger.do(Reinstate(BANK_B.party, Version(2), EVIDENCE, FOREVER), REGISTRAR)


def _issue_coils(ledger: LedgerOnChain) -> ReceiptId:
    pool = ledger.open_pool(WAREHOUSE_B, 2, is_serialised=True)
    day = Day(ledger.today + STORED_DAYS)
    new = NewReceipt(TRADER_A.party, LOT, day, keccak(b"coils"), ITEMS)
    ledger.do(Issue(pool, 1, (new,), (INBOUND_NOTE,), EVIDENCE, FOREVER), WAREHOUSE_B, INSPECTOR)
    coils = receipt_id(pool, 1)
    part = Deliver(coils, Version(1), 10, ITEMS[1:2], (), EVIDENCE, FOREVER)
    ledger.do(part, TRADER_A, WAREHOUSE_B)
    # The same goods under a second receipt: the note is used up, then given back.
    same = Issue(pool, 2, (new,), (keccak(b"another note"),), EVIDENCE, FOREVER)
    ledger.relay(ledger.sign(same, WAREHOUSE_B, INSPECTOR))
    return coils


def _leave_unpaid(ledger: LedgerOnChain) -> tuple[ReceiptId, ReceiptId]:
    first, second = ledger.issue(ledger.open_pool(index=3), 2)
    for receipt in (first, second):
        ledger.pledge(receipt, BANK_B, due_in_days=0)
        assignment = AssignPledge(receipt, Version(2), BANK_C.party, TERMS, FOREVER)
        ledger.do(assignment, BANK_B, BANK_C)
    ledger.let_days_pass(1)
    for receipt in (first, second):
        ledger.default(receipt, BANK_C)
    ledger.do(Cure(first, Version(4), ledger.today, TERMS, FOREVER), BANK_C)
    ledger.let_days_pass(NOTICE_DAYS + 1)
    ledger.default(first, BANK_C)
    early = Enforce(first, Version(6), TRADER_B.party, TERMS, FOREVER)
    ledger.relay(ledger.sign(early, BANK_C, TRADER_B))
    ledger.do(Enforce(second, Version(4), TRADER_B.party, TERMS, FOREVER), BANK_C, TRADER_B)
    return first, second
