"""Where a receipt came from and where it went: splits, mergers, replacements, moved pledges."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from receipts_ledger.domain.act import Act
from receipts_ledger.domain.block import LoggedEvent
from receipts_ledger.domain.change import (
    Absorbed,
    Divided,
    IssuedFrom,
    Merge,
    Merged,
    Replaced,
    Split,
)
from receipts_ledger.domain.event import Event
from receipts_ledger.domain.ids import ReceiptId, pool_of, receipt_id
from receipts_ledger.domain.pledge import Pledged, Substitute, Substituted
from receipts_ledger.services.past.replaying import Onlooker


def related(event: Event, act: Act | None) -> Iterator[tuple[str, ReceiptId]]:
    """Yield the other receipts that an event binds this one to, and how."""
    match event, act:
        case IssuedFrom(), _:
            yield "came_out_of", event.origin
        case Divided(), Split():
            pool = pool_of(event.receipt_id)
            for place in range(len(act.parts)):
                yield "gave_part_to", receipt_id(pool, act.first_serial + place)
        case Merged(), Merge():
            yield "took_in", act.absorbed_id
        case Absorbed(), _:
            yield "merged_into", event.into
        case Replaced(), _:
            yield "replaced_by", event.by
        case Substituted(), _:
            yield "pledge_moved_to", event.substitute_id
        case Pledged(), Substitute():
            yield "pledge_moved_from", act.receipt_id
        case _:
            return


@dataclass(slots=True)
class Kinship(Onlooker):
    """Follows a replay and notes which receipt came out of which."""

    heirs: dict[ReceiptId, list[ReceiptId]] = field(default_factory=dict)
    origins: dict[ReceiptId, list[ReceiptId]] = field(default_factory=dict)

    def see(self, logged: LoggedEvent) -> None:
        """Note what an event says of two receipts."""
        match logged.event:
            case IssuedFrom(receipt_id=heir, origin=origin):
                self._note(origin, heir)
            case Absorbed(receipt_id=origin, into=heir):
                self._note(origin, heir)
            case Substituted(receipt_id=origin, substitute_id=heir):
                self._note(origin, heir)
            case _:
                pass

    def lineage(self, of: ReceiptId) -> frozenset[ReceiptId]:
        """Return a receipt with all that it came out of, and all that came out of it."""
        return frozenset((*_closure(of, self.origins), *_closure(of, self.heirs)))

    def _note(self, origin: ReceiptId, heir: ReceiptId) -> None:
        self.heirs.setdefault(origin, []).append(heir)
        self.origins.setdefault(heir, []).append(origin)


def _closure(of: ReceiptId, edges: Mapping[ReceiptId, list[ReceiptId]]) -> list[ReceiptId]:
    found = {of: None}
    waiting = [of]
    while waiting:
        for other in edges.get(waiting.pop(), ()):
            if other not in found:
                found[other] = None
                waiting.append(other)
    return list(found)
