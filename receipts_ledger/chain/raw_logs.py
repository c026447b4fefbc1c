"""Logs out of a receipt's bytes. A block has thousands, and the `rlp` package takes its time.

The bytes are those that a receipts root covers; tests hold this together with the package.
"""

from typing import TypeAlias

from receipts_ledger.domain.ids import Address

_ADDRESS_BYTES = 20
_STRING, _LONG_STRING, _LIST, _LONG_LIST = 0x80, 0xB7, 0xC0, 0xF7
_FIELDS_BEFORE_LOGS = 3

Log: TypeAlias = tuple[Address, list[bytes], bytes]
"""Address, topics, body."""


def logs_in(tx_receipt: bytes) -> list[Log]:
    """Return the logs of a receipt, in order. Raises ValueError or IndexError for what is none."""
    at = 0 if tx_receipt[0] >= _LIST else 1
    at, end = _list(tx_receipt, at, len(tx_receipt))
    _expect(end == len(tx_receipt))
    for _ in range(_FIELDS_BEFORE_LOGS):
        _, at = _string(tx_receipt, at, end)
    at, logs_end = _list(tx_receipt, at, end)
    _expect(logs_end == end)
    found: list[Log] = []
    while at < end:
        start, at = _list(tx_receipt, at, end)
        found.append(_log(tx_receipt, start, at))
    return found


def _log(raw: bytes, at: int, end: int) -> Log:
    start, at = _string(raw, at, end)
    address = raw[start:at]
    _expect(len(address) == _ADDRESS_BYTES)
    topic_at, topics_end = _list(raw, at, end)
    topics: list[bytes] = []
    while topic_at < topics_end:
        start, topic_at = _string(raw, topic_at, topics_end)
        topics.append(raw[start:topic_at])
    start, at = _string(raw, topics_end, end)
    _expect(at == end)
    return Address(address), topics, raw[start:at]


def _string(raw: bytes, at: int, end: int) -> tuple[int, int]:
    """Return where the string at a place begins and ends."""
    first = raw[at]
    _expect(first < _LIST)
    if first < _STRING:
        return at, at + 1
    return _body(raw, at, end, first - _STRING, first - _LONG_STRING)


def _list(raw: bytes, at: int, end: int) -> tuple[int, int]:
    """Return where the members of the list at a place begin and end."""
    first = raw[at]
    _expect(first >= _LIST)
    return _body(raw, at, end, first - _LIST, first - _LONG_LIST)


def _body(raw: bytes, at: int, end: int, size: int, size_bytes: int) -> tuple[int, int]:
    start = at + 1
    if size_bytes > 0:
        start += size_bytes
        size = int.from_bytes(raw[at + 1 : start])
    _expect(start + size <= end)
    return start, start + size


def _expect(is_so: bool) -> None:
    if not is_so:
        raise ValueError("a receipt that has not the form of one")
