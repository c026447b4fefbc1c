"""A history that no signature explains: other code has stood in the contract's place.

The chain's own proofs hold, contract and events agree; what was signed is all there is to go
by. Each act would pass as it is, and one thing about it is changed.
"""

import pytest

from receipts_ledger.chain import keys, wire
from receipts_ledger.chain.calldata import EXECUTE, RELAY, call
from receipts_ledger.domain.act import Act
from receipts_ledger.domain.effect import events_of
from receipts_ledger.domain.event import ActRefused, Event
from receipts_ledger.domain.ids import (
    Day,
    Hash32,
    PartyId,
    ReceiptId,
    Version,
    pool_of,
    receipt_number,
)
from receipts_ledger.domain.pledge import (
    Pledge,
    PledgePortfolio,
    ReceiptRef,
    Release,
    ReleasePortfolio,
)
from receipts_ledger.domain.pool import Attest
from receipts_ledger.domain.receipt import Deliver, Freeze, Issue, Transfer
from tests.audit import lies
from tests.support.auditing import DIFFERENT, EQUAL, Scene
from tests.support.cast import (
    AUTHORITY,
    BANK_A,
    BANK_B,
    BANK_C,
    INSPECTOR,
    STRANGER,
    TRADER_A,
    TRADER_B,
    WAREHOUSE_A,
    Member,
)
from tests.support.forging import Forger, deployed, emitting, passing_on_to, send, send_as
from tests.support.indexing import events_on_chain, folded
from tests.support.ledger_on_chain import EVIDENCE, FOREVER, LOT, TERMS
from tests.support.lying_node import LyingNode

pytestmark = pytest.mark.usefixtures("undone")


@pytest.fixture
def forger(scene: Scene) -> Forger:
    """Somebody who can change the state of the chain."""
    return Forger(scene.ledger)


@pytest.fixture
def free(scene: Scene) -> ReceiptId:
    """A receipt of trader A, free and at version 1."""
    (receipt,) = scene.ledger.issue(scene.ledger.open_pool(index=7))
    return receipt


def effect(scene: Scene, act: Act, inspector: Member | None = None) -> list[Event]:
    """Return what an act leaves if it is carried out now."""
    before = folded(events_on_chain(scene.ledger))
    counted_by = None if inspector is None else inspector.party
    return list(events_of(act, before, day=scene.ledger.today, inspector=counted_by))


def found(scene: Scene, *, kind: str) -> list[tuple[str, str]]:
    """Audit, and return subject and detail of all differences, which are of one kind."""
    outcome = scene.audit()
    assert outcome.exit_code == DIFFERENT, outcome.complaint
    assert {each for each, _, _ in outcome.differences} == {kind}, outcome.differences
    return [(subject, detail) for _, subject, detail in outcome.differences]


def only(scene: Scene, *, kind: str) -> tuple[str, str]:
    """Audit, and return the one difference."""
    (one,) = found(scene, kind=kind)
    return one


@pytest.fixture
def pledge(scene: Scene, free: ReceiptId) -> Pledge:
    """A pledge of the free receipt to bank C: all that is missing is consent."""
    maturity = scene.ledger.pledge_act(free).maturity_day
    return Pledge(free, Version(1), BANK_C.party, maturity, TERMS, (), FOREVER)


def test_forger_who_forges_nothing_is_not_noticed(
    scene: Scene, forger: Forger, pledge: Pledge
) -> None:
    forger.leave(effect(scene, pledge), scene.ledger.sign(pledge, TRADER_A, WAREHOUSE_A, BANK_C))
    outcome = scene.audit()
    assert (outcome.exit_code, outcome.differences) == (EQUAL, [])


def test_signature_of_a_stranger_is_nobodys_consent(
    scene: Scene, forger: Forger, pledge: Pledge
) -> None:
    forged = scene.ledger.sign(pledge, STRANGER, WAREHOUSE_A, BANK_C)
    forger.leave(effect(scene, pledge), forged)
    subject, detail = only(scene, kind="consent")
    assert subject == f"receipt {receipt_number(pledge.receipt_id)}"
    assert detail == f"Pledge was carried out without the consent of party {TRADER_A.party}"


@pytest.mark.parametrize("forged", [bytes(64), b"\xff" * 64, b"\1" * 64], ids=bytes.hex)
def test_bytes_that_no_key_has_signed_are_nobodys_consent(
    scene: Scene, forger: Forger, pledge: Pledge, forged: bytes
) -> None:
    digest = scene.ledger.digester.digest(pledge)
    right = [keys.sign(member.private_key, digest) for member in (TRADER_A, WAREHOUSE_A)]
    forger.leave(effect(scene, pledge), wire.encode(pledge, [*right, forged]))
    _, detail = only(scene, kind="consent")
    assert detail == f"Pledge was carried out without the consent of party {BANK_C.party} (lender)"


def test_act_that_nobody_signed_lacks_every_consent(
    scene: Scene, forger: Forger, pledge: Pledge
) -> None:
    forger.leave(effect(scene, pledge), wire.encode(pledge, []))
    assert [detail.partition("consent of ")[2] for _, detail in found(scene, kind="consent")] == [
        f"party {TRADER_A.party}",
        f"party {WAREHOUSE_A.party} (warehouse)",
        f"party {BANK_C.party} (lender)",
    ]


def test_signature_of_another_statement_is_no_consent_to_this_one(
    scene: Scene, forger: Forger, pledge: Pledge
) -> None:
    other = scene.ledger.sign(scene.ledger.pledge_act(pledge.receipt_id, BANK_B), TRADER_A)
    digest = scene.ledger.digester.digest(pledge)
    right = [keys.sign(member.private_key, digest) for member in (WAREHOUSE_A, BANK_C)]
    forger.leave(effect(scene, pledge), wire.encode(pledge, [other[-64:], *right]))
    _, detail = only(scene, kind="consent")
    assert detail.endswith(f"without the consent of party {TRADER_A.party}")


def test_key_that_was_revoked_speaks_for_nobody(
    scene: Scene, forger: Forger, free: ReceiptId, pledge: Pledge
) -> None:
    to_a = Pledge(free, Version(1), BANK_A.party, pledge.maturity_day, TERMS, (), FOREVER)
    forger.leave(effect(scene, to_a), scene.ledger.sign(to_a, TRADER_A, WAREHOUSE_A, BANK_A))
    _, detail = only(scene, kind="consent")
    assert detail.endswith(f"without the consent of party {BANK_A.party} (lender)")


def test_holder_of_one_receipt_cannot_agree_for_the_holder_of_another(
    scene: Scene, forger: Forger, pledge: Pledge
) -> None:
    first, second = scene.ledger.issue(scene.ledger.open_pool(index=8), 2)
    scene.ledger.do(
        Transfer(second, Version(1), TRADER_B.party, TERMS, FOREVER), TRADER_A, TRADER_B
    )
    refs = (ReceiptRef(first, Version(1)), ReceiptRef(second, Version(2)))
    both = PledgePortfolio(refs, BANK_C.party, pledge.maturity_day, TERMS, (), FOREVER)
    forger.leave(effect(scene, both), scene.ledger.sign(both, TRADER_A, WAREHOUSE_A, BANK_C))
    _, detail = only(scene, kind="consent")
    assert detail.endswith(f"without the consent of party {TRADER_B.party}")


def test_count_of_goods_by_who_is_no_inspector_is_found(scene: Scene, forger: Forger) -> None:
    pool = scene.ledger.open_pool(index=8)
    count = Attest(pool, Version(2), 10**8, EVIDENCE, FOREVER)
    forger.leave(effect(scene, count, INSPECTOR), scene.ledger.sign(count, WAREHOUSE_A))
    kinds = {kind: detail for kind, _, detail in scene.audit().differences}
    assert "Attest had to leave Attested(" in kinds["statement"]


def test_consent_to_one_version_is_none_to_another(
    scene: Scene, forger: Forger, pledge: Pledge
) -> None:
    signed = scene.ledger.sign(pledge, TRADER_A, WAREHOUSE_A, BANK_C)
    scene.ledger.execute(signed)
    scene.ledger.release(pledge.receipt_id, BANK_C)
    forger.leave(effect(scene, pledge), signed)
    _, detail = only(scene, kind="statement")
    assert detail == "Pledge was carried out on version 3, though signed for version 1"


def test_consent_to_versions_of_a_portfolio_is_none_to_others(
    scene: Scene, forger: Forger, pledge: Pledge
) -> None:
    scene.ledger.execute(scene.ledger.sign(pledge, TRADER_A, WAREHOUSE_A, BANK_C))
    release = ReleasePortfolio((ReceiptRef(pledge.receipt_id, Version(9)),), TERMS, FOREVER)
    forger.leave(effect(scene, release), scene.ledger.sign(release, BANK_C))
    _, detail = only(scene, kind="statement")
    assert detail == "ReleasePortfolio was carried out on version 2, though signed for version 9"


@pytest.mark.parametrize(("seconds", "is_found"), [(0, False), (-1, True)])
def test_consent_ends_with_its_deadline(
    scene: Scene, forger: Forger, pledge: Pledge, seconds: int, is_found: bool
) -> None:
    mined_at = int(scene.block()["timestamp"], 16) + 100
    late = Pledge(
        *(pledge.receipt_id, pledge.version, pledge.pledgee, pledge.maturity_day, TERMS, ()),
        deadline=mined_at + seconds,
    )
    events = effect(scene, late)
    scene.rpc.call("evm_setNextBlockTimestamp", [hex(mined_at)])
    forger.leave(events, scene.ledger.sign(late, TRADER_A, WAREHOUSE_A, BANK_C))
    outcome = scene.audit()
    told = f"Pledge was carried out at {mined_at}, after its deadline {mined_at - 1}"
    assert [detail for _, _, detail in outcome.differences] == ([told] if is_found else [])


def test_less_goods_than_receipts_are_found_whoever_counted_them(
    scene: Scene, forger: Forger, free: ReceiptId
) -> None:
    pool = pool_of(free)
    count = Attest(pool, Version(2), LOT - 1, EVIDENCE, FOREVER)
    forger.leave(effect(scene, count, INSPECTOR), scene.ledger.sign(count, INSPECTOR))
    subject, detail = only(scene, kind="invariant")
    assert subject == "pool 2-7"
    assert detail == "I4: receipted <= attested <= capacity does not hold"


def test_party_that_sends_its_own_act_has_agreed(scene: Scene, free: ReceiptId) -> None:
    freeze = Freeze(free, Version(1), EVIDENCE, FOREVER)
    send_as(scene.ledger, AUTHORITY, call(EXECUTE, wire.encode(freeze, [])))
    outcome = scene.audit()
    assert (outcome.exit_code, outcome.differences) == (EQUAL, [])


def test_node_that_names_another_sender_gives_nobodys_consent(
    scene: Scene, forger: Forger, free: ReceiptId, lying: tuple[LyingNode, str]
) -> None:
    freeze = Freeze(free, Version(1), EVIDENCE, FOREVER)
    tx_receipt = forger.leave(effect(scene, freeze), wire.encode(freeze, []))
    claimed = {"from": "0x" + AUTHORITY.address.hex()}
    node, url = lying
    node.bend = lies.of_whole_block(
        int(tx_receipt["blockNumber"], 16),
        lambda block: block | {"transactions": [each | claimed for each in block["transactions"]]},
    )
    ((kind, _, detail),) = scene.audit(rpc=url).differences
    assert kind == "consent"
    assert detail == "Freeze was carried out without the consent of any authority"


def test_more_goods_than_were_signed_for_are_found(
    scene: Scene, forger: Forger, free: ReceiptId
) -> None:
    delivery = Deliver(free, Version(1), 10, (), EVIDENCE, FOREVER)
    more = Deliver(free, Version(1), 20, (), EVIDENCE, FOREVER)
    forger.leave(effect(scene, more), scene.ledger.sign(delivery, TRADER_A, WAREHOUSE_A))
    told = [detail for kind, _, detail in scene.audit().differences if kind == "statement"]
    (detail,) = told
    assert detail.startswith("Deliver had to leave Delivered(receipt_id=")
    assert ", but left Delivered(receipt_id=" in detail


def test_events_without_any_act_are_found(scene: Scene, forger: Forger, pledge: Pledge) -> None:
    forger.leave(effect(scene, pledge), b"", selector=RELAY)
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
        forger.leave([refused], signed, selector=RELAY)
        _, detail = only(scene, kind="statement")
        assert detail.startswith("Pledge had to leave Pledged(")
        assert "but left ActRefused(" in detail
        scene.rpc.call("evm_revert", [snapshot])


@pytest.mark.parametrize("calldata", ["09c5eabe", "09c5eabe" + "ff" * 70, "12345678", ""])
def test_events_behind_calldata_that_says_nothing_are_found(
    scene: Scene, forger: Forger, pledge: Pledge, calldata: str
) -> None:
    forger.leave(effect(scene, pledge), b"", calldata=bytes.fromhex(calldata) or b"\0")
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
    forger.leave(effect(scene, release), stream, selector=RELAY)
    ((kind, _, detail),) = scene.audit().differences
    assert kind == "statement"
    assert detail.startswith("Pledge had to leave Pledged(")
    assert detail.endswith("but left nothing more")


@pytest.mark.parametrize("documents", [(), (keys.keccak(b"a lonely invoice"),)])
def test_portfolio_of_nothing_explains_nothing(
    scene: Scene, forger: Forger, pledge: Pledge, documents: tuple[Hash32, ...]
) -> None:
    empty = PledgePortfolio((), BANK_C.party, Day(9), TERMS, documents, FOREVER)
    forger.leave(effect(scene, pledge), scene.ledger.sign(empty, TRADER_A, WAREHOUSE_A, BANK_C))
    _, detail = only(scene, kind="statement")
    assert detail.startswith("PledgePortfolio was carried out, though ")


def test_issue_of_nothing_explains_nothing(scene: Scene, forger: Forger, pledge: Pledge) -> None:
    nothing = Issue(scene.ledger.open_pool(index=8), 1, (), (), EVIDENCE, FOREVER)
    forger.leave(effect(scene, pledge), scene.ledger.sign(nothing, WAREHOUSE_A, INSPECTOR))
    _, detail = only(scene, kind="statement")
    assert detail == "Issue was carried out, though there is nothing in it to carry out"


def test_act_on_a_receipt_that_nobody_knows_is_found(
    scene: Scene, forger: Forger, pledge: Pledge
) -> None:
    unknown = Release(ReceiptId(12345), Version(1), TERMS, FOREVER)
    forger.leave(effect(scene, pledge), scene.ledger.sign(unknown, BANK_C))
    _, detail = only(scene, kind="statement")
    assert detail == "Release names 12345, which is unknown"


def test_second_pledge_by_consent_of_all_still_cannot_follow(
    scene: Scene, forger: Forger, free: ReceiptId, pledge: Pledge
) -> None:
    scene.ledger.execute(scene.ledger.sign(pledge, TRADER_A, WAREHOUSE_A, BANK_C))
    second = Pledge(free, Version(2), BANK_C.party, pledge.maturity_day, TERMS, (), FOREVER)
    signed = scene.ledger.sign(second, TRADER_A, WAREHOUSE_A, BANK_C)
    forger.leave(effect(scene, second), signed)
    kinds = {kind: detail for kind, _, detail in scene.audit().differences}
    assert kinds["contradiction"] == f"receipt {free} pledged while it is encumbered"
    assert "statement" not in kinds


def test_party_that_was_never_admitted_holds_nothing(
    scene: Scene, forger: Forger, free: ReceiptId
) -> None:
    away = Transfer(free, Version(1), PartyId(4_000_000), TERMS, FOREVER)
    forger.leave(effect(scene, away), scene.ledger.sign(away, TRADER_A, STRANGER))
    _, detail = only(scene, kind="consent")
    assert detail.endswith("without the consent of party 4000000 (holder)")


def test_acts_sent_through_another_contract_are_pointed_out(scene: Scene, pledge: Pledge) -> None:
    through = deployed(scene.ledger, passing_on_to(scene.ledger.deployment.contract))
    signed = scene.ledger.sign(pledge, TRADER_A, WAREHOUSE_A, BANK_C)
    send(scene.ledger, through, call(EXECUTE, signed))
    assert scene.ledger.receipt(pledge.receipt_id).pledgee == BANK_C.party
    _, detail = only(scene, kind="inner_call")
    assert "sent through another contract" in detail


def test_same_events_by_another_contract_are_nobodys_business(scene: Scene, pledge: Pledge) -> None:
    before = scene.audit().report["counts"]
    imitator = deployed(scene.ledger, emitting(effect(scene, pledge), {}))
    tx_receipt = send(scene.ledger, imitator, b"")
    assert len(tx_receipt["logs"]) == 1
    outcome = scene.audit()
    assert (outcome.exit_code, outcome.differences) == (EQUAL, [])
    after = outcome.report["counts"]
    assert after["blocks"] == before["blocks"] + 2
    assert (after["events"], after["acts"]) == (before["events"], before["acts"])
