"""An audit as an auditor runs it: arguments in; exit code, what is printed, and report out."""

import io
import json
from collections.abc import Sequence
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from receipts_ledger.chain.rpc import Rpc
from scripts.audit_replay import main
from tests.support.later_life import LaterLife
from tests.support.ledger_on_chain import LedgerOnChain
from tests.support.story import Story

EQUAL, DIFFERENT, UNDECIDED = 0, 1, 2


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an audit ended with. `report` is empty where there is none."""

    exit_code: int
    printed: str
    complaint: str
    report: dict[str, Any]

    @property
    def differences(self) -> list[tuple[str, str, str]]:
        """Kind, subject and detail of each difference."""
        return [
            (each["kind"], each["subject"], each["detail"])
            for each in self.report.get("differences", ())
        ]

    @property
    def text(self) -> str:
        """What is printed, without its line ends."""
        return " ".join(self.printed.split())

    @property
    def undecided_line(self) -> str:
        """The one line of an audit that could not decide. Asserts that no more is claimed."""
        assert (self.exit_code, self.printed) == (UNDECIDED, "")
        if self.report:
            assert self.report["verdict"] == "undecided"
            assert " ".join(self.report["reason"].split()) in self.complaint
        assert self.complaint.count("\n") == 1, self.complaint
        return self.complaint


@dataclass(frozen=True, slots=True)
class Scene:
    """A chain on which everything has happened once, and what an auditor has of it."""

    node_url: str
    ledger: LedgerOnChain
    story: Story
    later: LaterLife
    deployment_file: Path

    @property
    def rpc(self) -> Rpc:
        """The node, asked."""
        return self.ledger.rpc

    def block(self, number: int | str = "latest") -> dict[str, Any]:
        """Return a block with its transactions."""
        tag = hex(number) if isinstance(number, int) else number
        found: dict[str, Any] = self.rpc.call("eth_getBlockByNumber", [tag, True])
        return found

    @property
    def head(self) -> int:
        """Number of the newest block."""
        return int(self.block()["number"], 16)

    def audit(
        self,
        *options: str,
        rpc: str | None = None,
        deployment: Path | None = None,
        database: str | None = None,
    ) -> Outcome:
        """Audit this ledger, in one respect or another as no auditor would."""
        arguments = [
            *("--rpc", self.node_url if rpc is None else rpc),
            *("--deployment", str(deployment or self.deployment_file)),
            *(() if database is None else ("--db", database)),
        ]
        return run(arguments + list(options), self.deployment_file.with_name("report.json"))


def run(arguments: Sequence[str], report: Path) -> Outcome:
    """Run the script and return what it ended with."""
    report.unlink(missing_ok=True)
    printed, complaint = io.StringIO(), io.StringIO()
    with redirect_stdout(printed), redirect_stderr(complaint):
        try:
            exit_code = main([*arguments, "--json", str(report)])
        except SystemExit as ended:
            exit_code = int(ended.code or 0)
    told = json.loads(report.read_bytes()) if report.exists() else {}
    return Outcome(exit_code, printed.getvalue(), complaint.getvalue(), told)
