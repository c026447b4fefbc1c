"""Private keys in the form in which they may lie in a database: encrypted, Web3 Secret Storage.

Everything opens with the operator's one secret. A key in the clear is never written, shown
or logged.
"""

import secrets
from collections.abc import Mapping
from typing import Any

from receipts_ledger.chain import keys
from receipts_ledger.domain.ids import Address, Hash32
from receipts_ledger.errors import Fatal

SECRET_CHARACTERS_MIN = 16
_KEY_BYTES = 32


class Vault:
    """Locks and opens keys. `work_factor` is scrypt's N: a power of two."""

    def __init__(self, secret: str, *, work_factor: int) -> None:
        if len(secret) < SECRET_CHARACTERS_MIN:
            raise Fatal(
                f"the keystore secret has {len(secret)} characters, at least "
                f"{SECRET_CHARACTERS_MIN} are needed"
            )
        if work_factor < 2 or work_factor & (work_factor - 1):  # noqa: PLR2004  (2 is two)
            raise Fatal(f"the work factor {work_factor} is no power of two")
        self._secret = secret
        self._work_factor = work_factor

    def new_key(self) -> bytes:
        """Return a fresh private key."""
        return secrets.token_bytes(_KEY_BYTES)

    def address_of(self, private_key: bytes) -> Address:
        """Return the address of a private key. Raises ValueError for one that is none."""
        return keys.address_of_private_key(private_key)

    def lock(self, private_key: bytes) -> dict[str, Any]:
        """Return the keystore of a private key."""
        from eth_keyfile.keyfile import create_keyfile_json

        keystore: dict[str, Any] = create_keyfile_json(
            private_key, self._secret.encode(), kdf="scrypt", iterations=self._work_factor
        )
        return keystore

    def open(self, keystore: Mapping[str, Any]) -> bytes:
        """Return the private key. Raises Fatal when the secret is another."""
        from eth_keyfile.keyfile import decode_keyfile_json

        try:
            return bytes(decode_keyfile_json(dict(keystore), self._secret.encode()))
        except (KeyError, TypeError, ValueError) as error:
            # Keystores name it in letters of both sizes, without what says that it is hexadecimal.
            address = str(keystore.get("address", "?")).lower().removeprefix("0x")
            raise Fatal(
                f"the kept key 0x{address} does not open with this keystore secret"
            ) from error

    def sign(self, private_key: bytes, digest: Hash32) -> bytes:
        """Return the 64-byte signature of a digest."""
        return keys.sign(private_key, digest)
