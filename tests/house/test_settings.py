"""Every setting is documented, read from where it says, and never shown if it is a secret."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

from receipts_ledger.chain.engines import ENGINES, GENERIC
from receipts_ledger.cli.door import root
from receipts_ledger.config import OF_COMMANDS, Settings, choices, is_secret, origin_of, variables
from receipts_ledger.errors import Fatal

PAGE = Path(__file__).resolve().parents[2] / "docs" / "settings.md"
SECRET = "correct horse battery staple"
UNITS = ("seconds", "hours", "bytes", "blocks", "wei", "per_mille")
NEEDED = {"rpc": "http://127.0.0.1:8545", "document_key": SECRET, "keystore_secret": SECRET}


@pytest.fixture(autouse=True)
def _no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for variable, _ in variables():
        monkeypatch.delenv(variable, raising=False)
        monkeypatch.delenv(f"{variable}_FILE", raising=False)


def test_page_lists_every_setting_as_it_is() -> None:
    rows = []
    for variable, setting in variables():
        default = "needed" if setting.is_required() else f"`{setting.default}`"
        secret = f" Or `{variable}_FILE`." if is_secret(setting) else ""
        rows.append(f"| `{variable}` | {default} | {setting.description}{secret} |")
    listed = re.findall(r"^\| `RECEIPTS_LEDGER_.*\|$", PAGE.read_text("utf-8"), re.MULTILINE)
    assert listed == rows


def test_description_names_every_choice() -> None:
    for variable, setting in variables():
        if len(choices(setting)) > 2:
            assert all(f"`{each}`" in str(setting.description) for each in choices(setting)), (
                variable
            )


def test_amounts_have_their_unit_last_but_for_min_and_max() -> None:
    for name, setting in Settings.model_fields.items():
        if setting.annotation is float:
            assert name.endswith("_seconds")
        bare = name.removesuffix("_max").removesuffix("_min")
        if bare.startswith(("fee_", "body_", "lag_", "idempotency_")) and bare != "fee_mode":
            assert bare.endswith(UNITS), name


def test_setting_comes_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RECEIPTS_LEDGER_PORT", "9000")
    monkeypatch.setenv("RECEIPTS_LEDGER_FINALITY", "depth:6")
    settings = Settings.read(**NEEDED)
    assert (settings.port, settings.finality) == (9000, "depth:6")


def test_secret_may_come_from_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_text(SECRET + "\n")
    monkeypatch.setenv("RECEIPTS_LEDGER_KEYSTORE_SECRET_FILE", str(file))
    settings = Settings.read(rpc=NEEDED["rpc"], document_key=SECRET)
    assert settings.keystore_secret.get_secret_value() == SECRET


def test_secret_in_two_places_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("RECEIPTS_LEDGER_DOCUMENT_KEY", SECRET)
    monkeypatch.setenv("RECEIPTS_LEDGER_DOCUMENT_KEY_FILE", str(tmp_path / "secret"))
    with pytest.raises(Fatal, match="not both"):
        Settings.read(rpc=NEEDED["rpc"], keystore_secret=SECRET)


def test_secret_file_that_is_not_there_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RECEIPTS_LEDGER_DOCUMENT_KEY_FILE", "/nowhere/secret")
    with pytest.raises(Fatal, match="/nowhere/secret"):
        Settings.read(rpc=NEEDED["rpc"], keystore_secret=SECRET)


@pytest.mark.parametrize(
    ("variable", "told"),
    [
        ("RECEIPTS_LEDGER_FINALTY", "is RECEIPTS_LEDGER_FINALITY meant?"),
        (
            "RECEIPTS_LEDGER_RATE_READS_PER_SECONDS",
            "is RECEIPTS_LEDGER_RATE_READS_PER_SECOND meant?",
        ),
        ("RECEIPTS_LEDGER_RPC_FILE", "RECEIPTS_LEDGER_RPC is no secret, and read from no file"),
        ("RECEIPTS_LEDGER_XYZ", "RECEIPTS_LEDGER_XYZ is no setting"),
    ],
)
def test_misspelt_variable_stops_the_start_and_is_named(
    monkeypatch: pytest.MonkeyPatch, variable: str, told: str
) -> None:
    monkeypatch.setenv(variable, "depth:6")
    with pytest.raises(Fatal) as fault:
        Settings.read(**NEEDED)
    assert str(fault.value).startswith(f"{variable} is no setting")
    assert told in str(fault.value)


def test_variables_of_the_commands_are_none_of_the_gateways(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    named = set(_variables_of(get_command(root)))
    assert named - {variable for variable, _ in variables()} == set(OF_COMMANDS)
    for variable in OF_COMMANDS:
        monkeypatch.setenv(variable, "somewhere")
    Settings.read(**NEEDED)


def _variables_of(command: Any) -> Iterator[str]:
    for parameter in command.params:
        if parameter.envvar is not None:
            yield str(parameter.envvar)
    for each in getattr(command, "commands", {}).values():
        yield from _variables_of(each)


def test_profile_says_what_nobody_has_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RECEIPTS_LEDGER_ENGINE", "geth-clique")
    monkeypatch.setenv("RECEIPTS_LEDGER_LANE_IN_FLIGHT_MAX", "8")
    settings = Settings.read(**NEEDED)
    assert (settings.finality, settings.lane_in_flight_max) == ("depth:6", 8)
    assert origin_of(settings, "finality") == "profile geth-clique"
    assert origin_of(settings, "lane_in_flight_max") == "RECEIPTS_LEDGER_LANE_IN_FLIGHT_MAX"
    assert origin_of(settings, "port") == "default"


def test_operator_comes_before_the_profile(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RECEIPTS_LEDGER_FEE_MODE", "legacy")
    settings = Settings.read(**NEEDED, engine="besu-qbft")
    assert (settings.fee_mode, settings.fee_price_wei) == ("legacy", 0)


@pytest.mark.parametrize("name", ENGINES)
def test_every_profile_is_made_of_settings_that_are_taken(name: str) -> None:
    assert name in choices(Settings.model_fields["engine"])
    assert ENGINES[name].settings().keys() <= Settings.model_fields.keys()
    settings = Settings.read(**NEEDED, engine=name)
    for setting, value in ENGINES[name].settings().items():
        assert getattr(settings, setting) == value


def test_page_on_chains_shows_the_profiles_as_they_are() -> None:
    page = (PAGE.parent / "chains.md").read_text("utf-8")
    shown = [line for line in page.splitlines() if line.startswith("| `RECEIPTS_LEDGER_")]
    expected = []
    for name in ENGINES[GENERIC].settings():
        values = [engine.settings()[name] for engine in ENGINES.values()]
        cells = [f"`{value}`" if isinstance(value, str) else str(value) for value in values]
        expected.append(f"| `RECEIPTS_LEDGER_{name.upper()}` | {' | '.join(cells)} |")
    assert shown == expected


def test_defaults_are_those_of_the_chain_that_nothing_is_known_of() -> None:
    for name, value in ENGINES[GENERIC].settings().items():
        assert Settings.model_fields[name].default == value


def test_secrets_are_not_shown() -> None:
    assert SECRET not in repr(Settings.read(**NEEDED))


def test_everything_that_is_wrong_is_named_at_once_and_no_secret_with_it() -> None:
    with pytest.raises(Fatal) as fault:
        Settings.read(
            rpc="ftp://somewhere",
            port=70_000,
            finality="soon",
            fee_mode="free",
            keystore_secret="too short",
        )
    told = str(fault.value).splitlines()
    assert [line.split(":")[0].removeprefix("RECEIPTS_LEDGER_") for line in told] == [
        "RPC",
        "FINALITY",
        "FEE_MODE",
        "PORT",
        "DOCUMENT_KEY",
        "KEYSTORE_SECRET",
    ]
    assert "too short" not in str(fault.value)


@pytest.mark.parametrize(
    ("name", "good", "bad"),
    [
        ("port", 65_535, 65_536),
        ("port", 0, -1),
        ("fee_cap_wei", 2**63 - 1, 2**63),
        ("fee_tip_wei", 0, -1),
        ("lane_in_flight_max", 1, 0),
        ("index_poll_seconds", 0.001, 0),
        ("rpc_timeout_seconds", 600, 601),
        ("body_bytes_max", 1024, 1023),
        ("idempotency_keep_hours", 24, 23),
        ("fee_bump_per_mille", 1, 0),
        ("rpc_batch_calls_max", 1, 0),
        ("rpc", "http://a,https://b", "http://a,ftp://b"),
        ("rpc", "http://a", "http://a,"),
        ("engine", "besu-qbft", "besu"),
        ("finality", "depth:0", "depth:-1"),
        ("finality", "tag:finalized", "tag:safe"),
        ("keystore_secret", "s" * 16, "s" * 15),
    ],
)
def test_last_value_that_works_and_first_that_does_not(
    name: str, good: object, bad: object
) -> None:
    Settings.read(**(NEEDED | {name: good}))
    with pytest.raises(Fatal):
        Settings.read(**(NEEDED | {name: bad}))
