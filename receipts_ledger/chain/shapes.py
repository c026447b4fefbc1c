"""The shape of every kind of act: its EIP-712 struct, and where each member stands on the wire.

One table for the typed data that signers see and for the bytes that the contract reads. The
contract says the same in contracts/Statements.sol; tests hold the two together.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial
from operator import attrgetter
from struct import Struct
from typing import Any, TypeAlias

from receipts_ledger.domain.act import KIND_OF, Act, Kind
from receipts_ledger.domain.change import (
    Cancel,
    Merge,
    NewPart,
    Replace,
    Split,
    WriteDown,
)
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
from receipts_ledger.domain.party import (
    Admit,
    BindKey,
    CompleteRecovery,
    Recover,
    Reinstate,
    RevokeKey,
    Role,
    Suspend,
    VetoRecovery,
)
from receipts_ledger.domain.pledge import (
    AssignPledge,
    Cure,
    Default,
    Enforce,
    Pledge,
    PledgePortfolio,
    Release,
    ReleasePortfolio,
    Substitute,
)
from receipts_ledger.domain.pool import Attest, OpenPool, Pause, Resume, Seal
from receipts_ledger.domain.receipt import (
    Deliver,
    ExtendStorage,
    Freeze,
    FromPaper,
    Invalidate,
    Issue,
    LiftClaim,
    NewReceipt,
    NoteClaim,
    ReceiptRef,
    ToPaper,
    Transfer,
    TransferPortfolio,
    Unfreeze,
)

_ADDRESS_PAD = bytes(12)
_REF_WORD = Struct(">22xQH")
# Portfolios have hundreds of them, and a named tuple's own way of being made is a call in Python.
_made = partial(tuple.__new__, ReceiptRef)

Value: TypeAlias = int | bytes | tuple[Any, ...]


class NoStatement(ValueError):
    """Fields that say nothing that could be signed."""


@dataclass(slots=True)
class Fields:
    """What stands between kind and signatures: the head's fields, commitment and words."""

    commitment: bytes = bytes(32)
    subject: int = 0
    deadline: int = 0
    version: int = 0
    a: int = 0
    b: int = 0
    words: list[Hash32] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Member:
    """A member of a statement: its name and type in Solidity, its name here, its place."""

    name: str
    type: str
    attribute: str
    put: Callable[[Fields, Any], None]
    take: Callable[[Fields], Any]


@dataclass(frozen=True, slots=True)
class Shape:
    """How one kind of act is stated and written."""

    struct: str
    members: tuple[tuple[str, str], ...]
    values: Callable[[Any], tuple[Value, ...]]
    """The members' values, in order."""
    put: Callable[[Any, Fields], None]
    take: Callable[[Fields], Act]
    """Reads an act. Raises NoStatement where fields and words contradict each other."""
    is_exact: Callable[[Fields], bool]
    """Whether the fields say an act and nothing else that would be signed."""


def _number(place: str, bits: int, *, at: int = 0) -> tuple[Any, Any]:
    mask = (1 << bits) - 1

    def put(fields: Fields, value: int) -> None:
        if not 0 <= value <= mask:
            raise ValueError(f"{value} does not fit {bits} bits")
        setattr(fields, place, getattr(fields, place) | value << at)

    def take(fields: Fields) -> int:
        return int(getattr(fields, place)) >> at & mask

    return put, take


def _member(name: str, kind: str, attribute: str, place: tuple[Any, Any]) -> Member:
    return Member(name, kind, attribute, *place)


def _commitment(name: str, attribute: str | None = None) -> Member:
    def put(fields: Fields, value: bytes) -> None:
        fields.commitment = value

    return Member(name, "bytes32", attribute or name, put, lambda fields: Hash32(fields.commitment))


def _key_as_commitment() -> Member:
    def put(fields: Fields, value: bytes) -> None:
        fields.commitment = _ADDRESS_PAD + value

    return Member(
        "key", "address", "key", put, lambda fields: Address(bytes(fields.commitment[12:]))
    )


def _key_as_word() -> Member:
    def put(fields: Fields, value: bytes) -> None:
        fields.words.append(Hash32(_ADDRESS_PAD + value))

    return Member("key", "address", "key", put, lambda fields: Address(bytes(fields.words[0][12:])))


def _words(name: str, attribute: str, *, start: int = 0) -> Member:
    """Return the member that all words are, from `start` on."""
    return Member(
        name,
        "bytes32[]",
        attribute,
        lambda fields, value: fields.words.extend(value),
        lambda fields: tuple(fields.words[start:]),
    )


def _counted(name: str, attribute: str) -> Member:
    """Return the member that is as many of the first words as b says."""

    def put(fields: Fields, value: Sequence[Hash32]) -> None:
        _b16[0](fields, len(value))
        fields.words.extend(value)

    def take(fields: Fields) -> tuple[Hash32, ...]:
        count = _b16[1](fields)
        if count > len(fields.words):
            raise NoStatement("fewer words than are announced")
        return tuple(fields.words[:count])

    return Member(name, "bytes32[]", attribute, put, take)


def _rest(name: str, attribute: str, *, count_at: int = 0) -> Member:
    """Return the member that is all words behind as many as b says."""
    return Member(
        name,
        "bytes32[]",
        attribute,
        lambda fields, value: fields.words.extend(value),
        lambda fields: tuple(fields.words[fields.b >> count_at & 0xFFFF :]),
    )


def _ref_word(number: int, version: int) -> Hash32:
    return Hash32((number << 16 | version).to_bytes(32))


def _ref(word: bytes) -> ReceiptRef:
    (ref,) = _refs((word,))
    return ref


def _refs(words: Iterable[bytes]) -> tuple[ReceiptRef, ...]:
    return tuple(map(_made, _REF_WORD.iter_unpack(b"".join(words))))


def _named(name: str) -> tuple[Member, Member]:
    """Return the two members that the first word is: another receipt, and its version."""

    def put_id(fields: Fields, value: int) -> None:
        fields.words.append(_ref_word(value, 0))

    def put_version(fields: Fields, value: int) -> None:
        fields.words[0] = Hash32((int.from_bytes(fields.words[0]) | value).to_bytes(32))

    return (
        Member(
            f"{name}Id",
            "uint64",
            f"{name}_id",
            put_id,
            lambda fields: _ref(fields.words[0]).receipt_id,
        ),
        Member(
            f"{name}Version",
            "uint16",
            f"{name}_version",
            put_version,
            lambda fields: _ref(fields.words[0]).version,
        ),
    )


def _put_refs(fields: Fields, refs: Sequence[ReceiptRef]) -> None:
    fields.subject = refs[0].receipt_id if refs else 0
    fields.words.extend([_ref_word(ref.receipt_id, ref.version) for ref in refs])


def _put_counted_refs(fields: Fields, refs: Sequence[ReceiptRef]) -> None:
    fields.b |= len(refs) << 16
    _put_refs(fields, refs)


def _take_counted_refs(fields: Fields) -> tuple[ReceiptRef, ...]:
    count = fields.b >> 16 & 0xFFFF
    if count > len(fields.words):
        raise NoStatement("a portfolio has fewer words than it announces")
    return _refs(fields.words[:count])


_b16 = _number("b", 16)
_DEADLINE = _member("deadline", "uint40", "deadline", _number("deadline", 40))
_VERSION = _member("version", "uint16", "version", _number("version", 16))
_RECEIPT = (_member("receiptId", "uint64", "receipt_id", _number("subject", 64)), _VERSION)
_PARTY_NUMBER = _member("party", "uint32", "party", _number("subject", 32))
_PARTY = (_PARTY_NUMBER, _VERSION)
_POOL_NUMBER = _member("pool", "uint32", "pool", _number("subject", 32))
_POOL = (_POOL_NUMBER, _VERSION)
_TERMS = _commitment("terms")
_REASON = _commitment("reason")
_EVIDENCE = _commitment("evidence")
_CONTENT = _commitment("content")
_QUANTITY = _member("quantity", "uint64", "quantity", _number("a", 56))
_MATURITY = _member("maturityDay", "uint16", "maturity_day", _b16)
_ALL_ITEMS = _words("itemKeys", "item_keys")
_ALL_REFS = Member(
    "receipts",
    "ReceiptRef[]",
    "receipts",
    _put_refs,
    lambda fields: _refs(fields.words),
)
_COUNTED_REFS = Member(
    "receipts", "ReceiptRef[]", "receipts", _put_counted_refs, _take_counted_refs
)


def _party_in_a(name: str, attribute: str) -> Member:
    return _member(name, "uint32", attribute, _number("a", 32))


def _flag(name: str, attribute: str, at: int) -> Member:
    put, take = _number("b", 1, at=at)
    return Member(name, "bool", attribute, put, lambda fields: bool(take(fields)))


_NEW_RECEIPT = (
    ("holder", "uint32"),
    ("quantity", "uint64"),
    ("storageDay", "uint16"),
    ("itemCount", "uint16"),
    ("content", "bytes32"),
)
_NEW_PART = (("quantity", "uint64"), ("itemCount", "uint16"), ("content", "bytes32"))
_RECEIPT_REF = (("receiptId", "uint64"), ("version", "uint16"))

_NO_WORDS, _ONE_WORD, _ANY_WORDS = range(3)


def _shape(kind: type[Any], *members: Member, words: int = _NO_WORDS) -> Shape:
    """Return the shape of an act whose members stand one by one, in the order of its fields."""
    takes = tuple(member.take for member in members)
    is_key_committed = any(member.name == "key" and not words for member in members)

    def put(act: Any, fields: Fields) -> None:
        for member in members:
            member.put(fields, getattr(act, member.attribute))

    def take(fields: Fields) -> Act:
        if words == _ONE_WORD and len(fields.words) != 1:
            raise NoStatement(f"{kind.__name__} has one word")
        return kind(*[each(fields) for each in takes])  # type: ignore[no-any-return]

    def is_exact(fields: Fields) -> bool:
        if is_key_committed and not fields.commitment.startswith(_ADDRESS_PAD):
            return False
        return words != _NO_WORDS or not fields.words

    return Shape(
        kind.__name__,
        tuple((member.name, member.type) for member in members),
        attrgetter(*[member.attribute for member in members]),
        put,
        take,
        is_exact,
    )


def _issue_shape() -> Shape:
    def values(act: Issue) -> tuple[Value, ...]:
        items = tuple([key for new in act.receipts for key in new.item_keys])
        return (
            act.pool,
            act.first_serial,
            act.receipts,
            items,
            act.documents,
            act.evidence,
            act.deadline,
        )

    def put(act: Issue, fields: Fields) -> None:
        fields.commitment = act.evidence
        fields.subject = receipt_id(act.pool, act.first_serial)
        fields.deadline = act.deadline
        fields.a = len(act.receipts)
        for new in act.receipts:
            packed = new.holder << 96 | new.quantity << 32
            packed |= new.storage_day << 16 | len(new.item_keys)
            fields.words += (Hash32(packed.to_bytes(32)), new.content)
        for new in act.receipts:
            fields.words += new.item_keys
        fields.b = len(fields.words) - 2 * fields.a
        fields.words += act.documents

    def take(fields: Fields) -> Issue:
        count, words = fields.a, fields.words
        if len(words) < 2 * count + fields.b:
            raise NoStatement("an issue has fewer words than it announces")
        receipts = []
        start = 2 * count
        for index in range(count):
            packed = int.from_bytes(words[2 * index])
            end = start + (packed & 0xFFFF)
            receipts.append(
                NewReceipt(
                    holder=PartyId(packed >> 96 & 0xFFFF_FFFF),
                    quantity=packed >> 32 & 0xFFFF_FFFF_FFFF_FFFF,
                    storage_day=Day(packed >> 16 & 0xFFFF),
                    content=words[2 * index + 1],
                    item_keys=tuple(words[start:end]),
                )
            )
            start = end
        return Issue(
            pool=PoolId(fields.subject >> 32),
            first_serial=fields.subject & 0xFFFF_FFFF,
            receipts=tuple(receipts),
            documents=tuple(words[2 * count + fields.b :]),
            evidence=Hash32(fields.commitment),
            deadline=fields.deadline,
        )

    def is_exact(fields: Fields) -> bool:
        packed = (int.from_bytes(word) for word in fields.words[: 2 * fields.a : 2])
        return fields.b == sum([each & 0xFFFF for each in packed])

    members = (
        ("pool", "uint32"),
        ("firstSerial", "uint32"),
        ("receipts", "NewReceipt[]"),
        ("itemKeys", "bytes32[]"),
        ("documents", "bytes32[]"),
        ("evidence", "bytes32"),
        ("deadline", "uint40"),
    )
    return Shape("Issue", members, values, put, take, is_exact)


def _split_shape() -> Shape:
    def values(act: Split) -> tuple[Value, ...]:
        items = tuple([key for part in act.parts for key in part.item_keys])
        return (
            act.receipt_id,
            act.version,
            act.remaining,
            act.first_serial,
            act.parts,
            items,
            act.content,
            act.deadline,
        )

    def put(act: Split, fields: Fields) -> None:
        fields.commitment = act.content
        fields.subject = act.receipt_id
        fields.version = act.version
        fields.deadline = act.deadline
        fields.a = act.remaining
        fields.b = act.first_serial << 16 | len(act.parts)
        for part in act.parts:
            packed = part.quantity << 16 | len(part.item_keys)
            fields.words += (Hash32(packed.to_bytes(32)), part.content)
        for part in act.parts:
            fields.words += part.item_keys

    def take(fields: Fields) -> Split:
        count, words = fields.b & 0xFFFF, fields.words
        if len(words) < 2 * count:
            raise NoStatement("a split has fewer words than it announces")
        parts = []
        start = 2 * count
        for index in range(count):
            packed = int.from_bytes(words[2 * index])
            end = start + (packed & 0xFFFF)
            quantity = packed >> 16 & 0xFFFF_FFFF_FFFF_FFFF
            parts.append(NewPart(quantity, words[2 * index + 1], tuple(words[start:end])))
            start = end
        return Split(
            receipt_id=ReceiptId(fields.subject),
            version=Version(fields.version),
            remaining=fields.a,
            first_serial=fields.b >> 16,
            parts=tuple(parts),
            content=Hash32(fields.commitment),
            deadline=fields.deadline,
        )

    def is_exact(fields: Fields) -> bool:
        count = fields.b & 0xFFFF
        packed = (int.from_bytes(word) for word in fields.words[: 2 * count : 2])
        return len(fields.words) - 2 * count == sum([each & 0xFFFF for each in packed])

    members = (
        ("receiptId", "uint64"),
        ("version", "uint16"),
        ("remaining", "uint64"),
        ("firstSerial", "uint32"),
        ("parts", "NewPart[]"),
        ("itemKeys", "bytes32[]"),
        ("content", "bytes32"),
        ("deadline", "uint40"),
    )
    return Shape("Split", members, values, put, take, is_exact)


def _role_member() -> Member:
    put, take = _number("a", 16)
    return Member("roles", "uint16", "roles", put, lambda fields: Role(take(fields)))


_SHAPES: dict[type, Shape] = {
    Admit: _shape(
        Admit,
        _PARTY_NUMBER,
        _role_member(),
        _key_as_word(),
        _commitment("profile"),
        _DEADLINE,
        words=_ONE_WORD,
    ),
    Suspend: _shape(Suspend, *_PARTY, _REASON, _DEADLINE),
    Reinstate: _shape(Reinstate, *_PARTY, _REASON, _DEADLINE),
    BindKey: _shape(BindKey, *_PARTY, _key_as_commitment(), _DEADLINE),
    RevokeKey: _shape(RevokeKey, *_PARTY, _key_as_commitment(), _DEADLINE),
    Recover: _shape(Recover, *_PARTY, _key_as_word(), _EVIDENCE, _DEADLINE, words=_ONE_WORD),
    VetoRecovery: _shape(VetoRecovery, *_PARTY, _REASON, _DEADLINE),
    CompleteRecovery: _shape(
        CompleteRecovery, *_PARTY, _key_as_word(), _EVIDENCE, _DEADLINE, words=_ONE_WORD
    ),
    OpenPool: _shape(
        OpenPool,
        _POOL_NUMBER,
        _member("capacity", "uint64", "quantity_capacity", _number("a", 56)),
        _member("attestationDays", "uint8", "attestation_days", _number("b", 8)),
        _flag("serialised", "is_serialised", 8),
        _flag("paged", "is_paged", 9),
        _flag("bonded", "is_bonded", 10),
        _flag("nonNegotiable", "is_non_negotiable", 11),
        _commitment("description"),
        _DEADLINE,
    ),
    Attest: _shape(Attest, *_POOL, _QUANTITY, _EVIDENCE, _DEADLINE),
    Pause: _shape(Pause, *_POOL, _REASON, _DEADLINE),
    Resume: _shape(Resume, *_POOL, _REASON, _DEADLINE),
    Seal: _shape(Seal, *_POOL, _REASON, _DEADLINE),
    Issue: _issue_shape(),
    Transfer: _shape(
        Transfer, *_RECEIPT, _party_in_a("transferee", "transferee"), _TERMS, _DEADLINE
    ),
    TransferPortfolio: _shape(
        TransferPortfolio,
        _ALL_REFS,
        _party_in_a("transferee", "transferee"),
        _TERMS,
        _DEADLINE,
        words=_ANY_WORDS,
    ),
    Pledge: _shape(
        Pledge,
        *_RECEIPT,
        _party_in_a("pledgee", "pledgee"),
        _MATURITY,
        _TERMS,
        _words("documents", "documents"),
        _DEADLINE,
        words=_ANY_WORDS,
    ),
    PledgePortfolio: _shape(
        PledgePortfolio,
        _COUNTED_REFS,
        _party_in_a("pledgee", "pledgee"),
        _MATURITY,
        _TERMS,
        _rest("documents", "documents", count_at=16),
        _DEADLINE,
        words=_ANY_WORDS,
    ),
    Release: _shape(Release, *_RECEIPT, _TERMS, _DEADLINE),
    ReleasePortfolio: _shape(ReleasePortfolio, _ALL_REFS, _TERMS, _DEADLINE, words=_ANY_WORDS),
    AssignPledge: _shape(
        AssignPledge, *_RECEIPT, _party_in_a("newPledgee", "new_pledgee"), _TERMS, _DEADLINE
    ),
    Substitute: _shape(
        Substitute, *_RECEIPT, *_named("substitute"), _TERMS, _DEADLINE, words=_ONE_WORD
    ),
    Default: _shape(Default, *_RECEIPT, _commitment("notice"), _DEADLINE),
    Cure: _shape(Cure, *_RECEIPT, _MATURITY, _TERMS, _DEADLINE),
    Enforce: _shape(Enforce, *_RECEIPT, _party_in_a("transferee", "transferee"), _TERMS, _DEADLINE),
    Deliver: _shape(
        Deliver,
        *_RECEIPT,
        _QUANTITY,
        _counted("itemKeys", "item_keys"),
        _rest("documents", "documents"),
        _EVIDENCE,
        _DEADLINE,
        words=_ANY_WORDS,
    ),
    Split: _split_shape(),
    Merge: _shape(
        Merge,
        *_RECEIPT,
        *_named("absorbed"),
        _words("itemKeys", "item_keys", start=1),
        _CONTENT,
        _DEADLINE,
        words=_ANY_WORDS,
    ),
    Replace: _shape(
        Replace,
        *_RECEIPT,
        _member("serial", "uint32", "serial", _number("b", 32)),
        _QUANTITY,
        _ALL_ITEMS,
        _CONTENT,
        _DEADLINE,
        words=_ANY_WORDS,
    ),
    Cancel: _shape(Cancel, *_RECEIPT, _ALL_ITEMS, _REASON, _DEADLINE, words=_ANY_WORDS),
    WriteDown: _shape(
        WriteDown, *_RECEIPT, _QUANTITY, _ALL_ITEMS, _EVIDENCE, _DEADLINE, words=_ANY_WORDS
    ),
    ExtendStorage: _shape(
        ExtendStorage,
        *_RECEIPT,
        _member("storageDay", "uint16", "storage_day", _b16),
        _TERMS,
        _DEADLINE,
    ),
    ToPaper: _shape(ToPaper, *_RECEIPT, _commitment("paper"), _DEADLINE),
    FromPaper: _shape(FromPaper, *_RECEIPT, _commitment("paper"), _DEADLINE),
    NoteClaim: _shape(NoteClaim, *_RECEIPT, _commitment("claim"), _DEADLINE),
    LiftClaim: _shape(LiftClaim, *_RECEIPT, _REASON, _DEADLINE),
    Invalidate: _shape(Invalidate, *_RECEIPT, _REASON, _DEADLINE),
    Freeze: _shape(Freeze, *_RECEIPT, _commitment("order"), _DEADLINE),
    Unfreeze: _shape(Unfreeze, *_RECEIPT, _commitment("order"), _DEADLINE),
}

SHAPE_OF: dict[Kind, Shape] = {kind: _SHAPES[act_type] for act_type, kind in KIND_OF.items()}

STRUCTS: dict[str, tuple[tuple[str, str], ...]] = {
    "NewReceipt": _NEW_RECEIPT,
    "NewPart": _NEW_PART,
    "ReceiptRef": _RECEIPT_REF,
} | {shape.struct: shape.members for shape in SHAPE_OF.values()}


def shape_of(act: Act) -> Shape:
    """Return the shape of an act's kind."""
    return _SHAPES[type(act)]


def member_values(member: NewReceipt | NewPart | ReceiptRef) -> tuple[str, tuple[Value, ...]]:
    """Return the struct of a member that is one itself, and its values in order."""
    match member:
        case NewReceipt():
            values: tuple[Value, ...] = (
                member.holder,
                member.quantity,
                member.storage_day,
                len(member.item_keys),
                member.content,
            )
            return "NewReceipt", values
        case NewPart():
            return "NewPart", (member.quantity, len(member.item_keys), member.content)
        case ReceiptRef():
            return "ReceiptRef", (member.receipt_id, member.version)
