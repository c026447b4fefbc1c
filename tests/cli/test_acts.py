"""A receipt's life from the command line: each party with its own key, token and files."""

import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from receipts_ledger.cli.door import run
from receipts_ledger.demo.stage import Stage
from receipts_ledger.domain.ids import pool_number, receipt_id, receipt_number
from tests.support.offices import Office, let_days_pass


def test_a_receipt_lives_from_the_command_line(stage: Stage, office: Any, tmp_path: Path) -> None:
    cast, pile = stage.cast, stage.piles[0]
    registrar, warehouse = office(cast.registrar), office(pile.warehouse)
    inspector, holder = office(cast.inspector), office(cast.traders[0])
    bank, other_bank = office(cast.banks[0]), office(cast.banks[1])
    evidence, content = tmp_path / "evidence.json", tmp_path / "content.json"
    evidence.write_text('{"report": "count of the day"}')
    content.write_text('{"brand": "GUIYE", "grade": "Cu-CATH-1"}')
    number = pool_number(pile.pool_id)

    opened = registrar.does(
        "open-pool",
        f"--warehouse={pile.warehouse.party_id}",
        "--index=1",
        "--commodity=copper-cathode",
        "--place=shed 1",
        "--capacity=100000",
    )
    warehouse.does("sign", opened["act_id"], "--yes", "--wait")
    inspector.does("attest", number, "--quantity=60000", f"--evidence={evidence}", "--wait")
    issued = warehouse.does(
        "issue",
        f"--pool={number}",
        f"--holder={cast.traders[0].party_id}",
        "--quantity=25000",
        f"--storage-until={stage.storage_until}",
        f"--content={content}",
        f"--evidence={evidence}",
        "--document=inbound:IN-1",
        "--count=2",
    )
    inspector.does("sign", issued["act_id"], "--yes", "--wait")
    receipt = f"{number}-000001"
    shown = holder.does("show", "receipt", receipt)
    assert (shown["quantity"], shown["encumbered"]) == (25_000, False)

    pledge = ("pledge", receipt, f"--maturity={stage.maturity}", "--amount=100")
    drafted = holder.does(*pledge, f"--pledgee={cast.banks[0].party_id}", "--document=invoice:1")
    assert [signer["signed"] for signer in drafted["signers"]] == [True, False, False]
    warehouse.does("sign", drafted["act_id"], "--yes")
    signed = bank.does("sign", drafted["act_id"], "--yes", "--wait")
    assert signed["status"] in ("mined", "final")

    refused = other_bank.fails(
        1, *pledge, f"--pledgee={cast.banks[1].party_id}", "--document=invoice:2"
    )
    assert (refused["code"], refused["status"]) == ("AlreadyEncumbered", 409)
    found = office(cast.auditor).does("show", "refusals")
    assert refused["refusal_id"] in [row["refusal_id"] for row in found]

    assert other_bank.fails(1, "release", receipt)["code"] == "NotYourRole"
    bank.does("release", receipt, "--wait")
    delivered = holder.does("deliver", receipt, "--quantity=10000", f"--evidence={evidence}")
    warehouse.does("sign", delivered["act_id"], "--yes", "--wait")
    assert holder.does("show", "receipt", receipt)["quantity"] == 15_000

    other = f"{number}-000002"
    moved = holder.does("transfer", other, f"--to={cast.traders[1].party_id}")
    office(cast.traders[1]).does("sign", moved["act_id"], "--yes", "--wait")
    assert office(cast.traders[1]).does("show", "receipt", other)["view"] == "full"
    assert holder.does("show", "receipt", other)["view"] == "public"

    draft = holder.does("deliver", receipt, "--quantity=15000", f"--evidence={evidence}")
    assert holder.does("withdraw", draft["act_id"])["status"] == "withdrawn"
    assert warehouse.fails(1, "sign", draft["act_id"], "--yes")["code"] == "ActClosed"


def test_things_are_shown_to_people_and_to_programs(stage: Stage, office: Any) -> None:
    auditor = office(stage.cast.auditor)
    party = stage.cast.banks[0]
    assert auditor.does("show", "party", party.party_id)["profile"]["name"] == party.name
    assert auditor.does("show", "ledger")["contract"] == stage.deployment.contract
    code = run(["show", "party", str(party.party_id), *auditor.options])
    assert code == 0
    assert party.name in auditor.capsys.readouterr().out.decode()


def test_the_past_is_shown_to_people_and_to_programs(stage: Stage, office: Any) -> None:
    auditor, registrar = office(stage.cast.auditor), office(stage.cast.registrar)
    party_id = stage.cast.banks[1].party_id
    block = auditor.does("show", "ledger")["block_number"]
    now = auditor.does("show", "party", party_id)
    then = auditor.does("show", "party", party_id, "--at", block)
    assert then.pop("as_of")["block_number"] == block
    assert then == now
    for thing in (("history", "99-9-000001"), ("stock", "99-9"), ("receipt", "99-9-1", "--at", 1)):
        assert auditor.fails(1, "show", *thing)["kind"] == "NotFound"
    book = registrar.does("show", "holdings", party_id, "--as", "lender", "--at", block)
    assert (book["capacity"], book["items"]) == ("lender", [])
    other = office(stage.cast.banks[0]).fails(1, "show", "holdings", party_id)
    assert other["code"] == "NotYourRole"
    assert auditor.fails(2, "show", "acts", "--at", block)["detail"].endswith("acts has no moment")
    assert "is no capacity" in auditor.fails(2, "show", "holdings", 5, "--as", "x")["detail"]
    assert "is no moment" in auditor.fails(2, "show", "party", 5, "--at", "then")["detail"]
    late = auditor.fails(1, "show", "party", 5, "--at", "2064-01-01")
    assert (late["code"], late["field"]) == ("InvalidRequest", "at")


def test_what_is_not_there_is_refused(stage: Stage, office: Any) -> None:
    auditor = office(stage.cast.auditor)
    nowhere = receipt_number(receipt_id(stage.piles[-1].pool_id, 9))
    nobody, nothing = 4_000_000, "00000000-0000-4000-8000-000000000000"
    for thing, number in (
        ("receipt", nowhere),
        ("party", nobody),
        ("pool", "99-9"),
        ("act", nothing),
    ):
        error = auditor.fails(1, "show", thing, number)
        assert error == {"detail": f"no {thing} {number}", "kind": "NotFound"}


def test_a_wrong_api_token_is_refused(stage: Stage, tmp_path: Path, office: Any) -> None:
    token = tmp_path / "token"
    token.write_text("rl_guess")
    capsys = office(stage.cast.auditor).capsys
    options = (f"--gateway={stage.hands.gateway_url}", f"--api-token={token}")
    refused = Office(options, capsys).fails(1, "show", "refusals")
    assert (refused["code"], refused["status"]) == ("NotAuthenticated", 401)


def test_without_a_terminal_nothing_is_signed_unasked(
    stage: Stage, office: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    inspector = office(stage.cast.inspector)
    draft = stage.hands.of(stage.cast.registrar).suspend(
        stage.cast.racers[0].party_id, {"text": "test"}
    )
    with Path(os.devnull).open() as nothing:
        monkeypatch.setattr("sys.stdin", nothing)
        error = office(stage.cast.registrar).fails(2, "sign", draft.act_id)
    assert "--yes" in error["detail"]
    assert inspector.fails(1, "sign", draft.act_id, "--yes")["kind"] == "NotFound"


def test_an_audit_from_the_command_line_finds_all_equal(stage: Stage, office: Any) -> None:
    capsys = office(stage.cast.auditor).capsys
    options = (
        f"--rpc={stage.rpc_url}",
        f"--deployment={stage.deployment_file}",
        f"--db={stage.database_url}",
    )
    assert Office(options, capsys).does("audit")["verdict"] == "equal"
    code, report, late = Office(options, capsys).tries("audit", "--to=999999")
    assert code == 2
    assert json.loads(report)["verdict"] == "undecided"
    assert json.loads(late)["error"]["detail"].startswith("--to: the database stands at block")


def test_a_pledge_that_is_not_paid_is_followed_to_its_end_from_the_command_line(
    stage: Stage, office: Any, tmp_path: Path
) -> None:
    cast, pile = stage.cast, stage.piles[0]
    warehouse, holder = office(pile.warehouse), office(cast.traders[0])
    bank, other_bank = office(cast.banks[0]), office(cast.banks[1])
    notice = tmp_path / "notice.json"
    notice.write_text('{"unpaid_minor": 100}')
    # Days pass on the chain, not on the gateway's clock.
    now = datetime.now(UTC)
    later, latest = ((now + timedelta(days=days)).isoformat() for days in (300, 301))
    receipt = f"{pool_number(pile.pool_id)}-000001"
    drafted = holder.does(
        "pledge",
        receipt,
        f"--pledgee={cast.banks[0].party_id}",
        f"--maturity={stage.today + timedelta(days=1)}",
        "--amount=100",
        "--document=invoice:unpaid",
    )
    warehouse.does("sign", drafted["act_id"], "--yes")
    bank.does("sign", drafted["act_id"], "--yes", "--wait")
    default = ("default", receipt, f"--notice={notice}", f"--deadline={later}")
    assert bank.fails(1, *default)["code"] == "NotDue"

    let_days_pass(stage, 2)
    bank.does(*default, "--wait")
    shown = holder.does("show", "receipt", receipt)
    assert (shown["pledge"]["in_default"], shown["pledge"]["maturity"]) == (True, None)
    new_maturity = f"--maturity={stage.today + timedelta(days=4)}"
    bank.does("cure", receipt, new_maturity, f"--deadline={later}", "--wait")
    assert holder.does("show", "receipt", receipt)["pledge"]["in_default"] is False

    assignment = bank.does(
        "assign", receipt, f"--to={cast.banks[1].party_id}", f"--deadline={later}"
    )
    other_bank.does("sign", assignment["act_id"], "--yes", "--wait")
    let_days_pass(stage, 4)
    other_bank.does(*default, "--wait")
    enforce = ("enforce", receipt, f"--to={cast.traders[1].party_id}")
    early = other_bank.does(*enforce, f"--deadline={later}")
    refused = office(cast.traders[1]).fails(1, "sign", early["act_id"], "--yes")
    assert refused["code"] == "NoticeRunning"
    let_days_pass(stage, 11)
    # An act that was refused stays so; with another deadline it is another act.
    drafted = other_bank.does(*enforce, f"--deadline={latest}")
    office(cast.traders[1]).does("sign", drafted["act_id"], "--yes", "--wait")
    shown = office(cast.traders[1]).does("show", "receipt", receipt)
    assert (shown["holder_id"], shown["pledge"]) == (cast.traders[1].party_id, None)
