"""Who is asking, where, and with which key: the options that every gateway command takes."""

import functools
import inspect
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Annotated, Any, TypeVar, cast, get_type_hints

import typer

from receipts_ledger.chain.deployment import Deployment
from receipts_ledger.chain.keyfile import read_key
from receipts_ledger.cli.secret import password_in, secret_in
from receipts_ledger.client import LedgerClient

T = TypeVar("T")

_SESSIONS = Path("~/.config/receipts-ledger/sessions")
GATEWAY_URL = "http://127.0.0.1:8000"


@dataclass(frozen=True, slots=True)
class Session:
    """The options. Building a client from them reads the files that they name."""

    gateway: Annotated[
        str,
        typer.Option(envvar="RECEIPTS_LEDGER_GATEWAY", metavar="URL", help="Where the gateway is."),
    ]
    api_token: Annotated[
        Path | None,
        typer.Option(
            "--api-token",
            envvar="RECEIPTS_LEDGER_API_TOKEN_FILE",
            metavar="FILE",
            help="File with the api token; without it, the session of your last login.",
        ),
    ]
    key: Annotated[
        Path | None,
        typer.Option(
            envvar="RECEIPTS_LEDGER_KEY",
            metavar="FILE",
            help="Keystore file to sign with; without it the gateway signs with the kept key.",
        ),
    ]
    password: Annotated[
        Path | None,
        typer.Option(
            "--password",
            envvar="RECEIPTS_LEDGER_KEY_PASSWORD_FILE",
            metavar="FILE",
            help="File with the keystore's password; without it you are asked.",
        ),
    ]
    deployment: Annotated[
        Path | None,
        typer.Option(
            envvar="RECEIPTS_LEDGER_DEPLOYMENT",
            metavar="FILE",
            help="Deployment file of the ledger; needed to sign.",
        ),
    ]
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, for programs; errors too.")]

    def client(self) -> LedgerClient:
        """Return a client that signs if there is a key."""
        file = self.session_file()
        given = self.api_token is not None or file.exists()
        return self._client(secret_in(file if given else None, "--api-token"))

    def client_without_token(self) -> LedgerClient:
        """Return a client that nobody has let in yet."""
        return self._client(None)

    def session_file(self) -> Path:
        """Return where the session lies: the --api-token file, or one for each gateway."""
        if self.api_token is not None:
            return self.api_token
        name = re.sub(r"[^A-Za-z0-9.-]+", "_", self.gateway.rstrip("/"))
        return _SESSIONS.expanduser() / f"{name}.token"

    def _client(self, api_token: str | None) -> LedgerClient:
        key = None if self.key is None else read_key(self.key, password_in(self.password))
        deployment = None if self.deployment is None else Deployment.read(self.deployment)
        try:
            return LedgerClient(self.gateway, api_token, key=key, deployment=deployment)
        except ValueError as error:
            raise typer.BadParameter(
                str(error), param_hint="'--gateway' or '--api-token'"
            ) from error


_DEFAULTS: dict[str, object] = {"gateway": GATEWAY_URL, "as_json": False}


def in_session(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command its first parameter, the session, by options of the command line."""
    return by_options(Session, _DEFAULTS)(command)


def by_options(
    kind: type[T], defaults: Mapping[str, object]
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Return what gives commands their first parameter by options: a dataclass of them."""

    def given(command: Callable[..., None]) -> Callable[..., None]:
        return _by_options(command, kind, defaults)

    return given


def _by_options(
    command: Callable[..., None], kind: type[T], defaults: Mapping[str, object]
) -> Callable[..., None]:
    hints = get_type_hints(kind, include_extras=True)
    names = [field.name for field in fields(cast(Any, kind))]

    @functools.wraps(command)
    def with_options(**given: Any) -> None:
        first = kind(**{name: given.pop(name) for name in names})
        command(first, **given)

    own = list(inspect.signature(command, eval_str=True).parameters.values())[1:]
    shared = [
        inspect.Parameter(
            name,
            inspect.Parameter.KEYWORD_ONLY,
            default=defaults.get(name),
            annotation=hints[name],
        )
        for name in names
    ]
    parameters = [parameter.replace(kind=inspect.Parameter.KEYWORD_ONLY) for parameter in own]
    # Typer reads a command's options from both of these.
    with_options.__dict__["__signature__"] = inspect.Signature([*parameters, *shared])
    with_options.__annotations__ = {
        parameter.name: parameter.annotation for parameter in [*parameters, *shared]
    }
    del with_options.__dict__["__wrapped__"]
    return with_options
