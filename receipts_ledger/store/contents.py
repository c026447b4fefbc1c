"""Contents behind commitments, with their salts. Written once, never changed."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import select

from receipts_ledger.domain.ids import NO_HASH, Hash32
from receipts_ledger.domain.sealed import Sealed
from receipts_ledger.store.bulk import among
from receipts_ledger.store.prepared import Prepared, asked, in_places, rows_of
from receipts_ledger.store.tables import contents
from receipts_ledger.store.units import Found, Reader, Writer

_FEW_MAX = 4
_FEW = [asked(f"commitment_{place}", contents.c.commitment) for place in range(_FEW_MAX)]
_FIND_FEW = Prepared(select(contents).where(contents.c.commitment.in_(_FEW)))
_NAMES = tuple(contents.c.keys())


def keep(writer: Writer, sealed: Sequence[Sealed], at: datetime) -> None:
    """Store contents under their commitments. Raises ValueError for one that has another."""
    rows = []
    for one in sealed:
        if one.commitment == NO_HASH:
            continue
        if not one.is_intact():
            raise ValueError(f"the {one.kind} does not lead to 0x{one.commitment.hex()}")
        salts = {name: "0x" + salt.hex() for name, salt in one.salts.items()}
        rows.append((one.commitment, one.kind, dict(one.body), salts, at))
    if len(rows) > _FEW_MAX:
        writer.insert_many(contents, rows)
        return
    if rows:
        writer.carry_out(rows_of(contents, _NAMES, len(rows)), **in_places(_NAMES, rows))


def find(reader: Reader, commitments: Iterable[Hash32]) -> dict[Hash32, Sealed]:
    """Return the contents that this gateway holds, by commitment."""
    found: dict[Hash32, Sealed] = {}
    asked_for = list(commitments)
    if asked_for and len(asked_for) <= _FEW_MAX:
        rows = reader.ask(_FIND_FEW, **_named(asked_for))
        return {Hash32(row.commitment): _sealed(row) for row in rows}
    for condition in among(contents.c.commitment, asked_for):
        for row in reader.rows(select(contents).where(condition)):
            found[Hash32(row.commitment)] = _sealed(row)
    return found


def _named(commitments: Sequence[Hash32]) -> dict[str, object]:
    """Return a value for each place: where there are fewer, the last one again."""
    filled = [*commitments, *[commitments[-1]] * (_FEW_MAX - len(commitments))]
    return {f"commitment_{place}": one for place, one in enumerate(filled)}


def _sealed(row: Found) -> Sealed:
    salts = {name: bytes.fromhex(salt[2:]) for name, salt in row.salts.items()}
    return Sealed(Hash32(row.commitment), row.kind, row.body, salts)
