"""Logging in with a key (EIP-4361): what is offered for signing, and what a signature opens.

A session shows things and drafts. What moves a receipt is signed act by act, whoever is
logged in.
"""

import hmac
import secrets
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Protocol
from urllib.parse import urlsplit

from receipts_ledger.domain.ids import Address, PartyId
from receipts_ledger.domain.login import LoginMessage
from receipts_ledger.errors import RefusalCode, Refused

STATEMENT = "Log in to see and draft. This moves no receipt."
MESSAGE_SECONDS = 600
_SKEW_SECONDS = 60
_RANDOM_BYTES = 12
_TIME_BYTES = 6
_SEAL_BYTES = 14


class Wallets(Protocol):
    """What can be asked about wallets."""

    def checksummed(self, address: Address) -> str: ...

    def signer(self, text: str, signature: bytes) -> Address: ...


class Unit(Protocol):
    """What one log-in asks of the store."""

    def speaker(self, key: Address) -> PartyId | None: ...

    def spend(self, nonce: str, expires_at: datetime, now: datetime) -> bool: ...

    def open_session(
        self, party_id: PartyId, key: Address, *, now: datetime, expires_at: datetime
    ) -> tuple[str, str]: ...


class Store(Protocol):
    """Where sessions are kept."""

    def unit(self) -> AbstractContextManager[Unit]: ...


@dataclass(frozen=True, slots=True)
class Place:
    """Where one logs in: the address under which parties reach this gateway, and its chain."""

    url: str
    chain_id: int

    @property
    def domain(self) -> str:
        """Its host and port, as a wallet compares them with what it talks to."""
        return urlsplit(self.url).netloc

    @property
    def scheme(self) -> str:
        """`http` or `https`."""
        return urlsplit(self.url).scheme


@dataclass(frozen=True, slots=True)
class Session:
    """A new session. Its secret is told once and never again."""

    session_id: str
    secret: str = field(repr=False)
    party_id: PartyId
    expires_at: datetime


class Logins:
    """The log-ins of one gateway, whichever of its replicas is asked."""

    def __init__(
        self,
        store: Store,
        wallets: Wallets,
        place: Place,
        *,
        seal_key: bytes,
        session_seconds: int,
        clock: Callable[[], datetime],
    ) -> None:
        self._store = store
        self._wallets = wallets
        self._place = place
        self._seal_key = seal_key
        self._session = timedelta(seconds=session_seconds)
        self._clock = clock

    def offer(self, address: Address) -> tuple[str, datetime]:
        """Return a message for a key to sign, and until when it is taken. Nothing is stored."""
        now = self._clock().astimezone(UTC).replace(microsecond=0)
        expires_at = now + timedelta(seconds=MESSAGE_SECONDS)
        message = LoginMessage(
            domain=self._place.domain,
            address=address,
            uri=self._place.url,
            chain_id=self._place.chain_id,
            nonce=self._nonce(expires_at),
            issued_at=now,
            statement=STATEMENT,
            expires_at=expires_at,
        )
        return message.text(self._wallets.checksummed), expires_at

    def log_in(self, text: str, signature: bytes) -> Session:
        """Open a session for whoever has signed the message.

        Raises Refused(LoginRefused), with the line that is the reason in `field`.
        """
        now = self._clock()
        try:
            message = LoginMessage.parse(text, self._wallets.checksummed)
        except ValueError as error:
            raise _refused("message", str(error)) from error
        self._expect_meant_for_us(message)
        self._expect_in_time(message, now)
        expires_at = self._expiry_of(message.nonce)
        if expires_at is None or expires_at <= now:
            raise _refused("nonce", "it is none of this gateway's, or too old: ask for a new one")
        self._expect_signed(message.address, text, signature)
        with self._store.unit() as unit:
            party_id = unit.speaker(message.address)
            if party_id is None:
                raise _refused("address", "it is no live key of an active party")
            if not unit.spend(message.nonce, expires_at, now):
                raise _refused("nonce", "it has been used: ask for a new one")
            until = now + self._session
            session_id, secret = unit.open_session(
                party_id, message.address, now=now, expires_at=until
            )
        return Session(session_id, secret, party_id, until)

    def _expect_meant_for_us(self, message: LoginMessage) -> None:
        place = self._place
        if message.domain != place.domain or message.scheme not in (None, place.scheme):
            raise _refused("domain", f"this gateway is {place.domain}")
        if message.uri != place.url and not message.uri.startswith(place.url + "/"):
            raise _refused("uri", f"this gateway is {place.url}")
        if message.chain_id != place.chain_id:
            raise _refused("chain_id", f"this gateway's chain is {place.chain_id}")

    def _expect_in_time(self, message: LoginMessage, now: datetime) -> None:
        skew = timedelta(seconds=_SKEW_SECONDS)
        if message.issued_at > now + skew:
            raise _refused("issued_at", "it lies in the future")
        if message.expires_at is not None and message.expires_at <= now:
            raise _refused("expiration_time", "it has passed")
        if message.not_before is not None and message.not_before > now:
            raise _refused("not_before", "it lies in the future")

    def _expect_signed(self, address: Address, text: str, signature: bytes) -> None:
        try:
            signer = self._wallets.signer(text, signature)
        except ValueError as error:
            raise _refused("signature", str(error)) from error
        if signer != address:
            raise _refused("signature", "another key has signed, or another text")

    def _nonce(self, expires_at: datetime) -> str:
        content = int(expires_at.timestamp()).to_bytes(_TIME_BYTES)
        content += secrets.token_bytes(_RANDOM_BYTES)
        return (content + self._seal(content)).hex()

    def _expiry_of(self, nonce: str) -> datetime | None:
        """Return until when a nonce is taken, None where it is none of ours."""
        try:
            whole = bytes.fromhex(nonce)
        except ValueError:
            return None
        if len(whole) != _TIME_BYTES + _RANDOM_BYTES + _SEAL_BYTES or whole.hex() != nonce:
            return None
        content, seal = whole[:-_SEAL_BYTES], whole[-_SEAL_BYTES:]
        if not hmac.compare_digest(seal, self._seal(content)):
            return None
        return datetime.fromtimestamp(int.from_bytes(content[:_TIME_BYTES]), UTC)

    def _seal(self, content: bytes) -> bytes:
        # The chain goes in, so that gateways of two ledgers with one secret stay apart.
        bound = b"%d\0" % self._place.chain_id + content
        return hmac.digest(self._seal_key, bound, "sha256")[:_SEAL_BYTES]


def _refused(field_name: str, detail: str) -> Refused:
    return Refused(RefusalCode.LOGIN_REFUSED, detail, field=field_name)
