"""A content with its salts, sealed by the commitment that the chain holds."""

from collections.abc import Mapping
from dataclasses import dataclass

from receipts_ledger.domain.content import Json, commit, new_salts
from receipts_ledger.domain.ids import Hash32


@dataclass(frozen=True, slots=True)
class Sealed:
    """What a commitment on the chain stands for."""

    commitment: Hash32
    kind: str
    body: Mapping[str, Json]
    salts: Mapping[str, bytes]

    def is_intact(self) -> bool:
        """Tell whether body and salts still lead to the commitment."""
        try:
            return commit(self.body, self.salts) == self.commitment
        except ValueError:
            return False


def seal(kind: str, body: Mapping[str, Json]) -> Sealed:
    """Return a content under fresh salts. An empty one commits to 32 zero bytes."""
    salts = new_salts(body)
    return Sealed(commit(body, salts), kind, body, salts)
