"""What a log-in leaves in the database: a nonce that is spent, and a session."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from sqlalchemy import delete, select

from receipts_ledger.domain.caller import SESSION_SCOPES
from receipts_ledger.domain.ids import Address, PartyId
from receipts_ledger.store import api_tokens
from receipts_ledger.store.tables import login_nonces, parties, party_keys
from receipts_ledger.store.units import Database, Writer

_LABEL = "log-in"


class LoginUnit:
    """One log-in: its nonce and its session land together or not at all."""

    def __init__(self, writer: Writer) -> None:
        self._writer = writer

    def speaker(self, key: Address) -> PartyId | None:
        """Return the active party whose live key this is."""
        query = (
            select(parties.c.party_id)
            .join(party_keys, party_keys.c.party_id == parties.c.party_id)
            .where(party_keys.c.key == key, parties.c.is_active)
        )
        found = self._writer.scalar(query)
        return None if found is None else PartyId(found)

    def spend(self, nonce: str, expires_at: datetime, now: datetime) -> bool:
        """Spend a nonce; False when it has been spent. Those too old to be taken are forgotten."""
        self._writer.run(delete(login_nonces).where(login_nonces.c.expires_at < now))
        return self._writer.insert_absent(login_nonces, nonce=nonce, expires_at=expires_at)

    def open_session(
        self, party_id: PartyId, key: Address, *, now: datetime, expires_at: datetime
    ) -> tuple[str, str]:
        """Return the id of a new session and its secret, which is stored nowhere."""
        made = api_tokens.create(
            self._writer,
            party_id=party_id,
            label=_LABEL,
            now=now,
            expires_at=expires_at,
            scopes=SESSION_SCOPES,
            key=key,
        )
        return made.api_token_id, made.secret


class StoredLogins:
    """The log-ins of one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @contextmanager
    def unit(self) -> Iterator[LoginUnit]:
        """Open the transaction of one log-in."""
        with self._database.writing() as writer:
            yield LoginUnit(writer)
