"""The past by HTTP: states as they were told then, books and stocks, and who may see them."""

from typing import Any

import pytest

from receipts_ledger.chain.rpc import Rpc
from receipts_ledger.chain.sent_acts import SentActs
from receipts_ledger.domain.books import Capacity
from receipts_ledger.domain.ids import PoolId, ReceiptId, Version, pool_id, receipt_number
from receipts_ledger.domain.moment import time_text
from receipts_ledger.domain.party import BindKey, Role
from receipts_ledger.domain.pool import Attest
from receipts_ledger.domain.receipt import Deliver, Transfer
from receipts_ledger.errors import Retryable
from tests.support.cast import (
    AUDITOR,
    AUTHORITY,
    BANK_A,
    BANK_B,
    INSPECTOR,
    REGISTRAR,
    STRANGER,
    TRADER_A,
    TRADER_B,
    WAREHOUSE_A,
    WAREHOUSE_B,
    Member,
)
from tests.support.gateway import OPERATOR, Gateway, done, pledge_body
from tests.support.indexing import mine, reorganise
from tests.support.ledger_on_chain import EVIDENCE, FOREVER, LOT, TERMS
from tests.support.lying_node import Bend, LyingNode

OVERSEERS: tuple[Member | str, ...] = (OPERATOR, REGISTRAR, AUTHORITY, AUDITOR)
OTHERS = (TRADER_B, WAREHOUSE_B, BANK_B, INSPECTOR, STRANGER)


def _name(who: Member | str) -> str:
    return who if isinstance(who, str) else who.name


def head(gateway: Gateway) -> int:
    """Return the newest block that the index has."""
    return int(gateway.client.get("/v1/ledger").json()["block_number"])


def told(gateway: Gateway, who: Member | str, path: str) -> Any:
    """Return an answer that has to be there."""
    answer = gateway.door(who).get(path)
    assert answer.status_code == 200, answer.text
    return answer.json()


def problem(gateway: Gateway, who: Member | str, path: str, status: int) -> Any:
    """Return a problem of this status."""
    answer = gateway.door(who).get(path)
    assert answer.status_code == status, answer.text
    return answer.json()


def pledge_then_sell(gateway: Gateway, receipt: ReceiptId) -> list[int]:
    """Let a receipt be pledged, released and sold; return the blocks before and after each."""
    ledger = gateway.ledger
    blocks = [head(gateway)]
    ledger.pledge(receipt, BANK_A)
    gateway.index()
    blocks.append(head(gateway))
    ledger.release(receipt, BANK_A)
    gateway.index()
    blocks.append(head(gateway))
    sale = Transfer(receipt, Version(3), TRADER_B.party, TERMS, FOREVER)
    ledger.do(sale, TRADER_A, TRADER_B)
    gateway.index()
    blocks.append(head(gateway))
    return blocks


def test_receipt_as_it_was_is_what_was_told_then(gateway: Gateway, receipt: ReceiptId) -> None:
    path = f"/v1/receipts/{receipt}"
    then = {}
    then[head(gateway)] = told(gateway, OPERATOR, path)
    gateway.ledger.pledge(receipt, BANK_A)
    gateway.index()
    then[head(gateway)] = told(gateway, OPERATOR, path)
    gateway.ledger.release(receipt, BANK_A)
    gateway.index()
    then[head(gateway)] = told(gateway, OPERATOR, path)
    for block, expected in then.items():
        shown = told(gateway, OPERATOR, f"{path}/states/{block}")
        as_of = shown.pop("as_of")
        # One block deep is final here.
        assert (as_of["block_number"], as_of["final"]) == (block, block < max(then))
        assert shown == expected


def test_pool_and_party_as_they_were_are_what_was_told_then(gateway: Gateway) -> None:
    pool = gateway.open_pool(WAREHOUSE_B, 8)
    paths = (f"/v1/pools/{pool}", f"/v1/parties/{BANK_B.party}")
    then = []

    def remember() -> None:
        gateway.index()
        then.append((head(gateway), [told(gateway, OPERATOR, path) for path in paths]))

    remember()
    (receipt,) = gateway.ledger.issue(pool, 1, warehouse=WAREHOUSE_B)
    remember()
    gateway.ledger.do(Attest(pool, Version(2), LOT + 7, EVIDENCE, FOREVER), INSPECTOR)
    remember()
    part = Deliver(receipt, Version(1), 5, (), (), EVIDENCE, FOREVER)
    gateway.ledger.do(part, TRADER_A, WAREHOUSE_B)
    second = Member("another key of bank b", BANK_B.party, Role(0))
    version = gateway.ledger.party(BANK_B.party).version
    binding = BindKey(BANK_B.party, version, second.address, FOREVER)
    gateway.ledger.do(binding, REGISTRAR, BANK_B)
    remember()
    for block, expected in then:
        shown = [told(gateway, OPERATOR, f"{path}/states/{block}") for path in paths]
        assert {each.pop("as_of")["block_number"] for each in shown} == {block}
        assert shown == expected
    assert len({str(expected) for _, expected in then}) == len(then)


def test_moment_is_a_number_a_hash_a_time_or_a_day(gateway: Gateway, receipt: ReceiptId) -> None:
    path = f"/v1/receipts/{receipt}/states"
    number = head(gateway)
    block = gateway.ledger.rpc.call("eth_getBlockByNumber", [hex(number), False])
    seconds = int(block["timestamp"], 16)
    for moment in (str(number), block["hash"], time_text(seconds)):
        as_of = told(gateway, TRADER_A, f"{path}/{moment}")["as_of"]
        assert as_of["block_number"] == number
        assert as_of["block_hash"] == block["hash"]
        assert as_of["at"] == time_text(seconds)
    gateway.ledger.let_days_pass(2)
    gateway.index()
    day = time_text(seconds)[:10]
    assert told(gateway, TRADER_A, f"{path}/{day}")["as_of"]["block_number"] == number


@pytest.mark.parametrize(
    ("moment", "detail"),
    [
        ("0", "is before the ledger, which begins block"),
        ("999999999", "is later than the newest, block"),
        ("2020-01-31", "is before the ledger, which begins block"),
        ("2064-01-31", "is later than the newest block, block"),
        ("2064-01-31T00:00:00Z", "is later than the newest block, block"),
        ("0x" + "00" * 32, "is none of the blocks from"),
        ("yesterday", "is no block number, block hash, date"),
        ("2026-02-30", "is no block number, block hash, date"),
    ],
)
def test_what_is_no_moment_of_the_index_is_refused(
    gateway: Gateway, untouched: ReceiptId, moment: str, detail: str
) -> None:
    for path in (
        f"/v1/receipts/{untouched}/states/{moment}",
        f"/v1/parties/{BANK_A.party}/states/{moment}",
        f"/v1/pools/{untouched >> 32}/states/{moment}",
        f"/v1/parties/{BANK_A.party}/holdings?capacity=lender&at={moment}",
        f"/v1/pools/{untouched >> 32}/stock?at={moment}",
    ):
        told = problem(gateway, OPERATOR, path, 422)
        assert (told["code"], told["field"]) == ("InvalidRequest", "at")
        assert detail in told["detail"]


def test_what_was_not_there_yet_is_not_found(gateway: Gateway, receipt: ReceiptId) -> None:
    before = head(gateway) - 1
    missing = problem(gateway, OPERATOR, f"/v1/receipts/{receipt}/states/{before}", 404)
    assert f"no receipt {receipt_number(receipt)} at block {before}" in missing["detail"]
    problem(gateway, OPERATOR, f"/v1/receipts/{receipt + 900}/states/{before}", 404)
    problem(gateway, OPERATOR, f"/v1/parties/4000/states/{before}", 404)
    problem(gateway, OPERATOR, f"/v1/pools/4000/states/{before}", 404)
    problem(gateway, OPERATOR, "/v1/parties/4000/holdings?capacity=holder", 404)
    problem(gateway, OPERATOR, "/v1/pools/4000/stock", 404)


def test_past_keeps_its_etag_until_it_is_final(gateway: Gateway, receipt: ReceiptId) -> None:
    path = f"/v1/receipts/{receipt}/states/{head(gateway)}"
    first = gateway.door(TRADER_A).get(path)
    tag = first.headers["ETag"]
    again = gateway.door(TRADER_A).get(path, **{"If-None-Match": tag})
    assert (again.status_code, again.content) == (304, b"")
    assert gateway.door(TRADER_B).get(path).headers["ETag"] != tag
    mine(gateway.ledger.rpc)
    gateway.index()
    later = gateway.door(TRADER_A).get(path, **{"If-None-Match": tag})
    assert (later.status_code, later.json()["as_of"]["final"]) == (200, True)


def test_past_of_a_receipt_is_for_those_whom_the_receipt_concerns_now(
    gateway: Gateway, receipt: ReceiptId
) -> None:
    *_, pledged, _, sold = pledge_then_sell(gateway, receipt)
    path = f"/v1/receipts/{receipt}/states"
    for who in (*OVERSEERS, WAREHOUSE_A, TRADER_B):
        shown = told(gateway, who, f"{path}/{pledged}")
        assert (shown["view"], shown["holder_id"], shown["quantity"]) == (
            "full",
            TRADER_A.party,
            LOT,
        )
        assert shown["pledge"]["pledgee_id"] == BANK_A.party
        assert told(gateway, who, f"{path}/{sold}")["holder_id"] == TRADER_B.party
    for who in (TRADER_A, BANK_A, BANK_B, INSPECTOR, STRANGER):
        shown = told(gateway, who, f"{path}/{pledged}")
        assert (shown["view"], shown["encumbered"]) == ("public", True)
        assert not {"holder_id", "pledgee_id", "quantity", "pledge", "content"} & shown.keys()


def test_whoever_is_shown_the_past_in_full_is_on_record(
    gateway: Gateway, receipt: ReceiptId
) -> None:
    path = f"/v1/receipts/{receipt}/states/{head(gateway)}"
    for who in (TRADER_A, TRADER_B):
        told(gateway, who, path)
    gateway.services.access.read_log.flush()
    reads = told(gateway, OPERATOR, f"/v1/content-reads?receipt_id={receipt}")["items"]
    assert [read["party_id"] for read in reads] == [TRADER_A.party]


@pytest.mark.parametrize("who", [BANK_A, *OVERSEERS], ids=_name)
def test_lenders_whole_book_is_for_the_lender_and_for_overseers(
    gateway: Gateway, receipt: ReceiptId, who: Member | str
) -> None:
    gateway.ledger.pledge(receipt, BANK_A)
    gateway.index()
    path = f"/v1/parties/{BANK_A.party}/holdings?capacity=lender&limit=200"
    book = told(gateway, who, path)
    (mine,) = (each for each in book["items"] if each["receipt_id"] == receipt)
    assert (mine["holder_id"], mine["quantity"]) == (TRADER_A.party, LOT)
    (total,) = (each for each in book["totals"] if each["pool_id"] == receipt >> 32)
    of_pool = [each for each in book["items"] if each["pool_id"] == receipt >> 32]
    assert (total["receipts"], total["quantity"]) == (
        len(of_pool),
        sum(each["quantity"] for each in of_pool),
    )
    assert total["base_unit"] == "KGM"
    assert total["quantity_encumbered"] == total["quantity"]


@pytest.mark.parametrize("capacity", list(Capacity))
@pytest.mark.parametrize("who", [TRADER_A, WAREHOUSE_A, *OTHERS], ids=_name)
def test_books_of_others_are_shown_to_nobody(
    gateway: Gateway, untouched: ReceiptId, who: Member, capacity: Capacity
) -> None:
    path = f"/v1/parties/{BANK_A.party}/holdings?capacity={capacity}"
    assert problem(gateway, who, path, 403)["code"] == "NotYourRole"


def test_holder_and_warehouse_see_their_own_books(gateway: Gateway, receipt: ReceiptId) -> None:
    pool = receipt >> 32
    held = told(
        gateway, TRADER_A, f"/v1/parties/{TRADER_A.party}/holdings?capacity=holder&limit=200"
    )
    assert receipt in {each["receipt_id"] for each in held["items"]}
    path = f"/v1/parties/{WAREHOUSE_A.party}/holdings?capacity=warehouse&limit=200"
    stored = told(gateway, WAREHOUSE_A, path)
    (total,) = (each for each in stored["totals"] if each["pool_id"] == pool)
    now = told(gateway, WAREHOUSE_A, f"/v1/pools/{pool}")
    assert total["quantity"] == total["receipted"] == now["receipted"]
    assert (total["attested"], total["capacity"]) == (now["attested"], now["capacity"])


def test_book_of_a_moment_is_not_that_of_another(gateway: Gateway, receipt: ReceiptId) -> None:
    issued, pledged, released, sold = pledge_then_sell(gateway, receipt)

    def numbers(party: Member, capacity: str, at: int) -> set[int]:
        path = f"/v1/parties/{party.party}/holdings?capacity={capacity}&at={at}&limit=200"
        page = told(gateway, AUDITOR, path)
        assert page["as_of"]["block_number"] == at
        return {each["receipt_id"] for each in page["items"]}

    assert [receipt in numbers(BANK_A, "lender", at) for at in (issued, pledged, released)] == [
        False,
        True,
        False,
    ]
    assert [receipt in numbers(TRADER_A, "holder", at) for at in (issued, released, sold)] == [
        True,
        True,
        False,
    ]
    assert receipt in numbers(TRADER_B, "holder", sold)
    assert receipt not in numbers(TRADER_B, "holder", released)
    for at in (issued - 1, sold):
        assert (receipt in numbers(WAREHOUSE_A, "warehouse", at)) is (at == sold)


def test_pages_of_a_book_are_of_one_block(gateway: Gateway) -> None:
    pool = gateway.open_pool(WAREHOUSE_B, 9)
    issued = gateway.issue(pool, 5, holder=TRADER_B, warehouse=WAREHOUSE_B)
    path = f"/v1/parties/{WAREHOUSE_B.party}/holdings?capacity=warehouse&limit=2"
    page = told(gateway, WAREHOUSE_B, path)
    at, totals = page["as_of"]["block_number"], page["totals"]
    gateway.issue(pool, 1, holder=TRADER_B, warehouse=WAREHOUSE_B)
    found = page["items"]
    while page["next_cursor"] is not None:
        page = told(gateway, WAREHOUSE_B, f"{path}&cursor={page['next_cursor']}")
        assert (page["as_of"]["block_number"], page["totals"]) == (at, totals)
        found += page["items"]
    numbers = [each["receipt_id"] for each in found]
    assert [number for number in numbers if number >> 32 == pool] == issued
    assert len(numbers) == sum(total["receipts"] for total in totals)
    other = f"/v1/parties/{WAREHOUSE_B.party}/holdings?capacity=holder&limit=2"
    first = told(gateway, WAREHOUSE_B, path)["next_cursor"]
    forged = problem(gateway, WAREHOUSE_B, f"{other}&cursor={first}", 422)
    assert forged["field"] == "cursor"


def test_page_of_a_block_that_was_taken_back_is_not_gone_on_with(gateway: Gateway) -> None:
    pool = gateway.open_pool(WAREHOUSE_B, 10)
    gateway.issue(pool, 3, holder=TRADER_B, warehouse=WAREHOUSE_B)
    path = f"/v1/parties/{WAREHOUSE_B.party}/holdings?capacity=warehouse&limit=1"
    cursor = told(gateway, WAREHOUSE_B, path)["next_cursor"]
    told(gateway, WAREHOUSE_B, f"{path}&cursor={cursor}")
    reorganise(gateway.ledger.rpc, 1)
    mine(gateway.ledger.rpc)
    gateway.index()
    gone = problem(gateway, WAREHOUSE_B, f"{path}&cursor={cursor}", 422)
    assert "has been taken back since" in gone["detail"]


@pytest.mark.parametrize("who", OTHERS, ids=_name)
def test_stock_of_a_pool_is_for_its_warehouse_and_for_overseers(
    gateway: Gateway, pool: PoolId, who: Member
) -> None:
    path = f"/v1/pools/{pool}/stock"
    assert problem(gateway, who, path, 403)["code"] == "NotYourRole"
    for entitled in (WAREHOUSE_A, *OVERSEERS):
        assert told(gateway, entitled, path)["items"]


def test_stock_is_told_event_by_event_and_conserved(gateway: Gateway) -> None:
    pool = gateway.open_pool(WAREHOUSE_B, 11, attested=100_000)
    first, second, _ = gateway.issue(pool, 3, holder=TRADER_A, warehouse=WAREHOUSE_B)
    moved = Transfer(second, Version(1), TRADER_B.party, TERMS, FOREVER)
    gateway.ledger.do(moved, TRADER_A, TRADER_B)
    part = Deliver(first, Version(1), 5_000, (), (), EVIDENCE, FOREVER)
    gateway.ledger.do(part, TRADER_A, WAREHOUSE_B)
    gateway.index()
    for limit in (1, 2, 200):
        path = f"/v1/pools/{pool}/stock?limit={limit}"
        page = told(gateway, WAREHOUSE_B, path)
        steps = page["items"]
        while page["next_cursor"] is not None:
            page = told(gateway, WAREHOUSE_B, f"{path}&cursor={page['next_cursor']}")
            steps += page["items"]
        assert [(each["event"], each["attested"], each["receipted"]) for each in steps] == [
            ("PoolOpened", 0, 0),
            ("Attested", 100_000, 0),
            ("Issued", 100_000, LOT),
            ("Issued", 100_000, 2 * LOT),
            ("Issued", 100_000, 3 * LOT),
            ("Delivered", 95_000, 3 * LOT - 5_000),
        ]
        assert all(each["conserved"] for each in steps)
        assert steps[-1]["number"] == receipt_number(first)
        assert all(each["quantity_in_receipts"] == each["receipted"] for each in steps)


def test_history_tells_what_changed_and_strangers_what_is_no_secret(
    gateway: Gateway, receipt: ReceiptId
) -> None:
    pledge_then_sell(gateway, receipt)
    path = f"/v1/receipts/{receipt}/history"
    history = told(gateway, TRADER_B, path)["items"]
    changes = [
        {one["member"]: (one["before"], one["after"]) for one in each["changes"]}
        for each in history
    ]
    assert changes[0]["holder_id"] == (None, TRADER_A.party)
    assert changes[1]["pledgee_id"] == (None, BANK_A.party)
    assert changes[2]["encumbered"] == (True, False)
    assert changes[3] == {
        "holder_id": (TRADER_A.party, TRADER_B.party),
        "version": (3, 4),
    }
    public = told(gateway, STRANGER, path)["items"]
    members = {one["member"] for each in public for one in each["changes"]}
    assert members == {"status", "encumbered", "version"}
    # A page knows what was before it.
    pages = told(gateway, TRADER_B, f"{path}?limit=1")
    second = told(gateway, TRADER_B, f"{path}?limit=1&cursor={pages['next_cursor']}")
    assert second["items"][0]["changes"] == history[1]["changes"]


def signers(entry: Any) -> list[tuple[int | None, str]]:
    return [(each["party_id"], each["key"]) for each in entry["signed"]["signers"]]


def of(*members: Member) -> list[tuple[int | None, str]]:
    return [(member.party, "0x" + member.address.hex()) for member in members]


def test_history_tells_who_signed_what_went_through_this_gateway(
    gateway: Gateway, receipt: ReceiptId
) -> None:
    path = f"/v1/receipts/{receipt}"
    parties = (TRADER_A, WAREHOUSE_A, BANK_A)
    act = done(gateway, TRADER_A, f"{path}/pledges", pledge_body(gateway, BANK_A), *parties)

    def away(tx_hashes: Any) -> Any:
        raise Retryable("the node is away")

    with gateway.acts_sent_as(away):
        history = told(gateway, TRADER_A, f"{path}/history?signers=true")["items"]
    issued, pledged = (each for each in history if "signed" in each)
    assert (pledged["signed"]["source"], pledged["signed"]["act"]) == ("gateway", "Pledge")
    assert (pledged["signed"]["act_id"], pledged["signed"]["digest"]) == (
        act["act_id"],
        act["digest"],
    )
    assert signers(pledged) == of(*parties)
    assert pledged["signed"]["signers"][2]["roles"] == ["lender"]
    # It came by another way, and the node cannot be asked.
    nothing: dict[str, Any] = {
        "source": "unknown",
        "act": None,
        "digest": None,
        "act_id": None,
        "signers": [],
    }
    assert issued["signed"] == nothing


def test_history_tells_who_signed_what_came_by_another_way(
    gateway: Gateway, receipt: ReceiptId
) -> None:
    ledger = gateway.ledger
    bad = ledger.sign(ledger.pledge_act(receipt, BANK_B), TRADER_A, WAREHOUSE_A)
    good = ledger.sign(ledger.pledge_act(receipt), TRADER_A, WAREHOUSE_A, BANK_A)
    second = ledger.sign(ledger.pledge_act(receipt, BANK_B), TRADER_A, WAREHOUSE_A, BANK_B)
    ledger.relay(bad, good, second)
    gateway.index()
    history = told(gateway, WAREHOUSE_A, f"/v1/receipts/{receipt}/history?signers=true")["items"]
    assert [(each["event"], each["signed"]["source"]) for each in history] == [
        ("Issued", "chain"),
        ("ActRefused", "chain"),
        ("Pledged", "chain"),
        ("ActRefused", "chain"),
    ]
    assert [signers(each) for each in history] == [
        of(WAREHOUSE_A, INSPECTOR),
        of(TRADER_A, WAREHOUSE_A),
        of(TRADER_A, WAREHOUSE_A, BANK_A),
        of(TRADER_A, WAREHOUSE_A, BANK_B),
    ]


def test_signers_of_what_was_refused_first_are_not_taken_for_those_of_what_was_done(
    gateway: Gateway, receipt: ReceiptId
) -> None:
    ledger = gateway.ledger
    pledge = ledger.pledge_act(receipt)
    ledger.relay(
        ledger.sign(pledge, TRADER_A, WAREHOUSE_A),
        ledger.sign(pledge, TRADER_A, WAREHOUSE_A, BANK_A),
    )
    gateway.index()
    _, refused, pledged = told(
        gateway, WAREHOUSE_A, f"/v1/receipts/{receipt}/history?signers=true"
    )["items"]
    assert (pledged["event"], pledged["signed"]["source"]) == ("Pledged", "chain")
    assert signers(pledged) == of(TRADER_A, WAREHOUSE_A, BANK_A)
    # Which of two alike it was cannot be told from a receipt's events alone.
    assert (refused["event"], refused["signed"]["source"]) == ("ActRefused", "unknown")


def test_transaction_that_the_node_gives_as_another_is_no_evidence(
    gateway: Gateway, receipt: ReceiptId
) -> None:
    path = f"/v1/receipts/{receipt}/history?signers=true"
    lying = LyingNode(gateway.ledger.rpc)
    bends: list[Bend] = [
        lambda method, params, result: result,
        lambda method, params, result: None,
        lambda method, params, result: result | {"input": result["input"] + "00"},
        lambda method, params, result: result | {"type": "0x7f"},
        lambda method, params, result: {"hash": params[0]},
    ]
    sources = []
    with lying.serve() as url:
        sent = SentActs(Rpc(url), gateway.ledger.deployment)
        for lying.bend in bends:
            with gateway.acts_sent_as(sent.of):
                (issued,) = told(gateway, OPERATOR, path)["items"]
            sources.append((issued["signed"]["source"], len(issued["signed"]["signers"])))
    assert sources == [("chain", 2), *[("unknown", 0)] * 4]


def test_signers_are_for_those_whom_the_receipt_concerns(
    gateway: Gateway, receipt: ReceiptId
) -> None:
    path = f"/v1/receipts/{receipt}/history?signers=true"
    assert "signed" in told(gateway, TRADER_A, path)["items"][0]
    for who in OTHERS:
        assert "signed" not in told(gateway, who, path)["items"][0]


def test_pool_of_no_warehouse_has_no_stock_to_show(gateway: Gateway) -> None:
    number = pool_id(WAREHOUSE_A.party, 4_000)
    problem(gateway, WAREHOUSE_A, f"/v1/pools/{number}/stock", 404)
