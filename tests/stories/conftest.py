"""Stories are told before the gateway of the API's tests, and on the chain of the audit's."""

from tests.api.conftest import _plain_logs, gateway, pool, receipt
from tests.audit.conftest import _indexed_sqlite, indexed_sqlite_url, scene

__all__ = [
    "_indexed_sqlite",
    "_plain_logs",
    "gateway",
    "indexed_sqlite_url",
    "pool",
    "receipt",
    "scene",
]
