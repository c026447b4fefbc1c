"""One field of a content, shown without the rest, and why it belongs to the commitment.

Whoever holds a field with its salt and the hashes beside its way up the tree can hand it on,
or keep it back; of what is kept back the hashes tell nothing, because each leaf is salted.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from receipts_ledger.domain.content import Json, levels
from receipts_ledger.domain.ids import Hash32
from receipts_ledger.domain.sealed import Sealed


class Side(StrEnum):
    """On which side of the way up a hash stands."""

    LEFT = "left"
    RIGHT = "right"


@dataclass(frozen=True, slots=True)
class Sibling:
    """A hash beside the way from a leaf to the root."""

    side: Side
    hash: Hash32


@dataclass(frozen=True, slots=True)
class ShownField:
    """A field with its salt, and its way to the commitment, from the leaf upwards."""

    name: str
    value: Json
    salt: bytes
    path: tuple[Sibling, ...]


def show(sealed: Sealed, names: Iterable[str]) -> tuple[ShownField, ...]:
    """Return these fields of a content, in the order of their names. Raises KeyError."""
    tree = levels(sealed.body, sealed.salts)
    places = {name: place for place, name in enumerate(sorted(sealed.body))}
    return tuple(
        ShownField(name, sealed.body[name], sealed.salts[name], _path(tree, places[name]))
        for name in sorted(set(names))
    )


def _path(tree: list[list[Hash32]], place: int) -> tuple[Sibling, ...]:
    path = []
    for level in tree[:-1]:
        beside = place ^ 1
        if beside < len(level):
            path.append(Sibling(Side.LEFT if beside < place else Side.RIGHT, level[beside]))
        place //= 2
    return tuple(path)
