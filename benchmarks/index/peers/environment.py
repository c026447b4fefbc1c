"""What the peers' configurations are told: the node, the contract, its events, the range."""

import json
from collections.abc import Mapping
from pathlib import Path

from benchmarks.index.given import Given
from receipts_ledger.chain.artifact import ledger_artifact


def environment(given: Given, scratch: Path) -> Mapping[str, str]:
    """Write the contract's events into `scratch` and return the variables."""
    abi_file = scratch / "abi.json"
    events = [entry for entry in ledger_artifact().abi if entry["type"] == "event"]
    abi_file.write_text(json.dumps(events), encoding="ascii")
    deployment = given.deployment
    return {
        "NODE_ENV": "production",
        "RPC_URL": given.rpc_url,
        "CHAIN_ID": str(deployment.chain_id),
        "CONTRACT": deployment.contract,
        "FROM_BLOCK": str(deployment.block_number),
        "TO_BLOCK": str(given.to_block),
        "ABI_FILE": str(abi_file),
    }
