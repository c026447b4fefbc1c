"""The ways to a second pledge, each closed at its own gate."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import urllib3

from receipts_ledger.domain.ids import PartyId, PoolId, ReceiptId
from receipts_ledger.domain.party import Role
from receipts_ledger.store.tables import acts, pledge_slots, refusals
from tests.support.cast import AUDITOR, BANK_A, BANK_B, BANK_C, TRADER_A, WAREHOUSE_A, Member
from tests.support.gateway import OPERATOR, Gateway, pledge_body

BANKS = 50


def _draft(gateway: Gateway, receipt: ReceiptId, bank: Member) -> dict[str, Any]:
    answer = gateway.door(TRADER_A).post(
        f"/v1/receipts/{receipt}/pledges", pledge_body(gateway, bank)
    )
    assert answer.status_code == 202, answer.text
    act: dict[str, Any] = answer.json()
    return act


def _signed_by_two(gateway: Gateway, receipt: ReceiptId, bank: Member) -> dict[str, Any]:
    act = _draft(gateway, receipt, bank)
    assert gateway.sign(act, TRADER_A, WAREHOUSE_A).status_code == 202
    return act


def _status(gateway: Gateway, act: dict[str, Any]) -> str:
    shown = gateway.door(OPERATOR).get(f"/v1/acts/{act['act_id']}").json()
    return str(shown["status"])


def _refusal_of(gateway: Gateway, act: dict[str, Any]) -> str:
    found = [row for row in gateway.rows(refusals) if row.act_id == act["act_id"]]
    return str(found[0].refusal_id)


def test_two_banks_may_be_asked_but_only_one_pledge_gets_on_its_way(
    gateway: Gateway, receipt: ReceiptId
) -> None:
    first = _signed_by_two(gateway, receipt, BANK_A)
    second = _signed_by_two(gateway, receipt, BANK_B)

    assert gateway.sign(first, BANK_A).json()["status"] == "signed"
    late = gateway.sign(second, BANK_B)

    assert (late.status_code, late.json()["code"]) == (409, "PledgeUnderWay")
    assert _status(gateway, second) == "refused"
    gateway.relay()
    assert _status(gateway, first) in ("mined", "final")
    assert receipt not in [row.receipt_id for row in gateway.rows(pledge_slots)]


def test_a_draft_that_nobody_signs_keeps_no_other_bank_away(
    gateway: Gateway, receipt: ReceiptId
) -> None:
    _draft(gateway, receipt, BANK_A)

    other = _signed_by_two(gateway, receipt, BANK_B)

    assert gateway.sign(other, BANK_B).json()["status"] == "signed"


@pytest.mark.fault(37)
def test_the_contract_refuses_what_the_index_has_not_seen_yet(
    gateway: Gateway, receipt: ReceiptId
) -> None:
    act = _signed_by_two(gateway, receipt, BANK_B)
    gateway.ledger.pledge(receipt, BANK_A)

    late = gateway.sign(act, BANK_B)

    assert (late.status_code, late.json()["code"]) == (409, "AlreadyEncumbered")
    row = next(row for row in gateway.rows(refusals) if row.act_id == act["act_id"])
    assert (row.source, row.code, row.verb) == ("contract", "AlreadyEncumbered", "Pledge")
    assert _status(gateway, act) == "refused"
    assert receipt not in [row.receipt_id for row in gateway.rows(pledge_slots)]


def test_the_index_refuses_with_evidence_when_the_last_signature_comes_too_late(
    gateway: Gateway, receipt: ReceiptId
) -> None:
    act = _signed_by_two(gateway, receipt, BANK_B)
    tx_receipt = gateway.ledger.pledge(receipt, BANK_A)
    gateway.index()

    late = gateway.sign(act, BANK_B).json()

    assert late["code"] == "AlreadyEncumbered"
    assert late["evidence"]["tx_hash"] == tx_receipt["transactionHash"]
    row = next(row for row in gateway.rows(refusals) if row.act_id == act["act_id"])
    assert (row.source, row.evidence["tx_hash"]) == ("api", tx_receipt["transactionHash"])


def test_a_refused_pledge_keeps_all_signatures_as_evidence(
    gateway: Gateway, receipt: ReceiptId
) -> None:
    act = _signed_by_two(gateway, receipt, BANK_B)
    gateway.ledger.pledge(receipt, BANK_A)
    gateway.sign(act, BANK_B)

    shown = gateway.door(OPERATOR).get(f"/v1/acts/{act['act_id']}").json()

    assert [signer["signed"] for signer in shown["signers"]] == [True, True, True]
    assert shown["refusal"]["code"] == "AlreadyEncumbered"
    assert shown["refusal"]["refusal_id"] == _refusal_of(gateway, act)
    again = gateway.sign(act, BANK_B)
    assert (again.status_code, again.json()["code"]) == (409, "ActClosed")


@pytest.mark.parametrize("gate", ["draft", "index", "contract"])
def test_the_second_bank_is_not_told_who_the_first_one_is(
    gateway: Gateway, receipt: ReceiptId, gate: str
) -> None:
    act = None if gate == "draft" else _signed_by_two(gateway, receipt, BANK_B)
    gateway.ledger.pledge(receipt, BANK_A)
    if gate != "contract":
        gateway.index()

    if act is None:
        path = f"/v1/receipts/{receipt}/pledges"
        answer = gateway.door(BANK_B).post(path, pledge_body(gateway, BANK_B))
    else:
        answer = gateway.sign(act, BANK_B)

    problem = answer.json()
    assert problem["code"] == "AlreadyEncumbered"
    assert "pledgee" not in problem.get("details", {})
    assert "pledgee" not in problem["detail"]
    listed = gateway.door(BANK_B).get("/v1/refusals").json()["items"][0]
    assert listed["refusal_id"] == problem["refusal_id"]
    assert "pledgee" not in str(listed["details"])
    gateway.index()
    overseen = gateway.door(AUDITOR).get("/v1/refusals").json()["items"][0]
    assert overseen["details"]["pledgee"] == BANK_A.party


def test_a_portfolio_with_one_pledged_receipt_is_refused_whole(
    gateway: Gateway, pool: PoolId
) -> None:
    receipts = gateway.issue(pool, 3)
    gateway.ledger.pledge(receipts[1], BANK_A)
    gateway.index()
    body = {"receipt_ids": receipts, **pledge_body(gateway, BANK_B)}

    answer = gateway.door(TRADER_A).post("/v1/pledge-portfolios", body)

    assert answer.json()["code"] == "AlreadyEncumbered"
    assert answer.json()["details"]["receipt_id"] == receipts[1]


def test_portfolios_that_share_one_receipt_cannot_both_get_on_their_way(
    gateway: Gateway, pool: PoolId
) -> None:
    receipts = gateway.issue(pool, 3)
    door = gateway.door(TRADER_A)
    shares = [receipts[:2], receipts[1:]]
    banks = [BANK_A, BANK_C]
    drafts = [
        door.post(
            "/v1/pledge-portfolios", {"receipt_ids": share, **pledge_body(gateway, bank)}
        ).json()
        for share, bank in zip(shares, banks, strict=True)
    ]

    answers = [
        gateway.sign(act, TRADER_A, WAREHOUSE_A, bank)
        for act, bank in zip(drafts, banks, strict=True)
    ]

    assert [answer.status_code for answer in answers] == [202, 409]
    assert answers[1].json()["code"] == "PledgeUnderWay"
    gateway.relay()
    shown = [door.get(f"/v1/receipts/{receipt}").json() for receipt in receipts]
    assert [one["encumbered"] for one in shown] == [True, True, False]


def test_a_slot_is_given_back_when_the_contract_refuses(
    gateway: Gateway, receipt: ReceiptId
) -> None:
    body = pledge_body(gateway, BANK_A, maturity=gateway.day(400))
    act = gateway.door(TRADER_A).post(f"/v1/receipts/{receipt}/pledges", body).json()

    answer = gateway.sign(act, TRADER_A, WAREHOUSE_A, BANK_A)

    assert (answer.status_code, answer.json()["code"]) == (422, "MaturityAfterStorage")
    other = _signed_by_two(gateway, receipt, BANK_B)
    assert gateway.sign(other, BANK_B).json()["status"] == "signed"


@pytest.mark.fault(34)
def test_of_fifty_banks_racing_for_one_receipt_exactly_one_wins(
    gateway: Gateway, receipt: ReceiptId
) -> None:
    banks = [Member(f"bank {n}", PartyId(1_000 + n), Role.LENDER) for n in range(BANKS)]
    gateway.admit(banks)
    drafts = [_signed_by_two(gateway, receipt, bank) for bank in banks]
    bodies = [
        {"signature": gateway.signature(act, bank)} for act, bank in zip(drafts, banks, strict=True)
    ]

    with gateway.served() as url:
        codes = _all_at_once(gateway, url, banks, drafts, bodies)

    assert sorted(codes) == [202] + [409] * (BANKS - 1)
    gateway.relay()
    mined = [row for row in gateway.rows(acts) if row.status in ("mined", "final")]
    assert len([row for row in mined if row.act_id in {act["act_id"] for act in drafts}]) == 1
    assert gateway.bench.refused_on_chain() == 0
    won = codes.index(202)
    shown = gateway.door(OPERATOR).get(f"/v1/receipts/{receipt}").json()
    assert shown["pledge"]["pledgee_id"] == banks[won].party
    lost = {act["act_id"] for act in drafts} - {drafts[won]["act_id"]}
    assert lost <= {row.act_id for row in gateway.rows(refusals)}


def _all_at_once(
    gateway: Gateway,
    url: str,
    banks: Sequence[Member],
    drafts: Sequence[dict[str, Any]],
    bodies: Sequence[dict[str, str]],
) -> list[int]:
    pool = urllib3.PoolManager(maxsize=BANKS)

    def sign(index: int) -> int:
        door = gateway.door(banks[index])
        answer = pool.request(
            "POST",
            f"{url}/v1/acts/{drafts[index]['act_id']}/signatures",
            json=bodies[index],
            headers={**door.headers, "Idempotency-Key": f"race {index} {drafts[index]['act_id']}"},
            retries=False,
        )
        return answer.status

    with ThreadPoolExecutor(BANKS) as threads:
        return list(threads.map(sign, range(BANKS)))
