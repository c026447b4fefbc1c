"""Logging in with a key: the gateway's message is looked at before it is signed.

A message for another address than the one that is talked to would let whoever asked for the
signature in there.
"""

from typing import Any
from urllib.parse import urlsplit

from receipts_ledger.chain.keys import address_of_private_key
from receipts_ledger.chain.wallets import checksummed, sign_text
from receipts_ledger.client.draft import Misdrafted
from receipts_ledger.client.http import Http
from receipts_ledger.domain.login import LoginMessage

_PATH = "/v1/logins"


def log_in(http: Http, key: bytes, *, chain_id: int) -> dict[str, Any]:
    """Return a new session of the key, with its secret. Raises Misdrafted before it signs."""
    address = address_of_private_key(key)
    offered = http.get(f"{_PATH}/message", {"address": checksummed(address)})
    text = str(offered.get("message", ""))
    try:
        message = LoginMessage.parse(text, checksummed)
    except ValueError as error:
        raise Misdrafted(f"the gateway asks for a signature of something else: {error}") from error
    for what, said, expected in (
        ("address", message.domain, urlsplit(http.base_url).netloc),
        ("URI", message.uri, http.base_url),
        ("key", checksummed(message.address), checksummed(address)),
        ("chain", message.chain_id, chain_id),
    ):
        if said != expected:
            raise Misdrafted(
                f"the gateway asks to log in with the {what} {said}, where it is {expected}; "
                "nothing was signed"
            )
    body = {"message": text, "signature": "0x" + sign_text(key, text).hex()}
    session: dict[str, Any] = http.post(_PATH, body)
    return session
