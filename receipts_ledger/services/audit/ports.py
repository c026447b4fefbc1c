"""What an audit needs of the chain and of SQL."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Protocol

from receipts_ledger.domain.block import BlockRef
from receipts_ledger.domain.comparison import StorageComparison
from receipts_ledger.domain.ids import Address, PartyId
from receipts_ledger.domain.ledger import Ledger
from receipts_ledger.domain.record import BlockRecord


class Records(Protocol):
    """The chain from the deployment to `head`, proved as far as its engine lets anybody prove."""

    def records(self, head: BlockRef) -> Iterator[BlockRecord]: ...

    def reason(self, refusal: bytes) -> str: ...


class Storage(Protocol):
    """The contract's storage: the independent second opinion."""

    def compare(
        self,
        ledger: Ledger,
        keys_of: Mapping[PartyId, Sequence[Address]],
        cleared: Iterable[bytes],
        at: BlockRef,
    ) -> StorageComparison: ...


class Rows(Protocol):
    """SQL, read in one snapshot. `rows` yields the rows of a table as column and value.

    Events come in the order of block and log, all others in any order.
    """

    def position(self) -> BlockRef: ...

    def rows(self, table: str) -> Iterator[Mapping[str, object]]: ...
