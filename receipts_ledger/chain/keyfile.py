"""Encrypted key files (Web3 Secret Storage, version 3), as wallets read and write them.

Where the files lie, and who may open them, is decided elsewhere.
"""

import json
import os
import secrets
from pathlib import Path

from eth_account import Account

from receipts_ledger.chain.keys import address_of_private_key
from receipts_ledger.domain.ids import Address
from receipts_ledger.errors import Fatal

_OWNER_ONLY = 0o600
_CURVE_ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141


def new_key() -> bytes:
    """Return a fresh private key."""
    return (secrets.randbelow(_CURVE_ORDER - 1) + 1).to_bytes(32)


def write_key(path: Path, private_key: bytes, password: str) -> Address:
    """Write a key file that only its owner may read, and return its address.

    Raises Fatal when the file exists: a key that is overwritten is lost.
    """
    content = json.dumps(Account.encrypt(private_key, password))
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _OWNER_ONLY)
    except OSError as error:
        raise Fatal(f"key file {path} cannot be written: {error.strerror}") from error
    with os.fdopen(descriptor, "w") as file:
        file.write(content)
    return address_of_private_key(private_key)


def read_key(path: Path, password: str) -> bytes:
    """Return the private key in a key file. Raises Fatal for a wrong password or file."""
    try:
        return bytes(Account.decrypt(_content(path), password))
    except KeyError as error:
        raise Fatal(f"key file {path} is no keystore: it has no {error.args[0]}") from error
    except (TypeError, ValueError) as error:
        said = "the password is another" if "MAC" in str(error) else str(error)
        raise Fatal(f"key file {path} does not open: {said}") from error


def address_in(path: Path) -> Address:
    """Return the address that a key file names, without opening it. Raises Fatal."""
    named = str(_content(path).get("address", "")).removeprefix("0x")
    try:
        address = Address(bytes.fromhex(named))
    except ValueError as error:
        raise Fatal(f"key file {path} names no address") from error
    if len(address) != len(address_of_private_key(bytes(31) + b"\1")):
        raise Fatal(f"key file {path} names no address")
    return address


def _content(path: Path) -> dict[str, object]:
    try:
        content = json.loads(path.read_bytes())
    except OSError as error:
        raise Fatal(f"key file {path}: {error.strerror}") from error
    except ValueError as error:
        raise Fatal(f"key file {path} is no keystore: {error}") from error
    if not isinstance(content, dict):
        raise Fatal(f"key file {path} is no keystore")
    return content
