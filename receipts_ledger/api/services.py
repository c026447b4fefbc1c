"""What the routes need of the house. Wiring builds it; nothing here is fetched or global."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from prometheus_client import CollectorRegistry

from receipts_ledger.domain.act import Act
from receipts_ledger.domain.ids import Hash32
from receipts_ledger.domain.record import ActOnRecord
from receipts_ledger.services.access import Access
from receipts_ledger.services.certify import Certifier
from receipts_ledger.services.commodities import Profiles
from receipts_ledger.services.intake import Intake
from receipts_ledger.services.webhooks import Webhooks
from receipts_ledger.store.units import Database

BODY_BYTES_MAX = 1 << 20
LAG_BLOCKS_MAX = 20
QUEUE_ACTS_MAX = 5_000
STREAMS_MAX = 500
STREAMS_PER_PARTY_MAX = 10


class Statements(Protocol):
    """One ledger's statements, read from bytes and shown to wallets."""

    def read(self, statement: bytes) -> Act: ...

    def typed_data(self, act: Act) -> dict[str, Any]: ...


class Services(Protocol):
    """The rooms behind the door. One object, shared by all requests."""

    @property
    def database(self) -> Database: ...

    @property
    def intake(self) -> Intake: ...

    @property
    def statements(self) -> Statements: ...

    @property
    def access(self) -> Access: ...

    @property
    def profiles(self) -> Profiles: ...

    @property
    def document_key(self) -> bytes:
        """The operator's key for fingerprints of documents and items."""

    @property
    def cursor_key(self) -> bytes:
        """The key by which page cursors are sealed; the same in all replicas."""

    @property
    def clock(self) -> Callable[[], datetime]: ...

    @property
    def node_head(self) -> Callable[[], int]:
        """Asks the node for its latest block. Raises Retryable when it does not answer."""

    @property
    def acts_sent(self) -> Callable[[Sequence[Hash32]], Mapping[Hash32, Sequence[ActOnRecord]]]:
        """Asks the node for the acts in transactions, which their hashes prove. Raises Retryable.

        What it does not have, or cannot prove, is left out.
        """

    @property
    def public_url(self) -> str | None:
        """Where others find this gateway, None where the operator has not said."""

    @property
    def certifier(self) -> Certifier:
        """Certifies what the chain says of a receipt."""

    @property
    def metrics(self) -> CollectorRegistry:
        """Where all parts of this process leave their figures."""

    @property
    def body_bytes_max(self) -> int:
        """Largest request body; BODY_BYTES_MAX unless the operator says otherwise."""

    @property
    def queue_acts_max(self) -> int:
        """When so many acts wait for a transaction, no more are taken."""

    @property
    def webhooks(self) -> Webhooks:
        """Where webhooks may go, and what signs them."""

    @property
    def streams_max(self) -> int:
        """Streams of events that this process holds at a time."""

    @property
    def streams_per_party_max(self) -> int:
        """The same for one party."""

    @property
    def lag_blocks_max(self) -> int:
        """So many blocks behind the node the index may be and count as ready."""
