"""What an act says, in words: numbers as people write them, days as dates, content in full."""

import re
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any

from receipts_ledger.chain.typed_data import message
from receipts_ledger.client import Draft, Signer
from receipts_ledger.domain import ids
from receipts_ledger.domain.act import Act
from receipts_ledger.domain.ids import NO_HASH, Hash32
from receipts_ledger.domain.party import Role
from receipts_ledger.domain.pending import COMMITMENTS

_LISTED_MAX = 5
_NOTHING = "0x" + NO_HASH.hex()

_READABLE: dict[str, Callable[[Any], str]] = {
    "receiptId": ids.receipt_number,
    "absorbedId": ids.receipt_number,
    "substituteId": ids.receipt_number,
    "pool": ids.pool_number,
    "maturityDay": lambda day: ids.date_of(day).isoformat(),
    "storageDay": lambda day: ids.date_of(day).isoformat(),
    "deadline": lambda seconds: datetime.fromtimestamp(seconds, UTC).isoformat(),
    "roles": lambda bits: ", ".join(str(role.name).lower() for role in Role(bits)),
}


def in_words(draft: Draft) -> dict[str, object]:
    """Return the members of a statement by name, ready to be read aloud.

    In the place of a commitment stands what it commits to. Raises Misdrafted when the
    gateway does not show it, or shows something else.
    """
    return {_words(name): _readable(draft, name, value) for name, value in _members(draft.act)}


def yet_to_sign(signers: Iterable[Signer]) -> str:
    """Return who has not signed, party by party."""
    missing = [signer for signer in signers if not signer.signed]
    return ", ".join(_name(signer) for signer in missing) or "nobody"


def _name(signer: Signer) -> str:
    if signer.party_id is not None:
        return f"party {signer.party_id}"
    return "the new key" if signer.role is None else f"any {signer.role}"


def _members(act: Act) -> list[tuple[str, Any]]:
    return list(message(act).items())


def _readable(draft: Draft, name: str, value: Any) -> object:
    if isinstance(value, list):
        return _listed(draft, value)
    if name in COMMITMENTS:
        return _content(draft, name, value)
    return _READABLE[name](value) if name in _READABLE else value


def _content(draft: Draft, name: str, value: str) -> object:
    if value == _NOTHING:
        return "none"
    return dict(draft.content_of(name, Hash32(bytes.fromhex(value.removeprefix("0x")))))


def _listed(draft: Draft, values: list[Any]) -> object:
    shown: list[object] = [
        {_words(name): _readable(draft, name, member) for name, member in value.items()}
        if isinstance(value, dict)
        else value
        for value in values[:_LISTED_MAX]
    ]
    if len(values) > _LISTED_MAX:
        shown.append(f"and {len(values) - _LISTED_MAX} more")
    return shown or "none"


def _words(name: str) -> str:
    return re.sub("[A-Z]", lambda letter: " " + letter[0].lower(), name)
