"""Takes the contract's logs off the chain with cryo. Runs in cryo's own environment."""

import json
import os
import time
from pathlib import Path

import cryo  # type: ignore[import-not-found] # lies in an environment of its own


def main() -> None:
    """Write the logs to Parquet, ten blocks to a request, as the other peers have it."""
    folder = Path(os.environ["OUTPUT_FOLDER"])
    folder.mkdir()
    now = {"wall": time.time(), "cpu": time.process_time()}
    Path(os.environ["BEGAN_FILE"]).write_text(json.dumps(now), encoding="ascii")
    cryo.freeze(
        "logs",
        rpc=os.environ["RPC_URL"],
        # Its ranges end before their last block.
        start_block=int(os.environ["FROM_BLOCK"]),
        end_block=int(os.environ["TO_BLOCK"]) + 1,
        contract=[os.environ["CONTRACT"]],
        inner_request_size=10,
        output_dir=str(folder),
        verbose=False,
    )


if __name__ == "__main__":
    main()
