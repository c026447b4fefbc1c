"""Who asks, and who has read or signed what, as the API tells it."""

from datetime import datetime

from typing_extensions import TypedDict

from receipts_ledger.api.answers.forms import hexadecimal, moment_text, optional_hexadecimal
from receipts_ledger.domain.caller import Caller
from receipts_ledger.domain.ids import ReceiptId, receipt_number
from receipts_ledger.services.logins import Session
from receipts_ledger.store.units import Found


class LoginOfferOut(TypedDict):
    """A message to be signed, to the byte, until `expires_at`."""

    message: str
    expires_at: str


class LoginOut(TypedDict):
    """A session. `secret` is shown this once, and sent as an api token is."""

    session_id: str
    secret: str
    party_id: int
    expires_at: str


class SessionOut(TypedDict):
    """Who asks. `key` is the one that has logged in, none with an api token of the operator's."""

    session_id: str
    party_id: int | None
    roles: list[str]
    active: bool
    scopes: list[str]
    key: str | None
    expires_at: str | None


class ContentReadOut(TypedDict):
    """Somebody was shown a receipt with its contents, or an act: without a party, the operator."""

    id: int
    api_token_id: str
    party_id: int | None
    receipt_id: int | None
    receipt_number: str | None
    act_id: str | None
    first_at: str
    last_at: str
    times: int


class ContentReadPage(TypedDict):
    """Reads of confidential terms, newest first."""

    items: list[ContentReadOut]
    next_cursor: str | None


class KeyUseOut(TypedDict):
    """The gateway has signed an act with a key that it keeps."""

    id: int
    key: str
    party_id: int | None
    act_id: str
    api_token_id: str | None
    at: str


class KeyUsePage(TypedDict):
    """Uses of kept keys, newest first."""

    items: list[KeyUseOut]
    next_cursor: str | None


def told_offer(message: str, expires_at: datetime) -> LoginOfferOut:
    """Return a message to be signed."""
    return LoginOfferOut(message=message, expires_at=moment_text(expires_at))


def told_login(session: Session) -> LoginOut:
    """Return a new session."""
    return LoginOut(
        session_id=session.session_id,
        secret=session.secret,
        party_id=session.party_id,
        expires_at=moment_text(session.expires_at),
    )


def told_session(row: Found, caller: Caller) -> SessionOut:
    """Return who asks."""
    party = caller.party
    return SessionOut(
        session_id=row.token_id,
        party_id=caller.party_id,
        roles=[] if party is None else [role.name.lower() for role in party.roles if role.name],
        active=party is not None and party.is_active,
        scopes=sorted(caller.scopes),
        key=optional_hexadecimal(row.key),
        expires_at=None if row.expires_at is None else moment_text(row.expires_at),
    )


def told_read(row: Found) -> ContentReadOut:
    """Return a record of a read."""
    number = None if row.receipt_id is None else receipt_number(ReceiptId(row.receipt_id))
    return ContentReadOut(
        id=row.id,
        api_token_id=row.token_id,
        party_id=row.party_id,
        receipt_id=row.receipt_id,
        receipt_number=number,
        act_id=row.act_id,
        first_at=moment_text(row.first_at),
        last_at=moment_text(row.last_at),
        times=row.times,
    )


def told_key_use(row: Found) -> KeyUseOut:
    """Return a record of a signature."""
    return KeyUseOut(
        id=row.id,
        key=hexadecimal(row.address),
        party_id=row.party_id,
        act_id=row.act_id,
        api_token_id=row.token_id,
        at=moment_text(row.at),
    )
