"""Who asks, and the one moment of the database in which he is answered."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Annotated, cast

from fastapi import Depends, Request

from receipts_ledger.api.services import Services
from receipts_ledger.domain.caller import Caller, Scope
from receipts_ledger.errors import RefusalCode, Refused
from receipts_ledger.store import api_tokens
from receipts_ledger.store.units import Reader

_SCHEME = "bearer"
_SECRET_LENGTH_MAX = 512


def services_of(request: Request) -> Services:
    """Return the services of the app that the request came to."""
    return cast(Services, request.app.state.services)


def secret_hash_of(request: Request) -> bytes:
    """Return the hash of the api token's secret. Raises Refused(NotAuthenticated)."""
    return secret_hash_in(request.headers.get("Authorization", ""))


def secret_hash_in(authorization: str) -> bytes:
    """Return the same of the header's text. Raises Refused(NotAuthenticated)."""
    scheme, _, secret = authorization.partition(" ")
    secret = secret.strip()
    if scheme.lower() != _SCHEME or not secret or len(secret) > _SECRET_LENGTH_MAX:
        raise Refused(
            RefusalCode.NOT_AUTHENTICATED, "send the header Authorization: Bearer <api token>"
        )
    return api_tokens.hash_of(secret)


def authenticate(reader: Reader, secret_hash: bytes, scope: Scope, services: Services) -> Caller:
    """Return the caller. Raises Refused(NotAuthenticated), or (NotYourRole) without the scope."""
    return admitted(api_tokens.caller_of(reader, secret_hash, services.clock()), scope, services)


def admitted(caller: Caller | None, scope: Scope, services: Services) -> Caller:
    """Return a caller whose api token is good for a scope, and note its use. Raises as above."""
    if caller is None:
        raise Refused(
            RefusalCode.NOT_AUTHENTICATED, "the api token is unknown, revoked or has expired"
        )
    if scope not in caller.scopes:
        raise Refused(RefusalCode.NOT_YOUR_ROLE, f"the api token is not good for {scope}")
    services.access.read_log.note_use(caller.api_token_id)
    return caller


@dataclass(frozen=True, slots=True)
class Asking:
    """One question."""

    services: Services
    secret_hash: bytes

    @contextmanager
    def reading(self) -> Iterator[tuple[Reader, Caller]]:
        """Open the moment in which the question is answered, with who asks."""
        with self.services.database.reading() as reader:
            caller = authenticate(reader, self.secret_hash, Scope.READ, self.services)
            self.services.access.rates.read(caller.principal)
            yield reader, caller


async def asking(request: Request) -> Asking:
    """Return the question that a request is. Nothing is looked up yet."""
    return Asking(services_of(request), secret_hash_of(request))


AskDep = Annotated[Asking, Depends(asking)]


def digest(*parts: bytes) -> bytes:
    """Return the SHA-256 of parts, each with its length before it."""
    hashed = hashlib.sha256()
    for part in parts:
        hashed.update(len(part).to_bytes(8))
        hashed.update(part)
    return hashed.digest()
