"""Bad input gets one line on stderr that names the option and the rule, and exit code 2."""

import json
import os
from pathlib import Path

import pytest

from receipts_ledger.chain.local_node import LocalNode
from receipts_ledger.cli.door import run

PLEDGE = ("pledge", "12-1-000345", "--pledgee=5", "--maturity=2027-03-31", "--amount=100")
DELIVER = ("deliver", "12-1-000345", "--quantity=5")


def with_option(arguments: tuple[str, ...], option: str) -> list[str]:
    name = option.partition("=")[0]
    return [given for given in arguments if given.partition("=")[0] != name] + [option]


def one_line(capsys: pytest.CaptureFixture[str]) -> str:
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.count("\n") == 1
    return printed.err


@pytest.mark.parametrize(
    ("option", "rule"),
    [
        ("--pledgee=0", "party number from 1 to 4,194,303"),
        ("--pledgee=4194304", "party number"),
        ("--pledgee=-5", "party number"),
        ("--pledgee=５", "party number"),
        ("--pledgee=1_0", "party number"),
        ("--maturity=2019-12-31", "date from 2020-01-01 to 2064-11-08"),
        ("--maturity=2064-11-09", "date from"),
        ("--maturity=2027-02-30", "date from"),
        ("--maturity=31.03.2027", "date from"),
        ("--maturity=20270331", "date from"),
        ("--amount=0", "amount: a whole number"),
        ("--amount=-1", "amount: a whole number"),
        ("--amount=1.5", "amount: a whole number"),
        ("--document=AB-123", "document: its kind and its number"),
        ("--document=:AB-123", "document: its kind and its number"),
        ("--deadline=2027-03-31", "moment in time with its zone"),
        ("--deadline=2027-03-31T12:00:00", "moment in time with its zone"),
    ],
)
def test_a_pledge_with_a_bad_option_names_option_and_rule(
    option: str, rule: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(with_option(PLEDGE, option)) == 2
    line = one_line(capsys)
    assert option.partition("=")[0] in line
    assert rule in line


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (("assign", "12-1-000345"), "--to"),
        (("assign", "12-1-000345", "--to=0"), "party number from 1 to 4,194,303"),
        (("default", "12-1-000345"), "--notice"),
        (("default", "12-1-000345", "--notice=nowhere.json"), "file nowhere.json"),
        (("cure", "12-1-000345"), "--maturity"),
        (("cure", "12-1-000345", "--maturity=tomorrow"), "date from 2020-01-01 to 2064-11-08"),
        (("enforce", "12-1-000345"), "--to"),
        (("enforce", "12-1-00034x", "--to=5"), "receipt number such as 12-1-000345"),
    ],
)
def test_what_is_missing_or_bad_about_a_pledge_in_default_is_named(
    arguments: tuple[str, ...], named: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(list(arguments)) == 2
    assert named in one_line(capsys)


@pytest.mark.parametrize("number", ["12-1-0003x", "12-1", "1-2-3-4", "-1", "12-1-4294967296", ""])
def test_a_bad_receipt_number_is_named(number: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["show", "receipt", "--", number]) == 2
    assert "receipt number such as 12-1-000345" in one_line(capsys)


@pytest.mark.parametrize("quantity", ["0", "-25000", "25.0", "1e3", str(2**40)])
def test_a_bad_quantity_is_named(
    quantity: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    evidence = tmp_path / "evidence.json"
    evidence.write_text("{}")
    arguments = with_option((*DELIVER, f"--evidence={evidence}"), f"--quantity={quantity}")
    assert run(arguments) == 2
    line = one_line(capsys)
    assert "--quantity" in line
    assert "1 to 1,099,511,627,775" in line


def test_a_file_that_is_not_there_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert run([*DELIVER, "--evidence=nowhere.json"]) == 2
    assert "'--evidence': file nowhere.json: No such file" in one_line(capsys)


@pytest.mark.parametrize(
    ("content", "rule"), [("{", "is no JSON"), ("[1]", "holds no JSON object"), ("\xff", "no JSON")]
)
def test_a_file_that_holds_no_object_is_named(
    content: str, rule: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "terms.json"
    path.write_bytes(content.encode("latin-1"))
    assert run([*PLEDGE, f"--terms={path}"]) == 2
    line = one_line(capsys)
    assert "--terms" in line
    assert rule in line


def test_an_unknown_command_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["mint"]) == 2
    assert "mint" in one_line(capsys)


def test_a_missing_option_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["pledge", "12-1-000345"]) == 2
    assert "--pledgee" in one_line(capsys)


def test_a_gateway_that_is_no_address_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["show", "ledger", "--gateway=nowhere"]) == 2
    assert "--gateway" in one_line(capsys)


def test_a_gateway_that_does_not_answer_leaves_it_undecided(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run([*PLEDGE, "--gateway=http://127.0.0.1:9"]) == 2
    assert "does not answer" in one_line(capsys)


def test_errors_are_json_for_programs(capsys: pytest.CaptureFixture[str]) -> None:
    assert run([*PLEDGE, "--gateway=http://127.0.0.1:9", "--json"]) == 2
    assert json.loads(one_line(capsys))["error"]["kind"] == "Retryable"


def test_a_deployment_file_that_is_none_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "deployment.json"
    path.write_text('{"chain_id": 1}')
    assert run(["show", "ledger", f"--deployment={path}"]) == 2
    assert str(path) in one_line(capsys)


def test_the_help_reads_well(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--help"]) == 0
    said = capsys.readouterr().out
    for command in ("keys", "issue", "pledge", "release", "deliver", "show", "audit"):
        assert command in said


def test_a_thing_that_cannot_be_shown_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["show", "warehouse", "12"]) == 2
    assert "'warehouse' is no thing that can be shown: receipt, act," in one_line(capsys)
    assert run(["show", "ledger", "12"]) == 2
    assert "ledger has no number" in one_line(capsys)


@pytest.mark.parametrize("number", ["", "12", "../../livez", "5f0c4e6e"])
def test_a_bad_number_of_an_act_is_named(number: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["show", "act", "--", number]) == 2
    assert "id of an act" in one_line(capsys)
    assert run(["sign", "--yes", "--", number]) == 2
    assert "'ACT'" in one_line(capsys)


def test_a_chain_for_the_story_that_is_none_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["demo", "--chain=besu"]) == 2
    line = one_line(capsys)
    assert "--chain" in line
    assert "anvil, ganache" in line


@pytest.mark.parametrize(
    ("content", "rule"),
    [(b"caf\xc3\xa9", "holds signs"), (b"", "holds signs"), (b"\xff", "holds no text")],
)
def test_an_api_token_that_is_none_is_named(
    content: bytes, rule: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    token = tmp_path / "token"
    token.write_bytes(content)
    assert run(["show", "refusals", f"--api-token={token}"]) == 2
    line = one_line(capsys)
    assert "--api-token" in line
    assert rule in line


@pytest.mark.parametrize("url", ["http://", "ftp://127.0.0.1", "http://[", ""])
def test_an_address_that_is_none_is_named(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["show", "ledger", f"--gateway={url}"]) == 2
    assert "no http:// or https:// address" in one_line(capsys)


def test_what_is_no_gateway_is_told_from_one(
    anvil_node: LocalNode, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["show", "ledger", f"--gateway={anvil_node.url}"]) == 2
    assert "no gateway" in one_line(capsys)


def test_without_a_terminal_no_password_is_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with Path(os.devnull).open() as nothing:
        monkeypatch.setattr("sys.stdin", nothing)
        assert run(["keys", "new", "office", f"--folder={tmp_path}"]) == 2
    assert "--password" in one_line(capsys)
    assert list(tmp_path.iterdir()) == []


def test_an_empty_password_file_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    password = tmp_path / "password"
    password.write_text("\n")
    assert run(["keys", "new", "office", f"--folder={tmp_path}", f"--password={password}"]) == 2
    assert f"file {password} is empty" in one_line(capsys)


def test_a_fault_of_the_program_is_one_line_too(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fails(*_: object, **__: object) -> None:
        raise ZeroDivisionError("by\nzero")

    monkeypatch.setattr("receipts_ledger.cli.session.LedgerClient", fails)
    assert run(["show", "ledger"]) == 2
    line = one_line(capsys)
    assert "a fault of this program: ZeroDivisionError: by zero" in line
    assert "test_bad_input.py" in line
    assert run(["show", "ledger", "--json"]) == 2
    assert json.loads(one_line(capsys))["error"]["kind"] == "Fault"
