"""Who signed what has happened: acts that went through this gateway, and whose keys were whose."""

from collections.abc import Callable, Iterable, Mapping, Sequence

from sqlalchemy import select

from receipts_ledger.domain.act import Act
from receipts_ledger.domain.block import LoggedEvent
from receipts_ledger.domain.ids import Address, Hash32, PartyId
from receipts_ledger.domain.ledger import Ledger
from receipts_ledger.domain.party import HOLDER_MAX, Role
from receipts_ledger.domain.record import ActOnRecord
from receipts_ledger.store.bulk import among
from receipts_ledger.store.reads.past_events import (
    PARTY_KINDS,
    Place,
    events_where,
)
from receipts_ledger.store.tables import act_signers, acts, events
from receipts_ledger.store.units import Reader

_CARRIED = ("mined", "final", "refused")


def refusals_in(reader: Reader, block_numbers: Iterable[int]) -> dict[Hash32, list[LoggedEvent]]:
    """Return the refusals in some blocks, by transaction and in order."""
    found: dict[Hash32, list[LoggedEvent]] = {}
    for condition in among(events.c.block_number, set(block_numbers)):
        for logged in events_where(reader, condition, events.c.kind == "ActRefused"):
            found.setdefault(logged.tx_hash, []).append(logged)
    return found


def acts_of(
    reader: Reader,
    block_numbers: Iterable[int],
    *,
    read_statement: Callable[[bytes], Act],
) -> dict[Hash32, list[ActOnRecord]]:
    """Return the acts that this gateway has sent, and that ended in these blocks."""
    rows = [
        row
        for condition in among(acts.c.block_number, set(block_numbers))
        for row in reader.rows(select(acts).where(condition, acts.c.status.in_(_CARRIED)))
    ]
    keys: dict[str, list[Address | None]] = {row.act_id: [] for row in rows}
    for condition in among(act_signers.c.act_id, keys):
        query = select(act_signers.c.act_id, act_signers.c.key).where(condition)
        for signer in reader.rows(query.order_by(act_signers.c.position)):
            keys[signer.act_id].append(signer.key)
    found: dict[Hash32, list[ActOnRecord]] = {}
    for row in rows:
        act = read_statement(row.statement)
        signed = tuple(key for key in keys[row.act_id] if key is not None)
        found.setdefault(Hash32(row.tx_hash), []).append(
            ActOnRecord(act, row.subject, Hash32(row.digest), signed)
        )
    return found


def owners(
    reader: Reader, asked: Sequence[tuple[Place, Sequence[Address]]]
) -> list[Mapping[Address, tuple[PartyId, Role]]]:
    """Return for each place whose the keys were just before it. What is nobody's is left out.

    `asked` is in the order of the places.
    """
    if not asked:
        return []
    of_parties = (events.c.subject <= HOLDER_MAX) & events.c.kind.in_(PARTY_KINDS)
    waiting = iter(events_where(reader, of_parties, events.c.block_number <= asked[-1][0][0]))
    ledger = Ledger()
    following = next(waiting, None)
    found: list[Mapping[Address, tuple[PartyId, Role]]] = []
    for place, keys in asked:
        while following is not None and (following.block_number, following.log_index) < place:
            ledger.apply(following.event)
            following = next(waiting, None)
        found.append(
            {
                key: (ledger.keys[key], ledger.parties[ledger.keys[key]].roles)
                for key in keys
                if key in ledger.keys
            }
        )
    return found
