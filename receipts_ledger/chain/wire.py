"""The wire form of acts: head, commitment, words, signatures. See IReceiptsLedger.sol.

Every act has exactly one wire form. Reading is strict: what would not be written again
byte for byte is refused, so that an auditor can tell every act in calldata.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import assert_never

from receipts_ledger.chain.keys import SIGNATURE_BYTES
from receipts_ledger.domain.act import KIND_OF, Act, Kind
from receipts_ledger.domain.ids import (
    Address,
    Day,
    Hash32,
    PartyId,
    PoolId,
    ReceiptId,
    Version,
    receipt_id,
)
from receipts_ledger.domain.party import Admit, BindKey, Reinstate, RevokeKey, Role, Suspend
from receipts_ledger.domain.pledge import (
    AssignPledge,
    Cure,
    Default,
    Enforce,
    Pledge,
    PledgePortfolio,
    ReceiptRef,
    Release,
    ReleasePortfolio,
)
from receipts_ledger.domain.pool import Attest, OpenPool
from receipts_ledger.domain.receipt import (
    Deliver,
    Freeze,
    Issue,
    NewReceipt,
    Transfer,
    Unfreeze,
)

WORD_BYTES = 32
_FIXED_BYTES = 64
_ADDRESS_PAD = bytes(12)


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


@dataclass(frozen=True, slots=True)
class _Fields:
    commitment: bytes
    subject: int
    deadline: int
    version: int = 0
    a: int = 0
    b: int = 0
    words: tuple[bytes, ...] = ()


def encode(act: Act, signatures: Sequence[bytes]) -> bytes:
    """Return the wire form. Raises ValueError when a member does not fit its field."""
    fields = _fields(act)
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
        act = _act(Kind(kind), fields)
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
        act = _act(Kind(kind), fields)
    except ValueError:
        return Reading(None, fields.subject, signatures), end
    return Reading(act if _says(act, fields) else None, fields.subject, signatures), end


def _says(act: Act, fields: _Fields) -> bool:
    """Return whether the fields say this act and nothing else that would be signed."""
    match act:
        case Issue():
            return fields.b == sum([len(new.item_keys) for new in act.receipts])
        case BindKey() | RevokeKey():
            return not fields.words and fields.commitment.startswith(_ADDRESS_PAD)
        case Admit() | Pledge() | Deliver() | PledgePortfolio() | ReleasePortfolio():
            return True
        case _:
            return not fields.words


def _take(stream: bytes, offset: int) -> tuple[int, _Fields, tuple[bytes, ...], int]:
    """Cut one act out of the stream: kind, fields, signatures, and the offset behind it."""
    if offset + _FIXED_BYTES > len(stream):
        raise MalformedAct(f"the act at byte {offset} is cut off")
    head = int.from_bytes(stream[offset : offset + 32])
    words_at = offset + _FIXED_BYTES
    signatures_at = words_at + (head >> 224 & 0xFFFF) * WORD_BYTES
    end = signatures_at + (head >> 240 & 0xFF) * SIGNATURE_BYTES
    if end > len(stream):
        raise MalformedAct(f"the act at byte {offset} is cut off")
    fields = _Fields(
        commitment=stream[offset + 32 : words_at],
        subject=head >> 104 & 0xFFFF_FFFF_FFFF_FFFF,
        deadline=head >> 184 & 0xFF_FFFF_FFFF,
        version=head >> 168 & 0xFFFF,
        a=head >> 48 & (1 << 56) - 1,
        b=head & (1 << 48) - 1,
        words=tuple([stream[at : at + 32] for at in range(words_at, signatures_at, WORD_BYTES)]),
    )
    signatures = tuple(
        [stream[at : at + SIGNATURE_BYTES] for at in range(signatures_at, end, SIGNATURE_BYTES)]
    )
    return head >> 248, fields, signatures, end


def _ref_word(ref: ReceiptRef) -> bytes:
    return (ref.receipt_id << 16 | ref.version).to_bytes(32)


def _new_words(new: NewReceipt) -> tuple[bytes, bytes]:
    packed = new.holder << 96 | new.quantity << 32 | new.storage_day << 16 | len(new.item_keys)
    return packed.to_bytes(32), new.content


def _fields(act: Act) -> _Fields:  # noqa: PLR0911  (one return for each kind)
    match act:
        case Admit():
            return _Fields(
                act.profile,
                act.party,
                act.deadline,
                a=act.roles,
                words=(_ADDRESS_PAD + act.key,),
            )
        case Suspend() | Reinstate():
            return _Fields(act.reason, act.party, act.deadline, act.version)
        case BindKey() | RevokeKey():
            return _Fields(_ADDRESS_PAD + act.key, act.party, act.deadline, act.version)
        case OpenPool():
            days_and_flags = act.attestation_days | act.is_serialised << 8
            return _Fields(
                act.description,
                act.pool,
                act.deadline,
                a=act.quantity_capacity,
                b=days_and_flags,
            )
        case Attest():
            return _Fields(act.evidence, act.pool, act.deadline, act.version, act.quantity)
        case Issue():
            words = tuple(word for new in act.receipts for word in _new_words(new))
            keys = tuple(key for new in act.receipts for key in new.item_keys)
            return _Fields(
                act.evidence,
                receipt_id(act.pool, act.first_serial),
                act.deadline,
                a=len(act.receipts),
                b=len(keys),
                words=(*words, *keys, *act.documents),
            )
        case Transfer() | Enforce():
            return _Fields(act.terms, act.receipt_id, act.deadline, act.version, act.transferee)
        case AssignPledge():
            return _Fields(act.terms, act.receipt_id, act.deadline, act.version, act.new_pledgee)
        case Default():
            return _Fields(act.notice, act.receipt_id, act.deadline, act.version)
        case Cure():
            day = act.maturity_day
            return _Fields(act.terms, act.receipt_id, act.deadline, act.version, b=day)
        case Pledge():
            return _Fields(
                act.terms,
                act.receipt_id,
                act.deadline,
                act.version,
                act.pledgee,
                act.maturity_day,
                act.documents,
            )
        case Release():
            return _Fields(act.terms, act.receipt_id, act.deadline, act.version)
        case Deliver():
            return _Fields(
                act.evidence,
                act.receipt_id,
                act.deadline,
                act.version,
                act.quantity,
                words=act.item_keys,
            )
        case Freeze() | Unfreeze():
            return _Fields(act.order, act.receipt_id, act.deadline, act.version)
        case PledgePortfolio():
            return _Fields(
                act.terms,
                _first(act.receipts),
                act.deadline,
                a=act.pledgee,
                b=len(act.receipts) << 16 | act.maturity_day,
                words=(*map(_ref_word, act.receipts), *act.documents),
            )
        case ReleasePortfolio():
            refs = tuple(map(_ref_word, act.receipts))
            return _Fields(act.terms, _first(act.receipts), act.deadline, words=refs)
        case _:
            assert_never(act)


def _first(receipts: tuple[ReceiptRef, ...]) -> int:
    return receipts[0].receipt_id if receipts else 0


def _act(kind: Kind, fields: _Fields) -> Act:  # noqa: PLR0911  (one return for each kind)
    commitment = Hash32(fields.commitment)
    deadline = fields.deadline
    version = Version(fields.version)
    party = PartyId(fields.subject & 0xFFFF_FFFF)
    pool = PoolId(fields.subject & 0xFFFF_FFFF)
    counterparty = PartyId(fields.a & 0xFFFF_FFFF)
    maturity = Day(fields.b & 0xFFFF)
    receipt = ReceiptId(fields.subject)
    words = tuple(Hash32(word) for word in fields.words)
    match kind:
        case Kind.ADMIT:
            if len(words) != 1:
                raise MalformedAct("an admission has one word, the key")
            return Admit(
                party, Role(fields.a & 0xFFFF), Address(words[0][12:]), commitment, deadline
            )
        case Kind.SUSPEND:
            return Suspend(party, version, commitment, deadline)
        case Kind.REINSTATE:
            return Reinstate(party, version, commitment, deadline)
        case Kind.BIND_KEY:
            return BindKey(party, version, Address(commitment[12:]), deadline)
        case Kind.REVOKE_KEY:
            return RevokeKey(party, version, Address(commitment[12:]), deadline)
        case Kind.OPEN_POOL:
            is_serialised = bool(fields.b >> 8 & 1)
            return OpenPool(pool, fields.a, fields.b & 0xFF, is_serialised, commitment, deadline)
        case Kind.ATTEST:
            return Attest(pool, version, fields.a, commitment, deadline)
        case Kind.ISSUE:
            return _issue(fields, words)
        case Kind.TRANSFER:
            return Transfer(receipt, version, counterparty, commitment, deadline)
        case Kind.PLEDGE:
            return Pledge(receipt, version, counterparty, maturity, commitment, words, deadline)
        case Kind.RELEASE:
            return Release(receipt, version, commitment, deadline)
        case Kind.DELIVER:
            return Deliver(receipt, version, fields.a, words, commitment, deadline)
        case Kind.FREEZE:
            return Freeze(receipt, version, commitment, deadline)
        case Kind.UNFREEZE:
            return Unfreeze(receipt, version, commitment, deadline)
        case Kind.PLEDGE_PORTFOLIO:
            count = fields.b >> 16 & 0xFFFF
            if len(words) < count:
                raise MalformedAct("a portfolio has fewer words than it announces")
            return PledgePortfolio(
                tuple(map(_ref, words[:count])),
                counterparty,
                maturity,
                commitment,
                words[count:],
                deadline,
            )
        case Kind.RELEASE_PORTFOLIO:
            return ReleasePortfolio(tuple(map(_ref, words)), commitment, deadline)
        case Kind.ASSIGN_PLEDGE:
            return AssignPledge(receipt, version, counterparty, commitment, deadline)
        case Kind.DEFAULT:
            return Default(receipt, version, commitment, deadline)
        case Kind.CURE:
            return Cure(receipt, version, maturity, commitment, deadline)
        case Kind.ENFORCE:
            return Enforce(receipt, version, counterparty, commitment, deadline)
        case _:
            assert_never(kind)


def _ref(word: Hash32) -> ReceiptRef:
    packed = int.from_bytes(word)
    return ReceiptRef(ReceiptId(packed >> 16 & 0xFFFF_FFFF_FFFF_FFFF), Version(packed & 0xFFFF))


def _issue(fields: _Fields, words: tuple[Hash32, ...]) -> Issue:
    count, key_count = fields.a, fields.b
    if len(words) < 2 * count + key_count:
        raise MalformedAct("an issue has fewer words than it announces")
    receipts = []
    key_at = 2 * count
    for index in range(count):
        packed = int.from_bytes(words[2 * index])
        items = packed & 0xFFFF
        receipts.append(
            NewReceipt(
                holder=PartyId(packed >> 96 & 0xFFFF_FFFF),
                quantity=packed >> 32 & 0xFFFF_FFFF_FFFF_FFFF,
                storage_day=Day(packed >> 16 & 0xFFFF),
                content=words[2 * index + 1],
                item_keys=words[key_at : key_at + items],
            )
        )
        key_at += items
    return Issue(
        pool=PoolId(fields.subject >> 32),
        first_serial=fields.subject & 0xFFFF_FFFF,
        receipts=tuple(receipts),
        documents=words[2 * count + key_count :],
        evidence=Hash32(fields.commitment),
        deadline=fields.deadline,
    )
