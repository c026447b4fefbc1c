"""What the database knows of who signed: acts that this gateway sent, refusals, parties' keys."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from sqlalchemy import select

from receipts_ledger.domain.act import Act
from receipts_ledger.domain.block import LoggedEvent
from receipts_ledger.domain.ids import Address, Hash32
from receipts_ledger.domain.party import HOLDER_MAX
from receipts_ledger.domain.record import ActOnRecord
from receipts_ledger.store.bulk import among
from receipts_ledger.store.reads.past_events import (
    PARTY_KINDS,
    events_where,
)
from receipts_ledger.store.tables import act_signers, acts, events
from receipts_ledger.store.units import Reader

_ENDED_ON_CHAIN = ("mined", "final", "refused")


@dataclass(frozen=True, slots=True)
class SentAct:
    """An act that this gateway has sent, under the name that it has here."""

    act_id: str
    on_record: ActOnRecord


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
) -> dict[Hash32, list[SentAct]]:
    """Return the acts that this gateway has sent, and that ended in these blocks."""
    rows = [
        row
        for condition in among(acts.c.block_number, set(block_numbers))
        for row in reader.rows(select(acts).where(condition, acts.c.status.in_(_ENDED_ON_CHAIN)))
    ]
    keys: dict[str, list[Address | None]] = {row.act_id: [] for row in rows}
    for condition in among(act_signers.c.act_id, keys):
        query = select(act_signers.c.act_id, act_signers.c.key).where(condition)
        for signer in reader.rows(query.order_by(act_signers.c.position)):
            keys[signer.act_id].append(signer.key)
    found: dict[Hash32, list[SentAct]] = {}
    for row in rows:
        signers = tuple(key for key in keys[row.act_id] if key is not None)
        act = read_statement(row.statement)
        on_record = ActOnRecord(act, row.subject, Hash32(row.digest), signers)
        found.setdefault(Hash32(row.tx_hash), []).append(SentAct(row.act_id, on_record))
    return found


def party_events(reader: Reader, block_number: int) -> list[LoggedEvent]:
    """Return all that has happened to parties up to a block, in order."""
    return events_where(
        reader,
        events.c.subject <= HOLDER_MAX,
        events.c.kind.in_(PARTY_KINDS),
        events.c.block_number <= block_number,
    )
