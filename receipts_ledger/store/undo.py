"""What projections were before each block that may still go, and how they get back there.

Images are written in the transaction of their block, dropped when it is final, and played
back newest first.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Column, Table, delete, select

from receipts_ledger.store.projections import TABLES, Image
from receipts_ledger.store.rows import Columns
from receipts_ledger.store.tables import undo
from receipts_ledger.store.types import Bytes, Word128
from receipts_ledger.store.units import Writer

_TABLES = {table.name: table for table in TABLES}


def keep(writer: Writer, images: Iterable[tuple[int, Image]]) -> None:
    """Write images, each with the number of its block, in the order of the blocks."""
    writer.insert_many(
        undo,
        [
            (
                number,
                image.table.name,
                _pack_row([_key_column(image.table)], [image.key]),
                None if image.before is None else _pack_row(image.table.columns, image.before),
            )
            for number, image in images
        ],
    )


def play_back(writer: Writer, block_number: int) -> None:
    """Bring the projections back to what they were before a block."""
    query = select(undo).where(undo.c.block_number == block_number).order_by(undo.c.id.desc())
    for row in writer.rows(query):
        table = _TABLES[row.table_name]
        writer.delete_by_key(table, _unpack_row([_key_column(table)], row.key))
        if row.before is not None:
            writer.insert_many(table, [_unpack_row(table.columns, row.before)])
    writer.run(delete(undo).where(undo.c.block_number == block_number))


def drop_until(writer: Writer, finalized_number: int) -> None:
    """Forget the images of blocks that have become final."""
    writer.run(delete(undo).where(undo.c.block_number <= finalized_number))


def _key_column(table: Table) -> Column[Any]:
    (column,) = table.primary_key.columns
    return column


def _pack_row(columns: Iterable[Column[Any]], row: Sequence[Any]) -> dict[str, Any]:
    return {
        str(column.name): _pack(column, value) for column, value in zip(columns, row, strict=True)
    }


def _unpack_row(columns: Iterable[Column[Any]], packed: dict[str, Any]) -> Columns:
    return tuple(_unpack(column, packed[column.name]) for column in columns)


def _pack(column: Column[Any], value: Any) -> Any:
    # JSON holds neither bytes nor, for every reader, integers of 128 bits.
    match column.type:
        case Bytes() if value is not None:
            return value.hex()
        case Word128():
            return f"{value:032x}"
        case _:
            return value


def _unpack(column: Column[Any], packed: Any) -> Any:
    match column.type:
        case Bytes() if packed is not None:
            return bytes.fromhex(packed)
        case Word128():
            return int(packed, 16)
        case _:
            return packed
