"""Fifth act: what else has been tried in this trade, and how it ends here."""

from receipts_ledger.chain.keys import keccak, sign
from receipts_ledger.demo.hands import refusal_of
from receipts_ledger.demo.minting import draft_issue, holder_of
from receipts_ledger.demo.pledging import draft_pledge, free_receipts, pledged_receipt
from receipts_ledger.demo.records import expect_refusal, expect_refused_on_chain
from receipts_ledger.demo.stage import Stage
from receipts_ledger.demo.story import Step
from receipts_ledger.domain.ids import NO_HASH, Hash32, receipt_id, receipt_number
from receipts_ledger.domain.pledge import Release
from receipts_ledger.domain.receipt import Deliver, Issue, NewReceipt
from receipts_ledger.errors import RefusalCode

_FORBIDDEN = 403
_CONFLICT = 409
_CURVE_ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
_PARITY_BIT = 1 << 255


def goods_receipted_twice(stage: Stage, step: Step) -> None:
    """Issue one more receipt over metal for which receipts stand already, as in Qingdao.

    Warehouse and inspector both sign: they are in it together.
    """
    pile = stage.full_pile()
    before = stage.chain.pool(pile.pool_id)
    note = "IN-the-same-metal-once-more"
    draft = draft_issue(stage, pile, 1, note=note)
    refused = refusal_of(lambda: stage.hands.agree(draft, pile.warehouse, stage.cast.inspector))
    expect_refusal(stage, step, refused, RefusalCode.OVER_ATTESTED, status=_CONFLICT)

    if not isinstance(draft.act, Issue):
        step.check(False, "the gateway drafted no issue")
        return
    goods = NewReceipt(
        holder_of(stage, pile).party_id,
        pile.lot,
        draft.act.receipts[0].storage_day,
        Hash32(keccak(b"the same metal")),
    )
    act = Issue(pile.pool_id, before.next_serial, (goods,), (), NO_HASH, stage.deadline())
    signed = stage.outsider.signed(act, pile.warehouse.key, stage.cast.inspector.key)
    relayed = stage.chain.call(stage.outsider.relay(signed))
    expect_refused_on_chain(stage, step, relayed, RefusalCode.OVER_ATTESTED)

    step.equal(stage.chain.pool(pile.pool_id), before, "the pool")
    ghost = receipt_id(pile.pool_id, before.next_serial)
    step.check(not stage.chain.has_receipt(ghost), f"{receipt_number(ghost)} stands on the chain")
    step.saw(
        f"{pile.stock.warehouse}: {pile.stock.deliverable_t:,} t attested, "
        f"{before.quantity_receipted // 1000:,} t receipted"
    )


def release_by_another_bank(stage: Stage, step: Step) -> None:
    """Let a bank release what is pledged to another bank."""
    _, receipt = pledged_receipt(stage)
    before = stage.chain.receipt(receipt)
    bank = stage.other_bank(receipt)
    refused = refusal_of(lambda: stage.hands.of(bank).release(receipt))
    expect_refusal(stage, step, refused, RefusalCode.NOT_YOUR_ROLE, status=_FORBIDDEN)

    act = Release(receipt, before.version, NO_HASH, stage.deadline())
    relayed = stage.chain.call(stage.outsider.relay(stage.outsider.signed(act, bank.key)))
    expect_refused_on_chain(stage, step, relayed, RefusalCode.MISSING_CONSENT)
    step.equal(stage.chain.receipt(receipt), before, f"receipt {receipt_number(receipt)}")


def delivery_without_the_bank(stage: Stage, step: Step) -> None:
    """Let holder and warehouse carry off pledged metal."""
    pile, receipt = pledged_receipt(stage)
    before = stage.chain.receipt(receipt)
    pool = stage.chain.pool(pile.pool_id)
    holder = holder_of(stage, pile)
    draft = stage.hands.of(holder).deliver(receipt, pile.lot, {"lorry": "沪A 12345"})
    draft = stage.hands.agree(draft, holder, pile.warehouse)
    step.equal(draft.status, "draft", "the status of the act")
    step.equal(
        [signer.party_id for signer in draft.missing], [before.pledgee], "who has yet to sign"
    )
    step.saw(f"API: the act stays a draft until party {before.pledgee} signs")
    step.left(f"act {draft.act_id}")

    act = Deliver(receipt, before.version, pile.lot, (), (), NO_HASH, stage.deadline())
    signed = stage.outsider.signed(act, holder.key, pile.warehouse.key)
    relayed = stage.chain.call(stage.outsider.relay(signed))
    expect_refused_on_chain(stage, step, relayed, RefusalCode.MISSING_CONSENT)
    step.equal(stage.chain.receipt(receipt), before, f"receipt {receipt_number(receipt)}")
    step.equal(stage.chain.pool(pile.pool_id), pool, "the pool")
    stage.hands.of(holder).withdraw(draft.act_id)


def forged_signature(stage: Stage, step: Step) -> None:
    """Sign a pledge in the holder's place, with a key of one's own and with a bent copy."""
    pile, receipt = free_receipts(stage)[1]
    holder, bank = holder_of(stage, pile), stage.cast.banks[0]
    before = stage.chain.receipt(receipt)
    draft = draft_pledge(stage, bank, receipt, bank)
    client = stage.hands.of(bank)
    forger = Hash32(keccak(b"a key that speaks for nobody"))
    forged = sign(forger, stage.digest(draft.act))
    refused = refusal_of(lambda: client.hand_in(draft.act_id, forged))
    expect_refusal(stage, step, refused, RefusalCode.UNKNOWN_KEY)

    bent = _bent(stage.hands.of(holder).signature(draft))
    refused = refusal_of(lambda: client.hand_in(draft.act_id, bent))
    expect_refusal(stage, step, refused, RefusalCode.BAD_SIGNATURE)

    signed = stage.outsider.signed(draft.act, forger, pile.warehouse.key, bank.key)
    relayed = stage.chain.call(stage.outsider.relay(signed))
    expect_refused_on_chain(stage, step, relayed, RefusalCode.UNKNOWN_KEY)
    step.equal(stage.chain.receipt(receipt), before, f"receipt {receipt_number(receipt)}")
    client.withdraw(draft.act_id)


def _bent(signature: bytes) -> bytes:
    """Return the other signature of the same key over the same digest: s and parity flipped."""
    vs = int.from_bytes(signature[32:])
    s = _CURVE_ORDER - (vs & (_PARITY_BIT - 1))
    parity = 1 - (vs >> 255)
    return signature[:32] + s.to_bytes(32) + bytes([27 + parity])
