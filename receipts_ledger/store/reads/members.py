"""Parties with their keys, and pools."""

from collections.abc import Sequence

from sqlalchemy import select

from receipts_ledger.domain.ids import PartyId, PoolId
from receipts_ledger.store.bulk import among
from receipts_ledger.store.tables import parties, party_keys, pools
from receipts_ledger.store.units import Found, Reader


def party(reader: Reader, party_id: PartyId) -> Found | None:
    """Return a party's row."""
    return reader.first(select(parties).where(parties.c.party_id == party_id))


def party_page(reader: Reader, *, after: int | None, limit: int) -> list[Found]:
    """Return the next parties by number."""
    query = select(parties).order_by(parties.c.party_id).limit(limit)
    if after is not None:
        query = query.where(parties.c.party_id > after)
    return list(reader.rows(query))


def keys_of(reader: Reader, party_ids: Sequence[int]) -> dict[int, list[bytes]]:
    """Return the keys of parties, each in order."""
    found: dict[int, list[bytes]] = {party_id: [] for party_id in party_ids}
    for condition in among(party_keys.c.party_id, party_ids):
        query = select(party_keys.c.party_id, party_keys.c.key).where(condition)
        for row in reader.rows(query.order_by(party_keys.c.key)):
            found[row.party_id].append(row.key)
    return found


def pool(reader: Reader, pool_id: PoolId) -> Found | None:
    """Return a pool's row."""
    return reader.first(select(pools).where(pools.c.pool_id == pool_id))


def pool_page(
    reader: Reader, *, warehouse_id: PartyId | None, after: int | None, limit: int
) -> list[Found]:
    """Return the next pools by number."""
    query = select(pools).order_by(pools.c.pool_id).limit(limit)
    if warehouse_id is not None:
        query = query.where(pools.c.warehouse_id == warehouse_id)
    if after is not None:
        query = query.where(pools.c.pool_id > after)
    return list(reader.rows(query))
