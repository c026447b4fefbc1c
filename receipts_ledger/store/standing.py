"""How the ledger stands by the index: the projections, asked one thing at a time."""

from collections.abc import Sequence

from sqlalchemy import select, true

from receipts_ledger.domain.encumbrance import Encumbrance
from receipts_ledger.domain.ids import Address, PartyId, PoolId, ReceiptId
from receipts_ledger.domain.party import Party
from receipts_ledger.domain.pool import Pool
from receipts_ledger.errors import Fatal
from receipts_ledger.store.bulk import among
from receipts_ledger.store.prepared import Prepared, asked
from receipts_ledger.store.rows import party_of_row, pool_of_row
from receipts_ledger.store.tables import (
    blocks,
    contents,
    cursor,
    events,
    parties,
    party_keys,
    pools,
    receipts,
)
from receipts_ledger.store.units import Found, Reader

_PARTY = Prepared(
    select(parties).where(parties.c.party_id == asked("party_id", parties.c.party_id))
)
_PARTY_OF = Prepared(
    select(party_keys.c.party_id).where(party_keys.c.key == asked("key", party_keys.c.key))
)
_POOL = Prepared(select(pools).where(pools.c.pool_id == asked("pool_id", pools.c.pool_id)))
_DESCRIPTION = Prepared(
    select(contents.c.body)
    .join(pools, pools.c.description == contents.c.commitment)
    .where(pools.c.pool_id == asked("pool_id", pools.c.pool_id))
)
_WORD = Prepared(
    select(receipts.c.word).where(
        receipts.c.receipt_id == asked("receipt_id", receipts.c.receipt_id)
    )
)


class StoredStanding:
    """The projections of one moment. Each answer is None where the index knows nothing."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        # An issue names the same holder two hundred times.
        self._parties: dict[PartyId, Party | None] = {}
        self._pools: dict[PoolId, Pool | None] = {}

    def party(self, party_id: PartyId) -> Party | None:
        """Return a party."""
        if party_id not in self._parties:
            row = self._reader.ask_first_once(_PARTY, party_id=party_id)
            self._parties[party_id] = None if row is None else party_of_row(row)
        return self._parties[party_id]

    def party_of(self, key: Address) -> PartyId | None:
        """Return whom a key speaks for."""
        found = self._reader.ask_first_once(_PARTY_OF, key=key)
        return None if found is None else PartyId(found.party_id)

    def pool(self, pool_id: PoolId) -> Pool | None:
        """Return a pool."""
        if pool_id not in self._pools:
            row = self._reader.ask_first(_POOL, pool_id=pool_id)
            self._pools[pool_id] = None if row is None else pool_of_row(row)
        return self._pools[pool_id]

    def commodity_of(self, pool_id: PoolId) -> str | None:
        """Return the profile of a pool's goods, if this gateway holds its description."""
        found = self._reader.ask_first(_DESCRIPTION, pool_id=pool_id)
        commodity = None if found is None else found.body.get("commodity")
        return None if commodity is None else str(commodity)

    def word(self, receipt_id: ReceiptId) -> int | None:
        """Return a receipt's word."""
        found = self._reader.ask_first(_WORD, receipt_id=receipt_id)
        return None if found is None else int(found.word)

    def encumbrance(self, receipt_ids: Sequence[ReceiptId]) -> Encumbrance | None:
        """Return the pledge on the first of these receipts that has one."""
        for condition in among(receipts.c.receipt_id, receipt_ids):
            row = self._reader.first(
                select(receipts.c.receipt_id, receipts.c.pledgee_id, receipts.c.pledged_at_block)
                .where(condition, receipts.c.encumbered)
                .order_by(receipts.c.receipt_id)
                .limit(1)
            )
            if row is not None:
                return self._pledge(row)
        return None

    def _pledge(self, receipt: Found) -> Encumbrance:
        event = self._reader.first(
            select(events.c.log_index, events.c.tx_hash, blocks.c.hash, cursor.c.finalized_number)
            .join(blocks, blocks.c.number == events.c.block_number)
            .join(cursor, true())
            .where(
                events.c.subject == receipt.receipt_id,
                events.c.block_number == receipt.pledged_at_block,
                events.c.kind == "Pledged",
            )
            .order_by(events.c.log_index.desc())
            .limit(1)
        )
        if event is None:
            raise Fatal(
                f"receipt {receipt.receipt_id} is pledged since block "
                f"{receipt.pledged_at_block}, where the index has no such event: audit it"
            )
        return Encumbrance(
            ReceiptId(receipt.receipt_id),
            PartyId(receipt.pledgee_id),
            receipt.pledged_at_block,
            event.hash,
            event.tx_hash,
            event.log_index,
            is_final=receipt.pledged_at_block <= event.finalized_number,
        )
