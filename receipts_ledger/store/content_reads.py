"""Who has read what is confidential, and with which kept key has been signed. Only added to."""

from collections.abc import Mapping
from datetime import datetime
from typing import Protocol, TypeVar

from sqlalchemy import and_, select

from receipts_ledger.domain.ids import PartyId, ReceiptId
from receipts_ledger.store import api_tokens
from receipts_ledger.store.tables import content_reads, key_uses, keystores
from receipts_ledger.store.units import Database, Found, Reader


class Subject(Protocol):
    """What was read, and with whose api token."""

    @property
    def api_token_id(self) -> str: ...

    @property
    def party_id(self) -> PartyId | None: ...

    @property
    def receipt_id(self) -> ReceiptId | None: ...

    @property
    def act_id(self) -> str | None: ...


class Times(Protocol):
    """When, and how often."""

    first_at: datetime
    last_at: datetime
    count: int


S = TypeVar("S", bound=Subject)
T = TypeVar("T", bound=Times)


class StoredReads:
    """The records of one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def write(self, reads: Mapping[S, T], token_uses: Mapping[str, datetime]) -> None:
        """Write down reads and uses of api tokens, all or none. Raises Retryable."""
        with self._database.writing() as writer:
            for subject, times in reads.items():
                writer.insert(
                    content_reads,
                    token_id=subject.api_token_id,
                    party_id=subject.party_id,
                    receipt_id=subject.receipt_id,
                    act_id=subject.act_id,
                    first_at=times.first_at,
                    last_at=times.last_at,
                    times=times.count,
                )
            api_tokens.note_uses(writer, token_uses)


def page(
    reader: Reader,
    *,
    receipt_id: ReceiptId | None,
    party_id: PartyId | None,
    before: int | None,
    limit: int,
) -> list[Found]:
    """Return the next records of reads, newest first."""
    row = content_reads.c
    wanted = [
        column == value
        for column, value in ((row.receipt_id, receipt_id), (row.party_id, party_id))
        if value is not None
    ]
    if before is not None:
        wanted.append(row.id < before)
    query = select(content_reads).where(and_(True, *wanted))
    return list(reader.rows(query.order_by(row.id.desc()).limit(limit)))


def page_of_key_uses(
    reader: Reader, *, party_id: PartyId | None, before: int | None, limit: int
) -> list[Found]:
    """Return the next uses of kept keys, newest first, each with the party that the key is of."""
    wanted = []
    if party_id is not None:
        wanted.append(keystores.c.party_id == party_id)
    if before is not None:
        wanted.append(key_uses.c.id < before)
    query = (
        select(key_uses, keystores.c.party_id)
        .join(keystores, keystores.c.address == key_uses.c.address)
        .where(and_(True, *wanted))
    )
    return list(reader.rows(query.order_by(key_uses.c.id.desc()).limit(limit)))
