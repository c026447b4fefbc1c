"""Api tokens: made, found by the hash of their secret, revoked. No secret is stored.

A session is an api token that a key has made by logging in. It ends with the key, or when the
party is suspended, whatever its own time is.
"""

import hashlib
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import uuid4

from sqlalchemy import ColumnElement, and_, or_, select, update

from receipts_ledger.domain.caller import Caller, Scope
from receipts_ledger.domain.ids import Address, PartyId
from receipts_ledger.store.prepared import Prepared, asked
from receipts_ledger.store.rows import PARTY_COLUMNS, party_of_row
from receipts_ledger.store.tables import api_tokens, parties, party_keys
from receipts_ledger.store.units import Found, Reader, Writer

SECRET_PREFIX = "rl_"  # noqa: S105  (not a secret: what leaks are recognised by)
_SECRET_BYTES = 32


@dataclass(frozen=True, slots=True)
class ApiToken:
    """A new api token. The secret is shown once and never again."""

    api_token_id: str
    secret: str = field(repr=False)


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
    key: Address | None = None,
) -> ApiToken:
    """Make an api token for a party, or for the operator where there is none.

    With the `key` that has logged in, it is a session.
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
        key=key,
    )
    return made


CALLER_COLUMNS = (
    api_tokens.c.token_id,
    api_tokens.c.party_id,
    api_tokens.c.scopes,
    api_tokens.c.expires_at,
    api_tokens.c.key,
    party_keys.c.party_id.label("party_of_key"),
    *PARTY_COLUMNS,
)
"""What `caller_of_row` reads. The hot routes ask for it along with their own columns."""

CALLER_TABLES = api_tokens.outerjoin(
    parties, parties.c.party_id == api_tokens.c.party_id
).outerjoin(party_keys, party_keys.c.key == api_tokens.c.key)


def has_shown(secret_hash: ColumnElement[bytes]) -> ColumnElement[bool]:
    """Return the condition that a row of CALLER_TABLES is of who has shown a secret."""
    return and_(api_tokens.c.secret_hash == secret_hash, api_tokens.c.revoked_at.is_(None))


_CALLER = Prepared(
    select(*CALLER_COLUMNS)
    .select_from(CALLER_TABLES)
    .where(has_shown(asked("secret_hash", api_tokens.c.secret_hash)))
)


def caller_of(reader: Reader, secret_hash: bytes, now: datetime) -> Caller | None:
    """Return who has shown a secret, None for an unknown, expired or revoked one."""
    row = reader.ask_first_once(_CALLER, secret_hash=secret_hash)
    return None if row is None else caller_of_row(row, now)


def caller_of_row(row: Sequence[Any], now: datetime) -> Caller | None:
    """Return the caller that a row of CALLER_COLUMNS says, None for one that is not alive."""
    token_id, party_id, scopes, expires_at, key, party_of_key, *columns = row
    if expires_at is not None and expires_at <= now:
        return None
    party = None if columns[0] is None else party_of_row(columns)
    if key is not None and (party is None or not party.is_active or party_of_key != party_id):
        return None
    return Caller(
        api_token_id=token_id,
        party_id=None if party_id is None else PartyId(party_id),
        party=party,
        scopes=_scopes(tuple(scopes)),
    )


@lru_cache(maxsize=16)
def _scopes(names: tuple[str, ...]) -> frozenset[Scope]:
    return frozenset(map(Scope, names))


def every(reader: Reader, *, now: datetime | None = None) -> Sequence[Found]:
    """Return the rows of api tokens, the oldest first: all, or those alive at a moment."""
    token = api_tokens.c
    query = select(
        token.token_id,
        token.party_id,
        token.label,
        token.scopes,
        token.key,
        token.created_at,
        token.expires_at,
        token.revoked_at,
        token.last_used_at,
    )
    if now is not None:
        alive = or_(token.expires_at.is_(None), token.expires_at > now)
        query = query.where(alive, token.revoked_at.is_(None))
    return reader.rows(query.order_by(token.created_at, token.token_id))


def find(reader: Reader, api_token_id: str) -> Found | None:
    """Return the row of an api token."""
    return reader.first(select(api_tokens).where(api_tokens.c.token_id == api_token_id))


def note_uses(writer: Writer, uses: Mapping[str, datetime]) -> None:
    """Write down when api tokens were last used."""
    # In one order, so that two processes never wait for each other.
    for token_id in sorted(uses):
        used = api_tokens.c.token_id == token_id
        writer.run(update(api_tokens).where(used).values(last_used_at=uses[token_id]))


def revoke(writer: Writer, api_token_id: str, now: datetime) -> bool:
    """End an api token; False when there is none that is alive."""
    alive = (api_tokens.c.token_id == api_token_id) & api_tokens.c.revoked_at.is_(None)
    return writer.run(update(api_tokens).where(alive).values(revoked_at=now)) == 1
