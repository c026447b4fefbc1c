"""Fourth act: the second pledge of a receipt, by every way there is."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from receipts_ledger.chain.keys import keccak
from receipts_ledger.client import Draft, GatewayRefused
from receipts_ledger.demo.cast import Member
from receipts_ledger.demo.hands import in_parallel, refusal_of
from receipts_ledger.demo.minting import holder_of
from receipts_ledger.demo.pledging import draft_pledge, free_receipts, pledged_receipt
from receipts_ledger.demo.records import expect_refusal, expect_refused_on_chain
from receipts_ledger.demo.stage import Stage
from receipts_ledger.demo.story import Step
from receipts_ledger.domain.ids import Hash32, ReceiptId, day_of, receipt_number
from receipts_ledger.domain.pledge import Pledge, PledgePortfolio
from receipts_ledger.errors import RefusalCode

_CONFLICT = 409


def through_the_gateway(stage: Stage, step: Step) -> None:
    """Let another bank ask for a receipt that is pledged."""
    pile, receipt = pledged_receipt(stage)
    before = stage.chain.receipt(receipt)
    bank = stage.other_bank(receipt)
    refused = refusal_of(lambda: draft_pledge(stage, bank, receipt, bank))
    expect_refusal(stage, step, refused, RefusalCode.ALREADY_ENCUMBERED, status=_CONFLICT)
    step.equal(stage.chain.receipt(receipt), before, f"receipt {receipt_number(receipt)}")
    step.check(
        before.pledgee is not None and before.holder == holder_of(stage, pile).party_id,
        "the receipt was not pledged in the first place",
    )


def past_the_gateway(stage: Stage, step: Step) -> None:
    """Send the same second pledge, signed by all, straight to the contract."""
    pile, receipt = pledged_receipt(stage)
    before = stage.chain.receipt(receipt)
    bank = stage.other_bank(receipt)
    act = Pledge(
        receipt,
        before.version,
        bank.party_id,
        day_of(stage.maturity),
        Hash32(keccak(b"terms that nobody will ever see")),
        (Hash32(keccak(f"invoice {receipt} {bank.party_id}".encode())),),
        stage.deadline(),
    )
    signed = stage.outsider.signed(act, holder_of(stage, pile).key, pile.warehouse.key, bank.key)

    step.equal(stage.outsider.verdict(signed), "AlreadyEncumbered", "the verdict of execute")
    reverted = stage.chain.call(stage.outsider.execute(signed))
    step.check(not reverted.succeeded, "execute went through")
    step.check(not reverted.events, "a reverted transaction left events")

    step.saw("execute: reverted with AlreadyEncumbered")
    relayed = stage.chain.call(stage.outsider.relay(signed))
    expect_refused_on_chain(stage, step, relayed, RefusalCode.ALREADY_ENCUMBERED)
    step.equal(stage.chain.receipt(receipt), before, f"receipt {receipt_number(receipt)}")


def race(stage: Stage, step: Step) -> None:
    """Let all racing banks hand in the last signature of a whole pledge at the same moment.

    The holder has signed with each of them and the warehouse was deceived fifty times: only
    the banks' own signatures are missing.
    """
    pile, receipt = free_receipts(stage)[0]
    holder, racers = holder_of(stage, pile), stage.cast.racers

    def prepare(bank: Member) -> Draft:
        draft = draft_pledge(stage, holder, receipt, bank)
        return stage.hands.agree(draft, holder, pile.warehouse)

    drafts = in_parallel(prepare, racers)
    first_block = stage.chain.head() + 1
    start = Barrier(len(racers))

    def run(pair: tuple[Member, Draft]) -> GatewayRefused | None:
        bank, draft = pair
        client = stage.hands.of(bank)
        start.wait()
        return refusal_of(lambda: client.sign(draft))

    with ThreadPoolExecutor(len(racers)) as threads:
        outcomes = list(threads.map(run, zip(racers, drafts, strict=True)))
    winners = [
        (bank, draft)
        for bank, draft, refused in zip(racers, drafts, outcomes, strict=True)
        if refused is None
    ]
    step.equal(len(winners), 1, "the number of banks whose pledge was taken")
    if not winners:
        return
    winner, winning = winners[0]
    stage.hands.of(winner).wait(winning.act_id)
    _expect_one_pledge(stage, step, receipt, winner, first_block)
    lost = [refused for refused in outcomes if refused is not None]
    for refused in lost:
        step.check(
            refused.code in (RefusalCode.PLEDGE_UNDER_WAY, RefusalCode.ALREADY_ENCUMBERED),
            f"a loser was told {refused.code}",
        )
        step.equal(refused.problem.status, _CONFLICT, "HTTP status of a loser")
    codes = sorted({refused.code.value for refused in lost})
    step.saw(f"{winner.name} won, {len(lost)} refused with {' or '.join(codes)}, none mined")
    step.left(f"tx {stage.hands.of(winner).act(winning.act_id).tx_hash}")


def _expect_one_pledge(
    stage: Stage, step: Step, receipt: ReceiptId, winner: Member, first_block: int
) -> None:
    """Read every transaction to the ledger since the race began."""
    step.equal(stage.chain.receipt(receipt).pledgee, winner.party_id, "the pledgee on the chain")
    mined = [
        act
        for call in stage.chain.calls(first_block, stage.chain.head())
        for act in call.acts
        if receipt in _pledges(act)
    ]
    step.equal(len(mined), 1, "the number of pledges of this receipt in mined calldata")


def _pledges(act: object) -> tuple[ReceiptId, ...]:
    match act:
        case Pledge():
            return (act.receipt_id,)
        case PledgePortfolio():
            return tuple(ref.receipt_id for ref in act.receipts)
        case _:
            return ()
