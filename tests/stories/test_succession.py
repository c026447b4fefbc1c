"""A ledger stops for ever; the next takes each receipt over with the first act that names it."""

import pytest

from receipts_ledger.chain import refusals
from receipts_ledger.chain.deployment import verify
from receipts_ledger.chain.keys import keccak
from receipts_ledger.chain.rpc import RpcError
from receipts_ledger.domain.act import Act
from receipts_ledger.domain.event import Event
from receipts_ledger.domain.ids import Day, Hash32, ReceiptId, Version
from receipts_ledger.domain.party import Admit
from receipts_ledger.domain.pool import Attest, PoolBroughtOver, Seal
from receipts_ledger.domain.receipt import (
    Deliver,
    Issue,
    NewReceipt,
    ReceiptBroughtOver,
    Transfer,
    Transferred,
)
from receipts_ledger.errors import Fatal, RefusalCode
from tests.support.cast import (
    AUTHORITY,
    BANK_A,
    BANK_B,
    INSPECTOR,
    REGISTRAR,
    TRADER_A,
    TRADER_B,
    WAREHOUSE_A,
    WAREHOUSE_B,
    Member,
)
from tests.support.later_life import seal_all
from tests.support.ledger_on_chain import EVIDENCE, FOREVER, LOT, TERMS, LedgerOnChain

INVOICE = Hash32(keccak(b"invoice 17"))


@pytest.fixture
def old(ledger_on_anvil: LedgerOnChain) -> LedgerOnChain:
    """A ledger with three receipts of trader A, the third pledged on an invoice."""
    receipts = ledger_on_anvil.issue(ledger_on_anvil.open_pool(), 3)
    act = ledger_on_anvil.pledge_act(receipts[2], documents=(INVOICE,))
    ledger_on_anvil.do(act, TRADER_A, WAREHOUSE_A, BANK_A)
    return ledger_on_anvil


@pytest.fixture
def new(old: LedgerOnChain) -> LedgerOnChain:
    """The ledger after it, with the same parties. The old one is sealed."""
    seal_all(old)
    heir = LedgerOnChain(old.rpc, predecessor=old.deployment.address)
    heir.admit_cast()
    return heir


def receipts_of(ledger: LedgerOnChain) -> tuple[ReceiptId, ReceiptId, ReceiptId]:
    first = ledger.pools()[0] << 32
    return ReceiptId(first | 1), ReceiptId(first | 2), ReceiptId(first | 3)


def refused(ledger: LedgerOnChain, act: Act, *signers: Member) -> RefusalCode:
    with pytest.raises(RpcError) as raised:
        ledger.simulate(ledger.sign(act, *signers))
    found = refusals.decode(raised.value.revert or b"")
    assert found is not None, raised.value
    return found.code


def given(ledger: LedgerOnChain, receipt: ReceiptId, version: int = 1) -> list[Event]:
    act = Transfer(receipt, Version(version), TRADER_B.party, TERMS, FOREVER)
    return ledger.events(ledger.do(act, TRADER_A, TRADER_B))


def test_the_old_ledger_stops(old: LedgerOnChain, new: LedgerOnChain) -> None:
    free, _, pledged = receipts_of(old)
    act = Transfer(free, Version(1), TRADER_B.party, TERMS, FOREVER)
    assert refused(old, act, TRADER_A, TRADER_B) == "Sealed"
    assert refused(old, old.pledge_act(pledged, BANK_B), TRADER_A, WAREHOUSE_A, BANK_B) == "Sealed"
    assert new.deployment.contract != old.deployment.contract


def test_a_receipt_comes_over_with_the_first_act_that_names_it(
    old: LedgerOnChain, new: LedgerOnChain
) -> None:
    first, second, _ = receipts_of(old)
    word = old.word("receiptWord(uint64)", first)
    assert new.word("receiptWord(uint64)", first) == 0
    pool, brought, moved = given(new, first)
    assert isinstance(pool, PoolBroughtOver)
    assert not pool.after.is_sealed
    assert brought == ReceiptBroughtOver(first, word)
    assert isinstance(moved, Transferred)
    assert new.receipt(first).holder == TRADER_B.party
    assert new.receipt(first).version == 2
    # The pool is there by now, and so is not brought again.
    assert [type(event) for event in given(new, second)] == [ReceiptBroughtOver, Transferred]


def test_a_pledge_comes_over_and_binds(old: LedgerOnChain, new: LedgerOnChain) -> None:
    _, _, pledged = receipts_of(old)
    act = Transfer(pledged, Version(2), TRADER_B.party, TERMS, FOREVER)
    assert refused(new, act, TRADER_A, TRADER_B) == "Encumbered"
    out = Deliver(pledged, Version(2), LOT, (), (), EVIDENCE, FOREVER)
    assert refused(new, out, TRADER_A, WAREHOUSE_A) == "MissingConsent"
    new.do(out, TRADER_A, WAREHOUSE_A, BANK_A)


def test_what_was_used_once_is_used(old: LedgerOnChain, new: LedgerOnChain) -> None:
    first, _, _ = receipts_of(old)
    day = Day(new.today + 30)
    pool = old.pools()[0]
    new.do(Attest(pool, old.pool(pool).version, 10**8, EVIDENCE, FOREVER), INSPECTOR)
    again = Issue(
        pool, 4, (NewReceipt(TRADER_A.party, LOT, day, TERMS),), (INVOICE,), EVIDENCE, FOREVER
    )
    assert refused(new, again, WAREHOUSE_A, INSPECTOR) == "DocumentAlreadyUsed"
    reused = Issue(pool, 3, (NewReceipt(TRADER_A.party, LOT, day, TERMS),), (), EVIDENCE, FOREVER)
    assert refused(new, reused, WAREHOUSE_A, INSPECTOR) == "NumberGap"
    assert given(new, first)


def test_nothing_is_opened_anew_while_the_old_ledger_runs(old: LedgerOnChain) -> None:
    other = old.open_pool(WAREHOUSE_B)
    pool = old.pools()[0]
    old.do(Seal(pool, old.pool(pool).version, EVIDENCE, FOREVER), REGISTRAR, AUTHORITY)
    heir = LedgerOnChain(old.rpc, predecessor=old.deployment.address)
    heir.admit(TRADER_A, TRADER_B, WAREHOUSE_A)
    act = Transfer(receipts_of(old)[0], Version(1), TRADER_B.party, TERMS, FOREVER)
    # One pool still runs there, so what is sealed does not come over yet.
    assert refused(heir, act, TRADER_A, TRADER_B) == "UnknownReceipt"
    old.do(Seal(other, old.pool(other).version, EVIDENCE, FOREVER), REGISTRAR, AUTHORITY)
    heir.do(act, TRADER_A, TRADER_B)


def test_a_number_of_the_old_ledger_goes_to_whoever_has_it_there(
    old: LedgerOnChain,
) -> None:
    seal_all(old)
    heir = LedgerOnChain(old.rpc, predecessor=old.deployment.address)
    usurper = Member("usurper", TRADER_A.party, TRADER_A.role)
    act = Admit(usurper.party, usurper.role, usurper.address, TERMS, FOREVER)
    assert refused(heir, act, REGISTRAR, usurper) == "KeyNotBound"
    heir.admit(TRADER_A)
    assert heir.party(TRADER_A.party).is_active


def test_a_gateway_says_that_it_does_not_read_later_ledgers(
    old: LedgerOnChain, new: LedgerOnChain
) -> None:
    verify(old.rpc, old.deployment)
    with pytest.raises(Fatal, match="this release reads first ledgers only"):
        verify(new.rpc, new.deployment)
