"""Desks at which parties type commands: each with its own key, api token and files."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from eth_account import Account

from receipts_ledger.chain.rpc import Rpc
from receipts_ledger.cli.door import run
from receipts_ledger.demo.cast import Member
from receipts_ledger.demo.stage import Stage
from receipts_ledger.store import api_tokens
from receipts_ledger.store.units import Database

PASSWORD = "opens nothing of value"


@dataclass(frozen=True, slots=True)
class Office:
    """One party's desk: its options, and what its commands print."""

    options: tuple[str, ...]
    capsys: pytest.CaptureFixture[bytes]

    def does(self, *arguments: object) -> Any:
        """Run a command that must succeed, and return its JSON."""
        code, out, err = self.tries(*arguments)
        assert code == 0, err
        return json.loads(out)

    def fails(self, code: int, *arguments: object) -> Any:
        """Run a command that must end with this code, and return the error."""
        ended, out, err = self.tries(*arguments)
        assert ended == code, out + err
        assert out == ""
        return json.loads(err)["error"]

    def tries(self, *arguments: object) -> tuple[int, str, str]:
        """Run a command."""
        code = run([*(str(argument) for argument in arguments), *self.options, "--json"])
        printed = self.capsys.readouterr()
        return code, printed.out.decode(), printed.err.decode()

    def reads(self, *arguments: object) -> tuple[int, str, str]:
        """Run a command as people do, without JSON."""
        code = run([*(str(argument) for argument in arguments), *self.options])
        printed = self.capsys.readouterr()
        return code, printed.out.decode(), printed.err.decode()

    def has_done(self, *arguments: object, with_others: "tuple[Office, ...]" = ()) -> Any:
        """Draft an act that must be carried out, with the signatures of others, in order."""
        if not with_others:
            return self.does(*arguments, "--wait")
        act_id = self.does(*arguments)["act_id"]
        for other in with_others[:-1]:
            other.does("sign", act_id, "--yes")
        ended = with_others[-1].does("sign", act_id, "--yes", "--wait")
        assert ended["status"] in ("mined", "final"), ended
        return ended


def office_of(
    stage: Stage, member: Member, folder: Path, capsys: pytest.CaptureFixture[bytes]
) -> Office:
    """Give a member a desk, with files in this folder."""
    password = folder / "password"
    password.write_text(PASSWORD)
    key = folder / f"{member.party_id}.json"
    # One round of hashing: these keys guard nothing.
    keystore = Account.encrypt(member.key, PASSWORD, kdf="pbkdf2", iterations=1)
    key.write_text(json.dumps(keystore))
    token = folder / f"{member.party_id}.token"
    token.write_text(_api_token(stage, member))
    options = (
        f"--gateway={stage.hands.gateway_url}",
        f"--api-token={token}",
        f"--key={key}",
        f"--password={password}",
        f"--deployment={stage.deployment_file}",
    )
    return Office(options, capsys)


def let_days_pass(stage: Stage, days: int) -> None:
    """Go on to a later day of the chain."""
    rpc = Rpc(stage.rpc_url)
    rpc.call("evm_increaseTime", [days * 86_400])
    rpc.call("evm_mine")


def _api_token(stage: Stage, member: Member) -> str:
    database = Database.open(stage.database_url)
    try:
        with database.writing() as writer:
            return api_tokens.create(
                writer, party_id=member.party_id, label="office", now=datetime.now(UTC)
            ).secret
    finally:
        database.close()
