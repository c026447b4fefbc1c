"""Third act: loans on receipts, one by one and as a portfolio."""

from collections.abc import Sequence

from receipts_ledger.client import Document, Draft
from receipts_ledger.demo.cast import Member
from receipts_ledger.demo.hands import in_parallel
from receipts_ledger.demo.minting import holder_of
from receipts_ledger.demo.stage import Pile, Stage
from receipts_ledger.demo.story import Step
from receipts_ledger.domain.content import Json
from receipts_ledger.domain.ids import ReceiptId, receipt_number
from receipts_ledger.errors import Fatal

TERMS: dict[str, Json] = {
    "amount": {"minor": 120_000_000, "currency": "CNY"},
    "trade": {"buyer": "下游制造 Downstream Ltd", "contract": "sale of metal"},
}
_PLEDGES_EACH = 2
PORTFOLIO_RECEIPTS = 50


def pledge_some(stage: Stage, step: Step) -> None:
    """Pledge the first receipts of each pool to one of the banks."""
    wanted = [
        (pile, receipt, stage.cast.banks[place % len(stage.cast.banks)])
        for place, pile in enumerate(_with_receipts(stage))
        for receipt in stage.issued[pile.pool_id][:_PLEDGES_EACH]
    ]
    in_parallel(lambda each: pledge(stage, *each), wanted)
    for _, receipt, bank in wanted:
        _expect_pledged(stage, step, receipt, bank)
    step.saw(f"{len(wanted)} receipts pledged, each by holder, warehouse and bank")
    step.left(f"block {stage.chain.head()}")


def pledge_portfolio(stage: Stage, step: Step) -> None:
    """Pledge many receipts of one holder in one warehouse by one act."""
    pile = portfolio_pile(stage)
    receipts = portfolio_receipts(stage)
    bank, holder = stage.cast.banks[0], holder_of(stage, pile)
    draft = stage.hands.of(holder).pledge_portfolio(
        receipts,
        bank.party_id,
        maturity=stage.maturity,
        terms=TERMS,
        documents=[Document("facility", "PF-2026-01")],
    )
    mined = stage.hands.do(draft, holder, pile.warehouse, bank)
    for receipt in receipts:
        _expect_pledged(stage, step, receipt, bank)
    step.saw(f"{len(receipts)} receipts pledged by three signatures")
    step.left(f"tx {mined.tx_hash}")


def pledge(stage: Stage, pile: Pile, receipt: ReceiptId, bank: Member) -> Draft:
    """Pledge one receipt and wait until it is mined."""
    holder = holder_of(stage, pile)
    return stage.hands.do(draft_pledge(stage, holder, receipt, bank), holder, pile.warehouse, bank)


def draft_pledge(stage: Stage, drafter: Member, receipt: ReceiptId, bank: Member) -> Draft:
    """Draft a pledge; each names an invoice of its own."""
    invoice = Document("invoice", f"INV-{receipt_number(receipt)}-{bank.party_id}")
    return stage.hands.of(drafter).pledge(
        receipt, bank.party_id, maturity=stage.maturity, terms=TERMS, documents=[invoice]
    )


def portfolio_pile(stage: Stage) -> Pile:
    """Return the pile with the most receipts."""
    return max(_with_receipts(stage), key=lambda pile: len(stage.issued[pile.pool_id]))


def portfolio_receipts(stage: Stage) -> Sequence[ReceiptId]:
    """Return the receipts of the portfolio: behind those that are pledged one by one."""
    receipts = stage.issued[portfolio_pile(stage).pool_id]
    # Some are left free for the scenes that follow.
    count = min(PORTFOLIO_RECEIPTS, (len(receipts) - _PLEDGES_EACH) // 2)
    return receipts[_PLEDGES_EACH : _PLEDGES_EACH + count]


def pledged_receipt(stage: Stage) -> tuple[Pile, ReceiptId]:
    """Return a receipt that was pledged by itself, and stays so until the last act."""
    pile = portfolio_pile(stage)
    return pile, stage.issued[pile.pool_id][0]


def free_receipts(stage: Stage) -> list[tuple[Pile, ReceiptId]]:
    """Return receipts that no scene has pledged, from the last of each pool."""
    return [
        (pile, stage.issued[pile.pool_id][-1])
        for pile in _with_receipts(stage)
        if len(stage.issued[pile.pool_id]) > _PLEDGES_EACH
    ]


def _with_receipts(stage: Stage) -> list[Pile]:
    found = [pile for pile in stage.piles if stage.issued.get(pile.pool_id)]
    if not found:
        raise Fatal("nothing has been issued")
    return found


def _expect_pledged(stage: Stage, step: Step, receipt: ReceiptId, bank: Member) -> None:
    step.equal(
        stage.chain.receipt(receipt).pledgee,
        bank.party_id,
        f"the pledgee of {receipt_number(receipt)}",
    )
