"""Every POST of the API: a body that would pass, and values that break each of its fields."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from receipts_ledger.domain.ids import ReceiptId, pool_id
from tests.support.cast import BANK_A, BANK_B, TRADER_B, WAREHOUSE_A
from tests.support.gateway import Gateway, issue_body, pledge_body

Body = dict[str, Any]
COPPER = pool_id(WAREHOUSE_A.party, 1)

_NOT_INTEGERS: list[Any] = ["1", "", 1.0, 1.5, True, None, [], {}, [1], "0x1"]
_NOT_TEXTS: list[Any] = [1, True, None, [], {}, 1.5]
_NOT_OBJECTS: list[Any] = ["a", 1, True, None, [], [{}], {}]
_BAD_CONTENTS: list[Any] = [
    *_NOT_OBJECTS,
    {"A": 1},
    {"a b": 1},
    {"": 1},
    {"a": 1.5},
    {"a": 2**53},
    {"a": "\x00"},
    {"a": "x" * 4_001},
    {"a": {"a": {"a": {"a": {"a": {"a": {"a": 1}}}}}}},
    {"a": list(range(65))},
    {f"a{number}": 1 for number in range(65)},
]
_BAD_DATES: list[Any] = [
    *_NOT_TEXTS,
    "",
    "today",
    "2027-13-01",
    "2027-02-30",
    "2019-12-31",
    "2064-11-09",
    "9999-12-31",
    "20270101",
    "2027-01-01T00:00:00Z",
    "２０２７-01-01",
    20270101,
]
_BAD_DEADLINES: list[Any] = [
    1,
    True,
    [],
    {},
    1.5,
    "",
    "tomorrow",
    "2027-01-01",
    "2027-01-01T00:00:00",
    "2027-13-01T00:00:00Z",
    "2020-01-01T00:00:00Z",
    "9999-12-31T23:59:59Z",
    1_900_000_000,
]
_BAD_KEYS: list[Any] = [
    *_NOT_TEXTS,
    "",
    "0x",
    "70997970c51812dc3a010c7d01b50e0d17dc79c8",
    "0x70997970c51812dc3a010c7d01b50e0d17dc79",
    "0x" + "00" * 20,
    "0x" + "zz" * 20,
    "0x70997970C51812dc3A010C7d01b50e0d17dc79c8",
]


def _integers(least: int, most: int) -> list[Any]:
    beyond = [least - 1, most + 1, -(2**63) - 1, 2**64, 10**40]
    return [*_NOT_INTEGERS, *beyond]


_PARTY = _integers(1, 2**22 - 1)
_INSTITUTION = _integers(1, 2**16 - 1)
_VERSION = [value for value in _integers(1, 2**16 - 1) if value is not None]
_RECEIPT_VERSION = [value for value in _integers(1, 2**14 - 1) if value is not None]
_BAD_DOCUMENTS: list[Any] = [
    "a",
    1,
    True,
    None,
    {},
    ["a"],
    [{}],
    [{"kind": "invoice"}],
    [{"identifier": "1"}],
    [{"kind": "Invoice", "identifier": "1"}],
    [{"kind": "invoice", "identifier": ""}],
    [{"kind": "invoice", "identifier": " - "}],
    [{"kind": "invoice", "identifier": 1}],
    [{"kind": "invoice", "identifier": "\x00"}],
    [{"kind": "invoice", "identifier": "x" * 201}],
    [{"kind": "invoice", "identifier": "1", "more": 1}],
    [{"kind": "invoice", "identifier": str(number)} for number in range(33)],
]


@dataclass(frozen=True)
class Request:
    """A request that would pass, and what breaks each of its fields."""

    path: str
    body: Callable[[Gateway, ReceiptId], Body]
    broken: dict[str, list[Any]]
    required: tuple[str, ...]


def _admit(gateway: Gateway, receipt: ReceiptId) -> Body:
    return {
        "party_id": 900,
        "roles": ["lender"],
        "key": "0x70997970c51812dc3a010c7d01b50e0d17dc79c8",
        "profile": {"name": "Bank"},
    }


def _pledge(gateway: Gateway, receipt: ReceiptId) -> Body:
    return pledge_body(gateway, BANK_A)


def _portfolio(gateway: Gateway, receipt: ReceiptId) -> Body:
    return {"receipt_ids": [receipt], **pledge_body(gateway, BANK_A)}


def _issue(gateway: Gateway, receipt: ReceiptId) -> Body:
    return issue_body(gateway, COPPER)


def new_receipt(gateway: Gateway, **changes: Any) -> Body:
    """Return one receipt of an issue, with some members changed."""
    receipt: Body = issue_body(gateway, COPPER)["receipts"][0]
    return receipt | changes


_BAD_TERMS = [
    *_BAD_CONTENTS,
    {"note": "no amount"},
    {"amount": 5},
    {"amount": {"minor": 0, "currency": "CNY"}},
    {"amount": {"minor": -1, "currency": "CNY"}},
    {"amount": {"minor": 1.5, "currency": "CNY"}},
    {"amount": {"minor": "1", "currency": "CNY"}},
    {"amount": {"minor": True, "currency": "CNY"}},
    {"amount": {"minor": 2**53, "currency": "CNY"}},
    {"amount": {"minor": 1}},
    {"amount": {"minor": 1, "currency": "cny"}},
    {"amount": {"minor": 1, "currency": "CNYX"}},
    {"amount": {"minor": 1, "currency": 156}},
    {"amount": {"minor": 1, "currency": "CNY", "more": 1}},
    {"amount": {"minor": 1, "currency": "CNY"}, "documents": []},
]
_BAD_RECEIPT_IDS: list[Any] = [
    "a",
    1,
    True,
    None,
    {},
    [],
    [-1],
    [2**64],
    [10**40],
    [1.5],
    [None],
    [True],
    ["1-2"],
    ["1-2-3-4"],
    ["65536-1-1"],
    ["12-1-٣"],
    ["18446744073709551616"],
    list(range(1, 202)),
]
_OF_PLEDGE = {
    "pledgee_id": _INSTITUTION,
    "maturity": _BAD_DATES,
    "terms": _BAD_TERMS,
    "documents": [*_BAD_DOCUMENTS, []],
    "deadline": _BAD_DEADLINES,
}
_OF_ORDER = {"order": _BAD_CONTENTS, "version": _RECEIPT_VERSION, "deadline": _BAD_DEADLINES}
_OF_KEY = {"key": _BAD_KEYS, "version": _VERSION, "deadline": _BAD_DEADLINES}
_OF_STANDING = {"reason": _BAD_CONTENTS, "version": _VERSION, "deadline": _BAD_DEADLINES}

_CONTENT = {"brand": "GUIYE", "grade": "Cu-CATH-1", "bundles": 2}
_BAD_ITEMS: list[Any] = ["a", 1, True, None, {}, [1], ["a"], [{}] * 201]
_BAD_RECEIPTS: list[Any] = [True, None, "", "12-1", [], {}, 1.5, -1, 2**64, "12-1-x", "a"]
_OPTIONAL_CONTENTS = [value for value in _BAD_CONTENTS if value is not None]
_OF_PAPER = {"paper": _BAD_CONTENTS, "version": _RECEIPT_VERSION, "deadline": _BAD_DEADLINES}
_OF_REASON = {"reason": _BAD_CONTENTS, "version": _RECEIPT_VERSION, "deadline": _BAD_DEADLINES}
_OF_RECOVERY = {**_OF_KEY, "evidence": _BAD_CONTENTS}
_RECOVERY = {
    "key": "0x70997970c51812dc3a010c7d01b50e0d17dc79c8",
    "evidence": {"court": "1"},
}
_CHANGES_OF_RECEIPTS = (
    Request(
        "/v1/receipts/{receipt}/splits",
        lambda *_: {"parts": [{"quantity": 1_000, "content": _CONTENT}]},
        {
            "parts": [
                *("a", 1, True, None, {}, [], [1], [{}], [{"quantity": 1}]),
                [{"quantity": 0, "content": _CONTENT}],
                [{"quantity": 1, "content": _CONTENT, "more": 1}],
                [{"quantity": 1, "content": {"a": 1.5}}],
                [{"quantity": 1, "content": _CONTENT}] * 101,
            ],
            "version": _RECEIPT_VERSION,
            "deadline": _BAD_DEADLINES,
        },
        ("parts",),
    ),
    Request(
        "/v1/receipts/{receipt}/mergers",
        lambda _, receipt: {"absorbed_id": receipt},
        {
            "absorbed_id": _BAD_RECEIPTS,
            "items": _BAD_ITEMS,
            "version": _RECEIPT_VERSION,
            "deadline": _BAD_DEADLINES,
        },
        ("absorbed_id",),
    ),
    Request(
        "/v1/receipts/{receipt}/replacements",
        lambda *_: {"quantity": 1_000, "content": _CONTENT},
        {
            "quantity": _integers(1, 2**40 - 1),
            "content": _BAD_CONTENTS,
            "items": _BAD_ITEMS,
            "version": _RECEIPT_VERSION,
            "deadline": _BAD_DEADLINES,
        },
        ("quantity", "content"),
    ),
    Request(
        "/v1/receipts/{receipt}/cancellations",
        lambda *_: {"reason": {"text": "error"}},
        {**_OF_REASON, "reason": [*_BAD_CONTENTS, {"items": []}], "items": _BAD_ITEMS},
        ("reason",),
    ),
    Request(
        "/v1/receipts/{receipt}/write-downs",
        lambda *_: {"quantity": 1_000, "evidence": {"report": "1"}},
        {
            "quantity": _integers(1, 2**40 - 1),
            "evidence": [*_BAD_CONTENTS, {"items": []}],
            "items": _BAD_ITEMS,
            "version": _RECEIPT_VERSION,
            "deadline": _BAD_DEADLINES,
        },
        ("quantity", "evidence"),
    ),
    Request(
        "/v1/receipts/{receipt}/extensions",
        lambda gateway, _: {"storage_until": gateway.day(900)},
        {
            "storage_until": _BAD_DATES,
            "terms": _OPTIONAL_CONTENTS,
            "version": _RECEIPT_VERSION,
            "deadline": _BAD_DEADLINES,
        },
        ("storage_until",),
    ),
    Request(
        "/v1/receipts/{receipt}/paper", lambda *_: {"paper": {"number": "1"}}, _OF_PAPER, ("paper",)
    ),
    Request(
        "/v1/receipts/{receipt}/paper-returns",
        lambda *_: {"paper": {"number": "1"}},
        _OF_PAPER,
        ("paper",),
    ),
    Request(
        "/v1/receipts/{receipt}/claims",
        lambda *_: {"claim": {"claimant": "1"}},
        {"claim": _BAD_CONTENTS, "version": _RECEIPT_VERSION, "deadline": _BAD_DEADLINES},
        ("claim",),
    ),
    Request(
        "/v1/receipts/{receipt}/claim-endings",
        lambda *_: {"reason": {"text": "settled"}},
        _OF_REASON,
        ("reason",),
    ),
    Request(
        "/v1/receipts/{receipt}/invalidations",
        lambda *_: {"reason": {"text": "lost mail"}},
        _OF_REASON,
        ("reason",),
    ),
    Request(
        "/v1/receipts/{receipt}/substitutions",
        lambda _, receipt: {
            "substitute_id": receipt,
            "terms": {"amount": {"minor": 1, "currency": "CNY"}},
        },
        {
            "substitute_id": _BAD_RECEIPTS,
            "terms": _BAD_TERMS,
            "version": _RECEIPT_VERSION,
            "deadline": _BAD_DEADLINES,
        },
        ("substitute_id", "terms"),
    ),
    Request(
        "/v1/transfer-portfolios",
        lambda _, receipt: {"receipt_ids": [receipt], "transferee_id": TRADER_B.party},
        {
            "receipt_ids": _BAD_RECEIPT_IDS,
            "transferee_id": _PARTY,
            "terms": _OPTIONAL_CONTENTS,
            "deadline": _BAD_DEADLINES,
        },
        ("receipt_ids", "transferee_id"),
    ),
)
_CHANGES_OF_OTHERS = (
    *(
        Request(
            f"/v1/pools/{COPPER}/{verb}",
            lambda *_: {"reason": {"text": "recount"}},
            _OF_STANDING,
            ("reason",),
        )
        for verb in ("pauses", "resumptions", "seals")
    ),
    *(
        Request(
            f"/v1/parties/{BANK_A.party}/{verb}",
            lambda *_: dict(_RECOVERY),
            _OF_RECOVERY,
            ("key", "evidence"),
        )
        for verb in ("recovery", "recovery-completions")
    ),
    Request(
        f"/v1/parties/{BANK_A.party}/recovery-vetoes",
        lambda *_: {"reason": {"text": "here it is"}},
        _OF_STANDING,
        ("reason",),
    ),
)

REQUESTS = (
    *_CHANGES_OF_RECEIPTS,
    *_CHANGES_OF_OTHERS,
    Request(
        "/v1/parties",
        _admit,
        {
            "party_id": _PARTY,
            "roles": ["lender", 1, None, [], {}, ["banker"], [8], ["lender"] * 9, [None]],
            "key": _BAD_KEYS,
            "profile": _BAD_CONTENTS,
            "deadline": _BAD_DEADLINES,
        },
        ("party_id", "roles", "key", "profile"),
    ),
    Request(
        f"/v1/parties/{BANK_A.party}/suspension",
        lambda *_: {"reason": {"text": "licence"}},
        _OF_STANDING,
        ("reason",),
    ),
    Request(
        f"/v1/parties/{BANK_A.party}/reinstatement",
        lambda *_: {"reason": {"text": "licence"}},
        _OF_STANDING,
        ("reason",),
    ),
    Request(
        f"/v1/parties/{BANK_A.party}/keys",
        lambda *_: {"key": "0x70997970c51812dc3a010c7d01b50e0d17dc79c8"},
        _OF_KEY,
        ("key",),
    ),
    Request(
        f"/v1/parties/{BANK_A.party}/key-revocations",
        lambda *_: {"key": "0x70997970c51812dc3a010c7d01b50e0d17dc79c8"},
        _OF_KEY,
        ("key",),
    ),
    Request(
        "/v1/pools",
        lambda *_: {
            "warehouse_id": WAREHOUSE_A.party,
            "index": 7,
            "commodity": "tin-ingot",
            "place": "shed 7",
            "capacity": 10**9,
            "attestation_days": 30,
        },
        {
            "warehouse_id": _INSTITUTION,
            "index": _integers(0, 2**16 - 1),
            "commodity": [*_NOT_TEXTS, "", "Tin", "no-such-thing", "../tin-ingot", "x" * 65],
            "place": [*_NOT_TEXTS, "", "\x00", "a\nb", "x" * 201],
            "capacity": _integers(1, 2**56 - 1),
            "attestation_days": _integers(1, 255),
            "bonded": [1, 0, "true", None, [], {}],
            "non_negotiable": [1, 0, "true", None, [], {}],
            "deadline": _BAD_DEADLINES,
        },
        ("warehouse_id", "index", "commodity", "place", "capacity", "attestation_days"),
    ),
    Request(
        f"/v1/pools/{COPPER}/attestations",
        lambda *_: {"quantity": 10**8, "evidence": {"report": "1"}},
        {
            "quantity": _integers(0, 2**56 - 1),
            "evidence": _BAD_CONTENTS,
            "version": _VERSION,
            "deadline": _BAD_DEADLINES,
        },
        ("quantity", "evidence"),
    ),
    Request(
        "/v1/receipts",
        _issue,
        {
            "pool_id": _integers(0, 2**32 - 1),
            "receipts": ["a", 1, None, {}, [], [1], [{}], [None]],
            "documents": _BAD_DOCUMENTS,
            "evidence": [*_BAD_CONTENTS, {"documents": []}],
            "deadline": _BAD_DEADLINES,
        },
        ("pool_id", "receipts", "evidence"),
    ),
    Request(
        "/v1/receipts/{receipt}/transfers",
        lambda *_: {"transferee_id": TRADER_B.party},
        {
            "transferee_id": _PARTY,
            "terms": [value for value in _BAD_CONTENTS if value is not None],
            "version": _RECEIPT_VERSION,
            "deadline": _BAD_DEADLINES,
        },
        ("transferee_id",),
    ),
    Request(
        "/v1/receipts/{receipt}/pledges",
        _pledge,
        {**_OF_PLEDGE, "version": _RECEIPT_VERSION},
        ("pledgee_id", "maturity", "terms", "documents"),
    ),
    Request(
        "/v1/pledge-portfolios",
        _portfolio,
        {**_OF_PLEDGE, "receipt_ids": _BAD_RECEIPT_IDS},
        ("receipt_ids", "pledgee_id", "maturity", "terms", "documents"),
    ),
    Request(
        "/v1/release-portfolios",
        lambda _, receipt: {"receipt_ids": [receipt]},
        {"receipt_ids": _BAD_RECEIPT_IDS, "deadline": _BAD_DEADLINES},
        ("receipt_ids",),
    ),
    Request(
        "/v1/receipts/{receipt}/releases",
        lambda *_: {},
        {
            "terms": [value for value in _BAD_CONTENTS if value is not None],
            "version": _RECEIPT_VERSION,
            "deadline": _BAD_DEADLINES,
        },
        (),
    ),
    Request(
        "/v1/receipts/{receipt}/assignments",
        lambda *_: {"new_pledgee_id": BANK_B.party},
        {
            "new_pledgee_id": _INSTITUTION,
            "terms": [value for value in _BAD_CONTENTS if value is not None],
            "version": _RECEIPT_VERSION,
            "deadline": _BAD_DEADLINES,
        },
        ("new_pledgee_id",),
    ),
    Request(
        "/v1/receipts/{receipt}/defaults",
        lambda *_: {"notice": {"unpaid_minor": 5}},
        {"notice": _BAD_CONTENTS, "version": _RECEIPT_VERSION, "deadline": _BAD_DEADLINES},
        ("notice",),
    ),
    Request(
        "/v1/receipts/{receipt}/cures",
        lambda gateway, _: {"maturity": gateway.day(60)},
        {
            "maturity": _BAD_DATES,
            "terms": [value for value in _BAD_CONTENTS if value is not None],
            "version": _RECEIPT_VERSION,
            "deadline": _BAD_DEADLINES,
        },
        ("maturity",),
    ),
    Request(
        "/v1/receipts/{receipt}/enforcements",
        lambda *_: {"transferee_id": TRADER_B.party},
        {
            "transferee_id": _PARTY,
            "terms": [value for value in _BAD_CONTENTS if value is not None],
            "version": _RECEIPT_VERSION,
            "deadline": _BAD_DEADLINES,
        },
        ("transferee_id",),
    ),
    Request(
        "/v1/receipts/{receipt}/deliveries",
        lambda *_: {"quantity": 1, "evidence": {"gate_pass": "1"}},
        {
            "quantity": _integers(1, 2**40 - 1),
            "evidence": [*_BAD_CONTENTS, {"items": []}, {"documents": []}],
            "items": ["a", 1, None, {}, [1], [{}], [{"mill": "x"}], [None]],
            "documents": _BAD_DOCUMENTS,
            "version": _RECEIPT_VERSION,
            "deadline": _BAD_DEADLINES,
        },
        ("quantity", "evidence"),
    ),
    Request(
        "/v1/receipts/{receipt}/freezes",
        lambda *_: {"order": {"court": "x"}},
        _OF_ORDER,
        ("order",),
    ),
    Request(
        "/v1/receipts/{receipt}/unfreezes",
        lambda *_: {"order": {"court": "x"}},
        _OF_ORDER,
        ("order",),
    ),
)
IN_NEW_RECEIPT: dict[str, list[Any]] = {
    "holder_id": _PARTY,
    "quantity": _integers(1, 2**40 - 1),
    "storage_until": _BAD_DATES,
    "content": [
        *_BAD_CONTENTS,
        {"brand": "GUIYE"},
        {"grade": "Cu-CATH-1"},
        {"brand": "GUIYE", "grade": "best"},
        {"brand": "", "grade": "Cu-CATH-1"},
        {"brand": "GUIYE", "grade": "Cu-CATH-1", "colour": "red"},
        {"brand": "GUIYE", "grade": "Cu-CATH-1", "bundles": 0},
        {"brand": "GUIYE", "grade": "Cu-CATH-1", "inbound_on": "2027-02-31"},
    ],
    "items": ["a", 1, None, {}, [1], [{"mill": "x"}]],
}
