"""Where a process may be told to die, and how that gets into the real code from outside.

A failpoint wraps one function of the product before its command is started. It dies by
SIGKILL: no handler runs, no buffer is flushed, no lock is given back.
"""

import importlib
import os
import signal
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from functools import reduce, wraps
from typing import Any


class When(StrEnum):
    """On which side of the call."""

    BEFORE = "before"
    AFTER = "after"


@dataclass(frozen=True, slots=True)
class Failpoint:
    """A function of the product, and the side of it on which to die."""

    name: str
    module: str
    function: str
    when: When


def _point(name: str, module: str, function: str, when: When = When.AFTER) -> Failpoint:
    return Failpoint(name, f"receipts_ledger.{module}", function, when)


OF_SERVE = (
    _point("api: drafted, not committed", "store.acts", "StoredActs.add"),
    _point("api: answered, not committed", "store.idempotency", "answer"),
    _point("api: committed, contract not asked", "services.intake", "Intake.ask", When.BEFORE),
    _point("api: contract asked, not queued", "services.intake", "Intake.ask"),
    _point("api: committed, not answered", "api.posting", "Posting._carry_out"),
)
OF_WORK = (
    _point("relay: signed, not committed", "chain.relaying", "LaneKey.sign"),
    _point("relay: assigned, not sent", "store.transactions", "StoredTransactions.assign"),
    _point("relay: about to send", "chain.relaying", "RelayNode.send", When.BEFORE),
    _point("relay: sent, not marked", "chain.relaying", "RelayNode.send"),
    _point("relay: marked as sent", "store.transactions", "StoredTransactions.mark_sent"),
    _point("relay: marked as mined", "store.transactions", "StoredTransactions.mark_mined"),
    _point("relay: marked as unmined", "store.transactions", "StoredTransactions.mark_unmined"),
    _point("relay: replaced, not sent", "store.transactions", "StoredTransactions.replace"),
    _point("relay: finishing, not committed", "store.transactions", "StoredTransactions._end"),
    _point("relay: finished", "store.transactions", "StoredTransactions.finish"),
    _point("index: written, not committed", "store.cursor", "move"),
    _point("index: committed", "store.index", "StoredIndex.append"),
    _point("index: taking back, not committed", "store.undo", "play_back"),
    _point("index: taken back", "store.index", "StoredIndex.roll_back"),
)
BY_NAME = {point.name: point for point in (*OF_SERVE, *OF_WORK)}


def install(point: Failpoint, times: int, tell: Callable[[str], object]) -> None:
    """Have this process die with the so manieth call; it tells the point's name just before."""
    *path, function = point.function.split(".")
    home: Any = reduce(getattr, path, importlib.import_module(point.module))
    wrapped = getattr(home, function)
    left = times

    def die_if_due() -> None:
        nonlocal left
        left -= 1
        if left == 0:
            tell(point.name)
            os.kill(os.getpid(), signal.SIGKILL)

    @wraps(wrapped)
    def mortal(*arguments: Any, **named: Any) -> Any:
        if point.when is When.BEFORE:
            die_if_due()
        returned = wrapped(*arguments, **named)
        if point.when is When.AFTER:
            die_if_due()
        return returned

    setattr(home, function, mortal)
