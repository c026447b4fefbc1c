"""Second act: standard receipts over the attested metal."""

from receipts_ledger.client import Document, Draft, NewGoods
from receipts_ledger.demo.cast import Member
from receipts_ledger.demo.hands import in_parallel
from receipts_ledger.demo.stage import Pile, Stage
from receipts_ledger.demo.story import Step
from receipts_ledger.domain.ids import pool_number, receipt_id

ISSUE_RECEIPTS_MAX = 100


def issue_receipts(stage: Stage, step: Step) -> None:
    """Issue as many receipts in each pool as the plan says, a hundred to an act."""
    planned = [pile for pile in stage.piles if stage.plan.get(pile.pool_id)]
    acts = sum(in_parallel(lambda pile: _fill(stage, pile), planned))
    for pile in planned:
        count = stage.plan[pile.pool_id]
        pool = stage.chain.pool(pile.pool_id)
        step.equal(pool.next_serial, count + 1, f"next serial of {pool_number(pile.pool_id)}")
        step.equal(pool.quantity_receipted, count * pile.lot, "the receipted quantity")
        holder = stage.chain.receipt(receipt_id(pile.pool_id, count)).holder
        step.equal(holder, holder_of(stage, pile).party_id, "the holder of the last receipt")
    total = sum(stage.plan[pile.pool_id] for pile in planned)
    step.saw(f"{total:,} receipts issued in {len(planned)} pools by {acts} acts")
    step.left(f"block {stage.chain.head()}")


def holder_of(stage: Stage, pile: Pile) -> Member:
    """Return the trader who brought the metal of a pile."""
    return stage.cast.traders[stage.piles.index(pile) % len(stage.cast.traders)]


def draft_issue(stage: Stage, pile: Pile, count: int, *, note: str) -> Draft:
    """Draft an issue of standard receipts by the warehouse; `note` numbers its inbound note."""
    goods = NewGoods(
        holder_of(stage, pile).party_id,
        pile.lot,
        stage.storage_until,
        {"brand": pile.stock.commodity.brand, "grade": pile.stock.commodity.grade},
    )
    return stage.hands.of(pile.warehouse).issue(
        pile.pool_id,
        [goods] * count,
        documents=[Document("inbound", note)],
        evidence={"weighbridge": "calibrated", "inspected": True},
    )


def _fill(stage: Stage, pile: Pile) -> int:
    """Fill one pool, act after act: each names the serial behind the one before it."""
    done, acts = 0, 0
    while done < stage.plan[pile.pool_id]:
        count = min(ISSUE_RECEIPTS_MAX, stage.plan[pile.pool_id] - done)
        note = f"IN-{pool_number(pile.pool_id)}-{done + 1}"
        draft = draft_issue(stage, pile, count, note=note)
        stage.hands.do(draft, pile.warehouse, stage.cast.inspector)
        done, acts = done + count, acts + 1
    stage.issued[pile.pool_id] = [receipt_id(pile.pool_id, serial) for serial in range(1, done + 1)]
    return acts
