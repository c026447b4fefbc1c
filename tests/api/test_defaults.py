"""A pledge that is not paid, from the day after its maturity to its end, through the API alone.

Days pass in this module. Deadlines are given, because the gateway's clock stays behind.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from receipts_ledger.domain.ids import PoolId, ReceiptId
from receipts_ledger.domain.pool import Attest
from tests.support.cast import (
    BANK_A,
    BANK_B,
    BANK_C,
    INSPECTOR,
    TRADER_A,
    TRADER_B,
    WAREHOUSE_A,
    Member,
)
from tests.support.gateway import OPERATOR, Gateway
from tests.support.ledger_on_chain import EVIDENCE, FOREVER, NOTICE_DAYS

NOTICE = {"unpaid_minor": 120_000_000, "currency": "CNY", "served": "EMS 1029"}


def _draft(gateway: Gateway, by: Member | str, path: str, body: dict[str, Any]) -> Any:
    deadline = (datetime.now(UTC) + timedelta(days=300)).replace(microsecond=0).isoformat()
    drafted = gateway.door(by).post(path, body | {"deadline": deadline})
    assert drafted.status_code == 202, drafted.text
    return drafted.json()


def _done(
    gateway: Gateway, by: Member | str, path: str, body: dict[str, Any], *signers: Member
) -> Any:
    act = _draft(gateway, by, path, body)
    last = gateway.sign(act, *signers)
    assert last.json()["status"] == "signed", last.text
    gateway.relay()
    ended = gateway.door(OPERATOR).get(f"/v1/acts/{act['act_id']}").json()
    assert ended["status"] in ("mined", "final"), ended
    return ended


def _refused(
    gateway: Gateway, by: Member | str, path: str, body: dict[str, Any], *signers: Member
) -> Any:
    answer = gateway.sign(_draft(gateway, by, path, body), *signers)
    assert answer.status_code in (409, 422), answer.text
    return answer.json()


def _shown(gateway: Gateway, receipt: ReceiptId, by: Member | str = OPERATOR) -> Any:
    return gateway.door(by).get(f"/v1/receipts/{receipt}").json()


def _pledged(gateway: Gateway, pool: PoolId, bank: Member = BANK_A) -> tuple[ReceiptId, str]:
    """Return a receipt whose claim is due today, and its path."""
    # Nobody lends against a count that is too old.
    version = gateway.ledger.pool(pool).version
    gateway.ledger.do(Attest(pool, version, 10**8, EVIDENCE, FOREVER), INSPECTOR)
    (receipt,) = gateway.issue(pool)
    gateway.ledger.pledge(receipt, bank, due_in_days=0)
    gateway.index()
    return receipt, f"/v1/receipts/{receipt}"


def _in_default(gateway: Gateway, pool: PoolId, bank: Member = BANK_A) -> tuple[ReceiptId, str]:
    receipt, path = _pledged(gateway, pool, bank)
    gateway.ledger.let_days_pass(1)
    gateway.ledger.default(receipt, bank)
    gateway.index()
    return receipt, path


def test_a_pledge_is_assigned_by_both_lenders(gateway: Gateway, pool: PoolId) -> None:
    receipt, path = _pledged(gateway, pool)
    before = _shown(gateway, receipt)
    body = {"new_pledgee_id": BANK_C.party, "terms": {"contract_number": "ZR-1"}}
    act = _draft(gateway, BANK_A, f"{path}/assignments", body)
    assert _shown(gateway, receipt, BANK_C)["view"] == "full"

    assert gateway.sign(act, BANK_A, BANK_C).json()["status"] == "signed"
    gateway.relay()

    after = _shown(gateway, receipt)
    assert after["pledge"] == before["pledge"] | {"pledgee_id": BANK_C.party}
    assert after["encumbered_since"] == before["encumbered_since"]
    assert _shown(gateway, receipt, BANK_A)["view"] == "public"
    assert _shown(gateway, receipt, BANK_C)["view"] == "full"


def test_a_lender_that_drafts_an_assignment_does_not_learn_whose_pledge_it_is(
    gateway: Gateway, pool: PoolId
) -> None:
    receipt, path = _pledged(gateway, pool)

    act = _draft(gateway, BANK_C, f"{path}/assignments", {"new_pledgee_id": BANK_C.party})

    assert (act["signers"][0]["party_id"], act["signers"][0]["role"]) == (None, "lender")
    assert _shown(gateway, receipt, BANK_C)["view"] == "public"


def test_nobody_but_the_pledgee_starts_what_the_pledgee_signs_alone(
    gateway: Gateway, pool: PoolId
) -> None:
    _, path = _pledged(gateway, pool)
    for verb, body in (("defaults", {"notice": NOTICE}), ("cures", {"maturity": gateway.day(9)})):
        for other in (TRADER_A, WAREHOUSE_A, BANK_C):
            answer = gateway.door(other).post(f"{path}/{verb}", body)
            assert (answer.status_code, answer.json()["code"]) == (403, "NotYourRole")


@pytest.mark.parametrize(
    ("verb", "body"),
    [
        ("assignments", {"new_pledgee_id": BANK_C.party}),
        ("defaults", {"notice": NOTICE}),
        ("cures", {"maturity": "2060-01-01"}),
        ("enforcements", {"transferee_id": TRADER_B.party}),
    ],
)
def test_what_is_not_pledged_is_refused_before_anybody_signs(
    gateway: Gateway, pool: PoolId, verb: str, body: dict[str, Any]
) -> None:
    (receipt,) = gateway.issue(pool)

    answer = gateway.door(OPERATOR).post(f"/v1/receipts/{receipt}/{verb}", body)

    assert (answer.status_code, answer.json()["code"]) == (409, "NotEncumbered")


def test_default_is_declared_on_the_day_after_maturity_and_once(
    gateway: Gateway, pool: PoolId
) -> None:
    receipt, path = _pledged(gateway, pool)
    early = _refused(gateway, BANK_A, f"{path}/defaults", {"notice": NOTICE}, BANK_A)
    assert (early["code"], early["details"]["maturity_day"]) == (
        "NotDue",
        gateway.ledger.today,
    )
    gateway.ledger.let_days_pass(1)

    _done(gateway, BANK_A, f"{path}/defaults", {"notice": NOTICE}, BANK_A)

    pledge = _shown(gateway, receipt, TRADER_A)["pledge"]
    assert (pledge["in_default"], pledge["maturity"]) == (True, None)
    assert pledge["in_default_since"] == gateway.day(0)
    again = _refused(gateway, BANK_A, f"{path}/defaults", {"notice": NOTICE}, BANK_A)
    assert again["code"] == "AlreadyInDefault"


def test_the_pledgor_reads_the_notice_and_others_do_not(gateway: Gateway, pool: PoolId) -> None:
    _, path = _pledged(gateway, pool)
    gateway.ledger.let_days_pass(1)
    body = {"notice": NOTICE}
    draft = _draft(gateway, BANK_A, f"{path}/defaults", body)
    assert gateway.door(TRADER_A).get(f"/v1/acts/{draft['act_id']}").status_code == 404

    act = _done(gateway, BANK_A, f"{path}/defaults", body, BANK_A)

    read = gateway.door(TRADER_A).get(f"/v1/acts/{act['act_id']}").json()
    assert [content["body"] for content in read["contents"].values()] == [NOTICE]
    listed = gateway.door(TRADER_A).get("/v1/acts").json()["items"]
    assert act["act_id"] in [one["act_id"] for one in listed]
    for other in (TRADER_B, BANK_C):
        assert gateway.door(other).get(f"/v1/acts/{act['act_id']}").status_code == 404


def test_who_holds_the_receipt_later_does_not_read_of_its_former_debts(
    gateway: Gateway, pool: PoolId
) -> None:
    receipt, path = _pledged(gateway, pool)
    gateway.ledger.let_days_pass(1)
    act = _done(gateway, BANK_A, f"{path}/defaults", {"notice": NOTICE}, BANK_A)
    gateway.ledger.let_days_pass(NOTICE_DAYS + 1)
    body = {"transferee_id": TRADER_B.party}
    _done(gateway, BANK_A, f"{path}/enforcements", body, BANK_A, TRADER_B)
    assert _shown(gateway, receipt, TRADER_B)["view"] == "full"

    assert gateway.door(TRADER_B).get(f"/v1/acts/{act['act_id']}").status_code == 404


def test_a_default_is_cured_until_another_day(gateway: Gateway, pool: PoolId) -> None:
    receipt, path = _in_default(gateway, pool)
    late = _refused(gateway, BANK_A, f"{path}/cures", {"maturity": gateway.day(999)}, BANK_A)
    assert late["code"] == "MaturityAfterStorage"

    _done(gateway, BANK_A, f"{path}/cures", {"maturity": gateway.day(60)}, BANK_A)

    pledge = _shown(gateway, receipt)["pledge"]
    assert (pledge["in_default"], pledge["in_default_since"]) == (False, None)
    assert pledge["maturity"] == gateway.day(60)
    again = _refused(gateway, BANK_A, f"{path}/cures", {"maturity": gateway.day(60)}, BANK_A)
    assert again["code"] == "NotInDefault"


def test_a_pledge_is_enforced_when_the_notice_has_run(gateway: Gateway, pool: PoolId) -> None:
    receipt, path = _in_default(gateway, pool)
    body = {"transferee_id": TRADER_B.party, "terms": {"auction": "PM-9"}}
    gateway.ledger.let_days_pass(NOTICE_DAYS)
    early = _refused(gateway, BANK_A, f"{path}/enforcements", body, BANK_A, TRADER_B)
    assert (early["code"], early["details"]["last_day"]) == ("NoticeRunning", gateway.ledger.today)
    gateway.ledger.let_days_pass(1)

    _done(gateway, BANK_A, f"{path}/enforcements", body, BANK_A, TRADER_B)

    shown = _shown(gateway, receipt, TRADER_B)
    assert (shown["holder_id"], shown["encumbered"], shown["pledge"]) == (
        TRADER_B.party,
        False,
        None,
    )
    assert _shown(gateway, receipt, TRADER_A)["view"] == "public"
    events = gateway.door(TRADER_B).get(f"{path}/history").json()["items"]
    assert [each["event"] for each in events] == ["Issued", "Pledged", "Defaulted", "Enforced"]


def test_a_pledgee_that_may_hold_takes_the_receipt_itself_and_signs_once(
    gateway: Gateway, pool: PoolId
) -> None:
    receipt, path = _in_default(gateway, pool, BANK_B)
    gateway.ledger.let_days_pass(NOTICE_DAYS + 1)

    body = {"transferee_id": BANK_B.party}
    _done(gateway, BANK_B, f"{path}/enforcements", body, BANK_B)

    assert _shown(gateway, receipt)["holder_id"] == BANK_B.party


def test_what_is_paid_late_is_released_in_default(gateway: Gateway, pool: PoolId) -> None:
    receipt, path = _in_default(gateway, pool)

    _done(gateway, BANK_A, f"{path}/releases", {}, BANK_A)

    shown = _shown(gateway, receipt)
    assert (shown["encumbered"], shown["pledge"]) == (False, None)
