"""Certificates as a gateway gives them, and the verifier as an outsider runs it."""

import io
import json
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

from receipts_ledger.domain.ids import ReceiptId
from scripts.verify_certificate import main
from tests.support.cast import Member
from tests.support.gateway import OPERATOR, Gateway

Json: TypeAlias = dict[str, Any]

VERIFIED, FALSE, UNDECIDED = 0, 1, 2


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the verifier ended with."""

    exit_code: int
    printed: str
    complaint: str


class Certifying:
    """A gateway that certifies, and a folder of somebody who checks."""

    def __init__(self, gateway: Gateway, folder: Path) -> None:
        self.gateway = gateway
        self.folder = folder
        self.deployment_file = folder / "deployment.json"
        gateway.ledger.deployment.write(self.deployment_file)

    def settle(self) -> None:
        """Let what has happened become final, and be indexed as such."""
        for _ in range(2):
            self.gateway.ledger.rpc.call("evm_mine")
        self.gateway.index()

    def certificate(
        self, receipt: ReceiptId, query: str = "", *, by: Member | str = OPERATOR
    ) -> Json:
        """Return a certificate as the gateway gives it."""
        answer = self.gateway.door(by).get(f"/v1/receipts/{receipt}/certificate{query}")
        assert answer.status_code == 200, answer.text
        certificate: Json = answer.json()
        return certificate

    def verify(self, certificate: object, *options: str, head: str | None = None) -> Verdict:
        """Have a certificate verified against its own block, and this ledger."""
        if not isinstance(certificate, str):
            trusted = head or certificate["block"]["hash"]  # type: ignore[index]
            text = json.dumps(certificate)
        else:
            trusted, text = head or "0x" + "00" * 32, certificate
        file = self.folder / "certificate.json"
        file.write_text(text, "utf-8", "surrogatepass")
        return run(str(file), "--head", trusted, *(options or self.ledger_named()))

    def ledger_named(self) -> tuple[str, str]:
        """Return the option that says which ledger is meant."""
        return "--deployment", str(self.deployment_file)


def run(*arguments: str) -> Verdict:
    """Run the verifier in this process."""
    printed, complaint = io.StringIO(), io.StringIO()
    with redirect_stdout(printed), redirect_stderr(complaint):
        try:
            exit_code = main(arguments)
        except SystemExit as ended:
            exit_code = int(ended.code or VERIFIED)
    return Verdict(exit_code, printed.getvalue(), complaint.getvalue())
