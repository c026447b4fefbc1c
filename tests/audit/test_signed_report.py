"""A report that is handed on: signed, whole, and worth nothing once a byte of it is another."""

import hashlib
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from eth_account import Account
from pypdf import PdfReader

from receipts_ledger.chain import audit_statement
from receipts_ledger.chain.artifact import ledger_artifact
from receipts_ledger.chain.keyfile import write_key
from receipts_ledger.chain.typed_data import SigningDomain
from receipts_ledger.cli.door import run
from receipts_ledger.services.audit.document import as_bytes, digest, signed, statement
from tests.audit.tampering import tamper
from tests.support.auditing import DIFFERENT, EQUAL, UNDECIDED, Outcome, Scene
from tests.support.cast import AUDITOR, BANK_A, BANK_C, STRANGER, Member

PASSWORD = "a long password"
BAD = 1


@pytest.fixture(scope="session")
def key_of(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Member], list[str]]:
    """The options by which a member signs a report."""
    folder = tmp_path_factory.mktemp("keys")
    (folder / "password").write_text(PASSWORD + "\n")

    def options(member: Member) -> list[str]:
        path = folder / f"{member.party}.json"
        if not path.exists():
            write_key(path, member.private_key, PASSWORD)
        return ["--sign-with", str(path), "--password", str(folder / "password")]

    return options


@pytest.fixture(scope="session")
def report(
    scene: Scene, key_of: Callable[[Member], list[str]], tmp_path_factory: pytest.TempPathFactory
) -> bytes:
    """The auditor's signed report on the scene, as it is handed on."""
    folder = tmp_path_factory.mktemp("report")
    assert scene.audit("--out", str(folder), *key_of(AUDITOR)).exit_code == EQUAL
    return (folder / "audit-report.json").read_bytes()


@pytest.fixture
def check(
    tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]
) -> Callable[..., tuple[int, Any]]:
    """What `audit check` says of a report."""

    def checked(content: bytes, *options: str) -> tuple[int, Any]:
        path = tmp_path / "report.json"
        path.write_bytes(content)
        capsysbinary.readouterr()
        code = run(["audit", "check", str(path), "--json", *options])
        printed = capsysbinary.readouterr()
        return code, json.loads(printed.out or printed.err)

    return checked


def resigned(told: dict[str, Any], member: Member) -> bytes:
    """The document with the member's own, good signature under it."""
    told["auditor"] = {"key": "0x" + member.address.hex(), "party": None, "roles": []}
    contract = bytes.fromhex(told["ledger"]["contract"][2:])
    domain = SigningDomain(told["ledger"]["chain_id"], contract)  # type: ignore[arg-type]
    made = audit_statement.sign(member.private_key, statement(told), domain)
    return as_bytes(signed(told, made))


def test_signed_report_says_who_signed_and_what(
    scene: Scene, report: bytes, check: Callable[..., tuple[int, Any]]
) -> None:
    code, answer = check(report, "--auditor", "0x" + AUDITOR.address.hex())
    assert code == EQUAL
    assert answer["signer"] == "0x" + AUDITOR.address.hex()
    assert (answer["party"], answer["roles"]) == (AUDITOR.party, ["auditor"])
    assert (answer["verdict"], answer["differences"]) == ("equal", 0)
    assert (answer["head_number"], answer["head_hash"]) == (scene.head, scene.block()["hash"])
    assert answer["contract"] == scene.ledger.deployment.contract


def test_report_altered_in_any_byte_is_refused(
    report: bytes, check: Callable[..., tuple[int, Any]]
) -> None:
    for place in range(0, len(report), 41):
        altered = report[:place] + bytes((report[place] ^ 1,)) + report[place + 1 :]
        code, answer = check(altered)
        assert code == BAD, place
        assert "error" in answer


def test_report_cut_short_or_written_another_way_is_refused(
    report: bytes, check: Callable[..., tuple[int, Any]]
) -> None:
    others = (
        b"",
        report[:-1],
        report[: len(report) // 2],
        report + b"\n",
        json.dumps(json.loads(report), indent=2).encode(),
        report.replace(b'"verdict":"equal"', b'"verdict":"equal","verdict":"equal"', 1),
        b"[" * 100_000,
        b"\xff" * 100,
        b"null\n",
        b'{"format":"receipts-ledger/audit-report"}\n',
    )
    for content in others:
        assert check(content)[0] == BAD, content[:60]


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("difference_count", 1),
        ("exit_code", 1),
        ("verdict", "different"),
        ("refusals", []),
        ("head", None),
        ("counts", None),
        ("format_version", 2),
        ("audited_at", "yesterday"),
        ("digests", {}),
        ("differences", [{"subject": "receipt 2-1-000001"}]),
    ],
)
def test_report_that_contradicts_itself_is_refused_whoever_signs_it(
    report: bytes, check: Callable[..., tuple[int, Any]], member: str, value: object
) -> None:
    told = json.loads(report)
    assert check(resigned(dict(told), AUDITOR))[0] == EQUAL
    if member in ("head", "counts"):
        # Nobody can compute a statement of it, and nobody gets so far.
        altered = as_bytes(told | {member: value})
    else:
        altered = resigned(told | {member: value}, AUDITOR)
    code, answer = check(altered)
    assert code == BAD
    assert "altered" in answer["error"]["detail"] or member in ("format_version",)


@pytest.mark.parametrize("member", ["checks", "counts", "trust", "tool"])
def test_report_of_which_no_sheet_can_be_made_is_none(
    report: bytes, check: Callable[..., tuple[int, Any]], tmp_path: Path, member: str
) -> None:
    told = json.loads(report)
    told[member] = told["counts"] | {"acts": [None]} if member == "counts" else [None]
    page = tmp_path / "page.html"
    code, answer = check(resigned(told, STRANGER), "--html", str(page))
    assert (code, page.exists()) == (BAD, False)
    assert "its members are not a report's" in answer["error"]["detail"]


def test_report_under_another_key_is_told_apart(
    report: bytes, check: Callable[..., tuple[int, Any]]
) -> None:
    forged = resigned(json.loads(report), STRANGER)
    code, answer = check(forged)
    assert (code, answer["signer"]) == (EQUAL, "0x" + STRANGER.address.hex())
    code, answer = check(forged, "--auditor", "0x" + AUDITOR.address.hex())
    assert code == BAD
    assert f"signed by 0x{STRANGER.address.hex()}, not by" in answer["error"]["detail"]


def test_signature_of_another_report_does_not_serve(
    report: bytes, check: Callable[..., tuple[int, Any]]
) -> None:
    told = json.loads(report)
    told["counts"]["receipts_open"] += 1
    told["signature"]["digest"] = "0x" + digest(told).hex()
    code, answer = check(as_bytes(told))
    assert code == BAD
    assert "it is not what was signed" in answer["error"]["detail"]


def test_report_without_a_signature_is_nobodys(
    scene: Scene, tmp_path: Path, check: Callable[..., tuple[int, Any]]
) -> None:
    scene.audit("--out", str(tmp_path / "papers"))
    code, answer = check((tmp_path / "papers" / "audit-report.json").read_bytes())
    assert code == BAD
    assert "not signed" in answer["error"]["detail"]


def test_any_wallet_signs_the_same_statement(report: bytes) -> None:
    told = json.loads(report)
    contract = bytes.fromhex(told["ledger"]["contract"][2:])
    domain = SigningDomain(told["ledger"]["chain_id"], contract)  # type: ignore[arg-type]
    shown = audit_statement.typed_data(statement(told), domain)
    made = Account.sign_typed_data(AUDITOR.private_key, full_message=shown)
    assert "0x" + bytes(made.signature).hex() == told["signature"]["signature"]
    assert shown["message"]["headHash"] == told["head"]["hash"]
    assert shown["message"]["verdict"] == "equal"
    assert shown["message"]["reportDigest"] == told["signature"]["digest"]


def test_digest_of_all_events_can_be_computed_from_the_nodes_logs(
    scene: Scene, report: bytes
) -> None:
    """By web3's ABI decoder and the words of docs/audit.md, without our own code."""
    from web3 import Web3

    contract = Web3().eth.contract(abi=ledger_artifact().abi)
    inputs = {each["name"]: each["inputs"] for each in contract.abi if each["type"] == "event"}
    named = {
        bytes(Web3.keccak(text=_signature(name, members))): name for name, members in inputs.items()
    }
    address = scene.ledger.deployment.contract
    sha256 = hashlib.sha256()
    for log in scene.rpc.call("eth_getLogs", [{"address": address, "fromBlock": "0x0"}]):
        name = named[bytes.fromhex(log["topics"][0][2:])]
        block_number, log_index = int(log["blockNumber"], 16), int(log["logIndex"], 16)
        tx_hash = bytes.fromhex(log["transactionHash"][2:])
        plain: Any = {
            "address": address,
            "topics": [bytes.fromhex(topic[2:]) for topic in log["topics"]],
            "data": bytes.fromhex(log["data"][2:]),
            "blockNumber": block_number,
            "logIndex": log_index,
            "transactionIndex": 0,
            "transactionHash": tx_hash,
            "blockHash": bytes.fromhex(log["blockHash"][2:]),
        }
        arguments = contract.events[name]().process_log(plain)["args"]
        sha256.update(block_number.to_bytes(8) + log_index.to_bytes(4) + tx_hash)
        sha256.update(name.encode() + b"\0")
        for each in inputs[name]:
            sha256.update(_word(each["type"], arguments[each["name"]]))
    assert json.loads(report)["digests"]["events"] == "0x" + sha256.hexdigest()


def test_same_ledger_gives_the_same_digests_and_another_head_others(
    scene: Scene, report: bytes
) -> None:
    digests = json.loads(report)["digests"]
    assert scene.audit().report["digests"] == digests
    before = scene.audit("--to", str(scene.head - 10)).report["digests"]
    assert before["state"] != digests["state"]
    assert before["events"] != digests["events"]


def test_differences_stand_in_the_report_by_receipt(
    scene: Scene,
    indexed_sqlite_url: str,
    key_of: Callable[[Member], list[str]],
    tmp_path: Path,
    check: Callable[..., tuple[int, Any]],
) -> None:
    tamper(indexed_sqlite_url, "UPDATE receipts SET quantity = quantity + 1 WHERE serial = 1")
    options = ("--out", str(tmp_path / "papers"), *key_of(BANK_C))
    outcome = scene.audit(*options, database=indexed_sqlite_url)
    assert outcome.exit_code == DIFFERENT
    content = (tmp_path / "papers" / "audit-report.json").read_bytes()
    code, answer = check(content)
    assert (code, answer["verdict"]) == (EQUAL, "different")
    assert answer["roles"] == ["lender"]
    told = json.loads(content)
    assert told["differing"]["receipt 2-1-000001"] == 1
    assert told["auditor"]["is_auditor_of_the_ledger"] is False
    text = _paper(tmp_path / "papers" / "audit-report.pdf")
    assert "DIFFERENT 存在差异" in text
    assert "database differs 数据库不符" in text
    assert "party 7: lender 质权人" in text


def test_key_that_has_been_replaced_speaks_for_nobody(
    scene: Scene, key_of: Callable[[Member], list[str]]
) -> None:
    auditor = scene.audit(*key_of(BANK_A)).report["auditor"]
    assert (auditor["key"], auditor["party"]) == ("0x" + BANK_A.address.hex(), None)
    assert (auditor["roles"], auditor["is_active"]) == ([], False)


def test_audit_that_could_not_be_decided_is_signed_too(
    scene: Scene,
    key_of: Callable[[Member], list[str]],
    tmp_path: Path,
    check: Callable[..., tuple[int, Any]],
) -> None:
    papers = tmp_path / "papers"
    outcome = scene.audit("--out", str(papers), *key_of(AUDITOR), rpc="http://127.0.0.1:1")
    assert outcome.exit_code == UNDECIDED
    code, answer = check((papers / "audit-report.json").read_bytes())
    assert (code, answer["verdict"], answer["head_number"]) == (EQUAL, "undecided", None)
    text = _paper(papers / "audit-report.pdf")
    assert "UNDECIDED 未能判定" in text
    assert "does not answer" in text


def test_sheets_are_made_of_the_document_alone(
    scene: Scene, key_of: Callable[[Member], list[str]], tmp_path: Path
) -> None:
    papers = tmp_path / "papers"
    scene.audit("--out", str(papers), *key_of(AUDITOR))
    again = [f"--{kind}={tmp_path / kind}" for kind in ("html", "pdf")]
    assert run(["audit", "check", str(papers / "audit-report.json"), *again]) == EQUAL
    for kind in ("html", "pdf"):
        assert (tmp_path / kind).read_bytes() == (papers / f"audit-report.{kind}").read_bytes()
    text = _paper(tmp_path / "pdf")
    assert "EQUAL 一致" in text
    assert "party 9: auditor" in text
    assert "AlreadyEncumbered(receipt 2-1-000001, pledgee 5)" in text


def test_command_signs_as_the_script_does(
    scene: Scene,
    key_of: Callable[[Member], list[str]],
    check: Callable[..., tuple[int, Any]],
    capsysbinary: pytest.CaptureFixture[bytes],
) -> None:
    ledger = [f"--rpc={scene.node_url}", f"--deployment={scene.deployment_file}"]
    assert run(["audit", *ledger, *key_of(AUDITOR), "--json"]) == EQUAL
    code, answer = check(capsysbinary.readouterr().out)
    assert (code, answer["signer"]) == (EQUAL, "0x" + AUDITOR.address.hex())


def test_what_is_missing_to_sign_or_write_is_said_before_the_audit(
    scene: Scene, key_of: Callable[[Member], list[str]], tmp_path: Path
) -> None:
    def line(*options: str) -> str:
        outcome: Outcome = scene.audit(*options)
        return outcome.undecided_line

    nowhere = str(tmp_path / "nowhere" / "report.pdf")
    assert f"--pdf: {nowhere} cannot be written" in line("--pdf", nowhere)
    assert "key file" in line("--sign-with", str(tmp_path / "none.json"), *key_of(AUDITOR)[2:])
    (tmp_path / "other").write_text("another password")
    options = key_of(AUDITOR)
    assert "the password is another" in line(*options[:3], str(tmp_path / "other"))
    (tmp_path / "file").write_text("")
    assert "--out" in line("--out", str(tmp_path / "file" / "folder"))


def test_report_that_is_no_file_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["audit", "check", str(tmp_path / "none.json")]) == UNDECIDED
    assert "none.json cannot be read: No such file" in capsys.readouterr().err


def _signature(name: str, members: Sequence[Any]) -> str:
    return f"{name}({','.join(member['type'] for member in members)})"


def _word(kind: str, value: Any) -> bytes:
    if kind == "bytes":
        return len(value).to_bytes(32) + bytes(value)
    if kind == "address":
        return bytes.fromhex(value[2:]).rjust(32, b"\0")
    return bytes(value) if kind == "bytes32" else int(value).to_bytes(32)


def _paper(path: Path) -> str:
    pages = PdfReader(path).pages
    return " ".join(" ".join(page.extract_text() for page in pages).split())
