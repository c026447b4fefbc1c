"""What an operator copies: units that systemd takes, and settings that exist."""

import re
import shutil
import subprocess
from ipaddress import ip_address
from pathlib import Path

import pytest

from receipts_ledger.config import variables

FOLDER = Path(__file__).resolve().parents[2] / "examples/deploy"
UNITS = sorted(FOLDER.glob("*.service"))
_VARIABLES = {name for name, _ in variables()} | {f"{name}_FILE" for name, _ in variables()}


@pytest.mark.parametrize("file", [*UNITS, FOLDER / "gateway.env"], ids=lambda file: file.name)
def test_settings_exist(file: Path) -> None:
    named = re.findall(r"\bRECEIPTS_LEDGER_\w+(?==)", file.read_text("utf-8"))
    assert named
    assert set(named) <= _VARIABLES


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_systemd_takes_the_unit(unit: Path, tmp_path: Path) -> None:
    program = shutil.which("systemd-analyze")
    if program is None:
        pytest.skip("systemd is not installed here")
    # The program that it starts is not installed here, and is none of its business.
    text = re.sub(r"^ExecStart=\S+", "ExecStart=/bin/true", unit.read_text("utf-8"), flags=re.M)
    text = re.sub(r"^(User|Group)=.*\n", "", text, flags=re.M)
    copy = tmp_path / unit.name.replace("@.", "@8001.")
    copy.write_text(text)
    done = subprocess.run(
        [program, "verify", "--man=no", str(copy)], capture_output=True, text=True, check=False
    )
    complaints = [line for line in done.stderr.splitlines() if unit.stem.rstrip("@") in line]
    assert complaints == []


def test_proxy_says_who_logs_in_and_is_believed() -> None:
    # nginx hands no header of an outer block on to one that sets any of its own.
    for block in (FOLDER / "nginx.conf").read_text("utf-8").split("location ")[1:]:
        if "proxy_pass" in block:
            assert "proxy_set_header X-Forwarded-For $remote_addr;" in block
    (believed,) = re.findall(
        r"^FORWARDED_ALLOW_IPS=(.+)$", (FOLDER / "gateway.env").read_text("utf-8"), re.MULTILINE
    )
    ip_address(believed)


def test_all_units_keep_the_secrets_out_of_the_environment() -> None:
    for unit in UNITS:
        text = unit.read_text("utf-8")
        for name in ("document-key", "keystore-secret"):
            assert f"LoadCredential={name}:" in text
            assert f"_FILE=%d/{name}" in text
        assert "NoNewPrivileges=yes" in text
        assert "ProtectSystem=strict" in text
