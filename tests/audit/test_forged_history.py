"""Events that do not follow from what was signed: other code has stood in the contract's place.

The chain's own proofs hold, contract and events agree; what was signed is all there is to go
by.
"""

from dataclasses import replace

import pytest

from receipts_ledger.chain import keys
from receipts_ledger.chain.calldata import EXECUTE, RELAY, call
from receipts_ledger.domain.event import ActRefused
from receipts_ledger.domain.ids import (
    Day,
    Hash32,
    ReceiptId,
    Version,
    pool_of,
    receipt_number,
)
from receipts_ledger.domain.pledge import (
    Default,
    Defaulted,
    Pledge,
    PledgePortfolio,
    Release,
)
from receipts_ledger.domain.pool import Attest
from receipts_ledger.domain.receipt import Deliver, Freeze, Issue
from tests.audit.forged import effect, only
from tests.support.auditing import DIFFERENT, EQUAL, Scene
from tests.support.cast import (
    AUTHORITY,
    BANK_B,
    BANK_C,
    INSPECTOR,
    TRADER_A,
    WAREHOUSE_A,
)
from tests.support.forging import (
    Forger,
    deployed,
    emitting,
    passing_on_to,
    request_of,
    send,
)
from tests.support.ledger_on_chain import EVIDENCE, FOREVER, LOT, TERMS

pytestmark = pytest.mark.usefixtures("undone")


def test_forger_who_forges_nothing_is_not_noticed(
    scene: Scene, forger: Forger, pledge: Pledge
) -> None:
    forger.leave(
        effect(scene, pledge),
        call(EXECUTE, scene.ledger.sign(pledge, TRADER_A, WAREHOUSE_A, BANK_C)),
    )
    outcome = scene.audit()
    assert (outcome.exit_code, outcome.differences) == (EQUAL, [])


def test_count_of_goods_by_who_is_no_inspector_is_found(scene: Scene, forger: Forger) -> None:
    pool = scene.ledger.open_pool(index=8)
    count = Attest(pool, Version(2), 10**8, EVIDENCE, FOREVER)
    forger.leave(
        effect(scene, count, INSPECTOR), call(EXECUTE, scene.ledger.sign(count, WAREHOUSE_A))
    )
    kinds = {kind: detail for kind, _, detail in scene.audit().differences}
    assert "Attest had to leave Attested(" in kinds["statement"]


def test_less_goods_than_receipts_are_found_whoever_counted_them(
    scene: Scene, forger: Forger, free: ReceiptId
) -> None:
    pool = pool_of(free)
    count = Attest(pool, Version(2), LOT - 1, EVIDENCE, FOREVER)
    forger.leave(
        effect(scene, count, INSPECTOR), call(EXECUTE, scene.ledger.sign(count, INSPECTOR))
    )
    subject, detail = only(scene, kind="invariant")
    assert subject == "pool 2-7"
    assert detail == "I4: receipted <= attested <= capacity does not hold"


def test_more_goods_than_were_signed_for_are_found(
    scene: Scene, forger: Forger, free: ReceiptId
) -> None:
    delivery = Deliver(free, Version(1), 10, (), (), EVIDENCE, FOREVER)
    more = Deliver(free, Version(1), 20, (), (), EVIDENCE, FOREVER)
    forger.leave(
        effect(scene, more), call(EXECUTE, scene.ledger.sign(delivery, TRADER_A, WAREHOUSE_A))
    )
    told = [detail for kind, _, detail in scene.audit().differences if kind == "statement"]
    (detail,) = told
    assert detail.startswith("Deliver had to leave Delivered(receipt_id=")
    assert ", but left Delivered(receipt_id=" in detail


def test_default_that_is_dated_back_is_found(scene: Scene, forger: Forger, free: ReceiptId) -> None:
    scene.ledger.pledge(free, BANK_C, due_in_days=0)
    scene.ledger.let_days_pass(1)
    default = Default(free, Version(2), TERMS, FOREVER)
    (left,) = effect(scene, default)
    assert isinstance(left, Defaulted)
    dated_back = replace(left, word=left.word - (20 << 114))
    forger.leave([dated_back], call(EXECUTE, scene.ledger.sign(default, BANK_C)))
    _, detail = only(scene, kind="statement")
    assert detail.startswith("Default had to leave Defaulted(receipt_id=")
    assert ", but left Defaulted(receipt_id=" in detail


def test_events_without_any_act_are_found(scene: Scene, forger: Forger, pledge: Pledge) -> None:
    forger.leave(effect(scene, pledge), call(RELAY, b""))
    _, detail = only(scene, kind="unexplained")
    assert detail == "1 events that no act in the transaction explains"


def test_refusal_of_an_act_that_nobody_sent_is_found(
    scene: Scene, forger: Forger, pledge: Pledge
) -> None:
    digest = scene.ledger.digester.digest(pledge)
    signed = scene.ledger.sign(pledge, TRADER_A, WAREHOUSE_A, BANK_C)
    for refused in (
        ActRefused(Hash32(bytes(32)), pledge.receipt_id, b"no"),
        ActRefused(digest, pledge.receipt_id + 1, b"no"),
    ):
        snapshot = scene.rpc.call("evm_snapshot")
        forger.leave([refused], call(RELAY, signed))
        _, detail = only(scene, kind="statement")
        assert detail.startswith("Pledge had to leave Pledged(")
        assert "but left ActRefused(" in detail
        scene.rpc.call("evm_revert", [snapshot])


@pytest.mark.parametrize(
    "calldata",
    [
        *(b"", EXECUTE, EXECUTE + b"\xff" * 70, b"\x12\x34\x56\x78"),
        *(call(selector, b"\1" * 10) for selector in (EXECUTE, RELAY)),
    ],
    ids=bytes.hex,
)
def test_events_behind_calldata_that_says_nothing_are_found(
    scene: Scene, forger: Forger, pledge: Pledge, calldata: bytes
) -> None:
    forger.leave(effect(scene, pledge), calldata)
    outcome = scene.audit()
    assert outcome.exit_code == DIFFERENT
    ((kind, subject, _),) = outcome.differences
    assert kind in ("unexplained", "inner_call")
    assert subject == f"receipt {receipt_number(pledge.receipt_id)}"


def test_act_without_the_events_that_it_leaves_is_found(
    scene: Scene, forger: Forger, free: ReceiptId, pledge: Pledge
) -> None:
    scene.ledger.execute(scene.ledger.sign(pledge, TRADER_A, WAREHOUSE_A, BANK_C))
    release = Release(free, Version(2), TERMS, FOREVER)
    other = scene.ledger.pledge_act(free, BANK_B)
    stream = scene.ledger.sign(release, BANK_C) + scene.ledger.sign(other, BANK_B)
    forger.leave(effect(scene, release), call(RELAY, stream))
    ((kind, _, detail),) = scene.audit().differences
    assert kind == "statement"
    assert detail.startswith("Pledge had to leave Pledged(")
    assert detail.endswith("but left nothing more")


@pytest.mark.parametrize("documents", [(), (keys.keccak(b"a lonely invoice"),)])
def test_portfolio_of_nothing_explains_nothing(
    scene: Scene, forger: Forger, pledge: Pledge, documents: tuple[Hash32, ...]
) -> None:
    empty = PledgePortfolio((), BANK_C.party, Day(9), TERMS, documents, FOREVER)
    forger.leave(
        effect(scene, pledge),
        call(EXECUTE, scene.ledger.sign(empty, TRADER_A, WAREHOUSE_A, BANK_C)),
    )
    _, detail = only(scene, kind="statement")
    assert detail.startswith("PledgePortfolio was carried out, though ")


def test_issue_of_nothing_explains_nothing(scene: Scene, forger: Forger, pledge: Pledge) -> None:
    nothing = Issue(scene.ledger.open_pool(index=8), 1, (), (), EVIDENCE, FOREVER)
    forger.leave(
        effect(scene, pledge), call(EXECUTE, scene.ledger.sign(nothing, WAREHOUSE_A, INSPECTOR))
    )
    _, detail = only(scene, kind="statement")
    assert detail == "Issue was carried out, though there is nothing in it to carry out"


def test_act_on_a_receipt_that_nobody_knows_is_found(
    scene: Scene, forger: Forger, pledge: Pledge
) -> None:
    unknown = Release(ReceiptId(12345), Version(1), TERMS, FOREVER)
    forger.leave(effect(scene, pledge), call(EXECUTE, scene.ledger.sign(unknown, BANK_C)))
    _, detail = only(scene, kind="statement")
    assert detail == "Release names 12345, which is unknown"


def test_second_pledge_by_consent_of_all_still_cannot_follow(
    scene: Scene, forger: Forger, free: ReceiptId, pledge: Pledge
) -> None:
    scene.ledger.execute(scene.ledger.sign(pledge, TRADER_A, WAREHOUSE_A, BANK_C))
    second = Pledge(free, Version(2), BANK_C.party, pledge.maturity_day, TERMS, (), FOREVER)
    signed = scene.ledger.sign(second, TRADER_A, WAREHOUSE_A, BANK_C)
    forger.leave(effect(scene, second), call(EXECUTE, signed))
    kinds = {kind: detail for kind, _, detail in scene.audit().differences}
    assert kinds["contradiction"] == f"receipt {free} pledged while it is encumbered"
    assert "statement" not in kinds


def test_acts_sent_through_another_contract_are_pointed_out(scene: Scene, pledge: Pledge) -> None:
    through = deployed(scene.ledger, passing_on_to(scene.ledger.deployment.contract))
    signed = scene.ledger.sign(pledge, TRADER_A, WAREHOUSE_A, BANK_C)
    send(scene.ledger, through, call(EXECUTE, signed))
    assert scene.ledger.receipt(pledge.receipt_id).pledgee == BANK_C.party
    _, detail = only(scene, kind="inner_call")
    assert "sent through another contract" in detail


def test_same_events_by_another_contract_are_nobodys_business(
    scene: Scene, free: ReceiptId, pledge: Pledge
) -> None:
    before = scene.audit().report["counts"]
    imitator = deployed(scene.ledger, emitting(effect(scene, pledge), {}))
    freeze = Freeze(free, Version(1), EVIDENCE, FOREVER)
    # In one block with an act, so that the block cannot be passed over.
    scene.rpc.call("evm_setAutomine", [False])
    imitated, real = (
        scene.rpc.call("eth_sendTransaction", [request])
        for request in (
            request_of(scene.ledger, imitator, b""),
            request_of(
                scene.ledger,
                scene.ledger.deployment.contract,
                call(EXECUTE, scene.ledger.sign(freeze, AUTHORITY)),
            ),
        )
    )
    scene.rpc.call("evm_mine")
    scene.rpc.call("evm_setAutomine", [True])
    both = [scene.ledger.wait_for(tx_hash) for tx_hash in (imitated, real)]
    assert [len(each["logs"]) for each in both] == [1, 1]
    assert both[0]["blockHash"] == both[1]["blockHash"]
    outcome = scene.audit()
    assert (outcome.exit_code, outcome.differences) == (EQUAL, [])
    after = outcome.report["counts"]
    assert after["events"] == before["events"] + 1
    assert after["acts"] == before["acts"] | {"Freeze": before["acts"]["Freeze"] + 1}
