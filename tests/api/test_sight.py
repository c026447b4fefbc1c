"""Who sees which field of which answer: one table for each answer, and every member named.

A field that an answer gets and no table names fails here: whoever adds it decides who sees it.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from receipts_ledger.domain.ids import PartyId, ReceiptId, receipt_id
from receipts_ledger.domain.party import Role
from tests.support.cast import (
    AUDITOR,
    AUTHORITY,
    BANK_A,
    BANK_B,
    BANK_C,
    INSPECTOR,
    REGISTRAR,
    STRANGER,
    TRADER_A,
    TRADER_B,
    TRADER_C,
    WAREHOUSE_A,
    WAREHOUSE_B,
    Member,
)
from tests.support.gateway import OPERATOR, Door, Gateway, done, issue_body, pledge_body
from tests.support.requests import COPPER, REQUESTS, Request
from tests.support.sight import (
    ACT,
    AS_OF,
    ASSIGNMENT,
    CARRIED_OUT,
    CERTIFICATE,
    FIRST_PLEDGE,
    HAPPENED,
    HISTORY,
    HISTORY_WHOLE,
    HOLDINGS,
    ISSUE,
    PARTY,
    PLEDGEE,
    POOL,
    PROBLEM,
    RECEIPT,
    RECEIPT_WHOLE,
    RECEIPT_WITHOUT_CONTENTS,
    REFUSAL,
    SECOND_PLEDGE,
    SESSION,
    SIGNED,
    STOCK,
    STORED,
)

OF_A_RECEIPT = [request for request in REQUESTS if "{receipt}" in request.path]
OTHER_BANK = Member("bank e", PartyId(4_301), Role.LENDER)

# What each is to the one receipt of this module.
WHO: dict[str, Member | str] = {
    "operator": OPERATOR,
    "registrar": REGISTRAR,
    "authority": AUTHORITY,
    "auditor": AUDITOR,
    "warehouse": WAREHOUSE_A,
    "holder": TRADER_A,
    "pledgee": BANK_A,
    "lender asked": BANK_C,
    "former holder": TRADER_B,
    "former pledgee": BANK_B,
    "inspector": INSPECTOR,
    "other warehouse": WAREHOUSE_B,
    "other holder": TRADER_C,
    "other lender": OTHER_BANK,
    "not admitted": STRANGER,
}
OVERSEERS = {"operator", "registrar", "authority", "auditor"}
CONCERNED = OVERSEERS | {"warehouse", "holder", "pledgee"}
INFORMED = CONCERNED | {"lender asked"}

# What nobody but those concerned may find anywhere, in whatever form.
QUANTITY, AMOUNT, RATE = 25_013, 120_000_777, 4_397
BRAND, INVOICE, TERM = "BRAND-OF-THIS-TEST", "INV-OF-THIS-TEST", "covenant of this test"
SECRETS = (str(QUANTITY), str(AMOUNT), str(RATE), BRAND, INVOICE, TERM)


def _holds(text: str, secret: str) -> bool:
    # Four digits are in many a hash and in many an identifier, by chance.
    return re.search(rf"(?<![\w-]){secret}(?![\w-])", text) is not None


@dataclass(frozen=True)
class Story:
    """What has happened to the receipt: issued, pledged, released, sold, pledged again."""

    receipt: ReceiptId
    issue: str
    first_pledge: str
    second_pledge: str
    assignment: str
    refusal: str


@pytest.fixture(scope="module")
def story(gateway: Gateway) -> Story:
    """Tell it, in acts that all came by the API, so that the gateway holds all contents."""
    gateway.admit([OTHER_BANK])
    gateway.door(STRANGER)
    number = receipt_id(COPPER, gateway.ledger.pool(COPPER).next_serial)
    goods = {
        "holder_id": TRADER_B.party,
        "quantity": QUANTITY,
        "storage_until": gateway.day(200),
        "content": {"brand": BRAND, "grade": "Cu-CATH-1", "bundles": 10},
    }
    body = issue_body(gateway, COPPER, receipts=[goods])
    issue = done(gateway, WAREHOUSE_A, "/v1/receipts", body, WAREHOUSE_A, INSPECTOR)
    path = f"/v1/receipts/{number}"
    pledge = pledge_body(gateway, BANK_B)
    first = done(gateway, TRADER_B, f"{path}/pledges", pledge, TRADER_B, WAREHOUSE_A, BANK_B)
    done(gateway, BANK_B, f"{path}/releases", {}, BANK_B)
    sale = {"transferee_id": TRADER_A.party, "terms": {"price": {"minor": 1, "currency": "CNY"}}}
    done(gateway, TRADER_B, f"{path}/transfers", sale, TRADER_B, TRADER_A)
    terms = {
        "amount": {"minor": AMOUNT, "currency": "CNY"},
        "rate_basis_points": RATE,
        "covenant": TERM,
    }
    invoice = [{"kind": "invoice", "identifier": INVOICE}]
    again = pledge_body(gateway, BANK_A, terms=terms, documents=invoice)
    second = done(gateway, TRADER_A, f"{path}/pledges", again, TRADER_A, WAREHOUSE_A, BANK_A)
    refused = gateway.door(TRADER_A).post(f"{path}/pledges", pledge_body(gateway, OTHER_BANK))
    assert refused.json()["code"] == "AlreadyEncumbered"
    assigned = gateway.door(BANK_A).post(f"{path}/assignments", _assignment())
    assert assigned.status_code == 202, assigned.text
    return Story(
        number,
        issue["act_id"],
        first["act_id"],
        second["act_id"],
        assigned.json()["act_id"],
        refused.json()["refusal_id"],
    )


def _assignment() -> dict[str, Any]:
    return {"new_pledgee_id": BANK_C.party}


def fields_of(value: Any, path: str = "") -> Iterator[str]:
    """Yield the dotted name of every member; all members of a list count as one."""
    match value:
        case dict() if value:
            for name, member in value.items():
                yield from fields_of(member, f"{path}.{name}" if path else name)
        case list() if value and isinstance(value[0], dict):
            for member in value:
                yield from fields_of(member, f"{path}[]")
        case _:
            yield path


OVERSEER = {"operator", "auditor"}
EVERYBODY = set(WHO)


def doors(gateway: Gateway) -> Iterator[tuple[str, Door]]:
    """Yield each of the cast with the API as it sees it."""
    for who, member in WHO.items():
        yield who, gateway.door(member)


def shown_alone(gateway: Gateway, who: str, path: str) -> set[str]:
    """Return the fields of an answer, none where there is no answer for the asker."""
    answer = gateway.door(WHO[who]).get(path)
    if answer.status_code != 200:
        assert answer.status_code in (403, 404), answer.text
        return set()
    return told(answer.json())


def told(body: Any) -> set[str]:
    """Return the fields of a body, without what names a commitment, or a field of typed data."""
    found = (re.sub("0x[0-9a-f]{64}", "*", name) for name in fields_of(body))
    return {re.sub(r"^typed_data\..*", "typed_data", name) for name in found}


def expect(seen: dict[str, set[str]], *table: tuple[set[str], set[str]]) -> None:
    """Compare what each was shown with a table: to whom, which fields. Others: nothing."""
    expected: dict[str, set[str]] = {who: set() for who in WHO}
    for who, fields in table:
        for each in who:
            expected[each] = fields
    wrong = {
        who: {"too much": seen[who] - expected[who], "too little": expected[who] - seen[who]}
        for who in WHO
        if seen[who] != expected[who]
    }
    assert wrong == {}


def test_a_receipt(gateway: Gateway, story: Story) -> None:
    path = f"/v1/receipts/{story.receipt}"
    seen = {who: shown_alone(gateway, who, path) for who in WHO}
    expect(seen, (EVERYBODY, RECEIPT), (INFORMED, RECEIPT_WHOLE))


def test_a_certificate(gateway: Gateway, story: Story) -> None:
    for _ in range(2):
        gateway.ledger.rpc.call("evm_mine")
    gateway.index()
    path = f"/v1/receipts/{story.receipt}/certificate"
    seen = {who: shown_alone(gateway, who, path) for who in WHO}
    # Its proof shows the whole word: there is none with less in it, so that others get none.
    expect(seen, (INFORMED, CERTIFICATE))


def test_a_receipt_in_a_list(gateway: Gateway, story: Story) -> None:
    seen = {}
    for who, door in doors(gateway):
        page = door.get(f"/v1/receipts?pool_id={COPPER}&limit=200").json()
        assert set(page) == {"items", "next_cursor", "as_of"}
        (row,) = (row for row in page["items"] if row["receipt_id"] == story.receipt)
        seen[who] = told(row)
    # Whoever is asked into an act looks at the receipt itself, where that is written down.
    expect(seen, (EVERYBODY, RECEIPT), (CONCERNED, RECEIPT_WITHOUT_CONTENTS))


def test_a_receipts_history(gateway: Gateway, story: Story) -> None:
    path = f"/v1/receipts/{story.receipt}/history"
    seen = {}
    for who, door in doors(gateway):
        page = door.get(path).json()
        assert set(page) == {"items", "next_cursor"}
        seen[who] = set().union(*(told(row) for row in page["items"]))
    expect(seen, (EVERYBODY, HISTORY), (INFORMED, HISTORY_WHOLE))


def test_who_signed_what_is_in_a_receipts_history(gateway: Gateway, story: Story) -> None:
    path = f"/v1/receipts/{story.receipt}/history?signers=true"
    seen = {}
    for who, door in doors(gateway):
        rows = door.get(path).json()["items"]
        seen[who] = set().union(*(told(row) for row in rows))
    expect(seen, (EVERYBODY, HISTORY), (INFORMED, HISTORY_WHOLE | SIGNED))


def test_a_receipt_as_it_was(gateway: Gateway, story: Story) -> None:
    newest = gateway.client.get("/v1/ledger").json()["block_number"]
    path = f"/v1/receipts/{story.receipt}/states/{newest}"
    seen = {who: shown_alone(gateway, who, path) for who in WHO}
    expect(seen, (EVERYBODY, RECEIPT | AS_OF), (INFORMED, RECEIPT_WHOLE | AS_OF))


def test_a_pool_and_a_party_as_they_were_are_shown_as_they_are(
    gateway: Gateway, story: Story
) -> None:
    newest = gateway.client.get("/v1/ledger").json()["block_number"]
    for path in (f"/v1/pools/{COPPER}", f"/v1/parties/{BANK_A.party}"):
        for who in WHO:
            then = shown_alone(gateway, who, f"{path}/states/{newest}")
            assert then == shown_alone(gateway, who, path) | AS_OF, (path, who)


def test_books_of_parties(gateway: Gateway, story: Story) -> None:
    for party, capacity, its_own, fields in (
        (BANK_A, "lender", "pledgee", HOLDINGS),
        (TRADER_A, "holder", "holder", HOLDINGS),
        (WAREHOUSE_A, "warehouse", "warehouse", STORED),
    ):
        path = f"/v1/parties/{party.party}/holdings?capacity={capacity}"
        seen = {who: shown_alone(gateway, who, path) for who in WHO}
        expect(seen, (OVERSEERS | {its_own}, fields))


def test_stock_of_a_pool(gateway: Gateway, story: Story) -> None:
    path = f"/v1/pools/{COPPER}/stock"
    seen = {who: shown_alone(gateway, who, path) for who in WHO}
    expect(seen, (OVERSEERS | {"warehouse"}, STOCK))


FEED_PUBLIC = {"receipt_id", "status", "encumbered", "version", "tx_hash"}
FEED_WHOLE = {"receipt_id", "word", "tx_hash"}


@pytest.mark.parametrize(
    ("event", "place", "more", "concerned"),
    [
        ("Issued", 0, {"content"}, {"former holder"}),
        ("Pledged", 0, {"terms"}, {"former holder", "former pledgee"}),
        ("Released", 0, {"terms"}, {"former holder"}),
        ("Transferred", 0, {"terms"}, {"holder"}),
        ("Pledged", 1, {"terms"}, {"holder", "pledgee"}),
    ],
)
def test_an_event_of_the_feed_is_for_those_whom_it_made_holder_or_pledgee(
    gateway: Gateway,
    story: Story,
    *,
    event: str,
    place: int,
    more: set[str],
    concerned: set[str],
) -> None:
    seen = {who: set(_of_feed(door, story, event)[place]) for who, door in doors(gateway)}
    whole = OVERSEERS | {"warehouse"} | concerned
    expect(seen, (EVERYBODY, FEED_PUBLIC), (whole, FEED_WHOLE | more))


def _of_feed(door: Door, story: Story, event: str) -> list[dict[str, Any]]:
    found = []
    after = -1
    while True:
        page = door.get(f"/v1/events?after={max(after, 0)}&limit=200").json()
        for item in page["items"]:
            assert set(item) == HAPPENED - {"tx_hash"} | {"seq", "kind", "payload"}
            payload = item["payload"] or {}
            if item["event"] == event and payload.get("receipt_id") == story.receipt:
                found.append(payload)
        if page["last_seq"] == after:
            return found
        after = page["last_seq"]


def test_documents_in_the_feed_are_not_for_strangers(gateway: Gateway, story: Story) -> None:
    for who, door in doors(gateway):
        after, names = 0, set()
        while True:
            page = door.get(f"/v1/events?after={after}&limit=200").json()
            for item in page["items"]:
                if item["event"] == "DocumentUsed" and item["payload"]["subject"] == story.receipt:
                    names |= set(item["payload"])
            if page["last_seq"] == after:
                break
            after = page["last_seq"]
        is_told = who in OVERSEERS | {"warehouse"}
        assert names == {"subject", "tx_hash"} | ({"document"} if is_told else set()), who


def test_acts(gateway: Gateway, story: Story) -> None:
    for act, fields, who in (
        (story.issue, ISSUE, {"warehouse", "inspector"}),
        (story.first_pledge, FIRST_PLEDGE, {"former holder", "warehouse", "former pledgee"}),
        (story.second_pledge, SECOND_PLEDGE, {"holder", "warehouse", "pledgee"}),
        (story.assignment, ASSIGNMENT, {"pledgee", "lender asked"}),
    ):
        seen = {each: shown_alone(gateway, each, f"/v1/acts/{act}") for each in WHO}
        expect(seen, (OVERSEERS | who, fields))


def test_acts_in_a_list_are_those_that_may_be_looked_at(gateway: Gateway, story: Story) -> None:
    acts = (story.issue, story.first_pledge, story.second_pledge, story.assignment)
    for who, door in doors(gateway):
        page = door.get("/v1/acts?limit=200").json()
        listed = {row["act_id"] for row in page["items"]}
        alone = {act for act in acts if shown_alone(gateway, who, f"/v1/acts/{act}")}
        assert listed & set(acts) == alone, who
        fields = set().union(*(told(row) for row in page["items"]))
        assert fields <= ACT - {"typed_data"} | CARRIED_OUT | {"transaction"}, who


def test_a_refusal_on_record(gateway: Gateway, story: Story) -> None:
    seen = {}
    for who, door in doors(gateway):
        rows = door.get("/v1/refusals?limit=200").json()["items"]
        mine = [told(row) for row in rows if row["refusal_id"] == story.refusal]
        seen[who] = set().union(*mine)
    expect(
        seen,
        ({"holder", "warehouse"}, REFUSAL),
        (OVERSEERS | {"pledgee"}, REFUSAL | PLEDGEE),
    )


def test_the_problem_of_a_second_pledge(gateway: Gateway, story: Story) -> None:
    path = f"/v1/receipts/{story.receipt}/pledges"
    seen = {}
    for who, door in doors(gateway):
        answer = door.post(path, pledge_body(gateway, OTHER_BANK))
        assert (answer.status_code, answer.json()["code"]) == (409, "AlreadyEncumbered"), who
        seen[who] = told(answer.json())
    expect(seen, (EVERYBODY, PROBLEM), (OVERSEERS | {"pledgee"}, PROBLEM | PLEDGEE))


def test_the_evidence_is_nothing_that_the_history_does_not_show_to_all(
    gateway: Gateway, story: Story
) -> None:
    path = f"/v1/receipts/{story.receipt}"
    problem = gateway.door(OTHER_BANK).post(f"{path}/pledges", pledge_body(gateway, OTHER_BANK))
    evidence = problem.json()["evidence"]
    happened = gateway.door(OTHER_BANK).get(f"{path}/history").json()["items"]
    last = [each for each in happened if each["event"] == "Pledged"][-1]
    for name in ("block_number", "block_hash", "tx_hash", "log_index"):
        assert evidence[name] == last[name]


def test_a_party_and_its_profile(gateway: Gateway, story: Story) -> None:
    member = Member("buyers", PartyId(71_300), Role.HOLDER)
    body = {
        "party_id": member.party,
        "roles": ["holder"],
        "key": "0x" + member.address.hex(),
        "profile": {"name": "Buyers", "uscc": "91310000132207927Y", "contact": "someone"},
    }
    done(gateway, REGISTRAR, "/v1/parties", body, REGISTRAR, member)
    path = f"/v1/parties/{member.party}"
    seen = {who: shown_alone(gateway, who, path) for who in WHO}
    whole = PARTY | {"profile.uscc", "profile.contact"}
    expect(seen, (EVERYBODY, PARTY), (OVERSEERS, whole))
    assert told(gateway.door(member).get(path).json()) == whole
    for who, door in doors(gateway):
        page = door.get("/v1/parties?limit=200").json()
        (row,) = (row for row in page["items"] if row["party_id"] == member.party)
        assert told(row) == seen[who], who


def test_what_everybody_sees_alike(gateway: Gateway, story: Story) -> None:
    for path, fields in ((f"/v1/pools/{COPPER}", POOL), ("/v1/session", SESSION)):
        seen = {who: shown_alone(gateway, who, path) for who in WHO}
        expect(seen, (EVERYBODY, fields))


def test_records_of_reads_are_for_the_operator_and_auditors(gateway: Gateway, story: Story) -> None:
    gateway.services.access.read_log.flush()
    for path in ("/v1/content-reads", "/v1/key-uses"):
        seen = {who: shown_alone(gateway, who, path) for who in WHO}
        assert {who for who, fields in seen.items() if fields} == OVERSEER


def test_nobody_else_finds_the_terms_anywhere(gateway: Gateway, story: Story) -> None:
    newest = gateway.client.get("/v1/ledger").json()["block_number"]
    paths = [
        f"/v1/receipts/{story.receipt}",
        f"/v1/receipts/{story.receipt}/history",
        f"/v1/receipts/{story.receipt}/history?signers=true",
        f"/v1/receipts/{story.receipt}/states/{newest}",
        f"/v1/parties/{BANK_A.party}/holdings?capacity=lender",
        f"/v1/pools/{COPPER}/stock",
        f"/v1/receipts?pool_id={COPPER}&limit=200",
        "/v1/events?limit=200",
        "/v1/refusals?limit=200",
        "/v1/acts?limit=200",
        *(f"/v1/acts/{act}" for act in (story.second_pledge, story.assignment)),
    ]
    for who in EVERYBODY - INFORMED:
        door = gateway.door(WHO[who])
        answers = [door.get(path).text for path in paths]
        answers.append(
            door.post(f"/v1/receipts/{story.receipt}/pledges", pledge_body(gateway, BANK_C)).text
        )
        for secret in SECRETS:
            assert not [text for text in answers if _holds(text, secret)], (who, secret)
    whole = gateway.door(BANK_A).get(paths[0]).text
    assert all(_holds(whole, secret) for secret in SECRETS)


@pytest.mark.parametrize("request_", OF_A_RECEIPT, ids=lambda request: request.path)
def test_whoever_tries_something_learns_nothing_by_it(
    gateway: Gateway, story: Story, request_: Request
) -> None:
    problem = PROBLEM | {"field", "errors[].field", "errors[].rule", "errors[].detail"}
    for who in sorted(EVERYBODY - INFORMED):
        body = request_.body(gateway, story.receipt)
        answer = gateway.door(WHO[who]).post(request_.path.format(receipt=story.receipt), body)
        if answer.status_code == 202:
            # Its own draft: with what it has written, and without who would have to agree.
            holder, pledgee = TRADER_A.party, BANK_A.party
            named = {signer["party_id"] for signer in answer.json()["signers"]}
            assert not named & {holder, pledgee}, who
        else:
            assert told(answer.json()) <= problem, who
        assert not [secret for secret in SECRETS if _holds(answer.text, secret)], who


def test_every_answer_of_the_api_is_in_a_table(gateway: Gateway) -> None:
    described = gateway.client.get("/v1/openapi.json").json()["components"]["schemas"]
    tables = {
        "ReceiptOut": (RECEIPT_WHOLE, {"item_count", "items"}),
        "PastReceiptOut": (RECEIPT_WHOLE | AS_OF, {"item_count", "items"}),
        "PastPartyOut": (PARTY | AS_OF, set()),
        "PastPoolOut": (POOL | AS_OF, set()),
        "HoldingsPage": (HOLDINGS, set()),
        "StoredOut": (_of("totals", STORED), set()),
        "HoldingOut": (_of("items", HOLDINGS), set()),
        "StockPage": (STOCK, set()),
        "StepOut": (_of("items", STOCK), set()),
        "HistoryEntry": (HISTORY_WHOLE | SIGNED, set()),
        "EventOut": (HAPPENED - {"tx_hash"}, {"seq", "kind", "payload"}),
        "ActOut": (SECOND_PLEDGE, set()),
        "RefusalOut": (REFUSAL, set()),
        "Problem": (PROBLEM, {"field", "errors"}),
        "PartyOut": (PARTY, set()),
        "PoolOut": (POOL, set()),
        "SessionOut": (SESSION, set()),
        "CertificateOut": (CERTIFICATE, set()),
    }
    # What says nothing of a receipt or its parties, or is for whoever asks for himself alone.
    open_to_all = {
        *(
            "LedgerOut",
            "BlockOut",
            "HealthOut",
            "ReadyOut",
            "ProfileOut",
            "ProfileList",
            "LoginOfferOut",
        ),
        *("LoginOut", "ContentReadPage", "KeyUsePage"),
        *("SubscriptionOut", "SubscriptionSecretOut", "SubscriptionList"),
        *("ReceiptPage", "HistoryPage", "EventPage", "ActPage", "RefusalPage"),
        *("PartyPage", "PoolPage"),
    }
    answers = set()
    for operations in gateway.client.get("/v1/openapi.json").json()["paths"].values():
        for operation in operations.values():
            for status, response in operation["responses"].items():
                content = response.get("content", {}).get("application/json")
                if content and status < "300" and "$ref" in content["schema"]:
                    answers.add(content["schema"]["$ref"].rsplit("/", 1)[1])
    assert answers <= set(tables) | open_to_all, "a new answer: say here who sees what of it"
    for name, (fields, more) in tables.items():
        members = {re.split(r"[.\[]", field)[0] for field in fields} | more
        assert set(described[name]["properties"]) == members, name


def _of(member: str, fields: set[str]) -> set[str]:
    """Return the fields of the entries of a list."""
    return {name.partition("[].")[2] for name in fields if name.startswith(f"{member}[].")}
