"""Certificates at the command line: made, handed on, cut down, printed, and still verified."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pypdf import PdfReader

from receipts_ledger.cli.door import run as run_command
from receipts_ledger.client import LedgerClient
from receipts_ledger.domain.ids import receipt_number
from tests.certificates.conftest import Gallery
from tests.support.cast import BANK_A, BANK_C
from tests.support.certifying import FALSE, VERIFIED, Json
from tests.support.certifying import run as verify

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture(scope="module")
def gateway_url(gallery: Gallery) -> Iterator[str]:
    """The gallery's gateway on a port."""
    with gallery.at.gateway.served() as url:
        yield url


@pytest.fixture
def bank(
    gallery: Gallery, gateway_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> tuple[str, ...]:
    """The options of bank A."""
    monkeypatch.delenv("RECEIPTS_LEDGER_PUBLIC_URL", raising=False)
    secret = tmp_path / "token"
    secret.write_text(gallery.at.gateway.secret_for(BANK_A.party, "bank"))
    return f"--gateway={gateway_url}", f"--api-token={secret}"


@pytest.fixture
def type_in(capsysbinary: pytest.CaptureFixture[bytes]) -> Run:
    """Run a command; exit code, what it printed, what it complained of."""

    def typed(*arguments: object) -> tuple[int, str, str]:
        code = run_command([str(argument) for argument in arguments])
        printed = capsysbinary.readouterr()
        return code, printed.out.decode(), printed.err.decode()

    return typed


@pytest.fixture
def made(gallery: Gallery, bank: tuple[str, ...], type_in: Run, tmp_path: Path) -> Path:
    """The file of a whole certificate."""
    file = tmp_path / "certificate.json"
    number = receipt_number(gallery.pledged)
    code, out, err = type_in("certificate", "make", number, *bank, "--out", file)
    assert (code, err) == (0, "")
    assert "verify_certificate.py" in out
    return file


def check(gallery: Gallery, file: Path) -> int:
    """Verify a file against its own block."""
    head = json.loads(file.read_bytes())["block"]["hash"]
    return verify(str(file), "--head", head, *gallery.at.ledger_named()).exit_code


def shown(file: Path, what: str = "content") -> list[str]:
    """Return the fields that a file shows."""
    return [field["name"] for field in json.loads(file.read_bytes())[what]["shown"]]


def test_a_certificate_is_made_and_verified(gallery: Gallery, made: Path) -> None:
    assert check(gallery, made) == VERIFIED
    assert shown(made) == ["brand", "bundles", "commodity", "grade"]


def test_fields_are_shown_as_they_are_named(
    gallery: Gallery, bank: tuple[str, ...], type_in: Run, tmp_path: Path
) -> None:
    number = receipt_number(gallery.pledged)
    file = tmp_path / "some.json"
    named = ("--disclose", "grade", "--disclose", "terms.amount")
    assert type_in("certificate", "make", number, *bank, *named, "--out", file)[0] == 0
    assert (shown(file), shown(file, "terms")) == (["grade"], ["amount"])
    assert type_in("certificate", "make", number, *bank, "--hide-all", "--out", file)[0] == 0
    assert (shown(file), shown(file, "terms")) == ([], [])
    code, out, _ = type_in("certificate", "make", number, *bank, "--state-only", "--json")
    assert (code, json.loads(out)["content"]) == (0, None)
    code, out, _ = type_in("certificate", "make", number, *bank, "--json", "--out", file)
    assert (code, json.loads(out)["file"]) == (0, str(file))


def test_what_is_cut_away_is_nowhere_in_the_file_and_the_rest_is_still_verified(
    gallery: Gallery, made: Path, type_in: Run, tmp_path: Path
) -> None:
    cut = tmp_path / "cut.json"
    kept = ("--keep", "grade", "--keep", "terms.rate_basis_points")
    assert type_in("certificate", "redact", made, *kept, "--out", cut)[0] == 0
    assert check(gallery, cut) == VERIFIED
    assert (shown(cut), shown(cut, "terms")) == (["grade"], ["rate_basis_points"])
    text = cut.read_text()
    before = json.loads(made.read_bytes())
    for field in before["content"]["shown"]:
        if field["name"] != "grade":
            assert field["salt"] not in text
    assert "GUIYE" not in text
    assert "120000777" not in text

    assert type_in("certificate", "redact", cut, "--out", cut)[0] == 0
    assert (check(gallery, cut), shown(cut)) == (VERIFIED, [])


def test_a_certificate_is_cut_down_to_the_state_alone(
    gallery: Gallery, made: Path, type_in: Run, tmp_path: Path
) -> None:
    cut = tmp_path / "state.json"
    assert type_in("certificate", "redact", made, "--state-only", "--out", cut)[0] == 0
    assert check(gallery, cut) == VERIFIED
    members = json.loads(cut.read_bytes())
    assert (members["changes"], members["content"]) == ([], None)
    assert len(members["proof"]["headers"]) == 1


def test_a_forged_certificate_that_is_cut_down_stays_false(
    gallery: Gallery, made: Path, type_in: Run, tmp_path: Path
) -> None:
    forged: Json = json.loads(made.read_bytes())
    forged["receipt"]["encumbered"] = False
    made.write_text(json.dumps(forged))
    cut = tmp_path / "cut.json"
    assert type_in("certificate", "redact", made, "--keep", "grade", "--out", cut)[0] == 0
    assert check(gallery, cut) == FALSE


def test_a_certificate_is_printed_with_the_digest_that_the_check_prints(
    gallery: Gallery, made: Path, type_in: Run, tmp_path: Path
) -> None:
    cut, paper = tmp_path / "cut.json", tmp_path / "cut.pdf"
    arguments = ("--keep", "grade", "--out", cut, "--pdf", paper)
    assert type_in("certificate", "redact", made, *arguments)[0] == 0
    head = json.loads(cut.read_bytes())["block"]["hash"]
    printed = verify(str(cut), "--head", head, *gallery.at.ledger_named()).printed
    digest = printed.partition("says: ")[2].partition("\n")[0]
    assert len(digest) == 66
    text = "\n".join(page.extract_text() for page in PdfReader(paper).pages)
    assert digest in text.replace("\n", "")
    assert "ENCUMBERED" in text
    assert "仓单质押状态证明" in text
    assert "Cu-CATH-1" in text
    assert "GUIYE" not in text


def test_a_certificate_is_made_and_printed_at_once(
    gallery: Gallery, bank: tuple[str, ...], type_in: Run, tmp_path: Path
) -> None:
    paper = tmp_path / "receipt.pdf"
    number = receipt_number(gallery.pledged)
    code, out, _ = type_in("certificate", "make", number, *bank, "--pdf", paper)
    assert code == 0
    assert json.loads(out)["receipt"]["number"] == number
    assert paper.read_bytes().startswith(b"%PDF-")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("nonsense", "is no JSON"),
        ("[]", "is no certificate"),
        ("{}", "no certificate of the form"),
        ('{"format": "receipts-ledger/certificate/1", "content": 5}', "no certificate of"),
        (
            '{"format": "receipts-ledger/certificate/1", "content": null, "terms": '
            '{"shown": [1]}, "proof": {"headers": []}}',
            "no certificate of",
        ),
    ],
)
def test_a_file_that_is_no_certificate_is_not_cut(
    type_in: Run, tmp_path: Path, text: str, words: str
) -> None:
    file = tmp_path / "file.json"
    file.write_text(text)
    code, out, err = type_in("certificate", "redact", file)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert words in err


def test_a_certificate_of_a_form_that_cannot_be_printed_is_said_so(
    type_in: Run, tmp_path: Path
) -> None:
    file = tmp_path / "file.json"
    file.write_text(
        '{"format": "receipts-ledger/certificate/1", "content": null, "terms": null,'
        ' "proof": {"headers": []}}'
    )
    code, _, err = type_in("certificate", "redact", file, "--pdf", tmp_path / "file.pdf")
    assert (code, err.count("\n")) == (2, 1)
    assert "cannot be printed" in err


def test_bad_options_are_named(
    gallery: Gallery, bank: tuple[str, ...], made: Path, type_in: Run, tmp_path: Path
) -> None:
    number = receipt_number(gallery.pledged)
    for arguments, words in (
        (("redact", tmp_path / "absent.json"), "No such file"),
        (("redact", made, "--keep", "colour"), "shows no field colour"),
        (("redact", made, "--keep", "terms.grade"), "shows no field terms.grade"),
        (("redact", made, "--keep", "grade", "--state-only"), "--keep"),
        (("redact", made, "--out", tmp_path / "no" / "file.json"), "--out"),
        (("make", number, *bank, "--hide-all", "--disclose", "grade"), "--hide-all"),
    ):
        code, out, err = type_in("certificate", *arguments)
        assert (code, out, err.count("\n")) == (2, "", 1), arguments
        assert words in err


def test_a_bank_that_has_nothing_to_do_with_it_is_refused(
    gallery: Gallery, gateway_url: str, type_in: Run, tmp_path: Path
) -> None:
    secret = tmp_path / "token"
    secret.write_text(gallery.at.gateway.secret_for(BANK_C.party, "bank"))
    options = (f"--gateway={gateway_url}", f"--api-token={secret}")
    code, _, err = type_in("certificate", "make", receipt_number(gallery.pledged), *options)
    assert (code, err.count("\n")) == (1, 1)
    assert "NotYourRole" in err


def test_the_client_asks_for_what_it_is_asked_for(gallery: Gallery, gateway_url: str) -> None:
    secret = gallery.at.gateway.secret_for(BANK_A.party, "client")
    client = LedgerClient(gateway_url, secret)
    whole = client.certificate(gallery.pledged)
    some = client.certificate(gallery.pledged, disclose=["grade"])
    none = client.certificate(gallery.pledged, disclose=[])
    state = client.certificate(gallery.pledged, state_only=True)
    counts = [len(each["content"]["shown"]) for each in (whole, some, none)]
    assert counts == [4, 1, 0]
    assert state["changes"] == []
