"""Rows of kept keys. What lies in them is encrypted; nothing here can open it."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select, update

from receipts_ledger.domain.ids import Address, PartyId
from receipts_ledger.store.prepared import Prepared, asked
from receipts_ledger.store.tables import keystores
from receipts_ledger.store.units import Database, Found, Reader

_ADDRESSES = select(keystores.c.address).order_by(keystores.c.created_at, keystores.c.address)
_OF_LANES = Prepared(_ADDRESSES.where(keystores.c.party_id.is_(None)))
_OF_PARTY = Prepared(
    _ADDRESSES.where(keystores.c.party_id == asked("party_id", keystores.c.party_id))
)


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
        with self._database.reading() as reader:
            return addresses_of(reader, party_id)

    def find(self, address: Address) -> Mapping[str, Any] | None:
        """Return the keystore of an address, None where none is kept."""
        query = select(keystores.c.keystore).where(keystores.c.address == address)
        with self._database.reading() as reader:
            found: Mapping[str, Any] | None = reader.scalar(query)
        return found

    def every(self) -> Mapping[Address, Mapping[str, Any]]:
        """Return all keystores."""
        with self._database.reading() as reader:
            return _every(reader)

    def replace(
        self,
        before: Mapping[Address, Mapping[str, Any]],
        after: Mapping[Address, Mapping[str, Any]],
    ) -> bool:
        """Put other keystores in the place of all, in one transaction; False if they changed."""
        with self._database.writing() as writer:
            # No key may come in between what is compared and what is written.
            writer.lock_out_writers(keystores)
            if _every(writer) != before:
                return False
            for address, keystore in after.items():
                changed = update(keystores).where(keystores.c.address == address)
                writer.run(changed.values(keystore=dict(keystore)))
        return True

    def owners(self) -> Sequence[Found]:
        """Return whose key each is, and since when it is kept."""
        kept = keystores.c
        query = select(kept.address, kept.party_id, kept.created_at)
        with self._database.reading() as reader:
            return reader.rows(query.order_by(kept.created_at, kept.address))

    def forget_lane(self, address: Address) -> bool:
        """Delete the key of a lane; False where it is none. A party's key is on record."""
        with self._database.writing() as writer:
            is_lane = (keystores.c.address == address) & keystores.c.party_id.is_(None)
            return writer.run(delete(keystores).where(is_lane)) == 1

    def any_address(self) -> Address | None:
        """Return any kept key, None when there is none."""
        with self._database.reading() as reader:
            found: Address | None = reader.scalar(select(keystores.c.address).limit(1))
        return found


def addresses_of(reader: Reader, party_id: PartyId | None) -> Sequence[Address]:
    """Return the keys of a party, or of the lanes, the oldest first."""
    if party_id is None:
        return [Address(row.address) for row in reader.ask(_OF_LANES)]
    return [Address(row.address) for row in reader.ask_once(_OF_PARTY, party_id=party_id)]


def _every(reader: Reader) -> dict[Address, Mapping[str, Any]]:
    query = select(keystores.c.address, keystores.c.keystore)
    return {Address(row.address): row.keystore for row in reader.rows(query)}
