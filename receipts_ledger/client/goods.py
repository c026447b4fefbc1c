"""What a caller brings to an issue or a pledge: papers, and goods to be receipted."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from receipts_ledger.domain.content import Json
from receipts_ledger.domain.ids import PartyId


@dataclass(frozen=True, slots=True)
class Document:
    """A paper that backs an act, such as an invoice; the ledger keeps a fingerprint of it."""

    kind: str
    identifier: str

    def to_json(self) -> dict[str, str]:
        """Return the document as the gateway wants it."""
        return {"kind": self.kind, "identifier": self.identifier}


@dataclass(frozen=True, slots=True)
class NewGoods:
    """One receipt to be issued. `items` only where the goods are serialised."""

    holder_id: PartyId
    quantity: int
    storage_until: date
    content: Mapping[str, Json]
    items: Sequence[Mapping[str, Json]] = field(default=())

    def to_json(self) -> dict[str, Any]:
        """Return the receipt as the gateway wants it."""
        return {
            "holder_id": self.holder_id,
            "quantity": self.quantity,
            "storage_until": self.storage_until.isoformat(),
            "content": dict(self.content),
            **({"items": [dict(item) for item in self.items]} if self.items else {}),
        }


@dataclass(frozen=True, slots=True)
class NewPart:
    """One part of a split. `items` only where the goods are serialised."""

    quantity: int
    content: Mapping[str, Json]
    items: Sequence[Mapping[str, Json]] = field(default=())

    def to_json(self) -> dict[str, Any]:
        """Return the part as the gateway wants it."""
        return {
            "quantity": self.quantity,
            "content": dict(self.content),
            **({"items": [dict(item) for item in self.items]} if self.items else {}),
        }
