"""Api tokens: made, found by the hash of their secret, revoked. No secret is stored."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

from sqlalchemy import select, update

from receipts_ledger.domain.caller import Caller, Scope
from receipts_ledger.domain.ids import PartyId
from receipts_ledger.store.rows import party_of_row
from receipts_ledger.store.tables import api_tokens, parties
from receipts_ledger.store.units import Reader, Writer

SECRET_PREFIX = "rl_"  # noqa: S105  (not a secret: what leaks are recognised by)
_SECRET_BYTES = 32


@dataclass(frozen=True, slots=True)
class ApiToken:
    """A new api token. The secret is shown once and never again."""

    api_token_id: str
    secret: str


def hash_of(secret: str) -> bytes:
    """Return what is stored of a secret. It has 256 random bits, so that one hash suffices."""
    return hashlib.sha256(secret.encode()).digest()


def create(
    writer: Writer,
    *,
    party_id: PartyId | None,
    label: str,
    now: datetime,
    expires_at: datetime | None = None,
    scopes: frozenset[Scope] = frozenset(Scope),
    secret: str | None = None,
) -> ApiToken:
    """Make an api token for a party, or for the operator where there is none.

    A `secret` of the caller's own choosing is for set-ups that have to know it beforehand.
    """
    made = ApiToken(str(uuid4()), secret or SECRET_PREFIX + secrets.token_urlsafe(_SECRET_BYTES))
    writer.insert(
        api_tokens,
        token_id=made.api_token_id,
        secret_hash=hash_of(made.secret),
        party_id=party_id,
        scopes=sorted(scopes),
        label=label,
        created_at=now,
        expires_at=expires_at,
    )
    return made


def caller_of(reader: Reader, secret_hash: bytes, now: datetime) -> Caller | None:
    """Return who has shown a secret, None for an unknown, expired or revoked one."""
    token = api_tokens.c
    row = reader.first(
        select(token.token_id, token.party_id, token.scopes, token.expires_at, *parties.c)
        .select_from(api_tokens.outerjoin(parties, parties.c.party_id == token.party_id))
        .where(token.secret_hash == secret_hash, token.revoked_at.is_(None))
    )
    if row is None:
        return None
    token_id, party_id, scopes, expires_at, *party = row
    if expires_at is not None and expires_at <= now:
        return None
    return Caller(
        api_token_id=token_id,
        party_id=None if party_id is None else PartyId(party_id),
        party=None if party[0] is None else party_of_row(party),
        scopes=frozenset(Scope(scope) for scope in scopes),
    )


def revoke(writer: Writer, api_token_id: str, now: datetime) -> bool:
    """End an api token; False when there is none that is alive."""
    alive = (api_tokens.c.token_id == api_token_id) & api_tokens.c.revoked_at.is_(None)
    return writer.run(update(api_tokens).where(alive).values(revoked_at=now)) == 1
