"""The compiled contract, as committed. A test proves that it comes from the sources."""

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import orjson


@dataclass(frozen=True, slots=True)
class Artifact:
    """What the compiler made of contracts/ReceiptsLedger.sol."""

    abi: list[dict[str, Any]]
    bytecode: bytes
    deployed_bytecode: bytes
    immutable_references: dict[str, list[dict[str, int]]]
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
        deployed_bytecode=bytes.fromhex(artifact["deployedBytecode"].removeprefix("0x")),
        immutable_references=artifact.get("immutableReferences", {}),
        storage_layout=artifact["storageLayout"],
    )
