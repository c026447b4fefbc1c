"""The audit that another one goes on from: where it ended, and on whose word."""

from dataclasses import dataclass

from receipts_ledger.domain.block import BlockRef
from receipts_ledger.domain.carried import Carried
from receipts_ledger.domain.ids import Address


@dataclass(frozen=True, slots=True)
class Earlier:
    """A signed report that found everything equal.

    `unproved` is what was proved neither by it nor by those before it that it rests upon.
    """

    head: BlockRef
    auditor: Address
    digest: str
    audited_at: str
    trust: str
    unproved: tuple[str, ...]

    def in_words(self) -> str:
        """Say what rests upon it, as a report does."""
        told = (
            f"everything up to block {self.head.number} (0x{self.head.hash.hex()}) is on the word "
            f"of the auditor 0x{self.auditor.hex()}, whose report of {self.audited_at} "
            f"({self.digest}) found it equal; there {self.trust}"
        )
        return f"{told}; NOT PROVED there: {', '.join(self.unproved)}" if self.unproved else told


@dataclass(frozen=True, slots=True)
class Since:
    """An earlier report, and the state that it had come to."""

    earlier: Earlier
    carried: Carried
