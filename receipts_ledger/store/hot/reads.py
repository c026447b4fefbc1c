"""What the hot routes ask, each in one statement: who asks, and all that the answer needs.

One statement is one moment, and one way to the server and back. PostgreSQL answers many
questions in one; SQLite, which is in this process, one at a time. The rules of who may know
what are not here: rows go out whole, to those who apply them.
"""

from collections import namedtuple
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    Engine,
    FromClause,
    LargeBinary,
    Select,
    and_,
    bindparam,
    case,
    column,
    func,
    literal,
    select,
    true,
)
from sqlalchemy.dialects.postgresql import ARRAY

from receipts_ledger.domain.ids import PartyId, ReceiptId
from receipts_ledger.store.api_tokens import CALLER_COLUMNS, CALLER_TABLES, has_shown
from receipts_ledger.store.hot.connections import Connections
from receipts_ledger.store.hot.statement import Statement
from receipts_ledger.store.reads.receipts import SHOWN_COLUMNS, offered_to
from receipts_ledger.store.rows import PARTY_COLUMNS
from receipts_ledger.store.tables import (
    api_tokens,
    blocks,
    contents,
    cursor,
    events,
    parties,
    pools,
    receipts,
)
from receipts_ledger.store.types import HASH, Unsigned64, to_signed

# mypy wants the names of its own, and they are the columns'.
_named: Any = namedtuple
_Shown = _named("_Shown", [one.key for one in SHOWN_COLUMNS])
_CALLER_END = 1 + len(CALLER_COLUMNS)
_RECEIPT_END = _CALLER_END + len(SHOWN_COLUMNS)
_NAMED_END = _CALLER_END + len(PARTY_COLUMNS)


@dataclass(frozen=True, slots=True)
class Question:
    """Who asks for which receipt, and what is known of the party that he names."""

    secret_hash: bytes
    receipt_id: ReceiptId
    named_id: PartyId | None = None


@dataclass(frozen=True, slots=True)
class ReceiptFound:
    """Rows of one moment. `receipt` is None where there is none of that number."""

    caller: Sequence[Any]
    receipt: Any | None
    content: dict[str, Any] | None
    terms: dict[str, Any] | None
    is_serialised: bool
    is_offered: bool


@dataclass(frozen=True, slots=True)
class PledgeFound:
    """Rows of one moment: who asks, the pledged receipt, and the party that he names."""

    caller: Sequence[Any]
    named: Sequence[Any]
    word: int
    pledgee_id: PartyId
    block_number: int
    block_hash: bytes
    log_index: int
    tx_hash: bytes
    finalized_number: int


class HotReads:
    """Asks one question or many at a time."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections
        self._shown = _Asked(_shown, connections.engine)
        self._offered = _Asked(_shown_with_offers, connections.engine)
        self._pledged = _Asked(_pledged, connections.engine)

    async def receipts(self, questions: Sequence[Question]) -> list[ReceiptFound | None]:
        """Return each receipt with who asks, None for a secret that nobody has.

        `is_offered` says nothing here: of most receipts nothing hangs on it, and looking for it
        takes PostgreSQL a third as long as all the rest.
        """
        return await self._receipts(self._shown, questions)

    async def receipts_with_offers(
        self, questions: Sequence[Question]
    ) -> list[ReceiptFound | None]:
        """Return the same, and whether each is offered to who asks."""
        return await self._receipts(self._offered, questions)

    async def _receipts(
        self, asked: "_Asked", questions: Sequence[Question]
    ) -> list[ReceiptFound | None]:
        found: list[ReceiptFound | None] = [None] * len(questions)
        for at, row in await self._rows(asked, questions):
            content, terms, is_serialised, *is_offered = row[_RECEIPT_END:]
            found[at] = ReceiptFound(
                row[1:_CALLER_END],
                _receipt_in(row),
                content,
                terms,
                bool(is_serialised),
                any(is_offered),
            )
        return found

    async def pledges(
        self, questions: Sequence[Question], meanwhile: Callable[[], None]
    ) -> list[PledgeFound | None]:
        """Return each pledged receipt with who asks, None for one that is not pledged.

        `meanwhile` is done while PostgreSQL looks.
        """
        found: list[PledgeFound | None] = [None] * len(questions)
        for at, row in await self._rows(self._pledged, questions, meanwhile):
            one = PledgeFound(row[1:_CALLER_END], row[_CALLER_END:_NAMED_END], *row[_NAMED_END:])
            before = found[at]
            # Pledged twice in one block, it was released in between.
            if before is None or before.log_index < one.log_index:
                found[at] = one
        return found

    async def _rows(
        self,
        asked: "_Asked",
        questions: Sequence[Question],
        meanwhile: Callable[[], None] | None = None,
    ) -> Iterable[tuple[int, list[Any]]]:
        # One question has the shorter statement on both engines.
        if asked.of_many is not None and len(questions) > 1:
            values = _values_of_many(questions)
            many = await self._connections.rows(asked.of_many, values, meanwhile)
            return [(row[0] - 1, row) for row in many]
        found: list[tuple[int, list[Any]]] = []
        for at, question in enumerate(questions):
            values = _values_of_one(question)
            rows = await self._connections.rows(asked.of_one, values, meanwhile)
            found += [(at, row) for row in rows]
            meanwhile = None
        return found


class _Asked:
    """One query as two statements: of one question, and where the engine can, of many."""

    def __init__(
        self, query: Callable[[FromClause], Select[*tuple[Any, ...]]], engine: Engine
    ) -> None:
        names = ("secret_hash", "receipt_id", "named_id")
        self.of_one = Statement(query(_one_question()), engine, asked=names)
        self.of_many: Statement | None = None
        if engine.dialect.name == "postgresql":
            self.of_many = Statement(query(_many_questions()), engine, asked=names)


def _shown_with_offers(asked: FromClause) -> Select[*tuple[Any, ...]]:
    party = api_tokens.c.party_id
    concerned = (receipts.c.holder_id, receipts.c.pledgee_id)
    is_offered = case(
        # Looked for only where the answer can hang on it.
        (party.is_(None), literal(value=False)),
        (party.in_(concerned), literal(value=False)),
        else_=offered_to(asked.c.receipt_id, party).correlate(asked, api_tokens).exists(),
    )
    return _shown(asked).add_columns(is_offered)


def _shown(asked: FromClause) -> Select[*tuple[Any, ...]]:
    content, terms = contents.alias("content"), contents.alias("terms")
    return (
        select(
            asked.c.at,
            *CALLER_COLUMNS,
            *SHOWN_COLUMNS,
            content.c.body,
            terms.c.body,
            pools.c.is_serialised,
        )
        .select_from(asked.join(CALLER_TABLES, has_shown(asked.c.secret_hash)))
        .outerjoin(receipts, receipts.c.receipt_id == asked.c.receipt_id)
        .outerjoin(blocks, blocks.c.number == receipts.c.pledged_at_block)
        .outerjoin(content, content.c.commitment == receipts.c.content)
        .outerjoin(terms, terms.c.commitment == receipts.c.terms)
        .outerjoin(pools, pools.c.pool_id == receipts.c.pool_id)
    )


def _pledged(asked: FromClause) -> Select[*tuple[Any, ...]]:
    named = parties.alias("named")
    made = and_(
        events.c.subject == receipts.c.receipt_id,
        events.c.block_number == receipts.c.pledged_at_block,
        events.c.kind == "Pledged",
    )
    return (
        select(
            asked.c.at,
            *CALLER_COLUMNS,
            *(named.c[one.key] for one in PARTY_COLUMNS),
            receipts.c.word,
            receipts.c.pledgee_id,
            receipts.c.pledged_at_block,
            blocks.c.hash,
            events.c.log_index,
            events.c.tx_hash,
            cursor.c.finalized_number,
        )
        .select_from(asked.join(CALLER_TABLES, has_shown(asked.c.secret_hash)))
        .join(receipts, and_(receipts.c.receipt_id == asked.c.receipt_id, receipts.c.encumbered))
        .join(events, made)
        .join(blocks, blocks.c.number == events.c.block_number)
        .join(cursor, true())
        .outerjoin(named, named.c.party_id == asked.c.named_id)
    )


def _one_question() -> FromClause:
    return select(
        literal(1).label("at"),
        bindparam("secret_hash", None, HASH).label("secret_hash"),
        bindparam("receipt_id", None, Unsigned64).label("receipt_id"),
        bindparam("named_id", None, parties.c.party_id.type).label("named_id"),
    ).subquery("asked")


def _many_questions() -> FromClause:
    columns = (
        ("secret_hash", HASH, LargeBinary()),
        ("receipt_id", Unsigned64(), receipts.c.pool_id.type),
        ("named_id", parties.c.party_id.type, parties.c.party_id.type),
    )
    lists = (bindparam(name, None, ARRAY(stored)) for name, _, stored in columns)
    return (
        func.unnest(*lists)
        .table_valued(*(column(name, kind) for name, kind, _ in columns), with_ordinality="at")
        .render_derived("asked")
    )


def _values_of_one(question: Question) -> Mapping[str, object]:
    return {
        "secret_hash": question.secret_hash,
        "receipt_id": question.receipt_id,
        "named_id": question.named_id,
    }


def _values_of_many(questions: Sequence[Question]) -> Mapping[str, object]:
    return {
        "secret_hash": [one.secret_hash for one in questions],
        "receipt_id": [to_signed(one.receipt_id) for one in questions],
        "named_id": [one.named_id for one in questions],
    }


def _receipt_in(row: Sequence[Any]) -> Any | None:
    if row[_CALLER_END] is None:
        return None
    return _Shown._make(row[_CALLER_END:_RECEIPT_END])
