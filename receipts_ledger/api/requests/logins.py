"""Logging in: the message as it was signed."""

from typing import Annotated

from pydantic import ConfigDict, Field

from receipts_ledger.api.fields import Asked, SignatureField
from receipts_ledger.domain.login import MESSAGE_LENGTH_MAX

_EXAMPLE = """127.0.0.1:8000 wants you to sign in with your Ethereum account:
0x70997970C51812dc3A010C7d01b50e0d17dc79C8

Log in to see and draft. This moves no receipt.

URI: http://127.0.0.1:8000
Version: 1
Chain ID: 31337
Nonce: 0000693df0a8c1d2
Issued At: 2027-03-31T12:00:00Z
Expiration Time: 2027-03-31T12:10:00Z"""


class LoginIn(Asked):
    """A message (EIP-4361) and its signature (EIP-191) by the key that it names."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"message": _EXAMPLE, "signature": "0x" + "1b" * 64}]}
    )

    message: Annotated[str, Field(strict=True, min_length=1, max_length=MESSAGE_LENGTH_MAX)]
    signature: SignatureField
