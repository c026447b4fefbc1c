"""The cursor's row and the ledger it belongs to. Whoever writes locks and compares it first."""

from datetime import datetime

from sqlalchemy import select, update

from receipts_ledger.domain.block import BlockRef
from receipts_ledger.domain.cursor import Cursor, CursorMoved, Origin
from receipts_ledger.errors import Fatal
from receipts_ledger.store.prepared import Prepared
from receipts_ledger.store.tables import chain, cursor
from receipts_ledger.store.units import Reader, Writer

_THE_ROW = 1
_READ = Prepared(select(cursor))


def read(reader: Reader) -> Cursor | None:
    """Return the cursor, None before the first block."""
    row = reader.ask_first(_READ)
    if row is None:
        return None
    return Cursor(
        BlockRef(row.number, row.hash),
        row.epoch,
        BlockRef(row.finalized_number, row.finalized_hash),
        row.halted_reason,
    )


def lock(writer: Writer, seen: Cursor) -> None:
    """Keep all others from moving the cursor. Raises CursorMoved when one of them has.

    This comes before anything else is read: what was read before the lock may be of
    another branch.
    """
    row = writer.first(select(cursor.c.number, cursor.c.hash, cursor.c.epoch).with_for_update())
    if row is None or tuple(row) != (seen.block.number, seen.block.hash, seen.epoch):
        raise CursorMoved


def seize(writer: Writer) -> None:
    """Keep all others from moving the cursor, wherever it stands, and raise its epoch.

    What others have in mind of the projections is no longer good when it is let go.
    """
    writer.run(update(cursor).values(epoch=cursor.c.epoch + 1))


def move(
    writer: Writer,
    seen: Cursor,
    *,
    block: BlockRef,
    finalized: BlockRef,
    now: datetime,
    halted_reason: str | None = None,
) -> Cursor:
    """Set the locked cursor, one epoch on, and return it."""
    epoch = seen.epoch + 1
    writer.run(
        update(cursor).values(
            number=block.number,
            hash=block.hash,
            epoch=epoch,
            finalized_number=finalized.number,
            finalized_hash=finalized.hash,
            halted_reason=halted_reason,
            updated_at=now,
        )
    )
    return Cursor(block, epoch, finalized, halted_reason)


def begin(writer: Writer, origin: Origin, before_first: BlockRef, now: datetime) -> None:
    """Write the ledger's row and a cursor before its first block, where there are none.

    Raises Fatal when this database is of another ledger.
    """
    writer.insert_absent(chain, id=_THE_ROW, **_columns(origin))
    row = writer.first(select(chain))
    for name, expected in _columns(origin).items():
        found = getattr(row, name)
        if found != expected:
            raise Fatal(
                f"this database holds another ledger: its {name.replace('_', ' ')} is "
                f"{_shown(found)}, should be {_shown(expected)}"
            )
    writer.insert_absent(
        cursor,
        id=_THE_ROW,
        number=before_first.number,
        hash=before_first.hash,
        epoch=0,
        finalized_number=before_first.number,
        finalized_hash=before_first.hash,
        updated_at=now,
    )


def _columns(origin: Origin) -> dict[str, int | bytes]:
    return {
        "chain_id": origin.chain_id,
        "genesis_hash": origin.genesis_hash,
        "contract": origin.contract,
        "deployment_block": origin.deployment.number,
        "code_hash": origin.code_hash,
    }


def _shown(value: int | bytes) -> str:
    return "0x" + value.hex() if isinstance(value, bytes) else str(value)
