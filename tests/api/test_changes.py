"""Receipts, pools and parties that change, each act from its draft to the index."""

from typing import Any

import pytest

from receipts_ledger.domain.ids import PartyId, PoolId, ReceiptId, receipt_number
from receipts_ledger.domain.party import Role
from receipts_ledger.domain.receipt import Flag, Status
from tests.support.cast import (
    AUTHORITY,
    BANK_A,
    GUARDIAN,
    INSPECTOR,
    REGISTRAR,
    TRADER_A,
    TRADER_B,
    TRADER_C,
    WAREHOUSE_A,
    WAREHOUSE_B,
    Member,
)
from tests.support.gateway import OPERATOR, Gateway, code_of_refusal, done
from tests.support.ledger_on_chain import LOT

REASON = {"reason": {"text": "as agreed on 2026-11-23"}}
CONTENT = {"brand": "GUIYE", "grade": "Cu-CATH-1", "bundles": 2}
FOUND_KEY = Member("found key", TRADER_C.party, Role(0))


def _shown(gateway: Gateway, receipt: ReceiptId, by: Member | str = OPERATOR) -> Any:
    return gateway.door(by).get(f"/v1/receipts/{receipt}").json()


def _pledged(gateway: Gateway, pool: PoolId) -> tuple[ReceiptId, str]:
    (receipt,) = gateway.issue(pool)
    gateway.ledger.pledge(receipt)
    gateway.index()
    return receipt, f"/v1/receipts/{receipt}"


def test_a_pledged_receipt_is_split_and_the_pledge_binds_each_part(
    gateway: Gateway, pool: PoolId
) -> None:
    receipt, path = _pledged(gateway, pool)
    parts = [{"quantity": 5_000, "content": CONTENT}, {"quantity": 1_000, "content": CONTENT}]

    done(gateway, TRADER_A, f"{path}/splits", {"parts": parts}, TRADER_A, WAREHOUSE_A, BANK_A)

    whole = _shown(gateway, receipt)
    first, second = (ReceiptId(receipt + 1), ReceiptId(receipt + 2))
    assert whole["quantity"] == LOT - 6_000
    for part, quantity in ((first, 5_000), (second, 1_000)):
        shown = _shown(gateway, part)
        assert shown["quantity"] == quantity
        assert shown["origin"] == receipt_number(receipt)
        assert shown["encumbered"]
        assert shown["pledge"]["pledgee_id"] == BANK_A.party
        assert shown["encumbered_since"] == whole["encumbered_since"]
        assert gateway.ledger.receipt(part).quantity == quantity


def test_a_split_into_nothing_is_refused_before_anybody_signs(
    gateway: Gateway, pool: PoolId
) -> None:
    (receipt,) = gateway.issue(pool)
    body = {"parts": [{"quantity": LOT, "content": CONTENT}]}
    assert (
        code_of_refusal(gateway, TRADER_A, f"/v1/receipts/{receipt}/splits", body) == "SumMismatch"
    )


def test_two_receipts_that_are_alike_become_one(gateway: Gateway, pool: PoolId) -> None:
    first, second = gateway.issue(pool, 2)
    path = f"/v1/receipts/{first}/mergers"

    done(gateway, TRADER_A, path, {"absorbed_id": second}, TRADER_A, WAREHOUSE_A)

    assert _shown(gateway, first)["quantity"] == 2 * LOT
    assert (_shown(gateway, second)["status"], _shown(gateway, second)["quantity"]) == ("merged", 0)


def test_receipts_that_differ_are_not_merged(gateway: Gateway, pool: PoolId) -> None:
    first, second = gateway.issue(pool, 2)
    gateway.ledger.pledge(second)
    gateway.index()
    path, body = f"/v1/receipts/{first}/mergers", {"absorbed_id": second}
    assert code_of_refusal(gateway, TRADER_A, path, body, TRADER_A, WAREHOUSE_A) == "MixedGoods"


def test_a_receipt_is_not_merged_with_itself(gateway: Gateway, receipt: ReceiptId) -> None:
    path, body = f"/v1/receipts/{receipt}/mergers", {"absorbed_id": receipt}
    assert code_of_refusal(gateway, TRADER_A, path, body, TRADER_A, WAREHOUSE_A) == "MixedGoods"


def test_an_error_is_corrected_by_a_receipt_that_takes_its_place(
    gateway: Gateway, pool: PoolId
) -> None:
    (receipt,) = gateway.issue(pool)
    path = f"/v1/receipts/{receipt}/replacements"
    more = {"quantity": LOT + 1, "content": CONTENT}
    assert (
        code_of_refusal(gateway, TRADER_A, path, more, TRADER_A, WAREHOUSE_A) == "QuantityIncreased"
    )

    less = {"quantity": LOT - 20, "content": CONTENT}
    done(gateway, TRADER_A, path, less, TRADER_A, WAREHOUSE_A)

    assert _shown(gateway, receipt)["status"] == "replaced"
    heir = _shown(gateway, ReceiptId(receipt + 1))
    assert (heir["quantity"], heir["origin"]) == (LOT - 20, receipt_number(receipt))
    assert heir["content"]["grade"] == "Cu-CATH-1"


def test_a_warehouse_cancels_what_it_holds_itself_and_nothing_else(
    gateway: Gateway,
) -> None:
    pool = gateway.open_pool(index=4, warehouse=WAREHOUSE_B)
    own, other = (
        gateway.issue(pool, holder=holder, warehouse=WAREHOUSE_B)[0]
        for holder in (WAREHOUSE_B, TRADER_A)
    )
    path = f"/v1/receipts/{other}/cancellations"
    assert code_of_refusal(gateway, WAREHOUSE_B, path, REASON, WAREHOUSE_B) == "NotHolder"

    done(gateway, WAREHOUSE_B, f"/v1/receipts/{own}/cancellations", REASON, WAREHOUSE_B)

    assert _shown(gateway, own)["status"] == "cancelled"


def test_lost_goods_are_written_down_without_asking_the_holder(
    gateway: Gateway, pool: PoolId
) -> None:
    receipt, path = _pledged(gateway, pool)
    body = {"quantity": 1_000, "evidence": {"report_number": "SGS-1"}}

    done(gateway, WAREHOUSE_A, f"{path}/write-downs", body, WAREHOUSE_A, INSPECTOR)

    shown = _shown(gateway, receipt)
    assert (shown["quantity"], shown["encumbered"]) == (LOT - 1_000, True)
    rest = {"quantity": LOT - 1_000, "evidence": {"report_number": "SGS-2"}}
    done(gateway, WAREHOUSE_A, f"{path}/write-downs", rest, WAREHOUSE_A, INSPECTOR)
    shown = _shown(gateway, receipt)
    assert (shown["status"], shown["encumbered"]) == ("written_off", False)


def test_a_pledge_moves_to_another_receipt(gateway: Gateway, pool: PoolId) -> None:
    receipt, path = _pledged(gateway, pool)
    (other,) = gateway.issue(pool)
    terms = {"amount": {"minor": 120_000_000, "currency": "CNY"}}
    body = {"substitute_id": other, "terms": terms}

    done(gateway, TRADER_A, f"{path}/substitutions", body, TRADER_A, WAREHOUSE_A, BANK_A)

    assert not _shown(gateway, receipt)["encumbered"]
    assert _shown(gateway, other)["pledge"]["pledgee_id"] == BANK_A.party
    assert _shown(gateway, other)["pledge"]["terms"] == terms


def test_a_pledge_does_not_move_to_a_receipt_that_is_pledged(
    gateway: Gateway, pool: PoolId
) -> None:
    _, path = _pledged(gateway, pool)
    other, _ = _pledged(gateway, pool)
    terms = {"amount": {"minor": 1, "currency": "CNY"}}
    body = {"substitute_id": other, "terms": terms}
    assert code_of_refusal(gateway, TRADER_A, f"{path}/substitutions", body) == "AlreadyEncumbered"


def test_storage_is_extended_and_never_shortened(gateway: Gateway, pool: PoolId) -> None:
    (receipt,) = gateway.issue(pool)
    path = f"/v1/receipts/{receipt}/extensions"
    sooner = {"storage_until": gateway.day(10)}
    assert (
        code_of_refusal(gateway, TRADER_A, path, sooner, TRADER_A, WAREHOUSE_A)
        == "StorageNotExtended"
    )

    later = {"storage_until": gateway.day(900)}
    done(gateway, TRADER_A, path, later, TRADER_A, WAREHOUSE_A)

    assert _shown(gateway, receipt)["storage_until"] == gateway.day(900)


def test_nothing_happens_here_while_a_paper_receipt_is_out(gateway: Gateway, pool: PoolId) -> None:
    (receipt,) = gateway.issue(pool)
    path = f"/v1/receipts/{receipt}"
    paper = {"paper": {"number": "CD-2026-000815"}}
    done(gateway, TRADER_A, f"{path}/paper", paper, TRADER_A, WAREHOUSE_A)
    assert _shown(gateway, receipt)["paper"]
    body = {"transferee_id": TRADER_B.party}
    found = code_of_refusal(gateway, TRADER_A, f"{path}/transfers", body, TRADER_A, TRADER_B)
    assert found == "PaperOutstanding"

    done(gateway, TRADER_A, f"{path}/paper-returns", paper, TRADER_A, WAREHOUSE_A)

    assert not _shown(gateway, receipt)["paper"]
    done(gateway, TRADER_A, f"{path}/transfers", body, TRADER_A, TRADER_B)


@pytest.mark.parametrize("lifter", [WAREHOUSE_A, AUTHORITY], ids=lambda member: member.name)
def test_nobody_lends_on_goods_that_a_third_party_claims(
    gateway: Gateway, pool: PoolId, lifter: Member
) -> None:
    (receipt,) = gateway.issue(pool)
    path = f"/v1/receipts/{receipt}"
    claim = {"claim": {"claimant": "某贸易公司"}}
    done(gateway, WAREHOUSE_A, f"{path}/claims", claim, WAREHOUSE_A)
    assert _shown(gateway, receipt)["claimed"]
    assert Flag.CLAIMED in gateway.ledger.receipt(receipt).flags
    pledge = gateway.ledger.sign(gateway.ledger.pledge_act(receipt), TRADER_A, WAREHOUSE_A, BANK_A)
    refused = gateway.ledger.relay(pledge)
    assert len(refused["logs"]) == 1

    done(gateway, lifter, f"{path}/claim-endings", REASON, lifter)

    assert not _shown(gateway, receipt)["claimed"]
    gateway.ledger.pledge(receipt)


def test_a_holder_makes_what_was_signed_before_void(gateway: Gateway, pool: PoolId) -> None:
    (receipt,) = gateway.issue(pool)
    before = gateway.ledger.receipt(receipt).version

    done(gateway, TRADER_A, f"/v1/receipts/{receipt}/invalidations", REASON, TRADER_A)

    assert gateway.ledger.receipt(receipt).version == before + 1


def test_many_receipts_change_hands_by_two_signatures(gateway: Gateway, pool: PoolId) -> None:
    receipts = gateway.issue(pool, 3)
    body = {"receipt_ids": receipts, "transferee_id": TRADER_B.party}

    done(gateway, TRADER_A, "/v1/transfer-portfolios", body, TRADER_A, TRADER_B)

    assert {_shown(gateway, one)["holder_id"] for one in receipts} == {TRADER_B.party}


def test_bonded_goods_leave_against_a_clearance_only(gateway: Gateway) -> None:
    body = {
        "warehouse_id": WAREHOUSE_A.party,
        "index": 40,
        "commodity": "copper-cathode",
        "place": "洋山保税区",
        "capacity": 10**9,
        "attestation_days": 30,
        "bonded": True,
    }
    done(gateway, REGISTRAR, "/v1/pools", body, REGISTRAR, WAREHOUSE_A)
    pool = PoolId(WAREHOUSE_A.party << 16 | 40)
    count = {"quantity": 10**8, "evidence": {"report": "1"}}
    done(gateway, INSPECTOR, f"/v1/pools/{pool}/attestations", count, INSPECTOR)
    (receipt,) = gateway.issue(pool)
    path = f"/v1/receipts/{receipt}/deliveries"
    delivery = {"quantity": 1_000, "evidence": {"gate_pass": "CK-1"}}
    found = code_of_refusal(gateway, TRADER_A, path, delivery, TRADER_A, WAREHOUSE_A)
    assert found == "CustomsNotCleared"

    cleared = delivery | {"documents": [{"kind": "clearance", "identifier": "HG-2026-1"}]}
    done(gateway, TRADER_A, path, cleared, TRADER_A, WAREHOUSE_A)

    assert _shown(gateway, receipt)["quantity"] == LOT - 1_000
    again = code_of_refusal(gateway, TRADER_A, path, cleared, TRADER_A, WAREHOUSE_A)
    assert again == "DocumentAlreadyUsed"


def test_a_guardian_stops_new_pledges_and_no_exit(gateway: Gateway) -> None:
    gateway.admit([GUARDIAN])
    pool = gateway.open_pool(index=41)
    receipt, _ = _pledged(gateway, pool)
    done(gateway, GUARDIAN, f"/v1/pools/{pool}/pauses", REASON, GUARDIAN)
    assert gateway.door(OPERATOR).get(f"/v1/pools/{pool}").json()["paused"]

    gateway.ledger.release(receipt)
    refused = gateway.ledger.relay(
        gateway.ledger.sign(gateway.ledger.pledge_act(receipt), TRADER_A, WAREHOUSE_A, BANK_A)
    )
    assert len(refused["logs"]) == 1

    done(gateway, REGISTRAR, f"/v1/pools/{pool}/resumptions", REASON, REGISTRAR)
    gateway.ledger.pledge(receipt)
    done(gateway, REGISTRAR, f"/v1/pools/{pool}/seals", REASON, REGISTRAR, AUTHORITY)
    assert gateway.door(OPERATOR).get(f"/v1/pools/{pool}").json()["sealed"]
    assert gateway.ledger.receipt(receipt).status is Status.OPEN


def test_lost_keys_are_recovered_unless_one_of_them_objects(gateway: Gateway) -> None:
    path = f"/v1/parties/{TRADER_C.party}"
    body = {"key": "0x" + FOUND_KEY.address.hex(), "evidence": {"court": "上海金融法院"}}
    begun = (REGISTRAR, AUTHORITY, FOUND_KEY)
    done(gateway, REGISTRAR, f"{path}/recovery", body, *begun)
    assert not gateway.door(OPERATOR).get(path).json()["active"]
    done(gateway, TRADER_C, f"{path}/recovery-vetoes", REASON, TRADER_C)
    assert gateway.door(OPERATOR).get(path).json()["active"]

    done(gateway, REGISTRAR, f"{path}/recovery", body, *begun)
    early = code_of_refusal(gateway, REGISTRAR, f"{path}/recovery-completions", body, FOUND_KEY)
    assert early == "NoticeRunning"
    gateway.ledger.let_days_pass(31)
    done(gateway, REGISTRAR, f"{path}/recovery-completions", body, FOUND_KEY)

    party = gateway.ledger.party(PartyId(TRADER_C.party))
    assert (party.is_active, party.key_count) == (True, 1)
    assert gateway.ledger.word("keyWord(address)", int.from_bytes(TRADER_C.address)) == 0
