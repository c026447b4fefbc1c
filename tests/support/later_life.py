"""What else can happen to receipts, pools and parties: the acts that a story has no room for."""

from dataclasses import dataclass

from receipts_ledger.chain.keys import keccak
from receipts_ledger.domain.change import Cancel, Merge, NewPart, Replace, Split, WriteDown
from receipts_ledger.domain.ids import Day, Hash32, PartyId, PoolId, ReceiptId, Version, receipt_id
from receipts_ledger.domain.party import CompleteRecovery, Recover, Role, VetoRecovery
from receipts_ledger.domain.pledge import Substitute
from receipts_ledger.domain.pool import Attest, OpenPool, Pause, Resume, Seal
from receipts_ledger.domain.receipt import (
    Deliver,
    ExtendStorage,
    FromPaper,
    Invalidate,
    Issue,
    LiftClaim,
    NewReceipt,
    NoteClaim,
    ReceiptRef,
    ToPaper,
    TransferPortfolio,
)
from tests.support.cast import (
    AUDITOR,
    AUTHORITY,
    BANK_C,
    GUARDIAN,
    INSPECTOR,
    REGISTRAR,
    TRADER_A,
    TRADER_B,
    TRADER_C,
    WAREHOUSE_A,
    WAREHOUSE_B,
    Member,
)
from tests.support.ledger_on_chain import (
    EVIDENCE,
    FOREVER,
    LOT,
    STORED_DAYS,
    TERMS,
    LedgerOnChain,
)

FOUND_KEY = Member("found key of trader c", TRADER_C.party, Role(0))
NEW_KEY = Member("new key of the auditor", AUDITOR.party, Role(0))
RECOVERY_DAYS = 30
REELS = tuple(keccak(f"reel {number}".encode()) for number in range(4))
PAGE, NEXT_PAGE = keccak(b"drums, page 1"), keccak(b"drums, page 2")
CLEARANCE = keccak(b"clearance")
CONTENT = keccak(b"content of a part")


@dataclass(frozen=True, slots=True)
class LaterLife:
    """The receipts that are left, by what has become of them."""

    divided: ReceiptId
    part: ReceiptId
    merged: ReceiptId
    heir: ReceiptId
    substitute: ReceiptId
    on_paper: ReceiptId
    claimed: ReceiptId
    drums: ReceiptId
    part_of_drums: ReceiptId


def live_on(ledger: LedgerOnChain) -> LaterLife:
    """Let it happen to a ledger whose cast has been admitted, in pools from index 10 on."""
    ledger.admit(GUARDIAN)
    divided, part, merged = _divide(ledger)
    heir = _correct(ledger)
    substitute, on_paper, claimed = _keep(ledger)
    drums, part_of_drums = _page(ledger)
    _stop_pools(ledger)
    _recover(ledger)
    return LaterLife(
        divided, part, merged, heir, substitute, on_paper, claimed, drums, part_of_drums
    )


def _divide(ledger: LedgerOnChain) -> tuple[ReceiptId, ReceiptId, ReceiptId]:
    """Split a pledged receipt, and one over reels; merge two that are alike."""
    pool = ledger.open_pool(index=10)
    first, second, third = ledger.issue(pool, 3)
    ledger.pledge(first, BANK_C)
    parts = (NewPart(5_000, CONTENT), NewPart(1_000, CONTENT))
    split = Split(first, Version(2), LOT - 6_000, 4, parts, CONTENT, FOREVER)
    ledger.do(split, TRADER_A, WAREHOUSE_A, BANK_C)
    merge = Merge(second, Version(1), third, Version(1), (), TERMS, FOREVER)
    ledger.do(merge, TRADER_A, WAREHOUSE_A)
    reels = ledger.open_pool(index=11, is_serialised=True)
    day = Day(ledger.today + STORED_DAYS)
    new = NewReceipt(TRADER_A.party, 4_000, day, keccak(b"reels"), REELS)
    ledger.do(Issue(reels, 1, (new,), (), EVIDENCE, FOREVER), WAREHOUSE_A, INSPECTOR)
    whole = receipt_id(reels, 1)
    part = NewPart(1_000, CONTENT, REELS[:1])
    ledger.do(Split(whole, Version(1), 3_000, 2, (part,), TERMS, FOREVER), TRADER_A, WAREHOUSE_A)
    apart = receipt_id(reels, 2)
    again = Merge(whole, Version(2), apart, Version(1), REELS[:1], TERMS, FOREVER)
    ledger.do(again, TRADER_A, WAREHOUSE_A)
    lost = WriteDown(whole, Version(3), 1_000, REELS[:1], EVIDENCE, FOREVER)
    ledger.do(lost, WAREHOUSE_A, INSPECTOR)
    corrected = Replace(whole, Version(4), 3, 2_999, REELS[1:], TERMS, FOREVER)
    ledger.do(corrected, TRADER_A, WAREHOUSE_A)
    return first, receipt_id(pool, 4), second


def _correct(ledger: LedgerOnChain) -> ReceiptId:
    """Correct a pledged receipt, cancel one, write one off, and make old signatures void."""
    pool = ledger.open_pool(WAREHOUSE_B, 10)
    held, lost, wrong = ledger.issue(pool, 3, holder=WAREHOUSE_B, warehouse=WAREHOUSE_B)
    ledger.do(Cancel(held, Version(1), (), EVIDENCE, FOREVER), WAREHOUSE_B)
    ledger.do(WriteDown(lost, Version(1), LOT, (), EVIDENCE, FOREVER), WAREHOUSE_B, INSPECTOR)
    ledger.pledge(wrong, BANK_C, holder=WAREHOUSE_B, warehouse=WAREHOUSE_B)
    corrected = Replace(wrong, Version(2), 4, LOT - 1, (), CONTENT, FOREVER)
    ledger.do(corrected, WAREHOUSE_B, WAREHOUSE_B, BANK_C)
    heir = receipt_id(pool, 4)
    ledger.do(Invalidate(heir, Version(1), EVIDENCE, FOREVER), WAREHOUSE_B)
    return heir


def _keep(ledger: LedgerOnChain) -> tuple[ReceiptId, ReceiptId, ReceiptId]:
    """Substitute, extend, go to paper and back, note claims; transfer a portfolio."""
    pool = ledger.open_pool(index=12)
    pledged, other, paper, claimed = ledger.issue(pool, 4)
    ledger.pledge(pledged, BANK_C)
    substitution = Substitute(pledged, Version(2), other, Version(1), TERMS, FOREVER)
    ledger.do(substitution, TRADER_A, WAREHOUSE_A, BANK_C)
    longer = ExtendStorage(other, Version(2), Day(ledger.today + STORED_DAYS + 50), TERMS, FOREVER)
    ledger.do(longer, TRADER_A, WAREHOUSE_A, BANK_C)
    ledger.do(ToPaper(paper, Version(1), EVIDENCE, FOREVER), TRADER_A, WAREHOUSE_A)
    ledger.do(FromPaper(paper, Version(2), EVIDENCE, FOREVER), TRADER_A, WAREHOUSE_A)
    ledger.do(ToPaper(paper, Version(3), EVIDENCE, FOREVER), TRADER_A, WAREHOUSE_A)
    ledger.do(NoteClaim(claimed, Version(1), EVIDENCE, FOREVER), WAREHOUSE_A)
    ledger.do(LiftClaim(claimed, Version(2), EVIDENCE, FOREVER), AUTHORITY)
    both = (ReceiptRef(pledged, Version(3)), ReceiptRef(claimed, Version(3)))
    ledger.do(TransferPortfolio(both, TRADER_B.party, TERMS, FOREVER), TRADER_A, TRADER_B)
    ledger.do(NoteClaim(claimed, Version(4), EVIDENCE, FOREVER), WAREHOUSE_A)
    return other, paper, claimed


def _page(ledger: LedgerOnChain) -> tuple[ReceiptId, ReceiptId]:
    """Issue drums by page under customs; split, merge, lose and deliver some; refuse others."""
    pool = PoolId(WAREHOUSE_A.party << 16 | 13)
    opening = OpenPool(
        pool,
        10**6,
        30,
        is_serialised=True,
        is_paged=True,
        is_bonded=True,
        is_non_negotiable=False,
        description=EVIDENCE,
        deadline=FOREVER,
    )
    ledger.do(opening, REGISTRAR, WAREHOUSE_A)
    ledger.do(Attest(pool, Version(1), 10**6, EVIDENCE, FOREVER), INSPECTOR)
    day = Day(ledger.today + STORED_DAYS)
    words = (*_on(PAGE, 0b1111_1111), *_on(NEXT_PAGE, 0b11))
    new = NewReceipt(TRADER_A.party, 1_000, day, keccak(b"drums"), words)
    ledger.do(Issue(pool, 1, (new,), (), EVIDENCE, FOREVER), WAREHOUSE_A, INSPECTOR)
    drums = receipt_id(pool, 1)
    overlapping = Issue(
        pool,
        2,
        (
            NewReceipt(TRADER_A.party, 1, day, TERMS, _on(NEXT_PAGE, 0b100)),
            NewReceipt(TRADER_A.party, 1, day, TERMS, _on(PAGE, 0b1_1000_0000)),
        ),
        (),
        EVIDENCE,
        FOREVER,
    )
    ledger.relay(ledger.sign(overlapping, WAREHOUSE_A, INSPECTOR))
    parts = (
        NewPart(200, CONTENT, _on(PAGE, 0b11)),
        NewPart(100, CONTENT, (*_on(PAGE, 0b100), *_on(NEXT_PAGE, 0b10))),
    )
    split = Split(drums, Version(1), 700, 2, parts, TERMS, FOREVER)
    ledger.do(split, TRADER_A, WAREHOUSE_A)
    third = receipt_id(pool, 3)
    merge = Merge(
        drums,
        Version(2),
        third,
        Version(1),
        (*_on(PAGE, 0b100), *_on(NEXT_PAGE, 0b10)),
        TERMS,
        FOREVER,
    )
    ledger.do(merge, TRADER_A, WAREHOUSE_A)
    lost = WriteDown(drums, Version(3), 10, _on(PAGE, 0b1000), EVIDENCE, FOREVER)
    ledger.do(lost, WAREHOUSE_A, INSPECTOR)
    left = _on(NEXT_PAGE, 0b10)
    uncleared = Deliver(drums, Version(4), 5, left, (), EVIDENCE, FOREVER)
    ledger.relay(ledger.sign(uncleared, TRADER_A, WAREHOUSE_A))
    cleared = Deliver(drums, Version(4), 5, left, (CLEARANCE,), EVIDENCE, FOREVER)
    ledger.do(cleared, TRADER_A, WAREHOUSE_A)
    return drums, receipt_id(pool, 2)


def _on(page: Hash32, items: int) -> tuple[Hash32, Hash32]:
    return page, Hash32(items.to_bytes(32))


def _stop_pools(ledger: LedgerOnChain) -> None:
    paused = ledger.open_pool(index=14)
    ledger.do(Pause(paused, Version(2), EVIDENCE, FOREVER), GUARDIAN)
    ledger.do(Resume(paused, Version(3), EVIDENCE, FOREVER), REGISTRAR)
    ledger.do(Pause(paused, Version(4), EVIDENCE, FOREVER), GUARDIAN)


def _recover(ledger: LedgerOnChain) -> None:
    lost = PartyId(TRADER_C.party)
    first = Recover(lost, Version(1), FOUND_KEY.address, EVIDENCE, FOREVER)
    ledger.do(first, REGISTRAR, AUTHORITY, FOUND_KEY)
    ledger.do(VetoRecovery(lost, Version(2), EVIDENCE, FOREVER), TRADER_C)
    second = Recover(lost, Version(3), FOUND_KEY.address, EVIDENCE, FOREVER)
    ledger.do(second, REGISTRAR, AUTHORITY, FOUND_KEY)
    ledger.let_days_pass(RECOVERY_DAYS + 1)
    completed = CompleteRecovery(lost, Version(4), FOUND_KEY.address, EVIDENCE, FOREVER)
    ledger.do(completed, FOUND_KEY)
    under_way = Recover(AUDITOR.party, Version(1), NEW_KEY.address, EVIDENCE, FOREVER)
    ledger.do(under_way, REGISTRAR, AUTHORITY, NEW_KEY)


def seal_all(ledger: LedgerOnChain) -> None:
    """Seal every pool that the ledger has."""
    for pool in ledger.pools():
        version = ledger.pool(pool).version
        ledger.do(Seal(pool, version, EVIDENCE, FOREVER), REGISTRAR, AUTHORITY)
