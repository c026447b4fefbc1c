"""The ledger as it was, from its chain alone: states, histories, books and stocks at a moment."""

import csv
import io
import json
from pathlib import Path
from typing import Any, TypeAlias

import pytest
import rlp

from receipts_ledger.chain.bundle import Bundle, BundleWriter
from receipts_ledger.chain.bundle_blocks import BundleBlocks
from receipts_ledger.chain.calldata import EXECUTE, call
from receipts_ledger.chain.frames import BadFile
from receipts_ledger.chain.keys import keccak
from receipts_ledger.chain.raw_blocks import RawBlock
from receipts_ledger.cli.door import run
from receipts_ledger.domain.ids import PoolId, ReceiptId, pool_number, pool_of, receipt_number
from receipts_ledger.domain.moment import time_text
from receipts_ledger.domain.party import Party
from receipts_ledger.domain.pledge import Pledge
from receipts_ledger.domain.pool import Pool
from receipts_ledger.domain.receipt import Receipt
from receipts_ledger.domain.state import party_state, pool_state, receipt_state
from tests.audit import lies
from tests.audit.forged import effect
from tests.support.auditing import DIFFERENT, EQUAL, UNDECIDED, Scene
from tests.support.cast import (
    BANK_A,
    BANK_B,
    BANK_C,
    INSPECTOR,
    TRADER_A,
    TRADER_C,
    WAREHOUSE_A,
)
from tests.support.forging import Forger
from tests.support.later_life import FOUND_KEY
from tests.support.ledger_on_chain import LOT
from tests.support.lying_node import LyingNode
from tests.support.story import SECOND_KEY

Answer: TypeAlias = dict[str, Any]


class Past:
    """`receipts-ledger past`, as an auditor types it."""

    def __init__(
        self, scene: Scene, captured: pytest.CaptureFixture[bytes], rpc: str, *more: str
    ) -> None:
        self._given = (f"--rpc={rpc}", f"--deployment={scene.deployment_file}", *more)
        self._captured = captured

    def typed(self, *words: object) -> tuple[int, str, str]:
        """Return exit code, what is printed, and what is said on stderr."""
        self._captured.readouterr()
        exit_code = run(["past", *(str(word) for word in words), *self._given])
        out, err = self._captured.readouterr()
        return exit_code, out.decode(), err.decode()

    def told(self, *words: object, ends: int = EQUAL) -> Answer:
        """Return the answer as JSON."""
        exit_code, out, err = self.typed(*words, "--json")
        assert exit_code == ends, err
        answer: Answer = json.loads(out)
        return answer

    def complaint(self, *words: object, ends: int = UNDECIDED) -> str:
        """Return the one line of a command that has no answer."""
        exit_code, out, err = self.typed(*words)
        assert (exit_code, out) == (ends, ""), err
        assert err.count("\n") == 1, err
        return err


@pytest.fixture
def past(scene: Scene, capsysbinary: pytest.CaptureFixture[bytes]) -> Past:
    """The command, asking an honest node."""
    return Past(scene, capsysbinary, scene.node_url)


def stored(scene: Scene, view: str, argument: int, block: int) -> int:
    """Ask the contract itself what it stored after a block."""
    calldata = keccak(view.encode())[:4] + argument.to_bytes(32)
    request = {"to": scene.ledger.deployment.contract, "data": "0x" + calldata.hex()}
    return int(scene.rpc.call("eth_call", [request, hex(block)]), 16)


def plain(state: Any) -> Answer:
    """Return a state as JSON says it."""
    written: Answer = json.loads(json.dumps(dict(state), default=str))
    return written


MOMENTS = (0.3, 0.5, 0.66, 0.8, 0.9, 1.0)


@pytest.mark.parametrize("share", MOMENTS)
def test_state_at_a_block_is_what_the_contract_stored_then(
    scene: Scene, past: Past, share: float
) -> None:
    block = int(scene.head * share)
    for number in (scene.story.pledged, scene.later.divided, scene.later.substitute):
        word = stored(scene, "receiptWord(uint64)", number, block)
        asked = ("receipt", receipt_number(number), "--at", block)
        if not word:
            assert "no receipt" in past.complaint(*asked, ends=1)
            continue
        answer = past.told(*asked)
        expected = plain(receipt_state(Receipt.from_word(word)))
        assert answer["receipt"] | expected == answer["receipt"]
        assert answer["as_of"]["number"] == block
        assert answer["replay"]["verdict"] == "equal"
    pool = pool_of(scene.later.divided)
    word = stored(scene, "poolWord(uint32)", pool, block)
    answer = past.told("pool", pool_number(pool), "--at", block)
    assert answer["pool"] | plain(pool_state(Pool.from_word(word))) == answer["pool"]
    word = stored(scene, "partyWord(uint32)", BANK_A.party, block)
    answer = past.told("party", BANK_A.party, "--at", block)
    assert answer["party"] | plain(party_state(Party.from_word(word))) == answer["party"]


def test_keys_of_a_party_are_those_that_spoke_for_it_then(scene: Scene, past: Past) -> None:
    number = receipt_number(scene.story.pledged)
    first = next(iter(past.told("history", number)["history"]))["block_number"]
    assert past.told("party", BANK_A.party, "--at", first)["party"]["keys"] == [
        "0x" + BANK_A.address.hex()
    ]
    assert past.told("party", BANK_A.party)["party"]["keys"] == ["0x" + SECOND_KEY.address.hex()]


def test_moment_may_be_a_hash_a_time_or_a_day(scene: Scene, past: Past) -> None:
    number = receipt_number(scene.story.pledged)
    block = scene.head - 10
    found = scene.block(block)
    asked = ("receipt", number, "--at")
    assert past.told(*asked, found["hash"])["as_of"]["number"] == block
    seconds = int(found["timestamp"], 16)
    last = max(
        each
        for each in range(block, scene.head)
        if int(scene.block(each)["timestamp"], 16) <= seconds
    )
    assert past.told(*asked, time_text(seconds))["as_of"]["number"] == last
    newest = scene.block()
    day_before = time_text(int(newest["timestamp"], 16) - 86_400)[:10]
    as_of = past.told(*asked, day_before)["as_of"]
    assert as_of["time"][:10] <= day_before
    assert time_text(int(scene.block(as_of["number"] + 1)["timestamp"], 16))[:10] > day_before


def test_day_that_is_not_over_or_before_the_ledger_is_refused(scene: Scene, past: Past) -> None:
    asked = ("receipt", receipt_number(scene.story.pledged), "--at")
    today = time_text(int(scene.block()["timestamp"], 16))[:10]
    told = past.complaint(*asked, today)
    assert f"--at: {today}T23:59:59Z is later than the newest block, block {scene.head} of" in told
    assert "--at: 2020-05-05T23:59:59Z is before the ledger" in past.complaint(*asked, "2020-05-05")
    assert "block 0 is before the ledger" in past.complaint(*asked, 0)
    told = past.complaint(*asked, scene.head + 1)
    assert f"block {scene.head + 1} is later than the newest, block {scene.head} of" in told
    assert "is none of the blocks" in past.complaint(*asked, "0x" + "77" * 32)
    assert "'soon' is no moment" in past.complaint(*asked, "soon")


def test_what_was_not_there_yet_is_not_found(scene: Scene, past: Past) -> None:
    told = past.complaint("receipt", receipt_number(scene.story.pledged), "--at", 1, ends=1)
    assert "no receipt 2-1-000001 as of block 1" in told
    assert "no pool 9-9 as of block" in past.complaint("pool", "9-9", ends=1)
    assert "no pool 9-9 as of block" in past.complaint("stock", "9-9", ends=1)
    assert "no party 999 as of block" in past.complaint("party", 999, ends=1)
    assert "no party 999 as of block" in past.complaint("lender", 999, ends=1)
    assert "no receipt 9-9-000001" in past.complaint("history", "9-9-000001", ends=1)


def signers(entry: Answer) -> list[tuple[int | None, str]]:
    return [(each["party_id"], each["key"]) for each in entry["signers"]]


def hexadecimal(*members: Any) -> list[tuple[int, str]]:
    return [(member.party, "0x" + member.address.hex()) for member in members]


def test_history_tells_who_signed_and_what_changed(scene: Scene, past: Past) -> None:
    history = past.told("history", receipt_number(scene.story.pledged))["history"]
    told = [(entry["event"], entry["act"]) for entry in history if entry["event"] != "DocumentUsed"]
    assert told == [
        ("Issued", "Issue"),
        ("Pledged", "Pledge"),
        ("ActRefused", "Pledge"),
        ("Released", "Release"),
        ("Pledged", "PledgePortfolio"),
    ]
    issued, pledged, *_, released, again = [
        entry for entry in history if entry["event"] not in ("DocumentUsed", "ActRefused")
    ]
    assert signers(issued) == hexadecimal(WAREHOUSE_A, INSPECTOR)
    assert signers(pledged) == hexadecimal(TRADER_A, WAREHOUSE_A, BANK_A)
    # Its key has been revoked since: it spoke for bank A when it signed.
    assert signers(released) == hexadecimal(BANK_A)
    assert signers(again) == hexadecimal(TRADER_A, WAREHOUSE_A, BANK_C)
    changes = {
        change["member"]: (change["before"], change["after"]) for change in released["changes"]
    }
    due = changes.pop("maturity")
    assert changes == {"encumbered": (True, False), "pledgee_id": (5, None), "version": (2, 3)}
    assert due[1] is None
    assert issued["commitments"]["content"].startswith("0x")


def test_refused_second_pledge_stands_in_the_history_with_its_signers(
    scene: Scene, past: Past
) -> None:
    number = receipt_number(scene.story.pledged)
    history = past.told("history", number)["history"]
    (refused,) = (entry for entry in history if entry["event"] == "ActRefused")
    assert refused["refusal"] == f"AlreadyEncumbered(receipt {number}, pledgee 5)"
    assert signers(refused) == hexadecimal(TRADER_A, WAREHOUSE_A, BANK_B)
    assert refused["changes"] == []
    printed = past.typed("history", number)[1]
    assert f"Pledge REFUSED: AlreadyEncumbered(receipt {number}, pledgee 5)" in printed
    assert "encumbered: yes -> no" in printed


def test_history_stops_at_its_moment(scene: Scene, past: Past) -> None:
    number = receipt_number(scene.story.pledged)
    whole = past.told("history", number)["history"]
    before_last = whole[-1]["block_number"] - 1
    until = past.told("history", number, "--at", before_last)["history"]
    assert until == [entry for entry in whole if entry["block_number"] <= before_last]
    assert 0 < len(until) < len(whole)


def test_lineage_leads_from_a_receipt_to_what_came_out_of_it(scene: Scene, past: Past) -> None:
    divided, part = scene.later.divided, scene.later.part
    history = past.told("history", receipt_number(divided), "--lineage")["history"]
    names = {entry["number"] for entry in history}
    assert names == {receipt_number(ReceiptId(each)) for each in (divided, part, part + 1)}
    (split,) = (entry for entry in history if entry["event"] == "Divided")
    assert [(each["relation"], each["receipt_id"]) for each in split["related"]] == [
        ("gave_part_to", part),
        ("gave_part_to", part + 1),
    ]
    of_part = past.told("history", receipt_number(part), "--lineage")["history"]
    assert {entry["receipt_id"] for entry in of_part} == {divided, part}
    (came,) = (entry for entry in of_part if entry["event"] == "IssuedFrom")
    assert [each["relation"] for each in came["related"]] == ["came_out_of"]


def test_lineage_leads_through_mergers_replacements_and_moved_pledges(
    scene: Scene, past: Past
) -> None:
    reels = PoolId(WAREHOUSE_A.party << 16 | 11)
    last = past.told("history", f"{pool_number(reels)}-000003", "--lineage")["history"]
    assert {entry["number"][-1] for entry in last} == {"1", "2", "3"}
    relations = {each["relation"] for entry in last for each in entry["related"]}
    assert relations == {"gave_part_to", "came_out_of", "took_in", "merged_into", "replaced_by"}
    moved = past.told("history", receipt_number(scene.later.substitute), "--lineage")["history"]
    relations = {each["relation"] for entry in moved for each in entry["related"]}
    assert relations == {"pledge_moved_to", "pledge_moved_from"}


def test_key_that_spoke_for_nobody_before_is_told_as_such(scene: Scene, past: Past) -> None:
    """Recovery is of a party and not of a receipt: what its new key signs later is the party's."""
    owner = past.told("party", TRADER_C.party)["party"]
    assert owner["keys"] == ["0x" + FOUND_KEY.address.hex()]


def test_lenders_book_is_what_the_contract_says_of_each_receipt(scene: Scene, past: Past) -> None:
    answer = past.told("lender", BANK_C.party)
    block = answer["as_of"]["number"]
    expected = {}
    for pool in scene.ledger.pools():
        count = Pool.from_word(stored(scene, "poolWord(uint32)", pool, block)).next_serial
        for serial in range(1, count):
            number = ReceiptId(pool << 32 | serial)
            receipt = Receipt.from_word(stored(scene, "receiptWord(uint64)", number, block))
            if receipt.pledgee == BANK_C.party:
                expected[receipt_number(number)] = receipt.quantity
    assert {row["receipt"]: row["quantity"] for row in answer["receipts"]} == expected
    assert sum(row["quantity"] for row in answer["totals"]) == sum(expected.values())
    assert (answer["even"], answer["uneven"]) == (True, [])


def test_books_of_holders_lenders_and_warehouses_come_out_even(scene: Scene, past: Past) -> None:
    for block in (scene.head // 2, scene.head):
        held, lent, stored_there = (
            past.told(capacity, "--at", block)["totals"]
            for capacity in ("holder", "lender", "warehouse")
        )
        quantity = sum(row["quantity"] for row in held)
        assert quantity == sum(row["quantity"] for row in stored_there)
        assert quantity == sum(row["receipted"] for row in stored_there) > 0
        pledged = sum(row["pledged"] for row in held)
        assert pledged == sum(row["quantity"] for row in lent)
        assert pledged == sum(row["pledged"] for row in stored_there) > 0


def test_book_of_a_day_is_not_that_of_another(scene: Scene, past: Past) -> None:
    number = receipt_number(scene.story.pledged)
    (refused,) = (
        entry for entry in past.told("history", number)["history"] if entry["refusal"] is not None
    )
    at = refused["block_number"] - 1
    before = past.told("lender", BANK_A.party, "--at", at)
    assert number in {row["receipt"] for row in before["receipts"]}
    assert past.told("lender", BANK_A.party)["receipts"] == []
    printed = past.typed("lender", BANK_A.party, "--at", at)[1]
    assert f"lender 5 as of block {at}" in printed
    assert "come out even" in printed


def test_stock_of_every_pool_is_conserved_and_ends_where_the_contract_says(
    scene: Scene, past: Past
) -> None:
    for pool in scene.ledger.pools():
        answer = past.told("stock", pool_number(pool))
        now = scene.ledger.pool(pool)
        last = answer["steps"][-1]
        assert answer["conserved"]
        assert (last["attested"], last["receipted"], last["capacity"]) == (
            now.quantity_attested,
            now.quantity_receipted,
            now.quantity_capacity,
        )
        assert sum(step["attested_change"] for step in answer["steps"]) == now.quantity_attested
        assert sum(step["receipted_change"] for step in answer["steps"]) == now.quantity_receipted


def test_stock_goes_into_a_spreadsheet(scene: Scene, past: Past) -> None:
    pool = pool_number(pool_of(scene.story.delivered))
    exit_code, out, err = past.typed("stock", pool, "--csv")
    assert (exit_code, err) == (EQUAL, "")
    rows = list(csv.DictReader(io.StringIO(out)))
    steps = past.told("stock", pool)["steps"]
    assert [int(row["receipted"]) for row in rows] == [step["receipted"] for step in steps]
    assert {row["conserved"] for row in rows} == {"yes"}
    assert rows[-1]["receipted_change"] == str(1 - LOT)
    assert "one of them, not both" in past.complaint("stock", pool, "--csv", "--json")


@pytest.mark.usefixtures("undone")
def test_past_that_rests_on_a_forged_act_is_told_with_the_difference(
    scene: Scene, past: Past, forger: Forger, pledge: Pledge
) -> None:
    number = receipt_number(pledge.receipt_id)
    before = scene.head
    # The holder has not signed.
    forger.leave(
        effect(scene, pledge), call(EXECUTE, scene.ledger.sign(pledge, WAREHOUSE_A, BANK_C))
    )
    exit_code, out, err = past.typed("receipt", number)
    assert exit_code == DIFFERENT
    assert "encumbered" in out
    assert "without the consent of party 70001" in err
    assert "DIFFERENT: the replay up to there has 1 differences" in err
    answer = past.told("receipt", number, ends=DIFFERENT)
    assert answer["replay"]["verdict"] == "different"
    assert [each["kind"] for each in answer["replay"]["differences"]] == ["consent"]
    # What lies before the forgery is clean.
    assert past.told("receipt", number, "--at", before)["replay"]["verdict"] == "equal"


def test_node_that_alters_what_happened_has_no_past(
    scene: Scene,
    number: int,
    lying: tuple[LyingNode, str],
    capsysbinary: pytest.CaptureFixture[bytes],
) -> None:
    node, url = lying
    node.bend = lies.of_block(number, lambda block: block | {"extraData": "0x77"})
    past = Past(scene, capsysbinary, url)
    told = past.complaint("receipt", receipt_number(scene.story.pledged))
    assert f"block {number}" in told


def test_node_that_turns_back_time_is_found_out(
    scene: Scene,
    lying: tuple[LyingNode, str],
    capsysbinary: pytest.CaptureFixture[bytes],
) -> None:
    node, url = lying
    first, newest = scene.ledger.deployment.block_number, scene.head
    middle = (first + newest) // 2

    def earlier(block: Any) -> Any:
        return lies.rehashed(block | {"timestamp": "0x5"})

    node.bend = lies.of_block(middle, earlier)
    past = Past(scene, capsysbinary, url)
    moment = time_text(int(scene.block(middle)["timestamp"], 16))
    told = past.complaint("receipt", receipt_number(scene.story.pledged), "--at", moment)
    assert "days cannot be told by it" in told


def test_node_that_hides_the_rest_of_a_day_is_found_out(
    scene: Scene,
    lying: tuple[LyingNode, str],
    capsysbinary: pytest.CaptureFixture[bytes],
) -> None:
    node, url = lying
    newest = int(scene.block()["timestamp"], 16)
    # The last block of an earlier day, and the block that a liar dates a day later.
    hidden = next(
        each
        for each in range(scene.head, 1, -1)
        if int(scene.block(each)["timestamp"], 16) < newest - 86_400
    )
    seconds = int(scene.block(hidden)["timestamp"], 16)

    def later(block: Any) -> Any:
        return lies.rehashed(block | {"timestamp": hex(seconds + 86_000)})

    node.bend = lies.of_block(hidden, later)
    past = Past(scene, capsysbinary, url)
    day = time_text(seconds)
    told = past.complaint("receipt", receipt_number(scene.story.pledged), "--at", day)
    assert f"block {hidden}" in told
    assert "parent" in told or "another one" in told


@pytest.fixture
def bundle(scene: Scene, past: Past, tmp_path: Path) -> Path:
    """All that an audit needs of the chain, in a file."""
    file = tmp_path / "ledger.bundle"
    ledger = (f"--rpc={scene.node_url}", f"--deployment={scene.deployment_file}")
    assert run(["audit", "export", str(file), *ledger]) == EQUAL
    return file


def test_bundle_tells_the_same_past_without_a_network(
    scene: Scene,
    past: Past,
    bundle: Path,
    capsysbinary: pytest.CaptureFixture[bytes],
) -> None:
    offline = Past(scene, capsysbinary, "http://127.0.0.1:1", f"--bundle={bundle}")
    number = receipt_number(scene.story.pledged)
    middle = scene.block(scene.head - 12)
    seconds = int(middle["timestamp"], 16)
    for words in (
        ("receipt", number),
        ("receipt", number, "--at", middle["hash"]),
        ("history", number, "--lineage", "--at", time_text(seconds)),
        ("pool", "2-10", "--at", scene.head - 20),
        ("party", BANK_A.party, "--at", time_text(seconds - 86_400)[:10]),
        ("lender", BANK_C.party),
        ("warehouse",),
        ("stock", "2-10"),
    ):
        told, told_offline = past.told(*words), offline.told(*words)
        assert told.pop("trust")["basis"] == "node"
        assert told_offline.pop("trust")["basis"] == "bundle"
        assert told_offline == told, words
    asked = ("receipt", number, "--at")
    assert "is later than the newest" in offline.complaint(*asked, scene.head + 1)
    assert "is none of the blocks" in offline.complaint(*asked, "0x" + "31" * 32)


def test_bundle_that_is_cut_short_has_no_past(
    scene: Scene, past: Past, bundle: Path, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    bundle.write_bytes(bundle.read_bytes()[:-9])
    offline = Past(scene, capsysbinary, "http://127.0.0.1:1", f"--bundle={bundle}")
    assert str(bundle) in offline.complaint("receipt", receipt_number(scene.story.pledged))


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"timestamp_to": 5}, "its time is before that of its parent"),
        ({"parent_to": b"\x11" * 32}, "its parent is not block"),
        ({"number_to": 3}, "block 3 stands in its place"),
    ],
)
def test_headers_of_a_bundle_are_linked_to_its_head(
    bundle: Path, tmp_path: Path, change: dict[str, Any], told: str
) -> None:
    """A bundle is written anew with one header bent, so that its own seal holds."""
    whole = Bundle(bundle)
    forged = tmp_path / "forged.bundle"
    writer = BundleWriter(forged, whole.deployment, whole.genesis, whole.head)
    blocks = list(whole.up_to(whole.head))
    for place, block in enumerate(blocks):
        bent = place == len(blocks) // 2
        writer.add_block(RawBlock(_bent(block.header, **change), [], []) if bent else block)
    writer.seal()
    with pytest.raises(BadFile, match=told):
        BundleBlocks(Bundle(forged))


def _bent(
    raw: bytes,
    timestamp_to: int | None = None,
    parent_to: bytes | None = None,
    number_to: int | None = None,
) -> bytes:
    fields = rlp.decode(raw)
    if timestamp_to is not None:
        fields[11] = bytes([timestamp_to])
    if parent_to is not None:
        fields[0] = parent_to
    if number_to is not None:
        fields[8] = bytes([number_to])
    return bytes(rlp.encode(fields))


def test_trusted_head_and_second_node_stand_behind_a_past(
    scene: Scene,
    lying: tuple[LyingNode, str],
    capsysbinary: pytest.CaptureFixture[bytes],
) -> None:
    number = receipt_number(scene.story.pledged)
    head = scene.block(scene.head - 5)
    named = Past(scene, capsysbinary, scene.node_url, f"--head={head['hash']}")
    answer = named.told("receipt", number)
    assert answer["as_of"]["number"] == scene.head - 5
    assert answer["trust"]["basis"] == "named"
    later = named.complaint("receipt", number, "--at", scene.head - 4)
    assert f"is later than the newest, block {scene.head - 5} of" in later
    both = Past(scene, capsysbinary, scene.node_url, f"--rpc={lying[1]}")
    assert both.told("receipt", number)["trust"]["basis"] == "nodes"


def test_past_of_nowhere_is_not_asked_for(capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    assert run(["past", "receipt", "2-1-000001"]) == UNDECIDED
    assert b"missing option --rpc and --deployment, or --bundle" in capsysbinary.readouterr().err
