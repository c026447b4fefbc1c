"""What a piece of work is done on."""

from dataclasses import dataclass
from pathlib import Path

from receipts_ledger.chain.deployment import Deployment


@dataclass(frozen=True, slots=True)
class Given:
    """A chain up to a block, and a fresh database where one is needed."""

    rpc_url: str
    deployment_file: Path
    to_block: int
    database_url: str

    @property
    def deployment(self) -> Deployment:
        """The ledger on the chain."""
        return Deployment.read(self.deployment_file)
