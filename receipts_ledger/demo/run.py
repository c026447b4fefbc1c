"""The order of the story."""

from collections.abc import Callable
from functools import partial

from receipts_ledger.demo import closing, frauds, minting, opening, pledging, second_pledge
from receipts_ledger.demo.stage import Stage
from receipts_ledger.demo.story import Step, Story

Scene = Callable[[Stage, Step], None]

_SCENES: tuple[tuple[str, str, Scene], ...] = (
    (
        "Admit warehouses, inspector, banks, traders",
        "all active on the chain, in their roles",
        opening.admit_everybody,
    ),
    (
        "Open the pools of the report and have them counted",
        "capacity and attested stock as reported",
        opening.open_pools,
    ),
    (
        "Open a pool for a row of the report with 0 t",
        "refused: InvalidRequest by the API, ZeroQuantity by the contract",
        opening.open_empty_pool,
    ),
    (
        "Issue standard receipts",
        "as many as planned, numbers without a gap",
        minting.issue_receipts,
    ),
    ("Pledge receipts to three banks", "each encumbered by its bank", pledging.pledge_some),
    ("Pledge a portfolio by one act", "all of it or none", pledging.pledge_portfolio),
    (
        "Pledge a pledged receipt again, through the API",
        "refused: AlreadyEncumbered, 409",
        second_pledge.through_the_gateway,
    ),
    (
        "The same second pledge straight to the contract",
        "refused: AlreadyEncumbered, on the chain's record",
        second_pledge.past_the_gateway,
    ),
    (
        "Race of banks for one receipt",
        "exactly one wins; no transaction of a loser is mined",
        second_pledge.race,
    ),
    (
        "Qingdao: a receipt for metal that is receipted already",
        "refused: OverAttested",
        frauds.goods_receipted_twice,
    ),
    (
        "Release by a bank that is not the pledgee",
        "refused: NotYourRole, 403; on the chain MissingConsent",
        frauds.release_by_another_bank,
    ),
    (
        "Delivery of pledged metal without the bank",
        "stays a draft; on the chain MissingConsent",
        frauds.delivery_without_the_bank,
    ),
    (
        "Forged and malleated signatures",
        "refused: UnknownKey, BadSignature",
        frauds.forged_signature,
    ),
    (
        "A database row is tampered with",
        "the audit ends with 1 and names the receipt",
        closing.tampered_row,
    ),
    ("Release the portfolio", "by the pledgee's signature alone", closing.release),
    (
        "Release, and pledge to another bank",
        "the second pledge is taken once the first has ended",
        closing.release_and_pledge_again,
    ),
    ("Deliver a part, then the rest", "receipt smaller, then closed", closing.deliver),
    (
        "Deliver pledged metal with the bank's signature",
        "delivered, the pledge ended with it",
        closing.deliver_pledged,
    ),
    ("Audit", "chain, contract storage and database agree: exit 0", closing.clean_audit),
)

_FOUNDATIONS = 6


def tell(stage: Stage, told: Callable[[Step], None]) -> Story:
    """Tell the whole story on a stage; `told` hears of each step when it is done.

    When one of the first steps goes wrong, those that stand on it are not told, and count
    as wrong.
    """
    story = Story(told)
    for number, (title, expected, scene) in enumerate(_SCENES):
        if number >= _FOUNDATIONS and any(not step.is_right for step in story.steps[:_FOUNDATIONS]):
            story.leave_out(title, expected)
        else:
            story.tell(title, expected, partial(scene, stage))
    return story
