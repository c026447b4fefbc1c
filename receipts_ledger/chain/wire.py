"""The wire form of acts: head, commitment, words, signatures. See IReceiptsLedger.sol.

Every act has exactly one wire form. Reading is strict: what would not be written again
byte for byte is refused, so that an auditor can tell every act in calldata.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from struct import Struct

from receipts_ledger.chain.keys import SIGNATURE_BYTES
from receipts_ledger.chain.shapes import SHAPE_OF, Fields, shape_of
from receipts_ledger.domain.act import KIND_OF, Act, Kind

WORD_BYTES = 32
_FIXED_BYTES = 64
_WORD = Struct(f"{WORD_BYTES}s")


class MalformedAct(ValueError):
    """Bytes that are no act in the wire form."""


@dataclass(frozen=True, slots=True)
class SignedAct:
    """An act with its signatures (64 bytes each), in the order of the consent matrix."""

    act: Act
    signatures: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Reading:
    """An act as the contract reads it. `act` is None when there is no statement to sign.

    Bits that nobody signs and the contract passes over are passed over here too: whoever
    relays an act may set them.
    """

    act: Act | None
    subject: int
    signatures: tuple[bytes, ...]


def encode(act: Act, signatures: Sequence[bytes]) -> bytes:
    """Return the wire form. Raises ValueError when a member does not fit its field."""
    fields = Fields()
    shape_of(act).put(act, fields)
    head = 0
    for value, bits in (
        (KIND_OF[type(act)], 8),
        (len(signatures), 8),
        (len(fields.words), 16),
        (fields.deadline, 40),
        (fields.version, 16),
        (fields.subject, 64),
        (fields.a, 56),
        (fields.b, 48),
    ):
        if not 0 <= value < 1 << bits:
            raise ValueError(f"{value} does not fit {bits} bits in {type(act).__name__}")
        head = head << bits | value
    return b"".join((head.to_bytes(32), fields.commitment, *fields.words, *signatures))


def signed_form(statement: bytes, signatures: Sequence[bytes]) -> bytes:
    """Return the wire form of an act, given that form without signatures."""
    return b"".join((statement[:1], bytes([len(signatures)]), statement[2:], *signatures))


def decode_all(stream: bytes) -> Iterator[SignedAct]:
    """Yield the acts that stand one behind the other. Raises MalformedAct."""
    offset = 0
    while offset < len(stream):
        signed, offset = decode(stream, offset)
        yield signed


def decode(stream: bytes, offset: int = 0) -> tuple[SignedAct, int]:
    """Return the act at `offset` and the offset behind it. Raises MalformedAct."""
    kind, fields, signatures, end = _take(stream, offset)
    try:
        act = SHAPE_OF[Kind(kind)].take(fields)
    except ValueError as error:
        raise MalformedAct(f"the act at byte {offset} is malformed: {error}") from error
    if encode(act, signatures) != stream[offset:end]:
        raise MalformedAct(f"the act at byte {offset} is not in its one wire form")
    return SignedAct(act, signatures), end


def read(stream: bytes, offset: int = 0) -> tuple[Reading, int]:
    """Return the act at `offset` as the contract reads it, and the offset behind it.

    Raises MalformedAct only where the contract reverts: when the bytes end before the act.
    """
    kind, fields, signatures, end = _take(stream, offset)
    try:
        shape = SHAPE_OF[Kind(kind)]
        act = shape.take(fields) if shape.is_exact(fields) else None
    except ValueError:
        act = None
    return Reading(act, fields.subject, signatures), end


def _take(stream: bytes, offset: int) -> tuple[int, Fields, tuple[bytes, ...], int]:
    """Cut one act out of the stream: kind, fields, signatures, and the offset behind it."""
    if offset + _FIXED_BYTES > len(stream):
        raise MalformedAct(f"the act at byte {offset} is cut off")
    head = int.from_bytes(stream[offset : offset + 32])
    words_at = offset + _FIXED_BYTES
    signatures_at = words_at + (head >> 224 & 0xFFFF) * WORD_BYTES
    end = signatures_at + (head >> 240 & 0xFF) * SIGNATURE_BYTES
    if end > len(stream):
        raise MalformedAct(f"the act at byte {offset} is cut off")
    fields = Fields(
        commitment=stream[offset + 32 : words_at],
        subject=head >> 104 & 0xFFFF_FFFF_FFFF_FFFF,
        deadline=head >> 184 & 0xFF_FFFF_FFFF,
        version=head >> 168 & 0xFFFF,
        a=head >> 48 & (1 << 56) - 1,
        b=head & (1 << 48) - 1,
        words=[word for (word,) in _WORD.iter_unpack(stream[words_at:signatures_at])],
    )
    signatures = tuple(
        [stream[at : at + SIGNATURE_BYTES] for at in range(signatures_at, end, SIGNATURE_BYTES)]
    )
    return head >> 248, fields, signatures, end
