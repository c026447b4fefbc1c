"""Content that stays off the chain, and what stands on the chain for it.

A commitment is the root of a SHA-256 Merkle tree with one salted leaf for each field, so
that one field can be shown without the rest, and forgotten by deleting its salt. A
fingerprint is a keyed hash of an identifier in a canonical form: equal identifiers
collide, and nobody without the key can guess them.
"""

import hashlib
import hmac
import json
import secrets
import unicodedata
from collections.abc import Mapping, Sequence
from typing import TypeAlias

from receipts_ledger.domain.ids import NO_HASH, Hash32

Json: TypeAlias = "bool | int | str | Sequence[Json] | Mapping[str, Json] | None"

SALT_BYTES = 32
_LEAF = b"receipts-ledger/leaf/1\0"
_NODE = b"receipts-ledger/node/1\0"
_SAFE_INTEGER_MAX = 2**53 - 1
_FINGERPRINT_VERSION = "1"


def canonical(value: Json) -> bytes:
    """Return the one JSON form of a value (RFC 8785, JCS).

    Content has no fractions: quantities and amounts are integers in their smallest unit.
    Raises ValueError for a float, a lone surrogate, or an integer beyond 2^53 - 1, which
    JSON readers do not agree on.
    """
    _check(value)
    return json.dumps(_sorted(value), ensure_ascii=False, separators=(",", ":")).encode()


def new_salts(content: Mapping[str, Json]) -> dict[str, bytes]:
    """Return a fresh random salt for each field."""
    return {name: secrets.token_bytes(SALT_BYTES) for name in content}


def leaf(name: str, value: Json, salt: bytes) -> Hash32:
    """Return the leaf of one field. Raises ValueError when the salt has not 32 bytes."""
    if len(salt) != SALT_BYTES:
        raise ValueError(f"the salt of {name!r} has {len(salt)} bytes, not {SALT_BYTES}")
    return _hash(_LEAF + salt + canonical(name) + b":" + canonical(value))


def commit(content: Mapping[str, Json], salts: Mapping[str, bytes]) -> Hash32:
    """Return the commitment to a content: fields in the order of their names.

    No content commits to 32 zero bytes. Raises ValueError when a field has no salt.
    """
    *_, root = levels(content, salts)
    return root[0] if root else NO_HASH


def levels(content: Mapping[str, Json], salts: Mapping[str, bytes]) -> list[list[Hash32]]:
    """Return the tree over a content, from the leaves in the order of their names to the root.

    Raises ValueError when a field has no salt.
    """
    missing = content.keys() - salts.keys()
    if missing:
        raise ValueError(f"no salt for {', '.join(sorted(missing))}")
    level = [leaf(name, content[name], salts[name]) for name in sorted(content)]
    tree = [level]
    while len(level) > 1:
        paired = [
            _hash(_NODE + left + right)
            for left, right in zip(level[::2], level[1::2], strict=False)
        ]
        # An odd leaf moves up as it is: doubling it would let two contents share a root.
        level = paired + level[len(paired) * 2 :]
        tree.append(level)
    return tree


def fingerprint(kind: str, identifier: str, *, key: bytes) -> Hash32:
    """Return the keyed fingerprint of a document or item under a kind such as `invoice`.

    The canonical form folds width and case and drops spaces and hyphens: `AB-123` and
    `ＡＢ １２３` are one identifier. Raises ValueError when nothing is left of it.
    """
    folded = canonical_identifier(identifier)
    if not folded:
        raise ValueError(f"the {kind} identifier {identifier!r} is empty")
    text = "\0".join((_FINGERPRINT_VERSION, canonical_identifier(kind), folded))
    return Hash32(hmac.digest(key, text.encode(), hashlib.sha256))


def canonical_identifier(identifier: str) -> str:
    """Return an identifier in its canonical form, version 1."""
    if identifier.isascii():
        return identifier.upper().translate(_ASCII_DROPPED)
    folded = identifier
    while True:
        # Dropping a space can bring characters together that compose, hence once more.
        previous, folded = folded, _folded(folded)
        if folded == previous:
            return folded


def _folded(text: str) -> str:
    upper = unicodedata.normalize("NFKC", text).upper()
    return "".join(character for character in upper if not _is_dropped(character))


def _is_dropped(character: str) -> bool:
    return character.isspace() or unicodedata.category(character) in ("Pd", "Cf", "Cc")


# Most identifiers are ASCII, of which nothing else has to be folded.
_ASCII_DROPPED = {code: None for code in range(128) if _is_dropped(chr(code))}


def _hash(content: bytes) -> Hash32:
    return Hash32(hashlib.sha256(content).digest())


def _sorted(value: Json) -> Json:
    if isinstance(value, Mapping):
        # RFC 8785 sorts by UTF-16 code units, which differs from Python's order of code points.
        names = sorted(value, key=lambda name: name.encode("utf-16-be"))
        return {name: _sorted(value[name]) for name in names}
    if isinstance(value, list | tuple):
        return [_sorted(element) for element in value]
    return value


def _check(value: Json) -> None:
    if isinstance(value, Mapping):
        for name, member in value.items():
            _check(name)
            _check(member)
    elif isinstance(value, list | tuple):
        for element in value:
            _check(element)
    elif isinstance(value, str):
        value.encode()
    elif isinstance(value, int):
        if not -_SAFE_INTEGER_MAX <= value <= _SAFE_INTEGER_MAX:
            raise ValueError(f"{value} is beyond what every JSON reader can hold; write it as text")
    elif value is not None:
        raise ValueError(f"{value!r} is no JSON value without fractions")
