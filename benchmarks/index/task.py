"""What is measured: the pieces of work, by the names that the reports give them."""

from enum import StrEnum


class Task(StrEnum):
    """A piece of work, done by a program of its own."""

    NODE = "the node alone: raw logs"
    READ = "ours: prove, decode"
    INDEX_POSTGRESQL = "ours: index to PostgreSQL"
    INDEX_SQLITE = "ours: index to SQLite"
    REPLAY_UNPROVED = "ours: audit replay, no proofs"
    REPLAY = "ours: audit replay"
    CRYO = "cryo: logs to Parquet, no state"
    SUBSQUID = "Subsquid to PostgreSQL"
    PONDER = "Ponder to PostgreSQL"
    WEB3 = "web3.py: decode"
    WEB3_SIGNATURES = "web3.py and eth-account: decode, recover"

    @property
    def has_server(self) -> bool:
        """Whether a database server works for it."""
        return self in (Task.INDEX_POSTGRESQL, Task.SUBSQUID, Task.PONDER)


OURS = (
    Task.READ,
    Task.INDEX_POSTGRESQL,
    Task.INDEX_SQLITE,
    Task.REPLAY_UNPROVED,
    Task.REPLAY,
)
PEERS = (Task.CRYO, Task.SUBSQUID, Task.PONDER)
# On a chain of portfolios; nobody else comes to the signatures, which are few there.
IN_PORTFOLIOS = (Task.NODE, *OURS, *PEERS, Task.WEB3)
# On a chain of single acts, the worst case for consent: those that recover signatures or index.
ONE_BY_ONE = (Task.NODE, *OURS, Task.WEB3, Task.WEB3_SIGNATURES)
# On parts of a chain, to see what its length costs.
GROWING = (Task.INDEX_POSTGRESQL, Task.INDEX_SQLITE, Task.REPLAY_UNPROVED, Task.REPLAY)
