"""What an act says, in words: numbers as people write them, days as dates."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from receipts_ledger.chain.typed_data import message
from receipts_ledger.domain import ids
from receipts_ledger.domain.act import Act
from receipts_ledger.domain.party import Role

_LISTED_MAX = 5

_READABLE: dict[str, Callable[[Any], str]] = {
    "receiptId": ids.receipt_number,
    "pool": ids.pool_number,
    "maturityDay": lambda day: ids.date_of(day).isoformat(),
    "storageDay": lambda day: ids.date_of(day).isoformat(),
    "deadline": lambda seconds: datetime.fromtimestamp(seconds, UTC).isoformat(),
    "roles": lambda bits: ", ".join(str(role.name).lower() for role in Role(bits)),
}


def in_words(act: Act) -> dict[str, object]:
    """Return the members of a statement by name, ready to be read aloud."""
    return {name: _readable(name, value) for name, value in message(act).items()}


def _readable(name: str, value: Any) -> object:
    if isinstance(value, list):
        return _listed(value)
    return _READABLE[name](value) if name in _READABLE else value


def _listed(values: list[Any]) -> str:
    shown = [
        ", ".join(f"{name} {_readable(name, member)}" for name, member in value.items())
        if isinstance(value, dict)
        else str(value)
        for value in values[:_LISTED_MAX]
    ]
    if len(values) > _LISTED_MAX:
        shown.append(f"and {len(values) - _LISTED_MAX} more")
    return "\n".join(shown) if shown else "none"
