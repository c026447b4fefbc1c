"""What signers sign: every act as EIP-712 typed data, for wallets and as a digest.

The same structs stand in contracts/Statements.sol; a test holds the two together.
"""

from dataclasses import dataclass
from struct import Struct
from typing import Any

from receipts_ledger.chain.keys import keccak, keccaks
from receipts_ledger.chain.shapes import SHAPE_OF, STRUCTS, Value, member_values, shape_of
from receipts_ledger.domain.act import Act, Kind
from receipts_ledger.domain.ids import Address, Hash32
from receipts_ledger.domain.receipt import ReceiptRef

DOMAIN_NAME = "Receipts Ledger"
DOMAIN_VERSION = "1"

DOMAIN_FIELDS = (
    ("name", "string"),
    ("version", "string"),
    ("chainId", "uint256"),
    ("verifyingContract", "address"),
)
STRUCT_OF: dict[Kind, str] = {kind: shape.struct for kind, shape in SHAPE_OF.items()}


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
_REF = Struct(">32s24xQ24xQ")
"""A receipt of a portfolio as it is hashed: the type, then two words of numbers."""
_DOMAIN_TYPE_HASH = keccak(
    f"EIP712Domain({','.join(f'{kind} {field}' for field, kind in DOMAIN_FIELDS)})".encode()
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
        struct = shape_of(act).struct
        types = {
            name: [{"name": field, "type": kind} for field, kind in STRUCTS[name]]
            for name in (struct, *_members(struct))
        }
        types["EIP712Domain"] = [{"name": field, "type": kind} for field, kind in DOMAIN_FIELDS]
        return {
            "types": types,
            "primaryType": struct,
            "domain": self.domain.to_json(),
            "message": message(act),
        }


def struct_hash(act: Act) -> Hash32:
    """Return the EIP-712 hashStruct of an act."""
    shape = shape_of(act)
    return _hash(shape.struct, [_word(value) for value in shape.values(act)])


def message(act: Act) -> dict[str, Any]:
    """Return the members of the statement by name: integers as such, bytes in hex."""
    shape = shape_of(act)
    return _named(shape.struct, shape.values(act))


def _hash(struct: str, words: list[bytes]) -> Hash32:
    return keccak(_TYPE_HASH[struct] + b"".join(words))


def _word(value: Any) -> bytes:
    if isinstance(value, int):
        return value.to_bytes(32)
    if isinstance(value, tuple):
        if value and isinstance(value[0], ReceiptRef):
            return keccak(b"".join(_refs(value)))
        return keccak(b"".join(_element(element) for element in value))
    return bytes(value).rjust(32, b"\0")


def _refs(refs: tuple[ReceiptRef, ...]) -> list[Hash32]:
    """Return the hashStruct of each receipt of a portfolio, which may have hundreds."""
    type_hash, pack = _TYPE_HASH["ReceiptRef"], _REF.pack
    return keccaks([pack(type_hash, receipt_id, version) for receipt_id, version in refs])


def _element(element: Any) -> bytes:
    if isinstance(element, bytes):
        return element
    struct, values = member_values(element)
    return _hash(struct, [_word(value) for value in values])


def _named(struct: str, values: tuple[Value, ...]) -> dict[str, Any]:
    return {
        field: _shown(value, kind)
        for (field, kind), value in zip(STRUCTS[struct], values, strict=True)
    }


def _shown(value: Any, kind: str) -> Any:
    if isinstance(value, tuple):
        if kind == "bytes32[]":
            return ["0x" + element.hex() for element in value]
        return [_named(*member_values(element)) for element in value]
    if isinstance(value, bytes):
        return "0x" + value.hex()
    return bool(value) if kind == "bool" else int(value)
