"""Receipts of a pool and of a warehouse are found by their numbers alone, on either engine."""

import pytest
from sqlalchemy import select

from receipts_ledger.domain.ids import (
    INDEX_MAX,
    SERIAL_MAX,
    Hash32,
    PartyId,
    PoolId,
    ReceiptId,
    pool_id,
    pool_of,
    receipt_id,
    warehouse_of,
)
from receipts_ledger.domain.party import INSTITUTION_MAX
from receipts_ledger.store.reads.ranges import in_pool, stored_by
from receipts_ledger.store.tables import items
from receipts_ledger.store.units import Database

# The numbers of warehouses from 32,768 on are negative where they are stored.
WAREHOUSES = [PartyId(number) for number in (1, 2, 2**15 - 1, 2**15, INSTITUTION_MAX)]
POOLS = [pool_id(warehouse, index) for warehouse in WAREHOUSES for index in (0, 1, INDEX_MAX)]
RECEIPTS = [receipt_id(pool, serial) for pool in POOLS for serial in (1, 2, SERIAL_MAX)]


@pytest.fixture
def stored(database: Database) -> Database:
    with database.writing() as writer:
        rows = [
            (Hash32(receipt.to_bytes(32)), receipt, 1, 0, Hash32(bytes(32))) for receipt in RECEIPTS
        ]
        writer.insert_many(items, rows)
    return database


@pytest.mark.parametrize("pool", [*POOLS, PoolId(0), PoolId(POOLS[0] + 2)])
def test_receipts_of_a_pool_are_its_own_and_all_of_them(stored: Database, pool: PoolId) -> None:
    with stored.reading() as reader:
        found = reader.scalars(select(items.c.receipt_id).where(in_pool(items.c.receipt_id, pool)))
    assert set(found) == {one for one in RECEIPTS if pool_of(one) == pool}


@pytest.mark.parametrize("party", [*WAREHOUSES, PartyId(3), PartyId(INSTITUTION_MAX + 1)])
def test_receipts_of_a_warehouse_are_its_own_and_all_of_them(
    stored: Database, party: PartyId
) -> None:
    with stored.reading() as reader:
        found = reader.scalars(
            select(items.c.receipt_id).where(stored_by(items.c.receipt_id, party))
        )
    wanted: set[ReceiptId] = {one for one in RECEIPTS if warehouse_of(pool_of(one)) == party}
    assert set(found) == wanted
