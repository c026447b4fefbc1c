"""What is left for trying things out on a kept stage: keys, api tokens, settings, examples."""

import secrets
import shlex
import sys
from pathlib import Path

import orjson

from receipts_ledger.chain.keyfile import write_key
from receipts_ledger.demo.cast import Member
from receipts_ledger.demo.minting import holder_of
from receipts_ledger.demo.stage import Stage

_OWNER_ONLY = 0o600


def write_keepsakes(stage: Stage) -> list[Path]:
    """Write key, api token and shell settings of some members, and return the settings files."""
    pile = stage.piles[0]
    holder = holder_of(stage, pile)
    password = stage.folder / "password"
    _write_secret(password, secrets.token_urlsafe(24))
    members = {
        "registrar": stage.cast.registrar,
        "inspector": stage.cast.inspector,
        "warehouse": pile.warehouse,
        "holder": holder,
        "buyer": next(trader for trader in stage.cast.traders if trader is not holder),
        "bank": stage.cast.banks[0],
        "auditor": stage.cast.auditor,
    }
    commodity = pile.stock.commodity
    _write_json(stage.folder / "content.json", {"brand": commodity.brand, "grade": commodity.grade})
    _write_json(stage.folder / "evidence.json", {"weighbridge_ticket": "WB-1"})
    return [_settings_of(stage, name, member, password) for name, member in members.items()]


def _settings_of(stage: Stage, name: str, member: Member, password: Path) -> Path:
    key = stage.folder / f"{name}.json"
    write_key(key, member.key, password.read_text())
    api_token = stage.folder / f"{name}.token"
    _write_secret(api_token, stage.hands.api_token_of(member))
    variables = {
        "RECEIPTS_LEDGER_GATEWAY": stage.hands.gateway_url,
        "RECEIPTS_LEDGER_API_TOKEN_FILE": api_token,
        "RECEIPTS_LEDGER_KEY": key,
        "RECEIPTS_LEDGER_KEY_PASSWORD_FILE": password,
        "RECEIPTS_LEDGER_DEPLOYMENT": stage.deployment_file,
        "RECEIPTS_LEDGER_RPC": stage.rpc_url,
    }
    lines = [f"# Party {member.party_id}, {member.name}. Use it so: . {stage.folder}/{name}.env"]
    lines += [f"export {each}={shlex.quote(str(value))}" for each, value in variables.items()]
    lines.append(f'export PATH={shlex.quote(str(Path(sys.executable).parent))}:"$PATH"')
    path = stage.folder / f"{name}.env"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def _write_secret(path: Path, secret: str) -> None:
    path.touch(_OWNER_ONLY)
    path.write_text(secret, encoding="utf-8")


def _write_json(path: Path, content: dict[str, str]) -> None:
    path.write_bytes(orjson.dumps(content, option=orjson.OPT_INDENT_2) + b"\n")
