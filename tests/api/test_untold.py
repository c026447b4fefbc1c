"""Nobody learns who holds a receipt, or lends against it, by drafting acts about it."""

from dataclasses import dataclass
from typing import Any

import pytest

from receipts_ledger.domain.ids import PartyId, ReceiptId
from tests.support.cast import (
    BANK_A,
    BANK_B,
    BANK_C,
    TRADER_A,
    TRADER_B,
    TRADER_C,
    WAREHOUSE_A,
    WAREHOUSE_B,
    Member,
)
from tests.support.gateway import Gateway, pledge_body
from tests.support.requests import COPPER

PLEDGES, TRANSFERS = "/v1/pledge-portfolios", "/v1/transfer-portfolios"
SECRETS = {TRADER_A.party, BANK_A.party}


@dataclass(frozen=True)
class Stock:
    """Receipts of trader A, one of them pledged to bank A; and two of trader B elsewhere."""

    free: ReceiptId
    pledged: ReceiptId
    elsewhere: ReceiptId
    pledged_elsewhere: ReceiptId


@pytest.fixture(scope="module")
def stock(gateway: Gateway) -> Stock:
    """Two receipts of each, one of them pledged."""
    pool = gateway.open_pool(WAREHOUSE_B)
    free, pledged = gateway.issue(COPPER, 2)
    elsewhere, lent = gateway.issue(pool, 2, holder=TRADER_B, warehouse=WAREHOUSE_B)
    gateway.ledger.pledge(pledged, BANK_A)
    gateway.ledger.pledge(lent, BANK_B, holder=TRADER_B, warehouse=WAREHOUSE_B)
    gateway.index()
    return Stock(free, pledged, elsewhere, lent)


def _drafted(gateway: Gateway, by: Member, path: str, body: dict[str, Any]) -> dict[str, Any]:
    answer = gateway.door(by).post(path, body)
    assert answer.status_code == 202, answer.text
    act: dict[str, Any] = answer.json()
    return act


def _portfolio(gateway: Gateway, bank: Member, *receipts: ReceiptId) -> dict[str, Any]:
    return {**pledge_body(gateway, bank), "receipt_ids": list(receipts)}


def _transfer(to: Member, *receipts: ReceiptId) -> dict[str, Any]:
    return {"transferee_id": to.party, "receipt_ids": list(receipts)}


def _attempts(gateway: Gateway, stock: Stock) -> dict[str, tuple[Member, str, dict[str, Any]]]:
    mixed = (stock.free, stock.elsewhere)
    of_pledged = f"/v1/receipts/{stock.pledged}"
    return {
        "a transferee": (TRADER_C, TRANSFERS, _transfer(TRADER_C, stock.free)),
        "a transferee of two holders": (TRADER_C, TRANSFERS, _transfer(TRADER_C, *mixed)),
        "a holder of another": (TRADER_B, TRANSFERS, _transfer(TRADER_C, *mixed)),
        "a bank": (BANK_C, PLEDGES, _portfolio(gateway, BANK_C, stock.free)),
        "a bank of two holders": (BANK_C, PLEDGES, _portfolio(gateway, BANK_C, *mixed)),
        "a warehouse of another": (WAREHOUSE_B, PLEDGES, _portfolio(gateway, BANK_C, *mixed)),
        "a pledgee of another": (
            BANK_B,
            "/v1/release-portfolios",
            {"receipt_ids": [stock.pledged, stock.pledged_elsewhere]},
        ),
        "a new pledgee": (BANK_C, f"{of_pledged}/assignments", {"new_pledgee_id": BANK_C.party}),
        "a warehouse of a substitute": (
            WAREHOUSE_B,
            f"{of_pledged}/substitutions",
            {"substitute_id": stock.elsewhere, "terms": pledge_body(gateway, BANK_C)["terms"]},
        ),
    }


def test_who_drafts_is_not_told_whose_the_receipts_are(gateway: Gateway, stock: Stock) -> None:
    for who, (by, path, body) in _attempts(gateway, stock).items():
        act = _drafted(gateway, by, path, body)
        shown = gateway.door(by).get(f"/v1/acts/{act['act_id']}").json()
        for told in (act, shown):
            assert not {one["party_id"] for one in told["signers"]} & SECRETS, who


def test_nor_finds_his_draft_by_asking_for_one_party_after_the_other(
    gateway: Gateway, stock: Stock
) -> None:
    for who, (by, path, body) in _attempts(gateway, stock).items():
        act = _drafted(gateway, by, path, body)
        for party in SECRETS:
            page = gateway.door(by).get(f"/v1/acts?party_id={party}&limit=200").json()
            assert act["act_id"] not in [item["act_id"] for item in page["items"]], (who, party)


def test_nor_learns_which_receipts_have_one_holder(gateway: Gateway, stock: Stock) -> None:
    (another,) = gateway.issue(COPPER)
    same = _drafted(gateway, TRADER_C, TRANSFERS, _transfer(TRADER_C, stock.free, another))
    unlike = _drafted(
        gateway, TRADER_C, TRANSFERS, _transfer(TRADER_C, stock.free, stock.elsewhere)
    )

    assert same["signers"] == unlike["signers"]


def test_nor_has_a_confederate_learn_it(gateway: Gateway, stock: Stock) -> None:
    body = _portfolio(gateway, BANK_C, stock.free, stock.elsewhere)
    act = _drafted(gateway, TRADER_B, PLEDGES, body)

    shown = gateway.door(BANK_C).get(f"/v1/acts/{act['act_id']}").json()

    assert not {one["party_id"] for one in shown["signers"]} & SECRETS


def test_those_who_know_are_told_and_a_signature_tells_the_others(
    gateway: Gateway, stock: Stock
) -> None:
    act = _drafted(gateway, BANK_C, PLEDGES, _portfolio(gateway, BANK_C, stock.free))
    path = f"/v1/acts/{act['act_id']}"

    def first_signer(who: Member) -> PartyId | None:
        party: PartyId | None = gateway.door(who).get(path).json()["signers"][0]["party_id"]
        return party

    assert (first_signer(WAREHOUSE_A), first_signer(TRADER_A)) == (TRADER_A.party,) * 2
    assert first_signer(BANK_C) is None
    listed = gateway.door(WAREHOUSE_A).get(f"/v1/acts?party_id={TRADER_A.party}&limit=200").json()
    assert act["act_id"] in [item["act_id"] for item in listed["items"]]

    gateway.sign(act, TRADER_A)

    assert first_signer(BANK_C) == TRADER_A.party
    mine = gateway.door(BANK_C).get(f"/v1/acts?party_id={TRADER_A.party}&limit=200").json()
    assert act["act_id"] in [item["act_id"] for item in mine["items"]]


def test_whom_the_holder_asks_is_told_who_asks(gateway: Gateway, stock: Stock) -> None:
    act = _drafted(gateway, TRADER_A, PLEDGES, _portfolio(gateway, BANK_C, stock.free))

    shown = gateway.door(BANK_C).get(f"/v1/acts/{act['act_id']}").json()

    assert shown["signers"][0]["party_id"] == TRADER_A.party
