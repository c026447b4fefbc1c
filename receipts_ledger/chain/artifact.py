"""The compiled contract, as committed. A test proves that it comes from the sources."""

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import orjson


@dataclass(frozen=True, slots=True)
class Code:
    """Code as it is deployed, with holes where the values of immutables stand, by name."""

    deployed_bytecode: bytes
    immutable_references: dict[str, list[dict[str, int]]]

    def immutables_in(self, code: bytes) -> dict[str, bytes] | None:
        """Return the values of the immutables in deployed code, None when it is other code."""
        if len(code) != len(self.deployed_bytecode):
            return None
        masked, expected = bytearray(code), bytearray(self.deployed_bytecode)
        values: dict[str, bytes] = {}
        for name, places in self.immutable_references.items():
            for place in places:
                span = slice(place["start"], place["start"] + place["length"])
                value = code[span]
                if values.setdefault(name, value) != value:
                    return None
                masked[span] = expected[span] = bytes(place["length"])
        return values if masked == expected else None


@dataclass(frozen=True, slots=True)
class Artifact:
    """What the compiler made of contracts/ReceiptsLedger.sol."""

    abi: list[dict[str, Any]]
    bytecode: bytes
    ledger: Code
    rare_acts: Code
    """What the ledger creates, and runs on its own storage."""
    storage_layout: dict[str, Any]

    def slot(self, label: str) -> int:
        """Return the storage slot of a state variable by its name in Solidity."""
        for variable in self.storage_layout["storage"]:
            if variable["label"] == label:
                return int(variable["slot"])
        raise KeyError(label)


@cache
def ledger_artifact() -> Artifact:
    """Return the artifact of ReceiptsLedger."""
    path = files("receipts_ledger.chain") / "artifacts" / "ReceiptsLedger.json"
    artifact = orjson.loads(path.read_bytes())
    return Artifact(
        abi=artifact["abi"],
        bytecode=bytes.fromhex(artifact["bytecode"].removeprefix("0x")),
        ledger=_code(artifact),
        rare_acts=_code(artifact["partner"]),
        storage_layout=artifact["storageLayout"],
    )


def _code(compiled: dict[str, Any]) -> Code:
    return Code(
        bytes.fromhex(compiled["deployedBytecode"].removeprefix("0x")),
        compiled["immutableReferences"],
    )
