#!/usr/bin/env python
"""Check a certificate of a warehouse receipt, offline, against a block hash that you trust.

    verify_certificate.py FILE --head HASH (--deployment FILE | --contract ADDRESS)
                          [--receipt NUMBER] [--trust HASH]...

Needs Python from 3.10 on and a Keccak-256 (safe-pysha3, or eth-hash with a backend), and nothing
of the gateway that made the certificate. Everything that the certificate says is computed anew
from its proof and compared.

Exit code 0: verified. 1: false. 2: it cannot be decided, because a further block hash has to be
trusted, or an argument or a file is wrong; one line says which.
"""

import sys

if sys.version_info < (3, 10):
    # Before anything else is read: Python would end with 1, which here says that it is false.
    sys.stderr.write("verify_certificate.py: cannot decide: it takes Python 3.10 or newer\n")
    sys.exit(2)

import argparse
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, timezone
from functools import cache
from hashlib import sha256
from itertools import pairwise
from pathlib import Path
from typing import Any, NoReturn

VERIFIED, FALSE, UNDECIDED = 0, 1, 2

FORMAT = "receipts-ledger/certificate/1"
FILE_BYTES_MAX = 32 << 20
DEPTH_MAX = 64
CHANGES_MAX = 100
RLP_DEPTH_MAX = 16
PATH_STEPS_MAX = 64
SECONDS_MAX = 1 << 37

# The storage layout of the ledger's code, and the words in it: contracts/words/.
POOLS_SLOT, PAIRS_SLOT = 3, 11
HALF_BITS, HALF = 128, (1 << 128) - 1
STATUSES = ("open", "delivered", "merged", "replaced", "cancelled", "written_off")
DAY_ONE = date(2020, 1, 1)
HASH_BYTES = 32
NO_HASH = bytes(HASH_BYTES)
INTEGER_MAX = 2**53 - 1

WITH_COMMITMENT = "uint64,uint128,bytes32"
SIGNATURES = (
    *(
        f"{name}({WITH_COMMITMENT})"
        for name in (
            *("Issued", "Transferred", "Pledged", "Released", "PledgeAssigned", "Defaulted"),
            *("Cured", "Enforced", "Delivered", "ReceiptFrozen", "ReceiptUnfrozen", "Divided"),
            *("Merged", "Cancelled", "WrittenDown", "StorageExtended", "PutOnPaper"),
            *("TakenOffPaper", "ClaimNoted", "ClaimLifted", "Invalidated"),
        )
    ),
    "IssuedFrom(uint64,uint128,bytes32,uint64)",
    "Substituted(uint64,uint128,uint64,bytes32)",
    "Absorbed(uint64,uint128,uint64)",
    "Replaced(uint64,uint128,uint64)",
    "ReceiptBroughtOver(uint64,uint128)",
)
FIRST_CONTENTS = ("Issued", "IssuedFrom")
LATER_CONTENTS = ("Divided", "Merged")


class NotTrue(Exception):
    """Something in the certificate does not follow from its proof."""


class CannotTell(Exception):
    """What was given is not enough to decide, or cannot be read."""


def keccak(content: bytes) -> bytes:
    """Return the Keccak-256 of some bytes."""
    return _hasher()(content)


@cache
def _hasher() -> Callable[[bytes], bytes]:
    try:
        import sha3
    except ImportError:
        try:
            from eth_hash.auto import keccak as of_eth_hash
        except ImportError as error:
            raise CannotTell("there is no Keccak-256: pip install safe-pysha3") from error
        return of_eth_hash
    return lambda content: bytes(sha3.keccak_256(content).digest())


# --- RLP, strictly ---------------------------------------------------------------------------


def rlp(raw: bytes, where: str) -> Any:
    """Return the bytes, or the list of them to any depth, that `raw` is the one encoding of."""
    item, end = _rlp_item(raw, 0, len(raw), where, 0)
    if end != len(raw):
        raise NotTrue(f"{where}: it is no RLP: something follows it")
    return item


def _rlp_item(raw: bytes, at: int, end: int, where: str, depth: int) -> tuple[Any, int]:
    if at >= end or depth > RLP_DEPTH_MAX:
        raise NotTrue(f"{where}: it is no RLP")
    first = raw[at]
    if first < 0x80:
        return raw[at : at + 1], at + 1
    is_list = first >= 0xC0
    start, size = _rlp_size(raw, at, end, 0xC0 if is_list else 0x80, where)
    stop = start + size
    if stop > end or (not is_list and size == 1 and raw[start] < 0x80):
        raise NotTrue(f"{where}: it is no RLP")
    if not is_list:
        return raw[start:stop], stop
    members = []
    while start < stop:
        member, start = _rlp_item(raw, start, stop, where, depth + 1)
        members.append(member)
    return members, stop


def _rlp_size(raw: bytes, at: int, end: int, kind: int, where: str) -> tuple[int, int]:
    short = raw[at] - kind
    if short <= 55:
        return at + 1, short
    start = at + 1 + short - 55
    digits = raw[at + 1 : start]
    size = int.from_bytes(digits, "big")
    if start > end or digits[:1] in (b"", b"\0") or size <= 55:
        raise NotTrue(f"{where}: it is no RLP")
    return start, size


def rlp_of_number(number: int) -> bytes:
    """Return the RLP of a small number: the key of a transaction in a block's tries."""
    if number < 0x80:
        return bytes((number,)) if number else b"\x80"
    digits = number.to_bytes((number.bit_length() + 7) // 8, "big")
    return bytes((0x80 + len(digits),)) + digits


def number_in(content: Any, where: str) -> int:
    """Return a number as RLP holds it: without leading zeros."""
    if not isinstance(content, bytes) or content[:1] == b"\0" or len(content) > HASH_BYTES:
        raise NotTrue(f"{where}: it is no number")
    return int.from_bytes(content, "big")


def hash_in(content: Any, where: str) -> bytes:
    """Return a 32-byte hash out of RLP."""
    if not isinstance(content, bytes) or len(content) != HASH_BYTES:
        raise NotTrue(f"{where}: it is no hash")
    return content


# --- Merkle-Patricia tries -------------------------------------------------------------------


def lookup(root: bytes, key: bytes, nodes: Sequence[bytes], where: str) -> bytes | None:
    """Return what stands under a key, None where the nodes show that nothing does."""
    path = key.hex()
    left = iter(nodes)
    link: Any = root
    while True:
        node = link if isinstance(link, list) else _opened(link, left, where)
        if len(node) == 17:
            link = node[int(path[0], 16)] if path else node[16]
            if not path or link == b"":
                return _value(link, where) or None
            path = path[1:]
            continue
        if len(node) != 2 or not isinstance(node[0], bytes) or not node[0]:
            raise NotTrue(f"{where}: a node is no node of a trie")
        digits = node[0].hex()
        kind = int(digits[0], 16)
        shared = digits[1 if kind & 1 else 2 :]
        if kind & 2:
            return _value(node[1], where) if shared == path else None
        if not path.startswith(shared):
            return None
        path, link = path[len(shared) :], node[1]


def _opened(link: Any, left: Iterator[bytes], where: str) -> list[Any]:
    expected = hash_in(link, where)
    raw = next(left, None)
    if raw is None:
        raise NotTrue(f"{where}: nodes are missing")
    if keccak(raw) != expected:
        raise NotTrue(f"{where}: a node is not the one that the node above it names")
    node = rlp(raw, where)
    if not isinstance(node, list):
        raise NotTrue(f"{where}: a node is no node of a trie")
    return node


def _value(content: Any, where: str) -> bytes:
    if not isinstance(content, bytes):
        raise NotTrue(f"{where}: a node is no node of a trie")
    return content


def word_at(storage_root: bytes, label_slot: int, key: int, nodes: Sequence[bytes]) -> int:
    """Return the word of a mapping in the contract's storage, zero where there is none."""
    where = "proof.pool" if label_slot == POOLS_SLOT else "proof.receipt"
    slot = keccak(key.to_bytes(32, "big") + label_slot.to_bytes(32, "big"))
    value = lookup(storage_root, keccak(slot), nodes, where)
    return 0 if value is None else number_in(rlp(value, where), where)


# --- Headers ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class Header:
    """What is read of a block's header. Which forks it went through, its length tells."""

    hash: bytes
    parent_hash: bytes
    state_root: bytes
    receipts_root: bytes
    number: int
    seconds: int

    @classmethod
    def of(cls, raw: bytes) -> "Header":
        """Read a header in the form in which it is hashed."""
        where = "proof.headers"
        members = rlp(raw, where)
        if not isinstance(members, list) or len(members) < 15:
            raise NotTrue(f"{where}: one is no header")
        seconds = number_in(members[11], where)
        if seconds > SECONDS_MAX:
            raise NotTrue(f"{where}: one is of no time")
        return cls(
            keccak(raw),
            hash_in(members[0], where),
            hash_in(members[3], where),
            hash_in(members[5], where),
            number_in(members[8], where),
            seconds,
        )

    def told(self) -> dict[str, Any]:
        """Return the block as a certificate names it."""
        at = datetime.fromtimestamp(self.seconds, timezone.utc).isoformat().replace("+00:00", "Z")
        return {"number": self.number, "hash": hexadecimal(self.hash), "at": at}


class Chain:
    """The headers of a certificate, and which of them lead from a hash that is trusted."""

    def __init__(self, raws: Sequence[bytes], trusted: Sequence[bytes]) -> None:
        self.headers = {header.hash: header for header in map(Header.of, raws)}
        self.trusted: set[bytes] = set()
        for each in trusted:
            found = self.headers.get(each)
            while found is not None and found.hash not in self.trusted:
                self.trusted.add(found.hash)
                parent = self.headers.get(found.parent_hash)
                if parent is not None and parent.number != found.number - 1:
                    raise NotTrue("proof.headers: a block does not count on from its parent")
                found = parent


# --- JSON, strictly --------------------------------------------------------------------------


def read_json(path: Path) -> Any:
    """Read a file as JSON without fractions and without members that stand twice."""
    try:
        with path.open("rb") as opened:
            raw = opened.read(FILE_BYTES_MAX + 1)
    except OSError as error:
        raise CannotTell(f"file {path}: {error.strerror}") from error
    if len(raw) > FILE_BYTES_MAX:
        raise CannotTell(f"file {path} has more than {FILE_BYTES_MAX} bytes")
    if depth_of(raw) > DEPTH_MAX:
        # Before it is read: how much nesting Python survives, its surroundings decide.
        raise NotTrue(f"file {path} is no certificate: it is nested too deeply")
    try:
        return json.loads(
            raw.decode("utf-8"),
            object_pairs_hook=_each_once,
            parse_float=_no_fraction,
            parse_constant=_no_fraction,
        )
    except ValueError as error:
        raise NotTrue(f"file {path} is no certificate: it is no JSON ({error})") from error


def depth_of(raw: bytes) -> int:
    """Return how deep brackets stand in one another, outside of texts."""
    deepest = depth = 0
    is_text, escaped_at = False, -1
    for sign in re.finditer(rb'[][{}"\\]', raw):
        at, byte = sign.start(), sign[0]
        if at == escaped_at:
            continue
        if byte == b'"':
            is_text = not is_text
        elif byte == b"\\":
            escaped_at = at + 1
        elif not is_text:
            depth += 1 if byte in b"[{" else -1
            deepest = max(deepest, depth)
    return deepest


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a member stands twice")
    return found


def _no_fraction(text: str) -> NoReturn:
    raise ValueError(f"{text[:40]} is no whole number")


def members_of(value: Any, names: Sequence[str], where: str) -> dict[str, Any]:
    """Return an object that has exactly these members."""
    if not isinstance(value, dict):
        raise NotTrue(f"{where} is no object")
    if surplus := sorted(value.keys() - set(names)):
        raise NotTrue(f"{where} has the member {surplus[0][:60]!r}, which no certificate has")
    if missing := sorted(set(names) - value.keys()):
        raise NotTrue(f"{where} has no {missing[0]}")
    return value


def list_of(value: Any, where: str) -> list[Any]:
    """Return a list."""
    if not isinstance(value, list):
        raise NotTrue(f"{where} is no list")
    return value


def bytes_of(value: Any, where: str) -> bytes:
    """Return bytes written in 0x-hex, lower case."""
    if not isinstance(value, str) or not re.fullmatch("0x(?:[0-9a-f]{2})*", value):
        raise NotTrue(f"{where} is not written in 0x-hex")
    return bytes.fromhex(value[2:])


def every_bytes_of(value: Any, where: str) -> list[bytes]:
    """Return a list of bytes."""
    return [bytes_of(each, where) for each in list_of(value, where)]


def count_of(value: Any, most: int, where: str) -> int:
    """Return a whole number from 0."""
    if type(value) is not int or not 0 <= value <= most:
        raise NotTrue(f"{where} is no whole number up to {most}")
    return value


def hexadecimal(content: bytes) -> str:
    """Return bytes as certificates write them."""
    return "0x" + content.hex()


def expect_same(found: Any, proved: Any, where: str) -> None:
    """Compare what is said with what is proved, member by member. 1 is not true here."""
    if isinstance(proved, dict):
        members_of(found, list(proved), where)
        for name, member in proved.items():
            expect_same(found[name], member, f"{where}.{name}".lstrip("."))
        return
    if isinstance(proved, list):
        if len(list_of(found, where)) != len(proved):
            raise NotTrue(f"{where} has {len(found)} members, {len(proved)} are proved")
        for place, (one, other) in enumerate(zip(found, proved, strict=True)):
            expect_same(one, other, f"{where}[{place}]")
        return
    if type(found) is not type(proved) or found != proved:
        raise NotTrue(f"{where} is said to be {_shown(found)}, it is {_shown(proved)}")


def _shown(value: Any) -> str:
    return json.dumps(value, ensure_ascii=True)[:100]


# --- Content off the chain -------------------------------------------------------------------


def canonical(value: Any) -> bytes:
    """Return the one JSON form of a value (RFC 8785) without fractions."""
    return json.dumps(_in_order(value), ensure_ascii=False, separators=(",", ":")).encode()


def _in_order(value: Any) -> Any:
    if isinstance(value, dict):
        names = sorted(value, key=lambda name: name.encode("utf-16-be"))
        return {name: _in_order(value[name]) for name in names}
    if isinstance(value, list):
        return [_in_order(each) for each in value]
    if type(value) is int and abs(value) > INTEGER_MAX:
        raise ValueError("a number is too large")
    return value


def leaf_of(name: str, value: Any, salt: bytes) -> bytes:
    """Return the leaf of one field."""
    content = salt + canonical(name) + b":" + canonical(value)
    return sha256(b"receipts-ledger/leaf/1\0" + content).digest()


def node_over(left: bytes, right: bytes) -> bytes:
    """Return the node over two others."""
    return sha256(b"receipts-ledger/node/1\0" + left + right).digest()


def root_over(leaves: list[bytes]) -> bytes:
    """Return the root over all leaves of a content."""
    level = leaves
    while len(level) > 1:
        paired = [node_over(*level[at : at + 2]) for at in range(0, len(level) - 1, 2)]
        level = paired + level[len(paired) * 2 :]
    return level[0]


@dataclass(frozen=True)
class Fields:
    """The fields that are shown of a content, each proved to belong to its commitment."""

    values: dict[str, Any]
    are_all: bool

    @classmethod
    def of(cls, shown: Any, commitment: bytes, where: str) -> "Fields":
        """Check the fields that a certificate shows."""
        values: dict[str, Any] = {}
        leaves: list[bytes] = []
        for place, each in enumerate(list_of(shown, where)):
            at = f"{where}[{place}]"
            members = members_of(each, ("name", "value", "salt", "path"), at)
            name, salt = members["name"], bytes_of(members["salt"], f"{at}.salt")
            if not isinstance(name, str) or name in values or len(salt) != HASH_BYTES:
                raise NotTrue(f"{at}: its name stands twice, or name or salt are none")
            try:
                leaf = leaf_of(name, members["value"], salt)
            except ValueError as error:
                raise NotTrue(f"{at}.value has no canonical form") from error
            if _folded(leaf, members["path"], f"{at}.path") != commitment:
                raise NotTrue(f"{at} ({name[:60]!r}) does not belong to the commitment")
            values[name] = members["value"]
            leaves.append(leaf)
        if list(values) != sorted(values):
            raise NotTrue(f"{where}: its fields are not in the order of their names")
        return cls(values, bool(leaves) and root_over(leaves) == commitment)


def _folded(leaf: bytes, path: Any, where: str) -> bytes:
    steps = list_of(path, where)
    if len(steps) > PATH_STEPS_MAX:
        raise NotTrue(f"{where} has more than {PATH_STEPS_MAX} steps")
    node = leaf
    for step in steps:
        members = members_of(step, ("side", "hash"), where)
        beside = hash_in(bytes_of(members["hash"], where), where)
        if members["side"] not in ("left", "right"):
            raise NotTrue(f"{where}: a side is neither left nor right")
        node = node_over(beside, node) if members["side"] == "left" else node_over(node, beside)
    return node


# --- Words -----------------------------------------------------------------------------------


def receipt_number(receipt_id: int) -> str:
    """Return a receipt's number as people write it."""
    return f"{pool_number(receipt_id >> 32)}-{receipt_id & 0xFFFFFFFF:06d}"


def pool_number(pool_id: int) -> str:
    """Return a pool's number as people write it."""
    return f"{pool_id >> 16}-{pool_id & 0xFFFF}"


def day_text(day: int) -> str:
    """Return a day of the ledger."""
    return (DAY_ONE + timedelta(days=day)).isoformat()


def version_in(word: int) -> int:
    """Return the version in a receipt's word."""
    return word >> 46 & 0x3FFF


def is_encumbered(word: int) -> bool:
    """Tell whether a receipt's word says that a pledge lies on it."""
    return bool(word >> 4 & 1)


def receipt_told(receipt_id: int, word: int) -> dict[str, Any]:
    """Return a receipt as certificates tell it."""
    named = {"receipt_id": receipt_id, "number": receipt_number(receipt_id)}
    if not word:
        return {**named, "exists": False}
    status, pledgee = word & 7, word >> 30 & 0xFFFF
    if not 1 <= status <= len(STATUSES):
        raise NotTrue("proof.receipt: the word is that of no receipt")
    in_default = bool(word >> 5 & 1)
    due = day_text(word >> 114 & 0x3FFF) if pledgee else None
    return {
        **named,
        "exists": True,
        "status": STATUSES[status - 1],
        "encumbered": is_encumbered(word),
        "in_default": in_default,
        "frozen": bool(word >> 6 & 1),
        "claimed": bool(word >> 3 & 1),
        "paper": bool(word >> 7 & 1),
        "holder_id": word >> 8 & 0x3FFFFF,
        "pledgee_id": pledgee or None,
        "version": version_in(word),
        "quantity": word >> 60 & (1 << 40) - 1,
        "storage_until": day_text(word >> 100 & 0x3FFF),
        "maturity": None if in_default else due,
        "in_default_since": due if in_default else None,
    }


def pool_told(pool_id: int, word: int) -> dict[str, Any]:
    """Return a pool as certificates tell it."""
    named = {"pool_id": pool_id, "number": pool_number(pool_id), "warehouse_id": pool_id >> 16}
    if not word:
        return {**named, "exists": False}
    attested_day = word >> 32 & 0xFFFF
    return {
        **named,
        "exists": True,
        "non_negotiable": bool(word >> 6 & 1),
        "bonded": bool(word >> 3 & 1),
        "paused": bool(word >> 4 & 1),
        "sealed": bool(word >> 5 & 1),
        "next_serial": next_serial_in(word),
        "capacity": word >> 80 & (1 << 56) - 1,
        "attested": word >> 136 & (1 << 56) - 1,
        "receipted": word >> 192 & (1 << 56) - 1,
        "attested_on": day_text(attested_day) if attested_day else None,
    }


def next_serial_in(word: int) -> int:
    """Return the serial in a pool's word that was not given yet."""
    return word >> 48 & 0xFFFFFFFF


# --- Changes ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class Change:
    """A change of the receipt, as its log tells it."""

    event: str
    header: Header
    word: int
    commitment: bytes

    @property
    def version(self) -> int:
        """The version that the receipt came to by it."""
        return version_in(self.word)

    def told(self) -> dict[str, Any]:
        """Return the change as certificates tell it."""
        return {"version": self.version, "event": self.event, "block": self.header.told()}


class Changes:
    """The changes that lead up to the receipt's word, each version once, and what they tell."""

    def __init__(self, found: Sequence[Change], word: int) -> None:
        self.found = found
        for before, after in pairwise(found):
            if after.version != before.version + 1 or after.header.number < before.header.number:
                raise NotTrue("changes: one is missing, or they are not in order")
        if found and found[-1].word != word:
            raise NotTrue("changes: they do not lead to what the contract holds")

    def content(self) -> Change | None:
        """Return the change that says what the content is."""
        for change in reversed(self.found):
            is_later = change.event in LATER_CONTENTS and change.commitment != NO_HASH
            if is_later or change.event in FIRST_CONTENTS:
                return change if change.commitment != NO_HASH else None
        return None

    def pledge(self) -> Change | None:
        """Return the change from which on the receipt was encumbered without a break."""
        for change in reversed(self.found):
            if not is_encumbered(change.word):
                return None
            if change.event == "Pledged" or change.version == 1:
                return change
        return None


def change_of(said: Any, proof: Any, chain: Chain, claim: "Claim", where: str) -> Change:
    """Read the log that a transaction's receipt in a block's receipts root proves."""
    block = members_of(said, ("version", "event", "block"), where)["block"]
    members = members_of(block, ("number", "hash", "at"), f"{where}.block")
    header = chain.headers.get(bytes_of(members["hash"], f"{where}.block.hash"))
    if header is None:
        raise NotTrue(f"{where}: the header of its block is missing")
    at = "proof." + where
    given = members_of(proof, ("tx_index", "log_index", "nodes"), at)
    key = rlp_of_number(count_of(given["tx_index"], 1 << 24, f"{at}.tx_index"))
    raw = lookup(header.receipts_root, key, every_bytes_of(given["nodes"], at), at)
    if raw is None:
        raise NotTrue(f"{at}: there is no such transaction in the block")
    log = _log_in(raw, count_of(given["log_index"], 1 << 24, f"{at}.log_index"), at)
    return _change_in(log, header, claim, at)


def _log_in(raw: bytes, log_index: int, where: str) -> Any:
    members = rlp(raw[1:] if raw[:1] < b"\xc0" else raw, where)
    if not isinstance(members, list) or len(members) != 4 or not isinstance(members[3], list):
        raise NotTrue(f"{where}: it is no receipt of a transaction")
    if log_index >= len(members[3]):
        raise NotTrue(f"{where}: the transaction has no such log")
    return members[3][log_index]


def _change_in(log: Any, header: Header, claim: "Claim", where: str) -> Change:
    names = {keccak(signature.encode()): signature.partition("(")[0] for signature in SIGNATURES}
    if not isinstance(log, list) or len(log) != 3 or log[0] != claim.contract:
        raise NotTrue(f"{where}: the log is not the ledger's")
    _, topics, body = log
    if not isinstance(topics, list) or len(topics) < 2 or not isinstance(body, bytes):
        raise NotTrue(f"{where}: the log is no change of a receipt")
    event = names.get(topics[0]) if isinstance(topics[0], bytes) else None
    if event is None or len(body) not in (HASH_BYTES, 2 * HASH_BYTES):
        raise NotTrue(f"{where}: the log is no change of a receipt")
    if topics[1] != claim.receipt_id.to_bytes(32, "big"):
        raise NotTrue(f"{where}: the log is of another receipt")
    return Change(event, header, int.from_bytes(body[:32], "big"), body[32:] or NO_HASH)


# --- The certificate -------------------------------------------------------------------------


@dataclass(frozen=True)
class Trust:
    """What whoever checks brings along: nothing of it comes from the certificate."""

    head: bytes
    contract: bytes
    chain_id: int | None = None
    code_hash: bytes | None = None
    receipt_id: int | None = None
    further: Sequence[bytes] = ()


@dataclass(frozen=True)
class Claim:
    """Which receipt of which ledger a certificate is about."""

    contract: bytes
    receipt_id: int

    @property
    def pool_id(self) -> int:
        """The pool that the receipt is in."""
        return self.receipt_id >> 32

    @property
    def serial(self) -> int:
        """The place of the receipt in its pool."""
        return self.receipt_id & 0xFFFFFFFF


@dataclass
class Finding:
    """What a certificate has proved, and which hashes have to be trusted for the rest."""

    head: Header
    digest: str
    ledger: dict[str, Any]
    receipt: dict[str, Any]
    pool: dict[str, Any]
    since: Change | None
    contents: list[tuple[str, Change, Fields]]
    later: list[Change]
    chain_id_is_proved: bool
    shows_neighbour: bool
    missing: list[Header] = field(default_factory=list)


MEMBERS = (
    *("format", "ledger", "block", "receipt", "pool", "encumbered_since", "content", "terms"),
    *("changes", "proof"),
)


def check(document: Any, trust: Trust) -> Finding:
    """Return what is proved. Raises NotTrue for the first thing that does not follow."""
    members = members_of(document, MEMBERS, "the certificate")
    expect_same(members["format"], FORMAT, "format")
    proof = members_of(
        members["proof"], ("headers", "account", "receipt", "pool", "changes"), "proof"
    )
    claim = _claim_in(members, trust)
    chain = Chain(every_bytes_of(proof["headers"], "proof.headers"), [trust.head, *trust.further])
    head = chain.headers.get(trust.head)
    if head is None:
        raise NotTrue("it is not of the block that you trust: its proof has no such header")
    expect_same(members["block"], head.told(), "block")

    storage_root, ledger = _ledger(proof, head, claim, members["ledger"], trust)
    expect_same(members["ledger"], ledger, "ledger")
    pool_nodes = every_bytes_of(proof["pool"], "proof.pool")
    pool_word = word_at(storage_root, POOLS_SLOT, claim.pool_id, pool_nodes)
    pool = pool_told(claim.pool_id, pool_word)
    expect_same(members["pool"], pool, "pool")
    pair_nodes = every_bytes_of(proof["receipt"], "proof.receipt")
    word, neighbour = _words(storage_root, claim, pair_nodes, pool_word)
    receipt = receipt_told(claim.receipt_id, word)
    expect_same(members["receipt"], receipt, "receipt")

    changes = _changes(members, proof, chain, claim, word)
    told = [change.told() for change in changes.found]
    expect_same(members["changes"], told, "changes")
    if changes.found and changes.found[-1].header.number > head.number:
        raise NotTrue("changes: one is later than the block")
    since = changes.pledge()
    said = None if since is None else {"version": since.version, "block": since.header.told()}
    expect_same(members["encumbered_since"], said, "encumbered_since")

    pledged = since if since is not None and since.event == "Pledged" else None
    contents = [
        *_content(members["content"], changes.content(), "content"),
        *_content(members["terms"], pledged, "terms"),
    ]
    untrusted = {
        each.header.hash: each.header
        for each in changes.found
        if each.header.hash not in chain.trusted
    }
    return Finding(
        head=head,
        digest=digest_of(members),
        ledger=ledger,
        receipt=receipt,
        pool=pool,
        since=since,
        contents=contents,
        later=[] if since is None else [c for c in changes.found if c.version > since.version],
        chain_id_is_proved=trust.chain_id is not None,
        shows_neighbour=bool(neighbour),
        missing=sorted(untrusted.values(), key=lambda header: header.number),
    )


def digest_of(members: Mapping[str, Any]) -> str:
    """Return the digest of what a certificate says, as a printed one names it."""
    said = {name: member for name, member in members.items() if name != "proof"}
    written = json.dumps(said, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hexadecimal(sha256(written.encode()).digest())


def _claim_in(members: Mapping[str, Any], trust: Trust) -> Claim:
    ledger = members["ledger"]
    if not isinstance(ledger, dict) or not isinstance(members["receipt"], dict):
        raise NotTrue("ledger or receipt are no objects")
    contract = bytes_of(ledger.get("contract"), "ledger.contract")
    if contract != trust.contract:
        raise NotTrue(f"it is of another ledger: of the contract {hexadecimal(contract)[:42]}")
    receipt_id = count_of(members["receipt"].get("receipt_id"), 2**64 - 1, "receipt.receipt_id")
    if trust.receipt_id not in (None, receipt_id):
        raise NotTrue(f"it is of another receipt: of {receipt_number(receipt_id)}")
    return Claim(contract, receipt_id)


def _ledger(
    proof: Mapping[str, Any], head: Header, claim: Claim, said: Any, trust: Trust
) -> tuple[bytes, dict[str, Any]]:
    where = "proof.account"
    nodes = every_bytes_of(proof["account"], where)
    raw = lookup(head.state_root, keccak(claim.contract), nodes, where)
    account = None if raw is None else rlp(raw, where)
    if not isinstance(account, list) or len(account) != 4:
        raise NotTrue(f"{where}: there is no contract at {hexadecimal(claim.contract)}")
    code_hash = hash_in(account[3], where)
    if trust.code_hash not in (None, code_hash):
        raise NotTrue(f"{where}: the code there is not that of the deployment file")
    # Nothing in a block names its chain: without a deployment file the number is only claimed.
    chain_id = trust.chain_id
    if chain_id is None:
        chain_id = count_of(said.get("chain_id"), 2**63 - 1, "ledger.chain_id")
    ledger = {
        "chain_id": chain_id,
        "contract": hexadecimal(claim.contract),
        "code_hash": hexadecimal(code_hash),
    }
    return hash_in(account[2], where), ledger


def _words(
    storage_root: bytes, claim: Claim, nodes: Sequence[bytes], pool_word: int
) -> tuple[int, int]:
    """Return the receipt's word, zero where there is none, and that of its neighbour."""
    if not nodes:
        # Serials have no gaps: what was not given yet, or has no pool, is no receipt.
        if pool_word and 1 <= claim.serial < next_serial_in(pool_word):
            raise NotTrue("proof.receipt: the receipt's word is missing")
        return 0, 0
    pair = word_at(storage_root, PAIRS_SLOT, claim.receipt_id >> 1, nodes)
    low, high = pair & HALF, pair >> HALF_BITS
    return (high, low) if claim.receipt_id & 1 else (low, high)


def _changes(
    members: Mapping[str, Any], proof: Mapping[str, Any], chain: Chain, claim: Claim, word: int
) -> Changes:
    said = list_of(members["changes"], "changes")
    proofs = list_of(proof["changes"], "proof.changes")
    if len(said) != len(proofs) or len(said) > CHANGES_MAX:
        raise NotTrue(f"changes: not each has a proof, or they are more than {CHANGES_MAX}")
    return Changes(
        [
            change_of(one, other, chain, claim, f"changes[{place}]")
            for place, (one, other) in enumerate(zip(said, proofs, strict=True))
        ],
        word,
    )


def _content(said: Any, change: Change | None, where: str) -> list[tuple[str, Change, Fields]]:
    if change is None or change.commitment == NO_HASH:
        expect_same(said, None, where)
        return []
    members = members_of(said, ("version", "commitment", "shown"), where)
    expect_same(members["version"], change.version, f"{where}.version")
    expect_same(members["commitment"], hexadecimal(change.commitment), f"{where}.commitment")
    shown = Fields.of(members["shown"], change.commitment, f"{where}.shown")
    return [(where, change, shown)]


# --- In plain words --------------------------------------------------------------------------


def in_words(finding: Finding, trust: Trust) -> Iterator[str]:
    """Yield what is proved, what is only claimed, and what it rests on."""
    head = finding.head
    yield f"As of block {head.number}, {head.told()['at']}, hash {hexadecimal(head.hash)}"
    yield f"PROVED of ledger {finding.ledger['contract']}:"
    yield from (f"  {line}" for line in _of_receipt(finding))
    label = "PROVED" if not finding.missing else "NOT PROVED YET"
    past = list(_of_past(finding))
    if past:
        yield f"{label} of how it came about:"
        yield from (f"  {line}" for line in past)
    if not finding.chain_id_is_proved:
        yield f"ONLY CLAIMED: that this is chain {finding.ledger['chain_id']}"
    yield "This rests on your word that these blocks are final on your chain:"
    yield f"  {hexadecimal(trust.head)}"
    yield from (f"  {hexadecimal(each)}" for each in trust.further)
    yield f"Digest of what the certificate says: {finding.digest}"
    if finding.shows_neighbour:
        neighbour = receipt_number(finding.receipt["receipt_id"] ^ 1)
        yield f"The proof shows the word of its neighbour too, receipt {neighbour}"


def _of_receipt(finding: Finding) -> Iterator[str]:
    receipt, pool = finding.receipt, finding.pool
    if not receipt["exists"]:
        yield f"there is no receipt {receipt['number']}: the number was never given"
        return
    pledge = "not encumbered"
    if receipt["encumbered"]:
        pledge = f"ENCUMBERED in favour of party {receipt['pledgee_id']}"
        if receipt["in_default"]:
            pledge += f", in default since {receipt['in_default_since']}"
        else:
            pledge += f", due {receipt['maturity']}"
    yield f"receipt {receipt['number']} is {receipt['status']}, {pledge}"
    yield (
        f"holder is party {receipt['holder_id']}, {receipt['quantity']:,} base units, "
        f"storage until {receipt['storage_until']}, version {receipt['version']}"
    )
    marks = [name for name in ("frozen", "claimed", "paper") if receipt[name]]
    yield f"marks: {', '.join(marks) or 'not frozen, no claim of others, no paper outstanding'}"
    yield (
        f"pool {pool['number']} of warehouse {pool['warehouse_id']}: {pool['receipted']:,} "
        f"receipted of {pool['attested']:,} attested on {pool['attested_on']}"
    )


def _of_past(finding: Finding) -> Iterator[str]:
    since = finding.since
    if since is not None:
        block = since.header.told()
        inherited = "" if since.event == "Pledged" else " at the latest: it was issued encumbered"
        yield f"encumbered without a break since block {block['number']}, {block['at']}{inherited}"
        if finding.later:
            yield "after that: " + ", ".join(f"{c.event} ({c.version})" for c in finding.later)
    for what, change, fields in finding.contents:
        extent = "all of it" if fields.are_all else f"{len(fields.values)} shown, others hidden"
        yield f"{what} of version {change.version} ({extent}):"
        yield from (f"  {_shown(name)}: {_shown(v)}" for name, v in fields.values.items())


# --- The command -----------------------------------------------------------------------------


class _OneLineParser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        self.exit(UNDECIDED, f"{self.prog}: {message}\n")


def _parser() -> argparse.ArgumentParser:
    parser = _OneLineParser(
        prog="verify_certificate.py", description=(__doc__ or "").partition("\n")[0]
    )
    parser.add_argument("file", type=Path, metavar="FILE", help="the certificate, as JSON")
    parser.add_argument(
        "--head", required=True, type=_hex_of(32), metavar="HASH", help="block hash that you trust"
    )
    ledger = parser.add_mutually_exclusive_group(required=True)
    ledger.add_argument("--deployment", type=Path, metavar="FILE", help="of the ledger you mean")
    ledger.add_argument("--contract", type=_hex_of(20), metavar="ADDRESS", help="its address")
    parser.add_argument(
        "--receipt", type=_receipt, metavar="NUMBER", help="the receipt you mean: 12-1-000345"
    )
    parser.add_argument(
        "--trust",
        action="append",
        default=[],
        type=_hex_of(32),
        metavar="HASH",
        help="a further block of the same chain that you trust; may be given again",
    )
    return parser


def _hex_of(size: int) -> Callable[[str], bytes]:
    def read(text: str) -> bytes:
        if not re.fullmatch(f"0x[0-9a-fA-F]{{{2 * size}}}", text):
            raise argparse.ArgumentTypeError(f"{text!r} is not {size} bytes in 0x-hex")
        return bytes.fromhex(text[2:])

    return read


def _receipt(text: str) -> int:
    parts = re.fullmatch(r"([0-9]{1,5})-([0-9]{1,5})-([0-9]{1,10})", text)
    if not parts:
        raise argparse.ArgumentTypeError(f"{text!r} is no receipt number such as 12-1-000345")
    warehouse, index, serial = (int(part) for part in parts.groups())
    if warehouse > 0xFFFF or index > 0xFFFF or serial > 0xFFFFFFFF:
        raise argparse.ArgumentTypeError(f"{text!r} has a part that is too large")
    return warehouse << 48 | index << 32 | serial


def _trust(given: argparse.Namespace) -> Trust:
    if given.deployment is None:
        return Trust(given.head, given.contract, None, None, given.receipt, given.trust)
    try:
        members = read_json(given.deployment)
        return Trust(
            head=given.head,
            contract=bytes_of(str(members["contract"]).lower(), "contract"),
            chain_id=count_of(members["chain_id"], 2**63 - 1, "chain_id"),
            code_hash=hash_in(bytes_of(str(members["code_hash"]).lower(), "code"), "code_hash"),
            receipt_id=given.receipt,
            further=given.trust,
        )
    except (NotTrue, KeyError, TypeError) as error:
        raise CannotTell(f"{given.deployment} is no deployment file: {error}") from error


def main(arguments: Sequence[str] | None = None) -> int:
    """Check one certificate and return the exit code."""
    given = _parser().parse_args(arguments)
    try:
        trust = _trust(given)
        finding = check(read_json(given.file), trust)
    except NotTrue as error:
        return _ended(FALSE, f"FALSE: {error}")
    except CannotTell as error:
        return _ended(UNDECIDED, f"cannot decide: {error}")
    except Exception as error:
        # Python would end with 1, which here says that the certificate is false.
        return _ended(UNDECIDED, f"cannot decide: a fault of this program: {error!r}")
    for line in in_words(finding, trust):
        print(line)
    if finding.missing:
        blocks = ", ".join(f"{h.number} --trust {hexadecimal(h.hash)}" for h in finding.missing)
        return _ended(UNDECIDED, f"cannot decide: these blocks have to be trusted too: {blocks}")
    print("VERIFIED")
    return VERIFIED


def _ended(code: int, line: str) -> int:
    sys.stderr.write(f"verify_certificate.py: {' '.join(line.split())}\n")
    return code


if __name__ == "__main__":
    sys.exit(main())
