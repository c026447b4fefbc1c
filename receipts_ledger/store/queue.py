"""Acts that have all signatures and wait for a transaction, and those that never get one.

An act leaves the queue with its status; whoever changes it finds it still waiting or
changes nothing.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import uuid4

from sqlalchemy import delete, select, update

from receipts_ledger.domain.ids import ReceiptId, pool_of
from receipts_ledger.domain.lane import ActId, QueuedAct
from receipts_ledger.domain.pending import ActStatus
from receipts_ledger.domain.refusal import RefusalOnRecord, Source
from receipts_ledger.errors import Refused
from receipts_ledger.store.acts import explained
from receipts_ledger.store.bulk import among
from receipts_ledger.store.prepared import Prepared, asked
from receipts_ledger.store.refusals import StoredRefusals
from receipts_ledger.store.tables import act_receipts, act_signers, acts, pledge_slots
from receipts_ledger.store.units import Database, Found, Reader, Writer

_BEFORE_SENDING = (ActStatus.DRAFT, ActStatus.SIGNED)
_IN_FLIGHT = (ActStatus.ASSIGNED, ActStatus.SENT)
_OF_PARTIES = ("Admit", "Suspend", "Reinstate", "BindKey", "RevokeKey")
_OF_POOLS = ("OpenPool", "Attest")

_WAITING = Prepared(
    select(acts.c.act_id, acts.c.kind, acts.c.subject, acts.c.statement)
    .where(acts.c.status == ActStatus.SIGNED)
    .order_by(acts.c.created_at, acts.c.act_id)
    .limit(asked("count_max", acts.c.version))
)
_CARRIED = Prepared(
    select(acts.c.act_id, acts.c.kind, acts.c.subject).where(acts.c.status.in_(_IN_FLIGHT))
)
_IS_LATE = (acts.c.status.in_(_BEFORE_SENDING), acts.c.deadline < asked("now", acts.c.deadline))
_LATE = Prepared(select(acts.c.act_id).where(*_IS_LATE).limit(1))
_EXPIRE = Prepared(
    update(acts)
    .where(*_IS_LATE)
    .values(status=ActStatus.EXPIRED, updated_at=asked("updated_at", acts.c.updated_at))
    .returning(acts.c.act_id)
)


class StoredQueue:
    """The queue of one database. Each method is one transaction."""

    def __init__(self, database: Database, *, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock

    def waiting(self, count_max: int) -> Sequence[QueuedAct]:
        """Return acts that may be relayed, those drafted first coming first."""
        with self._database.reading() as reader:
            rows = reader.ask(_WAITING, count_max=count_max)
            claims = _claims(reader, rows)
            signatures = _signatures(reader, [row.act_id for row in rows])
        return [
            QueuedAct(row.act_id, row.statement, tuple(signatures[row.act_id]), claims[row.act_id])
            for row in rows
        ]

    def claims_in_flight(self) -> frozenset[str]:
        """Return what the acts change that are on their way and in no block yet."""
        with self._database.reading() as reader:
            claims = _claims(reader, reader.ask(_CARRIED))
        return frozenset().union(*claims.values())

    def refuse(self, act_id: ActId, refusal: Refused) -> None:
        """Close a waiting act that the contract would refuse now, and put that on record."""
        now = self._clock()
        on_record = RefusalOnRecord(
            refusal_id=str(uuid4()),
            at=now,
            source=Source.CONTRACT,
            party_id=None,
            verb="",
            subject=None,
            code=refusal.code,
            detail={**refusal.details, "detail": refusal.detail},
            act_id=act_id,
        )
        with self._database.writing() as writer:
            closed = writer.returning(
                update(acts)
                .where(acts.c.act_id == act_id, acts.c.status == ActStatus.SIGNED)
                .values(status=ActStatus.REFUSED, refusal=explained(on_record), updated_at=now)
                .returning(acts.c.created_by, acts.c.kind, acts.c.subject, acts.c.digest)
            )
            for row in closed:
                give_back_slots(writer, [act_id])
                told = replace(
                    on_record,
                    party_id=row.created_by,
                    verb=row.kind,
                    subject=row.subject,
                    digest=row.digest,
                )
                StoredRefusals(writer).add(told)

    def expire(self) -> int:
        """End the acts whose deadline has passed before they were sent, and count them."""
        now = self._clock()
        seconds = int(now.timestamp())
        with self._database.reading() as reader:
            if reader.ask_first(_LATE, now=seconds) is None:
                return 0
        with self._database.writing() as writer:
            expired = [row.act_id for row in writer.ask(_EXPIRE, now=seconds, updated_at=now)]
            give_back_slots(writer, expired)
        return len(expired)

    def expire_act(self, act_id: ActId) -> None:
        """End a waiting act whose deadline has passed by the chain's clock."""
        with self._database.writing() as writer:
            ended = writer.run(
                update(acts)
                .where(acts.c.act_id == act_id, acts.c.status == ActStatus.SIGNED)
                .values(status=ActStatus.EXPIRED, updated_at=self._clock())
            )
            if ended:
                give_back_slots(writer, [act_id])


def give_back_slots(writer: Writer, act_ids: Iterable[str]) -> None:
    """Let other pledges of the acts' receipts come forward."""
    for condition in among(pledge_slots.c.act_id, act_ids):
        writer.run(delete(pledge_slots).where(condition))


def _signatures(reader: Reader, act_ids: Sequence[str]) -> dict[str, list[bytes]]:
    found: dict[str, list[bytes]] = defaultdict(list)
    query = select(act_signers.c.act_id, act_signers.c.signature).order_by(act_signers.c.position)
    for condition in among(act_signers.c.act_id, act_ids):
        rows = reader.rows(query.where(condition, act_signers.c.signature.is_not(None)))
        for row in rows:
            found[row.act_id].append(row.signature)
    return found


def _claims(reader: Reader, rows: Sequence[Found]) -> dict[str, frozenset[str]]:
    """Return what each act changes: of two acts on the same thing one waits for the other."""
    found = {row.act_id: {_claim_of(row.kind, row.subject)} for row in rows}
    for condition in among(act_receipts.c.act_id, found):
        for act_id, receipt_id in reader.rows(select(act_receipts).where(condition)):
            found[act_id].add(f"receipt {receipt_id}")
    return {act_id: frozenset(claims) for act_id, claims in found.items()}


def _claim_of(kind: str, subject: int) -> str:
    if kind in _OF_PARTIES:
        return f"party {subject}"
    if kind in _OF_POOLS:
        return f"pool {subject}"
    if kind == "Issue":
        return f"pool {pool_of(ReceiptId(subject))}"
    return f"receipt {subject}"
