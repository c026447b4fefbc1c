"""What signers sign, and in which words the contract says no, stand in two languages as one."""

import re
from itertools import pairwise
from pathlib import Path

import pytest

from receipts_ledger.chain.artifact import ledger_artifact
from receipts_ledger.chain.shapes import STRUCTS
from receipts_ledger.chain.typed_data import (
    DOMAIN_NAME,
    DOMAIN_VERSION,
    STRUCT_OF,
    encode_type,
)
from receipts_ledger.domain.act import KIND_OF, Kind
from receipts_ledger.errors import RefusalCode

CONTRACTS = Path(__file__).resolve().parents[2] / "contracts"
FIRST_OF_THE_GATEWAY = RefusalCode.NOT_AUTHENTICATED


def source(name: str) -> str:
    return (CONTRACTS / name).read_text("utf-8")


def type_strings() -> dict[str, str]:
    """Return the EIP-712 types of the contract by the names of its constants."""
    constants = re.findall(
        r"bytes32 internal constant (\w+) =\s*keccak256\((.*?)\);",
        source("Statements.sol"),
        re.DOTALL,
    )
    return {name: "".join(re.findall(r'"([^"]*)"', value)) for name, value in constants}


def test_every_struct_is_in_the_contract_under_its_name() -> None:
    named = {re.sub(r"(?<!^)(?=[A-Z])", "_", struct).upper() for struct in STRUCTS}
    assert set(type_strings()) == named


@pytest.mark.parametrize(("constant", "type_string"), type_strings().items())
def test_contract_hashes_the_type_that_wallets_are_shown(constant: str, type_string: str) -> None:
    struct = type_string.partition("(")[0]
    assert constant == re.sub(r"(?<!^)(?=[A-Z])", "_", struct).upper()
    assert type_string == encode_type(struct)


def test_every_kind_of_act_has_a_struct_and_the_contracts_number() -> None:
    body = re.search(r"enum Kind \{(.*?)\}", source("Wire.sol"), re.DOTALL)
    assert body is not None
    names = [name.strip() for name in re.sub(r"//.*", "", body.group(1)).split(",")]
    assert [STRUCT_OF[kind] for kind in Kind] == names[1:]
    assert [int(kind) for kind in Kind] == list(range(1, len(names)))
    assert set(KIND_OF.values()) == set(Kind)


def test_domain_is_the_one_that_the_contract_is_made_with() -> None:
    assert f'EIP712("{DOMAIN_NAME}", "{DOMAIN_VERSION}")' in source("ReceiptsLedger.sol")


def test_errors_stand_in_the_order_in_which_codes_do() -> None:
    errors = re.findall(r"^    error (\w+)\(", source("interfaces/ILedgerErrors.sol"), re.MULTILINE)
    codes = [code.value for code in RefusalCode]
    assert errors == codes[: codes.index(FIRST_OF_THE_GATEWAY)]


def test_every_error_and_event_says_what_it_means() -> None:
    for name in ("ILedgerErrors.sol", "ILedgerEvents.sol"):
        lines = source(f"interfaces/{name}").splitlines()
        for above, line in pairwise(lines):
            if re.match(r" +(error|event) ", line):
                assert above.strip().startswith("///"), line


def test_no_event_indexes_what_only_its_hash_would_be_kept_of() -> None:
    indexed = [
        member["type"]
        for entry in ledger_artifact().abi
        if entry["type"] == "event"
        for member in entry["inputs"]
        if member["indexed"]
    ]
    assert indexed
    assert all(kind.startswith(("uint", "bytes32")) for kind in indexed)
