"""Files that are no certificates, and arguments that are none: one line each, and never a yes."""

import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from tests.certificates.conftest import Gallery
from tests.support.certifying import FALSE, UNDECIDED, VERIFIED, Json, run

ROOT = Path(__file__).parents[2]
SCRIPT = ROOT / "scripts" / "verify_certificate.py"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "it is no JSON"),
        ("null", "is no object"),
        ("[]", "is no object"),
        ("{}", "has no block"),
        ('{"format": 1.5}', "1.5 is no whole number"),
        ('{"format": NaN}', "NaN is no whole number"),
        ('{"format": 1, "format": 1}', "a member stands twice"),
        ('{"format": ' + "9" * 5_000 + "}", "it is no JSON"),
        ("[" * 100_000, "nested too deeply"),
        ('{"a":' * 100_000, "nested too deeply"),
        ('"' + "\\" * 100_001, "it is no JSON"),
        ('{"\ud800": 1}', "it is no JSON"),
    ],
)
def test_text_that_is_no_certificate_is_false(gallery: Gallery, text: str, words: str) -> None:
    verdict = gallery.at.verify(text)
    assert verdict.exit_code == FALSE
    assert words in verdict.complaint
    assert verdict.complaint.count("\n") == 1
    assert verdict.printed == ""


def test_deep_value_in_a_field_is_no_fault_of_the_program(gallery: Gallery, pledged: Json) -> None:
    text = json.dumps(pledged).replace('"Cu-CATH-1"', "[" * 900 + "]" * 900)
    verdict = gallery.at.verify(text, head=pledged["block"]["hash"])
    assert (verdict.exit_code, verdict.complaint.count("\n")) == (FALSE, 1)


def test_brackets_in_a_text_do_not_count_as_depth(gallery: Gallery, pledged: Json) -> None:
    for text in ('"' + "[" * 900 + '"', '"' + '\\"[' * 900 + '"', '"' + "\\\\" * 900 + '"'):
        bent = json.dumps(pledged).replace('"Cu-CATH-1"', text)
        verdict = gallery.at.verify(bent, head=pledged["block"]["hash"])
        assert verdict.exit_code == FALSE
        assert "does not belong to the commitment" in verdict.complaint


@pytest.mark.parametrize(("depth", "words"), [(60, "does not belong"), (61, "nested too deeply")])
def test_depth_has_a_limit(gallery: Gallery, pledged: Json, depth: int, words: str) -> None:
    bent = json.dumps(pledged).replace('"Cu-CATH-1"', "[" * depth + "]" * depth)
    verdict = gallery.at.verify(bent, head=pledged["block"]["hash"])
    assert verdict.exit_code == FALSE
    assert words in verdict.complaint


def test_lone_surrogate_in_a_field_has_no_canonical_form(gallery: Gallery, pledged: Json) -> None:
    text = json.dumps(pledged).replace('"Cu-CATH-1"', '"\\ud800"')
    verdict = gallery.at.verify(text, head=pledged["block"]["hash"])
    assert verdict.exit_code == FALSE
    assert "no canonical form" in verdict.complaint


def test_file_that_is_too_large_or_not_there_is_not_decided(
    gallery: Gallery, pledged: Json, tmp_path: Path
) -> None:
    large = tmp_path / "large.json"
    large.write_bytes(b" " * ((32 << 20) + 1))
    head = pledged["block"]["hash"]
    for file, words in (
        (large, "has more than"),
        (tmp_path / "absent.json", "No such file"),
        (tmp_path, "directory"),
    ):
        verdict = run(str(file), "--head", head, *gallery.at.ledger_named())
        assert verdict.exit_code == UNDECIDED
        assert words in verdict.complaint
        assert verdict.complaint.count("\n") == 1


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--head", "0x12"), "not 32 bytes in 0x-hex"),
        (("--head", "0x" + "ab" * 32, "--contract", "5fbdb2"), "not 20 bytes in 0x-hex"),
        (("--contract", "0x" + "ab" * 20), "--head"),
        (("--head", "0x" + "ab" * 32, "--deployment", "nowhere.json"), "No such file"),
        (
            ("--head", "0x" + "ab" * 32, "--contract", "0x" + "ab" * 20, "--receipt", "12-1"),
            "no receipt number",
        ),
        (
            ("--head", "0x" + "ab" * 32, "--contract", "0x" + "ab" * 20, "--trust", "latest"),
            "not 32 bytes",
        ),
    ],
)
def test_argument_that_is_none_is_not_decided(
    gallery: Gallery, options: tuple[str, ...], words: str
) -> None:
    verdict = run(str(gallery.at.folder / "certificate.json"), *options)
    assert verdict.exit_code == UNDECIDED
    assert words in verdict.complaint
    assert verdict.complaint.count("\n") == 1


def test_file_that_is_no_deployment_is_not_decided(gallery: Gallery, pledged: Json) -> None:
    named = gallery.at.folder / "no-deployment.json"
    for text in ("{}", "[]", '{"contract": 1}', "nonsense"):
        named.write_text(text)
        verdict = gallery.at.verify(pledged, "--deployment", str(named))
        assert verdict.exit_code == UNDECIDED
        assert "no deployment file" in verdict.complaint


ALONE = """
import datetime, importlib.abc, runpy, sys
# The oldest Python that it takes has not got this name.
del datetime.UTC
allowed = set(sys.stdlib_module_names) | {"sha3", "_pysha3"}

class Wall(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] not in allowed:
            raise ImportError(f"{name} is not there")
        return None

sys.meta_path.insert(0, Wall())
script, sys.argv = sys.argv[1], sys.argv[1:]
runpy.run_path(script, run_name="__main__")
"""


def test_the_verifier_needs_python_and_keccak_and_nothing_of_ours(
    gallery: Gallery, pledged: Json, tmp_path: Path
) -> None:
    file = tmp_path / "certificate.json"
    file.write_text(json.dumps(pledged))
    # Away from the repository, and with a wall before everything that is not Python's own.
    script = tmp_path / "verify.py"
    script.write_bytes(SCRIPT.read_bytes())
    given = [str(file), "--head", pledged["block"]["hash"], *gallery.at.ledger_named()]
    ended = subprocess.run(
        [sys.executable, "-I", "-c", ALONE, str(script), *given],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ended.returncode, ended.stderr) == (VERIFIED, "")
    assert ended.stdout.endswith("VERIFIED\n")


def test_without_a_keccak_the_verifier_says_what_to_install(
    gallery: Gallery, pledged: Json, tmp_path: Path
) -> None:
    file = tmp_path / "certificate.json"
    file.write_text(json.dumps(pledged))
    given = [str(file), "--head", pledged["block"]["hash"], *gallery.at.ledger_named()]
    ended = subprocess.run(
        [sys.executable, "-I", "-S", str(SCRIPT), *given],
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == UNDECIDED
    assert "pip install safe-pysha3" in ended.stderr
    assert ended.stderr.count("\n") == 1


def test_an_older_python_decides_nothing(gallery: Gallery, pledged: Json, tmp_path: Path) -> None:
    file = tmp_path / "certificate.json"
    file.write_text(json.dumps(pledged))
    older = "import runpy, sys; sys.version_info = (3, 9, 18); sys.argv = sys.argv[1:]; "
    given = [str(file), "--head", pledged["block"]["hash"], *gallery.at.ledger_named()]
    ended = subprocess.run(
        [
            *(sys.executable, "-c", older + "runpy.run_path(sys.argv[0], run_name='__main__')"),
            *(str(SCRIPT), *given),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ended.returncode, ended.stdout) == (UNDECIDED, "")
    assert "it takes Python 3.10 or newer" in ended.stderr
    assert ended.stderr.count("\n") == 1


def test_the_verifier_is_a_program() -> None:
    assert os.stat(SCRIPT).st_mode & stat.S_IXUSR
