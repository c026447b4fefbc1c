"""Pages: how many rows, and the sealed cursor behind the last of them.

A cursor says where the page ended in the order of its query. It is sealed, so that nobody
builds one, and bound to the query, so that it fits no other.
"""

import base64
import hmac
from collections.abc import Callable, Sequence
from typing import Annotated, Any, TypeVar

import orjson
from pydantic import BaseModel, ConfigDict, Field

from receipts_ledger.api.fields import decimal
from receipts_ledger.domain.finality import MinFinality
from receipts_ledger.errors import RefusalCode, Refused
from receipts_ledger.store.reads import feed
from receipts_ledger.store.units import Reader

LIMIT = 50
LIMIT_MAX = 200
_SEAL_BYTES = 16
_CURSOR_LENGTH_MAX = 512


class Page(BaseModel):
    """Which page is asked for. Queries with filters extend it; nothing else may be asked."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    limit: Annotated[int, *decimal(1, LIMIT_MAX, "Rows on the page.")] = LIMIT
    cursor: Annotated[
        str | None,
        Field(max_length=_CURSOR_LENGTH_MAX, description="`next_cursor` of the page before."),
    ] = None


Row = TypeVar("Row")


def expect_in_feed(reader: Reader, seq: int, field: str) -> None:
    """Raise Refused for a number to which the feed has not come.

    Who was told so far by a database that has since been replaced by an older copy would be told
    nothing until the feed is there again, and miss what comes until then.
    """
    last = feed.last_seq(reader, MinFinality.MINED)
    if seq > last:
        raise Refused(RefusalCode.INVALID_REQUEST, f"the feed ends at {last}", field=field)


def opened(cursor: str | None, query: Sequence[object], key: bytes) -> list[Any] | None:
    """Return where the page before ended, None for the first. Raises Refused for a forged one."""
    if cursor is None:
        return None
    try:
        whole = base64.urlsafe_b64decode(cursor.encode("ascii") + b"==")
        seal, position = whole[:_SEAL_BYTES], whole[_SEAL_BYTES:]
        if not hmac.compare_digest(seal, _seal(position, query, key)):
            raise ValueError("the seal is broken")
        values = orjson.loads(position)
    except ValueError as error:
        raise Refused(
            RefusalCode.INVALID_REQUEST, "it is no cursor of this query", field="cursor"
        ) from error
    return list(values)


def sealed(position: Sequence[object], query: Sequence[object], key: bytes) -> str:
    """Return the cursor for a position."""
    written = orjson.dumps(list(position))
    whole = _seal(written, query, key) + written
    return base64.urlsafe_b64encode(whole).rstrip(b"=").decode()


def cut(
    rows: list[Row],
    limit: int,
    position_of: Callable[[Row], Sequence[object]],
    *,
    query: Sequence[object],
    key: bytes,
) -> tuple[list[Row], str | None]:
    """Return the page of one row more than asked for, and the cursor if there is a next."""
    if len(rows) <= limit:
        return rows, None
    shown = rows[:limit]
    return shown, sealed(position_of(shown[-1]), query, key)


def _seal(position: bytes, query: Sequence[object], key: bytes) -> bytes:
    bound = orjson.dumps(list(query)) + b"\0" + position
    return hmac.digest(key, b"cursor\0" + bound, "sha256")[:_SEAL_BYTES]
