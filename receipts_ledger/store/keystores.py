"""Rows of kept keys. What lies in them is encrypted; nothing here can open it."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select

from receipts_ledger.domain.ids import Address, PartyId
from receipts_ledger.store.tables import keystores
from receipts_ledger.store.units import Database


class StoredKeystores:
    """The kept keys of one database."""

    def __init__(self, database: Database, *, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock

    def add(self, address: Address, party_id: PartyId | None, keystore: Mapping[str, Any]) -> None:
        """Keep a key for a party, or for a lane. One that is kept already stays as it is."""
        with self._database.writing() as writer:
            writer.insert_absent(
                keystores,
                address=address,
                party_id=party_id,
                keystore=dict(keystore),
                created_at=self._clock(),
            )

    def addresses_of(self, party_id: PartyId | None) -> Sequence[Address]:
        """Return the keys of a party, or of the lanes, the oldest first."""
        owner = keystores.c.party_id
        query = (
            select(keystores.c.address)
            .where(owner.is_(None) if party_id is None else owner == party_id)
            .order_by(keystores.c.created_at, keystores.c.address)
        )
        with self._database.reading() as reader:
            return [Address(address) for address in reader.scalars(query)]

    def find(self, address: Address) -> Mapping[str, Any] | None:
        """Return the keystore of an address, None where none is kept."""
        query = select(keystores.c.keystore).where(keystores.c.address == address)
        with self._database.reading() as reader:
            found: Mapping[str, Any] | None = reader.scalar(query)
        return found

    def any_address(self) -> Address | None:
        """Return any kept key, None when there is none."""
        with self._database.reading() as reader:
            found: Address | None = reader.scalar(select(keystores.c.address).limit(1))
        return found
