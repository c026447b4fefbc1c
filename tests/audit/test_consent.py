"""Acts that were carried out without the consent of all.

The chain's own proofs hold, contract and events agree; what was signed is all there is to go
by. Each act would pass as it is, and one thing about its signatures is changed.
"""

import pytest

from receipts_ledger.chain import keys, sent, wire
from receipts_ledger.chain.calldata import EXECUTE, call
from receipts_ledger.chain.signers import signer
from receipts_ledger.domain.ids import (
    Address,
    Hash32,
    PartyId,
    ReceiptId,
    Version,
    receipt_number,
)
from receipts_ledger.domain.party import Suspend
from receipts_ledger.domain.pledge import (
    Cure,
    Enforce,
    Pledge,
    PledgePortfolio,
    ReleasePortfolio,
)
from receipts_ledger.domain.receipt import Freeze, ReceiptRef, ToPaper, Transfer, Unfreeze
from tests.audit import lies
from tests.audit.forged import effect, found, only
from tests.support.auditing import EQUAL, Scene
from tests.support.cast import (
    AUTHORITY,
    BANK_A,
    BANK_B,
    BANK_C,
    REGISTRAR,
    STRANGER,
    TRADER_A,
    TRADER_B,
    WAREHOUSE_A,
    Member,
)
from tests.support.forging import Forger, send_as
from tests.support.ledger_on_chain import EVIDENCE, FOREVER, NOTICE_DAYS, TERMS
from tests.support.lying_node import LyingNode

pytestmark = pytest.mark.usefixtures("undone")


def test_signature_of_a_stranger_is_nobodys_consent(
    scene: Scene, forger: Forger, pledge: Pledge
) -> None:
    forged = scene.ledger.sign(pledge, STRANGER, WAREHOUSE_A, BANK_C)
    forger.leave(effect(scene, pledge), call(EXECUTE, forged))
    subject, detail = only(scene, kind="consent")
    assert subject == f"receipt {receipt_number(pledge.receipt_id)}"
    assert detail == f"Pledge was carried out without the consent of party {TRADER_A.party}"


@pytest.mark.parametrize("forged", [bytes(64), b"\xff" * 64, b"\1" * 64], ids=bytes.hex)
def test_bytes_that_no_key_has_signed_are_nobodys_consent(
    scene: Scene, forger: Forger, pledge: Pledge, forged: bytes
) -> None:
    digest = scene.ledger.digester.digest(pledge)
    right = [keys.sign(member.private_key, digest) for member in (TRADER_A, WAREHOUSE_A)]
    forger.leave(effect(scene, pledge), call(EXECUTE, wire.encode(pledge, [*right, forged])))
    _, detail = only(scene, kind="consent")
    assert detail == f"Pledge was carried out without the consent of party {BANK_C.party} (lender)"


def test_act_that_nobody_signed_lacks_every_consent(
    scene: Scene, forger: Forger, pledge: Pledge
) -> None:
    forger.leave(effect(scene, pledge), call(EXECUTE, wire.encode(pledge, [])))
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
    forger.leave(effect(scene, pledge), call(EXECUTE, wire.encode(pledge, [other[-64:], *right])))
    _, detail = only(scene, kind="consent")
    assert detail.endswith(f"without the consent of party {TRADER_A.party}")


def test_key_that_was_revoked_speaks_for_nobody(
    scene: Scene, forger: Forger, free: ReceiptId, pledge: Pledge
) -> None:
    to_a = Pledge(free, Version(1), BANK_A.party, pledge.maturity_day, TERMS, (), FOREVER)
    forger.leave(
        effect(scene, to_a), call(EXECUTE, scene.ledger.sign(to_a, TRADER_A, WAREHOUSE_A, BANK_A))
    )
    _, detail = only(scene, kind="consent")
    assert detail.endswith(f"without the consent of party {BANK_A.party} (lender)")


def test_suspended_party_can_agree_to_nothing_new(
    scene: Scene, forger: Forger, pledge: Pledge
) -> None:
    suspension = Suspend(BANK_C.party, Version(1), EVIDENCE, FOREVER)
    scene.ledger.do(suspension, REGISTRAR)
    forger.leave(
        effect(scene, pledge),
        call(EXECUTE, scene.ledger.sign(pledge, TRADER_A, WAREHOUSE_A, BANK_C)),
    )
    _, detail = only(scene, kind="consent")
    assert detail.endswith(f"without the consent of party {BANK_C.party} (lender)")


def test_suspended_pledgee_can_still_let_go(scene: Scene, pledge: Pledge) -> None:
    scene.ledger.execute(scene.ledger.sign(pledge, TRADER_A, WAREHOUSE_A, BANK_C))
    scene.ledger.do(Suspend(BANK_C.party, Version(1), EVIDENCE, FOREVER), REGISTRAR)
    scene.ledger.release(pledge.receipt_id, BANK_C)
    outcome = scene.audit()
    assert (outcome.exit_code, outcome.differences) == (EQUAL, [])


def test_suspended_pledgee_can_still_cure(scene: Scene) -> None:
    scene.ledger.do(Suspend(BANK_C.party, Version(1), EVIDENCE, FOREVER), REGISTRAR)
    cure = Cure(scene.story.in_default, Version(6), scene.ledger.today, TERMS, FOREVER)
    scene.ledger.do(cure, BANK_C)
    outcome = scene.audit()
    assert (outcome.exit_code, outcome.differences) == (EQUAL, [])


@pytest.mark.parametrize(("signer", "missing"), [(TRADER_B, BANK_C), (BANK_C, TRADER_B)])
def test_enforcement_takes_the_consent_of_pledgee_and_transferee(
    scene: Scene, forger: Forger, signer: Member, missing: Member
) -> None:
    scene.ledger.let_days_pass(NOTICE_DAYS + 1)
    enforcement = Enforce(scene.story.in_default, Version(6), TRADER_B.party, TERMS, FOREVER)
    signed = scene.ledger.sign(enforcement, signer)
    forger.leave(effect(scene, enforcement), call(EXECUTE, signed))
    _, detail = only(scene, kind="consent")
    assert f"Enforce was carried out without the consent of party {missing.party}" in detail


def test_what_holder_and_warehouse_do_with_pledged_goods_takes_the_pledgee_too(
    scene: Scene, forger: Forger, pledge: Pledge
) -> None:
    scene.ledger.execute(scene.ledger.sign(pledge, TRADER_A, WAREHOUSE_A, BANK_C))
    to_paper = ToPaper(pledge.receipt_id, Version(2), EVIDENCE, FOREVER)
    forger.leave(
        effect(scene, to_paper), call(EXECUTE, scene.ledger.sign(to_paper, TRADER_A, WAREHOUSE_A))
    )
    _, detail = only(scene, kind="consent")
    assert detail == f"ToPaper was carried out without the consent of party {BANK_C.party}"


def test_holder_of_one_receipt_cannot_agree_for_the_holder_of_another(
    scene: Scene, forger: Forger, pledge: Pledge
) -> None:
    first, second = scene.ledger.issue(scene.ledger.open_pool(index=8), 2)
    scene.ledger.do(
        Transfer(second, Version(1), TRADER_B.party, TERMS, FOREVER), TRADER_A, TRADER_B
    )
    refs = (ReceiptRef(first, Version(1)), ReceiptRef(second, Version(2)))
    both = PledgePortfolio(refs, BANK_C.party, pledge.maturity_day, TERMS, (), FOREVER)
    forger.leave(
        effect(scene, both), call(EXECUTE, scene.ledger.sign(both, TRADER_A, WAREHOUSE_A, BANK_C))
    )
    _, detail = only(scene, kind="consent")
    assert detail.endswith(f"without the consent of party {TRADER_B.party}")


def test_consent_to_one_version_is_none_to_another(
    scene: Scene, forger: Forger, pledge: Pledge
) -> None:
    signed = scene.ledger.sign(pledge, TRADER_A, WAREHOUSE_A, BANK_C)
    scene.ledger.execute(signed)
    scene.ledger.release(pledge.receipt_id, BANK_C)
    forger.leave(effect(scene, pledge), call(EXECUTE, signed))
    _, detail = only(scene, kind="statement")
    assert detail == "Pledge was carried out on version 3, though signed for version 1"


def test_consent_to_versions_of_a_portfolio_is_none_to_others(
    scene: Scene, forger: Forger, pledge: Pledge
) -> None:
    scene.ledger.execute(scene.ledger.sign(pledge, TRADER_A, WAREHOUSE_A, BANK_C))
    release = ReleasePortfolio((ReceiptRef(pledge.receipt_id, Version(9)),), TERMS, FOREVER)
    forger.leave(effect(scene, release), call(EXECUTE, scene.ledger.sign(release, BANK_C)))
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
    forger.leave(events, call(EXECUTE, scene.ledger.sign(late, TRADER_A, WAREHOUSE_A, BANK_C)))
    outcome = scene.audit()
    told = f"Pledge was carried out at {mined_at}, after its deadline {mined_at - 1}"
    assert [detail for _, _, detail in outcome.differences] == ([told] if is_found else [])


def test_party_that_sends_its_own_act_has_agreed(scene: Scene, free: ReceiptId) -> None:
    freeze = Freeze(free, Version(1), EVIDENCE, FOREVER)
    send_as(scene.ledger, AUTHORITY, call(EXECUTE, wire.encode(freeze, [])))
    outcome = scene.audit()
    assert (outcome.exit_code, outcome.differences) == (EQUAL, [])


def test_sender_of_what_others_have_signed_is_not_recovered(
    scene: Scene, free: ReceiptId, monkeypatch: pytest.MonkeyPatch
) -> None:
    recovered: list[bytes] = []

    def noted(digest: Hash32, signature: bytes) -> Address | None:
        recovered.append(digest)
        return signer(digest, signature)

    monkeypatch.setattr(sent, "signer", noted)
    scene.audit()
    before = len(recovered)
    freeze = Freeze(free, Version(1), EVIDENCE, FOREVER)
    send_as(scene.ledger, STRANGER, call(EXECUTE, scene.ledger.sign(freeze, AUTHORITY)))
    unfreeze = Unfreeze(free, Version(2), EVIDENCE, FOREVER)
    send_as(scene.ledger, AUTHORITY, call(EXECUTE, wire.encode(unfreeze, [])))
    assert scene.audit().exit_code == EQUAL
    assert len(recovered) == 2 * before + 1


def test_node_that_names_another_sender_gives_nobodys_consent(
    scene: Scene, forger: Forger, free: ReceiptId, lying: tuple[LyingNode, str]
) -> None:
    freeze = Freeze(free, Version(1), EVIDENCE, FOREVER)
    tx_receipt = forger.leave(effect(scene, freeze), call(EXECUTE, wire.encode(freeze, [])))
    claimed = {"from": "0x" + AUTHORITY.address.hex()}
    node, url = lying
    node.bend = lies.of_whole_block(
        int(tx_receipt["blockNumber"], 16),
        lambda block: block | {"transactions": [each | claimed for each in block["transactions"]]},
    )
    ((kind, _, detail),) = scene.audit(rpc=url).differences
    assert kind == "consent"
    assert detail == "Freeze was carried out without the consent of any authority"


def test_party_that_was_never_admitted_holds_nothing(
    scene: Scene, forger: Forger, free: ReceiptId
) -> None:
    away = Transfer(free, Version(1), PartyId(4_000_000), TERMS, FOREVER)
    forger.leave(effect(scene, away), call(EXECUTE, scene.ledger.sign(away, TRADER_A, STRANGER)))
    _, detail = only(scene, kind="consent")
    assert detail.endswith("without the consent of party 4000000 (holder)")
