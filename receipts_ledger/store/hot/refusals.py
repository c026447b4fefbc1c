"""Refusals of the hot routes: many on record, each with its answer, in one commit.

As durable as any other commit, and answered only after it. Nothing is written of a request
whose idempotency key is taken or whose act is known: what has become of it, others find out.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from sqlite3 import Connection as SqliteConnection

import orjson
from sqlalchemy import Table

from receipts_ledger.domain.refusal import RefusalOnRecord
from receipts_ledger.store.hot.postgresql import PostgresqlConnections
from receipts_ledger.store.hot.sqlite import SqliteConnections
from receipts_ledger.store.idempotency import RequestKey, StoredAnswer
from receipts_ledger.store.tables import idempotency_keys, refusals
from receipts_ledger.store.types import to_signed
from receipts_ledger.store.values import converted, to_stored


@dataclass(frozen=True, slots=True)
class AnsweredRefusal:
    """A refusal, what was answered, and the act that the request would have drafted."""

    request: RequestKey
    act_id: str
    refusal: RefusalOnRecord
    answer: StoredAnswer


class HotRefusals:
    """Writes one batch after another."""

    def __init__(self, connections: SqliteConnections | PostgresqlConnections) -> None:
        self._connections = connections

    async def add(
        self, found: Sequence[AnsweredRefusal], *, is_alone: Callable[[], bool]
    ) -> list[bool]:
        """Write them down, and return which are: all of those, or nothing if it raises.

        `is_alone` tells whether anybody else would wait for the disk.
        """
        # In one order for everybody, so that two gateways never wait for each other.
        order = sorted(range(len(found)), key=lambda at: _name(found[at]))
        ordered = [found[at] for at in order]
        if isinstance(self._connections, SqliteConnections):
            work = partial(_each, ordered)
            written = await self._connections.done_soon(work, is_alone=is_alone)
        elif len(ordered) == 1:
            written = [await _alone(self._connections, ordered[0])]
        else:
            written = await _in_one(self._connections, ordered)
        return [is_written for _, is_written in sorted(zip(order, written, strict=True))]


def _each(found: Sequence[AnsweredRefusal], driver: SqliteConnection) -> list[bool]:
    """SQLite: statement by statement, all in one transaction."""
    written = []
    for one in found:
        row = [*_stored(idempotency_keys, _answer(one), "sqlite"), one.act_id]
        is_new = driver.execute(_ANSWER_ONE, row).rowcount == 1
        if is_new:
            driver.execute(_REFUSE_ONE, _stored(refusals, _refusal(one), "sqlite"))
        written.append(is_new)
    return written


async def _alone(connections: PostgresqlConnections, one: AnsweredRefusal) -> bool:
    """PostgreSQL, of one: the server need not take rows out of JSON."""
    answer = _stored(idempotency_keys, _answer(one), "postgresql")
    refusal = _stored(refusals, _refusal(one), "postgresql")
    return bool(await connections.raw_rows(_REFUSE_ALONE, [*answer, *refusal, one.act_id]))


async def _in_one(
    connections: PostgresqlConnections, found: Sequence[AnsweredRefusal]
) -> list[bool]:
    """PostgreSQL: one statement that commits by itself. Rows travel as JSON, which it types."""
    lists = (
        [_answer(one) for one in found],
        [_refusal(one) for one in found],
        [one.act_id for one in found],
    )
    sent = [orjson.dumps(rows, default=_in_json).decode() for rows in lists]
    new = set(await connections.raw_rows(_REFUSE_ALL, sent))
    return [_name(one) in new for one in found]


def _name(found: AnsweredRefusal) -> tuple[str, str]:
    return found.request.principal, found.request.key


def _answer(found: AnsweredRefusal) -> dict[str, object]:
    request, answer = found.request, found.answer
    return {
        "principal": request.principal,
        "key": request.key,
        "fingerprint": request.fingerprint,
        "state": "done",
        "status_code": answer.status_code,
        "headers": dict(answer.headers),
        "body": answer.body,
        "created_at": found.refusal.at,
    }


def _refusal(found: AnsweredRefusal) -> dict[str, object]:
    refusal = found.refusal
    return {
        "refusal_id": refusal.refusal_id,
        "at": refusal.at,
        "source": refusal.source.value,
        "party_id": refusal.party_id,
        "verb": refusal.verb,
        "subject": None if refusal.subject is None else to_signed(refusal.subject),
        "code": str(refusal.code),
        "detail": dict(refusal.detail),
        "digest": refusal.digest,
        "act_id": refusal.act_id,
        "evidence": None if refusal.evidence is None else dict(refusal.evidence),
    }


def _stored(table: Table, row: Mapping[str, object], dialect: str) -> list[object]:
    """Return a row as an engine stores it."""
    return converted([row[column.name] for column in table.c], to_stored(table, dialect))


def _in_json(value: object) -> str:
    """Return bytes as PostgreSQL reads them in a JSON text."""
    if isinstance(value, bytes):
        return "\\x" + value.hex()
    raise TypeError(f"{type(value)} has no place in a refusal")


def _names(table: Table, prefix: str = "") -> str:
    return ", ".join(f'{prefix}"{column.name}"' for column in table.c)


def _places(table: Table, after: int = 0) -> str:
    return ", ".join(f"${after + at}" for at, _ in enumerate(table.c, 1))


# Names of our own tables and columns; every value is bound.
_ANSWER_ONE = (
    f"INSERT INTO idempotency_keys ({_names(idempotency_keys)}) "  # noqa: S608
    f"SELECT {', '.join('?' * len(idempotency_keys.c))} "
    "WHERE NOT EXISTS (SELECT 1 FROM acts WHERE act_id = ?) ON CONFLICT DO NOTHING"
)
_REFUSE_ONE = (
    f"INSERT INTO refusals ({_names(refusals)}) "  # noqa: S608
    f"VALUES ({', '.join('?' * len(refusals.c))}) ON CONFLICT DO NOTHING"
)
_ANSWERED, _REFUSED = len(idempotency_keys.c), len(refusals.c)
_REFUSE_ALONE = f"""
WITH claimed AS (
    INSERT INTO idempotency_keys ({_names(idempotency_keys)})
    SELECT {_places(idempotency_keys)}
    WHERE NOT EXISTS (SELECT 1 FROM acts WHERE act_id = ${_ANSWERED + _REFUSED + 1})
    ON CONFLICT DO NOTHING RETURNING key
), noted AS (
    INSERT INTO refusals ({_names(refusals)})
    SELECT {_places(refusals, _ANSWERED)} FROM claimed ON CONFLICT DO NOTHING
)
SELECT key FROM claimed
"""  # noqa: S608
_REFUSE_ALL = f"""
WITH answer AS (
    SELECT * FROM json_populate_recordset(NULL::idempotency_keys, $1::json) WITH ORDINALITY
), refusal AS (
    SELECT * FROM json_populate_recordset(NULL::refusals, $2::json) WITH ORDINALITY
), wanted AS (
    SELECT * FROM json_array_elements_text($3::json) WITH ORDINALITY AS wanted(act, ordinality)
), claimed AS (
    INSERT INTO idempotency_keys ({_names(idempotency_keys)})
    SELECT {_names(idempotency_keys, "answer.")} FROM answer JOIN wanted USING (ordinality)
    WHERE NOT EXISTS (SELECT 1 FROM acts WHERE acts.act_id = wanted.act)
    ON CONFLICT DO NOTHING RETURNING principal, key
), noted AS (
    INSERT INTO refusals ({_names(refusals)})
    SELECT {_names(refusals, "refusal.")}
    FROM refusal JOIN answer USING (ordinality) JOIN claimed USING (principal, key)
    ON CONFLICT DO NOTHING
)
SELECT principal, key FROM claimed
"""  # noqa: S608
