"""What rows say beyond the state: the last event of each living thing, and its commitments.

Grows with what is alive, not with what has happened.
"""

from typing import TypeAlias

from receipts_ledger.domain.block import LoggedEvent
from receipts_ledger.domain.claim import DocumentUsed, ItemFreed, ItemReceipted
from receipts_ledger.domain.event import ActRefused, PartyEvent, PoolEvent, ReceiptEvent
from receipts_ledger.domain.ids import (
    Address,
    Hash32,
    PartyId,
    PoolId,
    ReceiptId,
    pool_of,
    serial_of,
    warehouse_of,
)
from receipts_ledger.domain.ledger import Ledger
from receipts_ledger.domain.party import Admitted, KeyBound, KeyRevoked, Reinstated, Suspended
from receipts_ledger.domain.pledge import Pledged
from receipts_ledger.domain.pool import Attested, PoolOpened
from receipts_ledger.domain.receipt import ENCUMBERED_BIT, Delivered, Flag, Issued, Receipt

Place: TypeAlias = tuple[int, int, Hash32]
Row: TypeAlias = dict[str, object]

_NOWHERE: Place = (-1, -1, Hash32(b""))
_NO_COMMITMENTS = (None, None, None)


class Trail:
    """The last event of each party, key, pool, receipt, item and document."""

    def __init__(self) -> None:
        self._parties: dict[PartyId, tuple[Hash32 | None, Place]] = {}
        self._keys: dict[Address, Place] = {}
        self._pools: dict[PoolId, tuple[Hash32 | None, PartyId | None, Hash32 | None]] = {}
        self._pool_places: dict[PoolId, Place] = {}
        self._receipts: dict[ReceiptId, tuple[Hash32 | None, Hash32 | None, int | None]] = {}
        self._receipt_places: dict[ReceiptId, Place] = {}
        self._claims: dict[Hash32, Place] = {}

    def follow(self, logged: LoggedEvent) -> None:
        """Note an event."""
        event = logged.event
        place = (logged.block_number, logged.log_index, logged.tx_hash)
        match event:
            case ActRefused():
                pass
            case Admitted() | Suspended() | Reinstated() | KeyBound() | KeyRevoked():
                self._follow_party(event, place)
            case PoolOpened() | Attested():
                self._follow_pool(event, place)
            case ItemReceipted():
                self._claims[event.item_key] = place
            case ItemFreed():
                self._claims.pop(event.item_key, None)
            case DocumentUsed():
                self._claims[event.document] = place
            case _:
                self._follow_receipt(event, place)

    def _follow_party(self, event: PartyEvent, place: Place) -> None:
        profile, _ = self._parties.get(event.party, (None, place))
        if isinstance(event, Admitted):
            profile = event.profile
        self._parties[event.party] = profile, place
        if isinstance(event, Admitted | KeyBound):
            self._keys[event.key] = place
        elif isinstance(event, KeyRevoked):
            self._keys.pop(event.key, None)

    def _follow_pool(self, event: PoolEvent, place: Place) -> None:
        description, inspector, evidence = self._pools.get(event.pool, _NO_COMMITMENTS)
        if isinstance(event, PoolOpened):
            description = event.description
        else:
            inspector, evidence = event.inspector, event.evidence
        self._pools[event.pool] = description, inspector, evidence
        self._pool_places[event.pool] = place

    def _follow_receipt(self, event: ReceiptEvent, place: Place) -> None:
        content, terms, pledged_at = self._receipts.get(event.receipt_id, _NO_COMMITMENTS)
        if isinstance(event, Issued):
            content = event.content
        if isinstance(event, Pledged):
            terms, pledged_at = event.terms, place[0]
        if not event.word & ENCUMBERED_BIT:
            terms = pledged_at = None
        self._receipts[event.receipt_id] = content, terms, pledged_at
        self._receipt_places[event.receipt_id] = place
        if isinstance(event, Issued | Delivered):
            self._pool_places[pool_of(event.receipt_id)] = place

    def party_row(self, key: PartyId, ledger: Ledger) -> Row:
        """Return the row of a party."""
        party = ledger.parties[key]
        profile, place = self._parties.get(key, (None, _NOWHERE))
        return {
            "roles": int(party.roles),
            "is_active": party.is_active,
            "key_count": party.key_count,
            "version": party.version,
            "profile": profile,
        } | _placed(place)

    def key_row(self, key: Address, ledger: Ledger) -> Row:
        """Return the row of a party's key."""
        return {"party_id": ledger.keys[key]} | _placed(self._keys.get(key, _NOWHERE))

    def pool_row(self, key: PoolId, ledger: Ledger) -> Row:
        """Return the row of a pool."""
        pool = ledger.pools[key]
        description, inspector, evidence = self._pools.get(key, _NO_COMMITMENTS)
        return {
            "warehouse_id": warehouse_of(key),
            "is_serialised": pool.is_serialised,
            "attestation_days": pool.attestation_days,
            "version": pool.version,
            "attestation_day": pool.attestation_day,
            "next_serial": pool.next_serial,
            "quantity_capacity": pool.quantity_capacity,
            "quantity_attested": pool.quantity_attested,
            "quantity_receipted": pool.quantity_receipted,
            "description": description,
            "inspector_id": inspector,
            "evidence": evidence,
        } | _placed(self._pool_places.get(key, _NOWHERE))

    def receipt_row(self, key: ReceiptId, ledger: Ledger) -> Row:
        """Return the row of a receipt."""
        word = ledger.receipts[key]
        receipt = Receipt.from_word(word)
        content, terms, pledged_at = self._receipts.get(key, _NO_COMMITMENTS)
        return {
            "pool_id": pool_of(key),
            "serial": serial_of(key),
            "status": receipt.status.name.lower(),
            "encumbered": Flag.ENCUMBERED in receipt.flags,
            "in_default": Flag.IN_DEFAULT in receipt.flags,
            "frozen": Flag.FROZEN in receipt.flags,
            "paper": Flag.PAPER in receipt.flags,
            "holder_id": receipt.holder,
            "pledgee_id": receipt.pledgee,
            "version": receipt.version,
            "quantity": receipt.quantity,
            "storage_day": receipt.storage_day,
            "maturity_day": receipt.maturity_day,
            "word": word,
            "content": content,
            "terms": terms,
            "pledged_at_block": pledged_at,
        } | _placed(self._receipt_places.get(key, _NOWHERE))

    def item_row(self, key: Hash32, ledger: Ledger) -> Row:
        """Return the row of an item."""
        place = self._claims.get(key, _NOWHERE)
        return {"receipt_id": ledger.receipt_of_item[key]} | _placed(place)

    def document_row(self, key: Hash32, ledger: Ledger) -> Row:
        """Return the row of a document."""
        place = self._claims.get(key, _NOWHERE)
        return {"subject": ledger.subject_of_document[key]} | _placed(place)


def _placed(place: Place) -> Row:
    block_number, log_index, tx_hash = place
    return {"block_number": block_number, "log_index": log_index, "tx_hash": tx_hash}
