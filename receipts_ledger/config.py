"""Settings: read once at the door, then handed on. Nothing fetches them later.

Each comes from the environment as RECEIPTS_LEDGER_NAME; a secret may come from a file that
RECEIPTS_LEDGER_NAME_FILE names instead. What nobody gives, the engine's profile says, and
then the default. Units stand last in the names.
"""

import difflib
import os
from collections.abc import Iterator
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Any, Literal, get_args

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from receipts_ledger.chain.engines import ENGINES, GENERIC
from receipts_ledger.domain.finality import Finality
from receipts_ledger.errors import Fatal

PREFIX = "RECEIPTS_LEDGER_"
_FILE = "_FILE"
OF_COMMANDS = tuple(
    f"{PREFIX}{name}" for name in ("API_TOKEN_FILE", "GATEWAY", "KEY", "KEYS", "KEY_PASSWORD_FILE")
)
"""Variables of the same name that are options of a party's commands, and no settings."""
_SECRET_CHARACTERS_MIN = 16
# What a column of signed 64 bits holds.
_WEI_MAX = 2**63 - 1
_GWEI = 10**9


class Settings(BaseSettings):
    """All settings of a gateway, with what each is for."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, hide_input_in_errors=True)

    rpc: str = Field(
        description=(
            "The node: its JSON-RPC address, http:// or https://. Several of one chain with "
            "commas between them: the first that is well is asked."
        ),
        # It may hold a password; so may the database's.
        repr=False,
    )
    engine: Literal["generic", "anvil", "besu-qbft", "geth-clique"] = Field(
        "generic",
        description=(
            "What runs the chain: `generic`, `anvil`, `besu-qbft` or `geth-clique`. Its profile "
            "says what is not set: finality, fees, and what nodes bear."
        ),
    )
    rpc_batch_calls_max: int = Field(
        100,
        ge=1,
        le=4096,
        description=(
            "Calls in one request to the node; halved by itself where a node minds, and slowly "
            "grown again."
        ),
    )
    rpc_timeout_seconds: float = Field(
        30.0, gt=0, le=600, description="How long to wait for one answer of the node."
    )
    deployment: Path = Field(
        Path("deployment.json"),
        description="The file that `receipts-ledger deploy` wrote: which contract on which chain.",
    )
    database_url: str = Field(
        "sqlite:///receipts-ledger.db",
        description="`sqlite:///file` or `postgresql://user@host/name`.",
        repr=False,
    )
    finality: str = Field(
        "instant",
        description=(
            "When a block is final: `instant` (BFT chains), `depth:N` (so many blocks deep), or "
            "`tag:finalized` (as the node says). Below finality nothing is ever taken back."
        ),
    )
    fee_mode: Literal["eip1559", "legacy", "zero"] = Field(
        "eip1559",
        description=(
            "How lanes pay for gas: `eip1559` (base fee and tip), `legacy` (one price), `zero` "
            "(a chain without fees)."
        ),
    )
    fee_tip_wei: int = Field(
        _GWEI, ge=0, le=_WEI_MAX, description="Tip for each unit of gas, with `eip1559`."
    )
    fee_price_wei: int = Field(
        _GWEI, ge=0, le=_WEI_MAX, description="Price for each unit of gas, with `legacy`."
    )
    fee_cap_wei: int = Field(
        1_000 * _GWEI,
        ge=0,
        le=_WEI_MAX,
        description="The most that is ever offered for a unit of gas, replacements included.",
    )
    fee_bump_per_mille: int = Field(
        125,
        ge=1,
        le=10_000,
        description=(
            "By how much more a replacement offers, in thousandths. Most nodes ask for 100; "
            "with `zero` it differs by its gas limit."
        ),
    )
    lanes_min: int = Field(
        1,
        ge=0,
        le=64,
        description="Paying keys to have; missing ones are made at the start of a worker.",
    )
    lane_in_flight_max: int = Field(
        16,
        ge=1,
        le=1024,
        description="Transactions of a new lane in no block yet; many nodes drop more than 16.",
    )
    lane_funds_min_wei: int = Field(
        0,
        ge=0,
        le=_WEI_MAX,
        description="A lane with less is warned of; never on a chain without fees.",
    )
    lane_funds_transactions_min: int = Field(
        10,
        ge=0,
        le=1_000_000,
        description="A lane that cannot pay so many full transactions is warned of.",
    )
    queue_acts_max: int = Field(
        5_000,
        ge=1,
        le=10_000_000,
        description=(
            "When so many acts wait for a transaction, last signatures get 503 with Retry-After; "
            "reads and drafts go on."
        ),
    )
    relay_poll_seconds: float = Field(
        0.5, gt=0, le=600, description="How often to look for acts to relay."
    )
    relay_resend_seconds: float = Field(
        15.0,
        ge=0,
        le=86_400,
        description="After how long the same bytes go out again while they are in no block.",
    )
    relay_replace_seconds: float = Field(
        60.0,
        ge=0,
        le=86_400,
        description="After how long more is offered for a transaction that is in no block.",
    )
    index_poll_seconds: float = Field(
        0.5, gt=0, le=600, description="How often to look for new blocks."
    )
    idempotency_keep_hours: int = Field(
        168,
        ge=24,
        le=87_600,
        description=(
            "How long the answer to a POST is kept under its idempotency key. The same request "
            "after that still drafts no second act."
        ),
    )
    lag_blocks_max: int = Field(
        20,
        ge=0,
        description="So many blocks behind the node the index may be while /readyz says yes.",
    )
    host: str = Field("127.0.0.1", description="Address on which the API listens.")
    port: int = Field(8000, ge=0, le=65_535, description="Port on which the API listens.")
    work_port: int = Field(
        0,
        ge=0,
        le=65_535,
        description=(
            "Port on which `receipts-ledger work` answers /livez, /readyz and /metrics; 0: on none."
        ),
    )
    body_bytes_max: int = Field(1 << 20, ge=1024, description="Largest request body.")
    public_url: str = Field(
        "",
        pattern=r"^(https?://[^/?#@\s]+)?$",
        description=(
            "Address under which parties reach the API, such as https://ledger.example; log-ins "
            "are bound to it, and codes on printed certificates lead there. Empty: http:// with "
            "host and port, and codes that lead nowhere."
        ),
    )
    session_seconds: int = Field(
        1_800, ge=60, le=86_400, description="How long a log-in with a key is good for."
    )
    rate_reads_per_second: int = Field(
        1_000,
        ge=0,
        description=(
            "Questions that one party may ask of one process, ten seconds' worth of them at once; "
            "0: any number."
        ),
    )
    rate_writes_per_second: int = Field(
        300,
        ge=0,
        description="The same of its POSTs; 0: any number.",
    )
    rate_writes_per_subject_per_second: int = Field(
        300,
        ge=0,
        description="POSTs about one receipt, pool or party, whoever sends them; 0: any number.",
    )
    rate_logins_per_minute: int = Field(
        60,
        ge=0,
        description="Requests to log in from one client address; 0: any number.",
    )
    streams_max: int = Field(
        500,
        ge=1,
        le=100_000,
        description="Streams of events that one process holds open at a time.",
    )
    streams_per_party_max: int = Field(
        10,
        ge=1,
        le=100_000,
        description="The same for one party.",
    )
    webhook_networks: str = Field(
        "",
        description=(
            "Networks beside the open Internet to which webhooks may go, by plain http too, such "
            "as 10.20.0.0/16; several with commas between them."
        ),
    )
    webhook_timeout_seconds: float = Field(
        10.0, gt=0, le=30, description="How long a receiver may take over one webhook."
    )
    webhook_disable_hours: int = Field(
        72,
        ge=1,
        le=8_760,
        description="A subscription whose receiver has taken nothing for so long is disabled.",
    )
    hsts_seconds: int = Field(
        0,
        ge=0,
        le=63_072_000,
        description="For how long browsers are told to come by TLS alone; 0: they are not.",
    )
    document_key: SecretStr = Field(
        min_length=_SECRET_CHARACTERS_MIN,
        description=(
            "Secret with which documents and items are fingerprinted. It must never change: "
            "with another one, a used document would pass as new."
        ),
    )
    keystore_secret: SecretStr = Field(
        min_length=_SECRET_CHARACTERS_MIN,
        description="Secret that opens the keys which the gateway keeps for lanes and parties.",
    )
    keystore_work_factor: int = Field(
        65_536,
        ge=2,
        description=(
            "Cost of opening a kept key (scrypt's N, a power of two). Lower it only for tests, "
            "or when the secret is 32 random bytes."
        ),
    )
    log_format: Literal["console", "json"] = Field(
        "console", description="Log lines for people (`console`) or for machines (`json`)."
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "info", description="The least that is logged: `debug`, `info`, `warning` or `error`."
    )

    @field_validator("rpc")
    @classmethod
    def _is_addresses(cls, text: str) -> str:
        if not all(url.startswith(("http://", "https://")) for url in _urls(text)):
            raise ValueError("an address begins with http:// or https://")
        return ",".join(_urls(text))

    @property
    def rpc_urls(self) -> tuple[str, ...]:
        """The addresses of the nodes, in order of preference."""
        return _urls(self.rpc)

    @field_validator("webhook_networks")
    @classmethod
    def _is_networks(cls, text: str) -> str:
        return ",".join(str(each) for each in _networks(text))

    @property
    def webhook_networks_allowed(self) -> tuple[IPv4Network | IPv6Network, ...]:
        """The networks beside the open Internet to which webhooks may go."""
        return _networks(self.webhook_networks)

    @field_validator("finality")
    @classmethod
    def _is_finality(cls, text: str) -> str:
        return str(Finality.parse(text))

    @classmethod
    def read(cls, **given: Any) -> "Settings":
        """Return the settings of this process; what is `given` comes before the environment.

        Raises Fatal that names each setting which is missing or wrong, and each variable that
        reads like one and is none.
        """
        unknown = list(_unknown())
        try:
            settings = cls(**given)
        except ValidationError as error:
            raise Fatal("\n".join((*unknown, *_complaints(cls, error)))) from None
        if unknown:
            raise Fatal("\n".join(unknown))
        return settings

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Return where settings come from: what is given, the environment, files that it names."""
        return init_settings, env_settings, _NamedFiles(settings_cls), _OfEngine(settings_cls)


class _OfEngine(PydanticBaseSettingsSource):
    """What the engine's profile says, of what nobody has given."""

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        """Return what the profile says of one setting, None where it says nothing."""
        return self().get(field_name), field_name, False

    def __call__(self) -> dict[str, Any]:
        """Return all that the profile says; nothing of an engine that does not exist."""
        engine = ENGINES.get(self.current_state.get("engine", GENERIC))
        return {} if engine is None else dict(engine.settings())


class _NamedFiles(PydanticBaseSettingsSource):
    """Secrets from the files that RECEIPTS_LEDGER_NAME_FILE names."""

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        """Return the content of the setting's file, None where the environment names none."""
        variable = PREFIX + field_name.upper()
        path = os.environ.get(variable + _FILE) if is_secret(field) else None
        if path is None:
            return None, field_name, False
        if variable in os.environ:
            raise Fatal(f"set {variable} or {variable}{_FILE}, not both")
        return _content(variable, path), field_name, False

    def __call__(self) -> dict[str, Any]:
        """Return what all named files hold."""
        fields = self.settings_cls.model_fields.items()
        found = {name: self.get_field_value(field, name)[0] for name, field in fields}
        return {name: content for name, content in found.items() if content is not None}


def variables() -> Iterator[tuple[str, FieldInfo]]:
    """Yield the name of each variable with its setting."""
    for name, setting in Settings.model_fields.items():
        yield PREFIX + name.upper(), setting


def database_url_given() -> str | None:
    """Return which database the environment names, None where it names none.

    For what needs no other setting, and should not take the default for granted. Raises Fatal
    that names each variable which reads like a setting and is none.
    """
    unknown = list(_unknown())
    if unknown:
        raise Fatal("\n".join(unknown))
    return os.environ.get(f"{PREFIX}DATABASE_URL")


def origin_of(settings: Settings, name: str) -> str:
    """Return where a setting of this process comes from, in words for people."""
    variable = PREFIX + name.upper()
    for given in (variable, variable + _FILE):
        if given in os.environ:
            return given
    profile = ENGINES[settings.engine].settings()
    return f"profile {settings.engine}" if name in profile else "default"


def is_secret(setting: FieldInfo) -> bool:
    """Tell whether a setting must not be shown, and may come from a file."""
    return setting.annotation is SecretStr


def choices(setting: FieldInfo) -> tuple[str, ...]:
    """Return the values that a setting may have, none when they are not listed."""
    return tuple(str(choice) for choice in get_args(setting.annotation))


def _urls(text: str) -> tuple[str, ...]:
    return tuple(url.strip() for url in text.split(","))


def _networks(text: str) -> tuple[IPv4Network | IPv6Network, ...]:
    return tuple(ip_network(each.strip()) for each in text.split(",") if each.strip())


def _content(variable: str, path: str) -> str:
    try:
        return Path(path).read_text().strip()
    except (OSError, UnicodeDecodeError) as error:
        raise Fatal(f"{variable}{_FILE}: {path} cannot be read: {error}") from error


def _unknown() -> Iterator[str]:
    known = [*OF_COMMANDS]
    for variable, setting in variables():
        known += [variable, variable + _FILE] if is_secret(setting) else [variable]
    # What is misspelt would stand at its default: finality, for one, at the least that there is.
    for given in sorted(os.environ):
        if not given.startswith(PREFIX) or given in known:
            continue
        if (bare := given.removesuffix(_FILE)) in known:
            yield f"{given} is no setting: {bare} is no secret, and read from no file"
            continue
        close = difflib.get_close_matches(given, known, n=1)
        yield f"{given} is no setting" + (f": is {close[0]} meant?" if close else "")


def _complaints(settings: type[Settings], error: ValidationError) -> Iterator[str]:
    for fault in error.errors(include_input=False, include_url=False):
        name = str(fault["loc"][0])
        setting = settings.model_fields.get(name)
        about = f" ({setting.description})" if setting is not None else ""
        # A rule of ours comes with a word that the library puts before it.
        yield f"{PREFIX}{name.upper()}: {fault['msg'].removeprefix('Value error, ')}{about}"
