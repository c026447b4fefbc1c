"""The verifier shares no code with the package, so what both know is compared here."""

import ast
import sys
from pathlib import Path
from typing import get_args

from receipts_ledger.chain import decode
from receipts_ledger.chain.artifact import ledger_artifact
from receipts_ledger.cli import certificate as command
from receipts_ledger.domain import certificate
from receipts_ledger.domain.event import ReceiptEvent
from receipts_ledger.domain.receipt import Status
from scripts import verify_certificate

SCRIPT = Path(verify_certificate.__file__)


def test_slots_are_those_of_the_compiled_contract() -> None:
    artifact = ledger_artifact()
    assert artifact.slot("_pools") == verify_certificate.POOLS_SLOT
    assert artifact.slot("_pairs") == verify_certificate.PAIRS_SLOT


def test_events_are_those_of_receipts_as_the_contract_signs_them() -> None:
    ours = {event.__name__ for event in get_args(ReceiptEvent)}
    signatures = {
        signature for signature in decode._SIGNATURES if signature.partition("(")[0] in ours
    }
    assert set(verify_certificate.SIGNATURES) == signatures
    assert len(verify_certificate.SIGNATURES) == len(ours)


def test_statuses_are_those_of_the_contract_in_their_order() -> None:
    assert list(verify_certificate.STATUSES) == [status.name.lower() for status in Status]


def test_form_and_limits_are_the_same() -> None:
    assert verify_certificate.FORMAT == certificate.FORMAT
    assert verify_certificate.CHANGES_MAX == certificate.CHANGES_MAX
    assert verify_certificate.FILE_BYTES_MAX == command.FILE_BYTES_MAX


def test_nothing_is_imported_but_what_python_brings_and_a_keccak() -> None:
    imported = set()
    for node in ast.walk(ast.parse(SCRIPT.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            imported |= {name.name.partition(".")[0] for name in node.names}
        if isinstance(node, ast.ImportFrom):
            imported.add(str(node.module).partition(".")[0])
    assert imported - sys.stdlib_module_names == {"sha3", "eth_hash"}
