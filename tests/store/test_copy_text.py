"""What COPY reads of our text is what the driver makes of the same values, whatever they are."""

from datetime import UTC, datetime
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg.types.json import set_json_loads
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Integer,
    MetaData,
    Numeric,
    String,
    Table,
    Text,
)

from receipts_ledger.store.copy_text import copy_text
from receipts_ledger.store.engine import JsonText
from receipts_ledger.store.tables import metadata
from receipts_ledger.store.types import HASH as HASH_COLUMN
from receipts_ledger.store.types import Json, RowNumber, Unsigned64, Utc, Word128
from receipts_ledger.store.values import converted, to_stored

OF_EVERY_TYPE = Table(
    "of_every_type",
    MetaData(),
    Column("id", RowNumber, primary_key=True),
    Column("unsigned", Unsigned64),
    Column("large", BigInteger),
    Column("small", Integer),
    Column("is_so", Boolean),
    Column("word", Word128),
    Column("hash", HASH_COLUMN),
    Column("kind", String(24)),
    Column("reason", Text),
    Column("body", Json),
    Column("at", Utc),
)
_CREATE = (
    "CREATE TEMPORARY TABLE of_every_type (id bigserial PRIMARY KEY, unsigned bigint, "
    "large bigint, small integer, is_so boolean, word bytea, hash bytea, kind text, reason text, "
    "body json, at timestamptz)"
)
_NAMES = "unsigned, large, small, is_so, word, hash, kind, reason, body, at"
_COPY = f"COPY of_every_type ({_NAMES}) FROM STDIN"
_SELECT = f"SELECT {_NAMES} FROM of_every_type ORDER BY id"  # noqa: S608  (names of our own)

# PostgreSQL holds no NUL and no half of a surrogate pair in a text, whoever sends it.
texts = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]))
jsons = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**256) | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=6,
).filter(lambda value: value is not None)
rows = st.tuples(
    st.none() | st.integers(0, 2**64 - 1),
    st.none() | st.integers(-(2**63), 2**63 - 1),
    st.none() | st.integers(-(2**31), 2**31 - 1),
    st.none() | st.booleans(),
    st.none() | st.integers(0, 2**128 - 1),
    st.none() | st.binary(min_size=32, max_size=32),
    st.none() | st.sampled_from(["open", "Pledged", "\\N", "a\tb", "\\."]) | texts,
    st.none() | texts,
    st.none() | jsons | st.just(JsonText('{"a":"\\\\N\\n"}')),
    st.none() | st.datetimes(timezones=st.just(UTC), min_value=datetime(1970, 1, 1)),  # noqa: DTZ001
)


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(stored=st.lists(rows, max_size=20))
def test_copied_rows_are_those_that_the_driver_writes(
    postgresql_url: str, stored: list[tuple[Any, ...]]
) -> None:
    with psycopg.connect(postgresql_url) as connection:
        # Whatever JSON says, it says by its text: numbers of 256 bits too.
        set_json_loads(lambda text: text, connection)
        connection.execute(_CREATE)
        with connection.cursor().copy(_COPY) as copy:
            copy.write(copy_text(OF_EVERY_TYPE, stored))
        ours = connection.execute(_SELECT).fetchall()
        connection.execute("TRUNCATE of_every_type")
        converters = to_stored(OF_EVERY_TYPE, "postgresql")
        with connection.cursor().copy(_COPY) as copy:
            for row in stored:
                copy.write_row(converted(row, converters))
        theirs = connection.execute(_SELECT).fetchall()
    assert ours == theirs
    assert len(ours) == len(stored)


def test_every_table_has_columns_that_can_be_written_or_says_that_it_has_not() -> None:
    for table in metadata.tables.values():
        assert copy_text(table, []) == b""
    unknown = Table("unknown", MetaData(), Column("amount", Numeric), Column("at", DateTime))
    with pytest.raises(TypeError, match=r"unknown\.amount"):
        copy_text(unknown, [(1, None)])
