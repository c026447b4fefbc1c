"""Every rule of the contract has a code, and its bytes say what the code says."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from receipts_ledger.chain import refusals
from receipts_ledger.chain.artifact import ledger_artifact
from receipts_ledger.chain.keys import keccak
from receipts_ledger.errors import Detail, RefusalCode, Refused

FIRST_OF_THE_GATEWAY = RefusalCode.NOT_AUTHENTICATED
ENCUMBERED = keccak(b"AlreadyEncumbered(uint64,uint32)")[:4]
OF_LIBRARIES = {"InvalidShortString", "StringTooLong"}
RULES = {
    entry["name"]: entry["inputs"]
    for entry in ledger_artifact().abi
    if entry["type"] == "error" and entry["name"] not in OF_LIBRARIES
}


def test_codes_of_the_contract_are_its_errors() -> None:
    codes = [code.value for code in RefusalCode]
    of_contract = codes[: codes.index(FIRST_OF_THE_GATEWAY)]
    assert set(of_contract) == set(RULES)


def _value(kind: str) -> st.SearchStrategy[Detail]:
    if kind.startswith("uint"):
        return st.integers(0, 2 ** int(kind[4:]) - 1)
    length = 20 if kind == "address" else 32
    return st.binary(min_size=length, max_size=length).map(lambda value: "0x" + value.hex())


@st.composite
def _refusals(draw: st.DrawFn) -> tuple[str, list[Detail]]:
    name = draw(st.sampled_from(sorted(RULES)))
    return name, [draw(_value(member["type"])) for member in RULES[name]]


@given(_refusals())
def test_refusal_comes_back_from_its_bytes(drawn: tuple[str, list[Detail]]) -> None:
    name, values = drawn
    names = [_snake(member) for member in RULES[name]]
    refusal = Refused(RefusalCode(name), details=dict(zip(names, values, strict=True)))
    encoded = refusals.encode(refusal)
    types = ",".join(member["type"] for member in RULES[name])
    assert encoded[:4] == keccak(f"{name}({types})".encode())[:4]
    assert len(encoded) == 4 + 32 * len(values)
    decoded = refusals.decode(encoded)
    assert decoded is not None
    assert decoded.code is refusal.code
    assert decoded.details == refusal.details


def test_details_have_names_that_people_read() -> None:
    refusal = refusals.decode(ENCUMBERED + (5).to_bytes(32) + (8).to_bytes(32))
    assert refusal is not None
    assert refusal.code is RefusalCode.ALREADY_ENCUMBERED
    assert refusal.details == {"receipt_id": 5, "pledgee": 8}
    assert refusal.detail == "receipt 0-0-000005, pledgee 8"


def test_other_bytes_are_no_refusal_of_ours() -> None:
    panic = keccak(b"Panic(uint256)")[:4] + (0x11).to_bytes(32)
    for reason in (b"", b"\0", bytes(36), panic):
        assert refusals.decode(reason) is None


def test_arguments_that_are_cut_off_are_no_refusal() -> None:
    assert refusals.decode(ENCUMBERED + bytes(40)) is None


def _snake(member: dict[str, Any]) -> str:
    return "".join("_" + c.lower() if c.isupper() else c for c in member["name"])
