"""What guards the door: who may come in, how often, and what is written down of it."""

from dataclasses import dataclass

from receipts_ledger.services.logins import Logins
from receipts_ledger.services.rates import Rates
from receipts_ledger.services.read_log import ReadLog


@dataclass(frozen=True, slots=True)
class Access:
    """The guards of one process. `hsts_seconds` of 0 promises no browser anything."""

    logins: Logins
    rates: Rates
    read_log: ReadLog
    hsts_seconds: int = 0
