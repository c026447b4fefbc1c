"""Serialised goods through the API: bales by page, coils one by one, and what a receipt holds."""

import itertools
from collections.abc import Iterable
from typing import Any

import pytest

from receipts_ledger.domain.content import fingerprint
from receipts_ledger.domain.ids import PoolId, ReceiptId, pool_id
from tests.support.cast import (
    INSPECTOR,
    REGISTRAR,
    TRADER_A,
    TRADER_B,
    WAREHOUSE_A,
    WAREHOUSE_B,
    Member,
)
from tests.support.gateway import DOCUMENT_KEY, OPERATOR, Gateway, code_of_refusal, done

COTTON = {"brand": "疆南", "grade": "31"}
COIL = {"brand": "BAOSTEEL", "grade": "Q235B"}
EVIDENCE = {"evidence": {"report_number": "SGS-1"}}
KILOGRAMS_OF_BALE = 220
_lots = itertools.count(1)


def _bales(lot: str, numbers: Iterable[int]) -> list[dict[str, Any]]:
    return [{"gin": "65001", "lot_number": lot, "bale_number": number} for number in numbers]


def _page(lot: str, page: int) -> bytes:
    return fingerprint("page of bale", f"65001|{lot}|{page}", key=DOCUMENT_KEY)


@pytest.fixture
def lot() -> str:
    """The number of a lot that no other test takes."""
    return f"L{next(_lots):06}"


def _open(
    gateway: Gateway, commodity: str, warehouse: Member = WAREHOUSE_A, index: int = 50
) -> PoolId:
    number = pool_id(warehouse.party, index)
    if gateway.door(OPERATOR).get(f"/v1/pools/{number}").status_code == 200:
        return number
    body = {
        "warehouse_id": warehouse.party,
        "index": index,
        "commodity": commodity,
        "place": "shed 9",
        "capacity": 10**9,
        "attestation_days": 30,
    }
    done(gateway, REGISTRAR, "/v1/pools", body, REGISTRAR, warehouse)
    count = {"quantity": 10**8, **EVIDENCE}
    done(gateway, INSPECTOR, f"/v1/pools/{number}/attestations", count, INSPECTOR)
    return number


@pytest.fixture
def shed(gateway: Gateway) -> PoolId:
    """A pool of cotton, whose bales stand in pages."""
    return _open(gateway, "cotton-bale")


def _issue_body(
    gateway: Gateway, pool: PoolId, *lists: list[dict[str, Any]], holder: Member = TRADER_A
) -> dict[str, Any]:
    new = [
        {
            "holder_id": holder.party,
            "quantity": max(len(items), 1) * KILOGRAMS_OF_BALE,
            "storage_until": gateway.day(200),
            "content": COTTON,
            "items": items,
        }
        for items in lists
    ]
    return {"pool_id": pool, "receipts": new, **EVIDENCE}


def _issue(
    gateway: Gateway, pool: PoolId, *lists: list[dict[str, Any]], holder: Member = TRADER_A
) -> list[ReceiptId]:
    warehouse = WAREHOUSE_A if pool >> 16 == WAREHOUSE_A.party else WAREHOUSE_B
    first = gateway.ledger.pool(pool).next_serial
    body = _issue_body(gateway, pool, *lists, holder=holder)
    done(gateway, warehouse, "/v1/receipts", body, warehouse, INSPECTOR)
    return [ReceiptId(pool << 32 | first + place) for place in range(len(lists))]


def _held(gateway: Gateway, receipt: ReceiptId) -> list[dict[str, Any]]:
    shown = gateway.door(OPERATOR).get(f"/v1/receipts/{receipt}").json()
    assert shown["item_count"] == len(shown["items"])
    found: list[dict[str, Any]] = shown["items"]
    return found


def test_a_pool_of_cotton_is_opened_with_pages(gateway: Gateway, shed: PoolId) -> None:
    shown = gateway.door(TRADER_A).get(f"/v1/pools/{shed}").json()

    assert (shown["serialised"], shown["paged"]) == (True, True)
    assert gateway.ledger.pool(shed).is_paged
    coils = _open(gateway, "hot-rolled-coil", index=51)
    shown = gateway.door(TRADER_A).get(f"/v1/pools/{coils}").json()
    assert (shown["serialised"], shown["paged"]) == (True, False)


def test_bales_stand_on_the_page_and_at_the_bit_of_their_number(
    gateway: Gateway, shed: PoolId, lot: str
) -> None:
    (receipt,) = _issue(gateway, shed, _bales(lot, [0, 1, 255, 256, 511, 2**32 - 1]))

    for page, bits in ((0, 1 << 255 | 3), (1, 1 << 255 | 1), (2**24 - 1, 1 << 255)):
        on_page = gateway.ledger.word("itemsOnPage(bytes32)", int.from_bytes(_page(lot, page)))
        assert on_page == bits
    assert [bale["bale_number"] for bale in _held(gateway, receipt)] == [
        0,
        1,
        255,
        256,
        511,
        2**32 - 1,
    ]


def test_a_whole_lot_costs_two_words(gateway: Gateway, shed: PoolId, lot: str) -> None:
    body = _issue_body(gateway, shed, _bales(lot, range(1, 187)))

    act = gateway.door(WAREHOUSE_A).post("/v1/receipts", body).json()

    assert len(act["typed_data"]["message"]["itemKeys"]) == 2
    assert act["typed_data"]["message"]["receipts"][0]["itemCount"] == 2


def test_a_bale_is_in_one_receipt_across_warehouses(
    gateway: Gateway, shed: PoolId, lot: str
) -> None:
    other = _open(gateway, "cotton-bale", WAREHOUSE_B)
    _issue(gateway, shed, _bales(lot, [1, 2]))
    body = _issue_body(gateway, other, _bales(lot, [2, 3]))

    found = code_of_refusal(gateway, WAREHOUSE_B, "/v1/receipts", body, WAREHOUSE_B, INSPECTOR)

    assert found == "ItemAlreadyReceipted"
    neighbours = _issue(gateway, other, _bales(lot, [3, 4]))
    assert len(_held(gateway, neighbours[0])) == 2


def test_a_name_that_is_written_otherwise_is_the_same_bale(
    gateway: Gateway, shed: PoolId, lot: str
) -> None:
    _issue(gateway, shed, _bales(lot, [1]))
    written = [{"gin": "６５００１", "lot_number": f" {lot.lower()} ", "bale_number": 1}]
    body = _issue_body(gateway, shed, written)

    found = code_of_refusal(gateway, WAREHOUSE_A, "/v1/receipts", body, WAREHOUSE_A, INSPECTOR)

    assert found == "ItemAlreadyReceipted"


def test_delivered_bales_leave_the_receipt_and_may_come_again(
    gateway: Gateway, shed: PoolId, lot: str
) -> None:
    (receipt,) = _issue(gateway, shed, _bales(lot, range(250, 260)))
    path = f"/v1/receipts/{receipt}/deliveries"
    body = {"quantity": 2 * KILOGRAMS_OF_BALE, "items": _bales(lot, [255, 256]), **EVIDENCE}

    done(gateway, TRADER_A, path, body, TRADER_A, WAREHOUSE_A)

    left = [bale["bale_number"] for bale in _held(gateway, receipt)]
    assert left == [250, 251, 252, 253, 254, 257, 258, 259]
    (again,) = _issue(gateway, shed, _bales(lot, [255, 256]))
    assert _held(gateway, again) == _bales(lot, [255, 256])
    gone = code_of_refusal(gateway, TRADER_A, path, body, TRADER_A, WAREHOUSE_A)
    assert gone == "ItemNotInReceipt"


def test_a_receipt_over_bales_is_split_merged_written_down_and_corrected(
    gateway: Gateway, shed: PoolId, lot: str
) -> None:
    (whole,) = _issue(gateway, shed, _bales(lot, range(10)))
    path = f"/v1/receipts/{whole}"
    parts = [
        {"quantity": 2 * KILOGRAMS_OF_BALE, "content": COTTON, "items": _bales(lot, [0, 1])},
        {"quantity": KILOGRAMS_OF_BALE, "content": COTTON, "items": _bales(lot, [9])},
    ]
    done(gateway, TRADER_A, f"{path}/splits", {"parts": parts}, TRADER_A, WAREHOUSE_A)
    first, second = ReceiptId(whole + 1), ReceiptId(whole + 2)
    assert _held(gateway, whole) == _bales(lot, range(2, 9))
    assert _held(gateway, first) == _bales(lot, [0, 1])
    assert _held(gateway, second) == _bales(lot, [9])

    merger = {"absorbed_id": second, "items": _bales(lot, [9])}
    done(gateway, TRADER_A, f"/v1/receipts/{first}/mergers", merger, TRADER_A, WAREHOUSE_A)
    assert _held(gateway, second) == []
    assert _held(gateway, first) == _bales(lot, [0, 1, 9])
    merger = {"absorbed_id": first, "items": _bales(lot, [0, 1, 9])}
    done(gateway, TRADER_A, f"{path}/mergers", merger, TRADER_A, WAREHOUSE_A)
    held = {bale["bale_number"] for bale in _held(gateway, whole)}
    assert held == set(range(10))

    loss = {"quantity": KILOGRAMS_OF_BALE, "items": _bales(lot, [4]), **EVIDENCE}
    done(gateway, WAREHOUSE_A, f"{path}/write-downs", loss, WAREHOUSE_A, INSPECTOR)
    rest = _bales(lot, [0, 1, 2, 3, 5, 6, 7, 8, 9])
    fresh = {"quantity": 9 * KILOGRAMS_OF_BALE - 5, "content": COTTON, "items": rest}
    done(gateway, TRADER_A, f"{path}/replacements", fresh, TRADER_A, WAREHOUSE_A)
    assert _held(gateway, whole) == []
    assert _held(gateway, ReceiptId(whole + 3)) == rest


def test_a_warehouse_cancels_its_own_receipt_over_bales(gateway: Gateway, lot: str) -> None:
    pool = _open(gateway, "cotton-bale", WAREHOUSE_B)
    (own,) = _issue(gateway, pool, _bales(lot, [1, 2]), holder=WAREHOUSE_B)
    path = f"/v1/receipts/{own}/cancellations"
    body = {"reason": {"text": "issued in error"}, "items": _bales(lot, [1])}
    assert code_of_refusal(gateway, WAREHOUSE_B, path, body, WAREHOUSE_B) == "ItemsMissing"

    body["items"] = _bales(lot, [1, 2])
    ended = done(gateway, WAREHOUSE_B, path, body, WAREHOUSE_B)

    assert [one["body"]["items"] for one in ended["contents"].values()] == [body["items"]]
    assert _held(gateway, own) == []


def test_coils_that_a_receipt_holds_are_shown_one_by_one(gateway: Gateway) -> None:
    pool = _open(gateway, "hot-rolled-coil", index=51)
    coils = [{"mill": "Baosteel", "heat_number": "H1", "coil_number": f"C{n}"} for n in range(3)]
    body = _issue_body(gateway, pool, coils)
    body["receipts"][0]["content"] = COIL
    first = gateway.ledger.pool(pool).next_serial
    done(gateway, WAREHOUSE_A, "/v1/receipts", body, WAREHOUSE_A, INSPECTOR)
    receipt = ReceiptId(pool << 32 | first)
    assert _held(gateway, receipt) == coils

    delivery = {"quantity": 1, "items": coils[:1], **EVIDENCE}
    path = f"/v1/receipts/{receipt}/deliveries"
    done(gateway, TRADER_A, path, delivery, TRADER_A, WAREHOUSE_A)

    assert _held(gateway, receipt) == coils[1:]


def test_the_items_of_a_receipt_are_for_those_concerned(
    gateway: Gateway, shed: PoolId, lot: str
) -> None:
    (receipt,) = _issue(gateway, shed, _bales(lot, [1]))

    shown = gateway.door(TRADER_B).get(f"/v1/receipts/{receipt}").json()

    assert shown["view"] == "public"
    assert shown.keys().isdisjoint({"items", "item_count", "content"})


_BALE = {"gin": "65001", "lot_number": "L1", "bale_number": 1}


@pytest.mark.parametrize(
    ("items", "field", "code"),
    [
        ([], "items", "ItemsMissing"),
        ([_BALE, _BALE], "items.1", "ItemAlreadyReceipted"),
        ([{"gin": "65001", "lot_number": "L1"}], "items.0.bale_number", "ProfileMismatch"),
        ([_BALE | {"bale_number": -1}], "items.0.bale_number", "ProfileMismatch"),
        ([_BALE | {"bale_number": 2**32}], "items.0.bale_number", "ProfileMismatch"),
        ([_BALE | {"bale_number": "1"}], "items.0.bale_number", "ProfileMismatch"),
        ([_BALE | {"bale_number": True}], "items.0.bale_number", "ProfileMismatch"),
        ([_BALE | {"bale_number": None}], "items.0.bale_number", "ProfileMismatch"),
        ([_BALE | {"bale_number": 1.0}], "items.0.bale_number", "InvalidRequest"),
        ([_BALE | {"bale_number": 2**53}], "items.0.bale_number", "InvalidRequest"),
        ([_BALE, _BALE | {"gin": " - "}], "items.1.gin", "ProfileMismatch"),
        ([_BALE | {"lot_number": "L|1"}], "items.0.lot_number", "ProfileMismatch"),
        ([_BALE | {"heat_number": "H1"}], "items.0.heat_number", "ProfileMismatch"),
        ([_BALE | {"bale_number": n} for n in range(201)], "items", "InvalidRequest"),
        ([_BALE | {"bale_number": n * 256} for n in range(201)][1:], "items", None),
    ],
)
def test_a_bale_that_is_none_is_named(
    gateway: Gateway, shed: PoolId, items: list[Any], field: str, code: str | None
) -> None:
    answer = gateway.door(WAREHOUSE_A).post("/v1/receipts", _issue_body(gateway, shed, items))

    if code is None:
        assert answer.status_code == 202
        return
    assert (answer.json()["code"], answer.json()["field"]) == (code, f"receipts.0.{field}")


def test_a_pool_that_was_opened_otherwise_than_its_profile_says_is_refused(
    gateway: Gateway, lot: str
) -> None:
    pool = gateway.open_pool(WAREHOUSE_B, 60, commodity="cotton-bale", is_paged=False)
    body = _issue_body(gateway, pool, _bales(lot, [1]))

    problem = gateway.door(WAREHOUSE_B).post("/v1/receipts", body).json()

    assert (problem["code"], problem["field"]) == ("ProfileMismatch", "pool_id")


def test_a_bale_that_two_receipts_of_one_issue_name_is_named(
    gateway: Gateway, shed: PoolId, lot: str
) -> None:
    body = _issue_body(gateway, shed, _bales(lot, [1, 2]), _bales(lot, [3, 2]))

    problem = gateway.door(WAREHOUSE_A).post("/v1/receipts", body).json()

    assert (problem["code"], problem["field"]) == ("ItemAlreadyReceipted", "receipts.1.items.1")


def test_more_pages_than_an_act_can_carry_are_refused(
    gateway: Gateway, shed: PoolId, lot: str
) -> None:
    apart = _bales(lot, range(0, 201 * 256, 256))
    body = _issue_body(gateway, shed, apart[:200], apart[200:])

    problem = gateway.door(WAREHOUSE_A).post("/v1/receipts", body).json()

    assert (problem["code"], problem["field"]) == ("InvalidRequest", "receipts.1.items")


def test_more_coils_than_an_act_can_carry_are_refused_in_a_split(gateway: Gateway) -> None:
    pool = _open(gateway, "hot-rolled-coil", index=51)
    coils = [{"mill": "B", "heat_number": "H2", "coil_number": f"C{n}"} for n in range(402)]
    body = _issue_body(gateway, pool, coils[:1])
    body["receipts"][0] |= {"content": COIL, "quantity": 1_000}
    first = gateway.ledger.pool(pool).next_serial
    done(gateway, WAREHOUSE_A, "/v1/receipts", body, WAREHOUSE_A, INSPECTOR)
    parts = [
        {"quantity": 1, "content": COIL, "items": coils[start : start + 134]}
        for start in (0, 134, 268)
    ]

    answer = gateway.door(TRADER_A).post(
        f"/v1/receipts/{pool << 32 | first}/splits", {"parts": parts}
    )

    assert answer.json()["field"] == "parts.2.items"
    assert answer.json()["code"] == "InvalidRequest"


@pytest.mark.parametrize(
    ("verb", "body"),
    [
        ("deliveries", {"quantity": 1, **EVIDENCE}),
        ("write-downs", {"quantity": 1, **EVIDENCE}),
        ("mergers", {}),
        ("cancellations", {"reason": {"text": "error"}}),
        ("replacements", {"quantity": 1, "content": COTTON}),
        ("splits", {}),
    ],
)
def test_a_bale_that_is_none_is_named_in_every_act(
    gateway: Gateway, shed: PoolId, lot: str, verb: str, body: dict[str, Any]
) -> None:
    (receipt,) = _issue(gateway, shed, _bales(lot, [1, 2]))
    broken = [*_bales(lot, [1]), {"gin": "65001", "lot_number": lot, "bale_number": -2}]
    asked, field = {**body, "items": broken}, "items.1.bale_number"
    if verb == "mergers":
        asked["absorbed_id"] = receipt
    if verb == "splits":
        asked = {"parts": [{"quantity": 1, "content": COTTON, "items": broken}]}
        field = f"parts.0.{field}"

    problem = gateway.door(OPERATOR).post(f"/v1/receipts/{receipt}/{verb}", asked).json()

    assert (problem["code"], problem["field"]) == ("ProfileMismatch", field)


def test_a_correction_that_breaks_the_profile_names_the_member(
    gateway: Gateway, receipt: ReceiptId
) -> None:
    body = {"quantity": 1, "content": {"brand": "GUIYE", "grade": "best"}}

    problem = gateway.door(TRADER_A).post(f"/v1/receipts/{receipt}/replacements", body).json()

    assert (problem["code"], problem["field"]) == ("ProfileMismatch", "content.grade")
