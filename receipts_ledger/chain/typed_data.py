"""What signers sign: every act as EIP-712 typed data, for wallets and as a digest.

The same structs stand in contracts/Statements.sol; a test holds the two together.
"""

from dataclasses import dataclass
from typing import Any, TypeAlias, assert_never

from receipts_ledger.chain.keys import keccak
from receipts_ledger.domain.act import KIND_OF, Act, Kind
from receipts_ledger.domain.ids import Address, Hash32
from receipts_ledger.domain.party import Admit, BindKey, Reinstate, RevokeKey, Suspend
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

DOMAIN_NAME = "Receipts Ledger"
DOMAIN_VERSION = "1"

_DOMAIN_FIELDS = (
    ("name", "string"),
    ("version", "string"),
    ("chainId", "uint256"),
    ("verifyingContract", "address"),
)
_RECEIPT = (("receiptId", "uint64"), ("version", "uint16"))
_PARTY = (("party", "uint32"), ("version", "uint16"))
_DEADLINE = ("deadline", "uint40")

STRUCTS: dict[str, tuple[tuple[str, str], ...]] = {
    "Admit": (
        ("party", "uint32"),
        ("roles", "uint16"),
        ("key", "address"),
        ("profile", "bytes32"),
        _DEADLINE,
    ),
    "Suspend": (*_PARTY, ("reason", "bytes32"), _DEADLINE),
    "Reinstate": (*_PARTY, ("reason", "bytes32"), _DEADLINE),
    "BindKey": (*_PARTY, ("key", "address"), _DEADLINE),
    "RevokeKey": (*_PARTY, ("key", "address"), _DEADLINE),
    "OpenPool": (
        ("pool", "uint32"),
        ("capacity", "uint64"),
        ("attestationDays", "uint8"),
        ("serialised", "bool"),
        ("description", "bytes32"),
        _DEADLINE,
    ),
    "Attest": (
        ("pool", "uint32"),
        ("version", "uint16"),
        ("quantity", "uint64"),
        ("evidence", "bytes32"),
        _DEADLINE,
    ),
    "NewReceipt": (
        ("holder", "uint32"),
        ("quantity", "uint64"),
        ("storageDay", "uint16"),
        ("itemCount", "uint16"),
        ("content", "bytes32"),
    ),
    "Issue": (
        ("pool", "uint32"),
        ("firstSerial", "uint32"),
        ("receipts", "NewReceipt[]"),
        ("itemKeys", "bytes32[]"),
        ("documents", "bytes32[]"),
        ("evidence", "bytes32"),
        _DEADLINE,
    ),
    "Transfer": (*_RECEIPT, ("transferee", "uint32"), ("terms", "bytes32"), _DEADLINE),
    "Pledge": (
        *_RECEIPT,
        ("pledgee", "uint32"),
        ("maturityDay", "uint16"),
        ("terms", "bytes32"),
        ("documents", "bytes32[]"),
        _DEADLINE,
    ),
    "Release": (*_RECEIPT, ("terms", "bytes32"), _DEADLINE),
    "Deliver": (
        *_RECEIPT,
        ("quantity", "uint64"),
        ("itemKeys", "bytes32[]"),
        ("evidence", "bytes32"),
        _DEADLINE,
    ),
    "Freeze": (*_RECEIPT, ("order", "bytes32"), _DEADLINE),
    "Unfreeze": (*_RECEIPT, ("order", "bytes32"), _DEADLINE),
    "ReceiptRef": _RECEIPT,
    "PledgePortfolio": (
        ("receipts", "ReceiptRef[]"),
        ("pledgee", "uint32"),
        ("maturityDay", "uint16"),
        ("terms", "bytes32"),
        ("documents", "bytes32[]"),
        _DEADLINE,
    ),
    "ReleasePortfolio": (("receipts", "ReceiptRef[]"), ("terms", "bytes32"), _DEADLINE),
    "AssignPledge": (*_RECEIPT, ("newPledgee", "uint32"), ("terms", "bytes32"), _DEADLINE),
    "Default": (*_RECEIPT, ("notice", "bytes32"), _DEADLINE),
    "Cure": (*_RECEIPT, ("maturityDay", "uint16"), ("terms", "bytes32"), _DEADLINE),
    "Enforce": (*_RECEIPT, ("transferee", "uint32"), ("terms", "bytes32"), _DEADLINE),
}

STRUCT_OF: dict[Kind, str] = {kind: act_type.__name__ for act_type, kind in KIND_OF.items()}


def _members(struct: str) -> list[str]:
    return sorted(
        {kind.removesuffix("[]") for _, kind in STRUCTS[struct]} & STRUCTS.keys(),
    )


def encode_type(struct: str) -> str:
    """Return the encodeType string of EIP-712, members sorted by name."""
    return "".join(
        f"{name}({','.join(f'{kind} {field}' for field, kind in STRUCTS[name])})"
        for name in (struct, *_members(struct))
    )


_TYPE_HASH = {name: keccak(encode_type(name).encode()) for name in STRUCTS}
_DOMAIN_TYPE_HASH = keccak(
    f"EIP712Domain({','.join(f'{kind} {field}' for field, kind in _DOMAIN_FIELDS)})".encode()
)


@dataclass(frozen=True, slots=True)
class SigningDomain:
    """One contract on one chain: what a signature is bound to."""

    chain_id: int
    contract: Address

    def separator(self) -> Hash32:
        """Return the EIP-712 domain separator."""
        return keccak(
            _DOMAIN_TYPE_HASH
            + keccak(DOMAIN_NAME.encode())
            + keccak(DOMAIN_VERSION.encode())
            + self.chain_id.to_bytes(32)
            + bytes(12)
            + self.contract
        )

    def to_json(self) -> dict[str, Any]:
        """Return the domain as a wallet wants it."""
        return {
            "name": DOMAIN_NAME,
            "version": DOMAIN_VERSION,
            "chainId": self.chain_id,
            "verifyingContract": "0x" + self.contract.hex(),
        }


class Digester:
    """Computes digests for one signing domain."""

    def __init__(self, domain: SigningDomain) -> None:
        self.domain = domain
        self._prefix = b"\x19\x01" + domain.separator()

    def digest(self, act: Act) -> Hash32:
        """Return the 32 bytes that the signers of the act sign."""
        return keccak(self._prefix + struct_hash(act))

    def typed_data(self, act: Act) -> dict[str, Any]:
        """Return the whole eth_signTypedData_v4 document."""
        struct = STRUCT_OF[KIND_OF[type(act)]]
        types = {
            name: [{"name": field, "type": kind} for field, kind in STRUCTS[name]]
            for name in (struct, *_members(struct))
        }
        types["EIP712Domain"] = [{"name": field, "type": kind} for field, kind in _DOMAIN_FIELDS]
        return {
            "types": types,
            "primaryType": struct,
            "domain": self.domain.to_json(),
            "message": message(act),
        }


def struct_hash(act: Act) -> Hash32:
    """Return the EIP-712 hashStruct of an act."""
    struct = STRUCT_OF[KIND_OF[type(act)]]
    return _hash(struct, [_word(value) for value in _values(act)])


def message(act: Act) -> dict[str, Any]:
    """Return the members of the statement by name: integers as such, bytes in hex."""
    struct = STRUCT_OF[KIND_OF[type(act)]]
    return _named(struct, _values(act))


_Value: TypeAlias = int | bytes | tuple[Any, ...]


def _values(act: Act) -> tuple[_Value, ...]:  # noqa: PLR0911  (one return for each kind)
    """Return the members in the order of the struct."""
    match act:
        case Admit():
            return (act.party, int(act.roles), act.key, act.profile, act.deadline)
        case Suspend() | Reinstate():
            return (act.party, act.version, act.reason, act.deadline)
        case BindKey() | RevokeKey():
            return (act.party, act.version, act.key, act.deadline)
        case OpenPool():
            return (
                act.pool,
                act.quantity_capacity,
                act.attestation_days,
                act.is_serialised,
                act.description,
                act.deadline,
            )
        case Attest():
            return (act.pool, act.version, act.quantity, act.evidence, act.deadline)
        case Issue():
            keys = tuple(key for receipt in act.receipts for key in receipt.item_keys)
            return (
                act.pool,
                act.first_serial,
                act.receipts,
                keys,
                act.documents,
                act.evidence,
                act.deadline,
            )
        case Transfer() | Enforce():
            return (act.receipt_id, act.version, act.transferee, act.terms, act.deadline)
        case Pledge():
            return (
                act.receipt_id,
                act.version,
                act.pledgee,
                act.maturity_day,
                act.terms,
                act.documents,
                act.deadline,
            )
        case Release():
            return (act.receipt_id, act.version, act.terms, act.deadline)
        case Deliver():
            return (
                act.receipt_id,
                act.version,
                act.quantity,
                act.item_keys,
                act.evidence,
                act.deadline,
            )
        case Freeze() | Unfreeze():
            return (act.receipt_id, act.version, act.order, act.deadline)
        case PledgePortfolio():
            return (
                act.receipts,
                act.pledgee,
                act.maturity_day,
                act.terms,
                act.documents,
                act.deadline,
            )
        case ReleasePortfolio():
            return (act.receipts, act.terms, act.deadline)
        case AssignPledge():
            return (act.receipt_id, act.version, act.new_pledgee, act.terms, act.deadline)
        case Default():
            return (act.receipt_id, act.version, act.notice, act.deadline)
        case Cure():
            return (act.receipt_id, act.version, act.maturity_day, act.terms, act.deadline)
        case _:
            assert_never(act)


def _new_receipt(new: NewReceipt) -> tuple[int | bytes, ...]:
    return (new.holder, new.quantity, new.storage_day, len(new.item_keys), new.content)


def _member_values(member: NewReceipt | ReceiptRef) -> tuple[str, tuple[int | bytes, ...]]:
    if isinstance(member, NewReceipt):
        return "NewReceipt", _new_receipt(member)
    return "ReceiptRef", (member.receipt_id, member.version)


def _hash(struct: str, words: list[bytes]) -> Hash32:
    return keccak(_TYPE_HASH[struct] + b"".join(words))


def _word(value: Any) -> bytes:
    if isinstance(value, int):
        return value.to_bytes(32)
    if isinstance(value, tuple):
        return keccak(b"".join(_element(element) for element in value))
    return bytes(value).rjust(32, b"\0")


def _element(element: Any) -> bytes:
    if isinstance(element, bytes):
        return element
    struct, values = _member_values(element)
    return _hash(struct, [_word(value) for value in values])


def _named(struct: str, values: tuple[Any, ...]) -> dict[str, Any]:
    return {
        field: _shown(value, kind)
        for (field, kind), value in zip(STRUCTS[struct], values, strict=True)
    }


def _shown(value: Any, kind: str) -> Any:
    if isinstance(value, tuple):
        if kind == "bytes32[]":
            return ["0x" + element.hex() for element in value]
        return [_named(*_member_values(element)) for element in value]
    if isinstance(value, bytes):
        return "0x" + value.hex()
    return bool(value) if kind == "bool" else int(value)
