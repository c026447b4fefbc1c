"""What a ledger remembers of its document key, so that another key is noticed.

The key itself lies in no database. What it is used for, fingerprints, is in `content`.
"""

import hashlib
import hmac
import secrets

_SALT_BYTES = 16
_DIGEST_BYTES = 32
CHECK_VALUE_BYTES = _SALT_BYTES + _DIGEST_BYTES
_LABEL = b"receipts-ledger/document-key/1\0"
# A key may be a phrase that somebody thought of: who has the database shall not try many. Costs
# what opening a kept key does, a fifth of a second and 64 MiB, at each start of a process.
_COST, _BLOCK_SIZE, _PARALLEL = 1 << 16, 8, 1
_MEMORY_BYTES_MAX = 1 << 27


def check_value(key: bytes) -> bytes:
    """Return a value that tells the key from others. Slow; never the same twice."""
    salt = secrets.token_bytes(_SALT_BYTES)
    return salt + _digest(key, salt)


def is_check_value_of(key: bytes, value: bytes) -> bool:
    """Tell whether a check value was made of this key. Slow."""
    salt, digest = value[:_SALT_BYTES], value[_SALT_BYTES:]
    return hmac.compare_digest(_digest(key, salt), digest)


def _digest(key: bytes, salt: bytes) -> bytes:
    return hashlib.scrypt(
        key,
        salt=_LABEL + salt,
        n=_COST,
        r=_BLOCK_SIZE,
        p=_PARALLEL,
        maxmem=_MEMORY_BYTES_MAX,
        dklen=_DIGEST_BYTES,
    )
