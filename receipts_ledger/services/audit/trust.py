"""On whose word the head of an audit is the head. All else follows from its hash."""

from dataclasses import dataclass
from enum import StrEnum


class TrustBasis(StrEnum):
    """Who says which block is the head."""

    NAMED = "named"
    """The auditor has named its hash, got by another way."""
    NODES = "nodes"
    """Several nodes give the same hash at the same height."""
    NODE = "node"
    """One node says so, and nobody else."""
    BUNDLE = "bundle"
    """The bundle says so, and nobody else."""


@dataclass(frozen=True, slots=True)
class Trust:
    """What the head rests upon, and the names of the nodes or the bundle that were read."""

    basis: TrustBasis
    sources: tuple[str, ...] = ()

    @property
    def is_checked(self) -> bool:
        """True where more than one source stands behind the head."""
        return self.basis in (TrustBasis.NAMED, TrustBasis.NODES)

    def in_words(self) -> str:
        """Say it as a report does."""
        match self.basis:
            case TrustBasis.NAMED:
                return "the head is the block that the auditor named"
            case TrustBasis.NODES:
                return f"the head is the same on {len(self.sources)} nodes: {self._names()}"
            case TrustBasis.NODE:
                return (
                    f"the head is what this one node says ({self._names()}); name a trusted "
                    "--head, or a second node"
                )
            case TrustBasis.BUNDLE:
                return f"the head is what the bundle says ({self._names()}); name a trusted --head"

    def _names(self) -> str:
        return ", ".join(self.sources)


ON_ONE_WORD = Trust(TrustBasis.NODE)
"""The least that can be said."""
