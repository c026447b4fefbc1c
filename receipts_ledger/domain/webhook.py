"""Webhooks as Standard Webhooks has them: three headers, HMAC-SHA256, secrets that rotate.

The same functions sign here and verify at the receiver.
"""

import base64
import binascii
import hmac
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

_PREFIX = "whsec_"
_VERSION = "v1"
TOLERANCE = timedelta(minutes=5)


class WebhookRefused(ValueError):
    """A message that was not signed with the secret, or not lately."""


def written_secret(secret: bytes) -> str:
    """Return a secret in the form in which it is handed over."""
    return _PREFIX + base64.b64encode(secret).decode()


def headers_of(
    message_id: str, at: datetime, body: bytes, secrets: Iterable[bytes]
) -> dict[str, str]:
    """Return the headers of a message, signed with each of the secrets."""
    timestamp = str(int(at.timestamp()))
    signatures = (_signature(message_id, timestamp, body, secret) for secret in secrets)
    return {
        "webhook-id": message_id,
        "webhook-timestamp": timestamp,
        "webhook-signature": " ".join(f"{_VERSION},{each}" for each in signatures),
    }


def verify(secret: str, headers: Mapping[str, str], body: bytes, *, now: datetime) -> str:
    """Return the id of a message that is genuine: the same one comes again after a fault.

    `body` is what came, to the byte. Raises WebhookRefused.
    """
    given = {name.lower(): value for name, value in headers.items()}
    try:
        message_id, timestamp = given["webhook-id"], given["webhook-timestamp"]
        signatures = given["webhook-signature"].split()
        age_seconds = abs(now.timestamp() - int(timestamp))
        key = base64.b64decode(secret.removeprefix(_PREFIX), validate=True)
    except KeyError as error:
        raise WebhookRefused(f"the header {error.args[0]} is missing") from None
    except (ValueError, binascii.Error):
        raise WebhookRefused("the time or the secret is written wrongly") from None
    if age_seconds > TOLERANCE.total_seconds():
        raise WebhookRefused("the message is too old, or its time has not come")
    expected = f"{_VERSION},{_signature(message_id, timestamp, body, key)}".encode()
    if not any(hmac.compare_digest(expected, each.encode()) for each in signatures):
        raise WebhookRefused("no signature is by this secret")
    return message_id


def _signature(message_id: str, timestamp: str, body: bytes, secret: bytes) -> str:
    signed = f"{message_id}.{timestamp}.".encode() + body
    return base64.b64encode(hmac.digest(secret, signed, "sha256")).decode()
