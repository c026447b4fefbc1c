"""What rows say beyond the state: the last event of each living thing, and its commitments.

Grows with what is alive, not with what has happened.
"""

from typing import TypeAlias

from receipts_ledger.domain.block import LoggedEvent
from receipts_ledger.domain.change import (
    Absorbed,
    Cancelled,
    Divided,
    IssuedFrom,
    Merged,
    Replaced,
    WrittenDown,
)
from receipts_ledger.domain.claim import (
    DocumentUsed,
    ItemFreed,
    ItemReceipted,
    ItemsFreed,
    ItemsReceipted,
)
from receipts_ledger.domain.event import ActRefused, PartyEvent, PoolEvent, ReceiptEvent
from receipts_ledger.domain.ids import (
    NO_HASH,
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
from receipts_ledger.domain.party import Admitted, KeyBound, KeyRevoked, Recovered
from receipts_ledger.domain.pledge import Pledged
from receipts_ledger.domain.pool import Attested, PoolOpened
from receipts_ledger.domain.receipt import (
    ENCUMBERED_BIT,
    Delivered,
    Flag,
    Issued,
    Receipt,
    ReceiptBroughtOver,
)

Place: TypeAlias = tuple[int, int, Hash32]
Row: TypeAlias = dict[str, object]

_Known: TypeAlias = tuple[Hash32 | None, Hash32 | None, int | None, ReceiptId | None]

_NOWHERE: Place = (-1, -1, Hash32(b""))
_NO_COMMITMENTS = (None, None, None)
_NOTHING_KNOWN = (None, None, None, None)
_CHANGES_POOL = (
    Issued,
    IssuedFrom,
    Delivered,
    Divided,
    Merged,
    Absorbed,
    Replaced,
    Cancelled,
    WrittenDown,
    ReceiptBroughtOver,
)


class Trail:
    """The last event of each party, key, pool, receipt, item and document."""

    def __init__(self) -> None:
        self._parties: dict[PartyId, tuple[Hash32 | None, Place]] = {}
        self._keys: dict[Address, Place] = {}
        self._pools: dict[PoolId, tuple[Hash32 | None, PartyId | None, Hash32 | None]] = {}
        self._pool_places: dict[PoolId, Place] = {}
        self._receipts: dict[ReceiptId, _Known] = {}
        self._receipt_places: dict[ReceiptId, Place] = {}
        self._claims: dict[Hash32, Place] = {}
        self._page_items: dict[tuple[Hash32, ReceiptId], Place] = {}
        self._origin: ReceiptId | None = None

    def follow(self, logged: LoggedEvent) -> None:
        """Note an event."""
        event = logged.event
        place = (logged.block_number, logged.log_index, logged.tx_hash)
        if isinstance(event, PartyEvent):
            self._follow_party(event, place)
            return
        if isinstance(event, PoolEvent):
            self._follow_pool(event, place)
            return
        match event:
            case ActRefused():
                pass
            case ItemsReceipted() | ItemsFreed():
                self._follow_page(event, place)
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
        if isinstance(event, Admitted | KeyBound | Recovered):
            self._keys[event.key] = place
        elif isinstance(event, KeyRevoked):
            self._keys.pop(event.key, None)

    def _follow_pool(self, event: PoolEvent, place: Place) -> None:
        description, inspector, evidence = self._pools.get(event.pool, _NO_COMMITMENTS)
        if isinstance(event, PoolOpened):
            description = event.description
        elif isinstance(event, Attested):
            inspector, evidence = event.inspector, event.evidence
        self._pools[event.pool] = description, inspector, evidence
        self._pool_places[event.pool] = place

    def _follow_receipt(self, event: ReceiptEvent, place: Place) -> None:
        known = self._receipts.get(event.receipt_id, _NOTHING_KNOWN)
        content, terms, pledged_at, origin = known
        match event:
            case Issued():
                content = event.content
            case ReceiptBroughtOver():
                content = NO_HASH
            case IssuedFrom():
                # A pledge of the receipt that it came out of binds it too.
                before = self._receipts.get(event.origin, _NOTHING_KNOWN)
                content, terms, pledged_at, origin = (
                    event.content,
                    before[1],
                    before[2],
                    event.origin,
                )
            case Divided() | Merged() if event.content != NO_HASH:
                content = event.content
            case Pledged():
                terms, pledged_at = event.terms, place[0]
            case _:
                pass
        # Terms stay known: of a receipt that is replaced, the next one has them.
        self._receipts[event.receipt_id] = content, terms, pledged_at, origin
        self._receipt_places[event.receipt_id] = place
        if isinstance(event, _CHANGES_POOL):
            self._pool_places[pool_of(event.receipt_id)] = place
        self._origin = None
        if isinstance(event, IssuedFrom):
            self._origin = event.origin
        if isinstance(event, Absorbed):
            self._origin = event.receipt_id

    def _follow_page(self, event: ItemsReceipted | ItemsFreed, place: Place) -> None:
        self._page_items[event.page, event.receipt_id] = place
        if isinstance(event, ItemsFreed) or self._origin is None:
            self._claims[event.page] = place
        else:
            self._page_items[event.page, self._origin] = place

    def party_row(self, key: PartyId, ledger: Ledger) -> Row:
        """Return the row of a party."""
        party = ledger.parties[key]
        profile, place = self._parties.get(key, (None, _NOWHERE))
        return {
            "roles": int(party.roles),
            "is_active": party.is_active,
            "key_count": party.key_count,
            "version": party.version,
            "is_vetoed": party.is_vetoed,
            "notice_day": party.notice_day,
            "recovery_key": party.recovery_key,
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
            "is_paged": pool.is_paged,
            "is_bonded": pool.is_bonded,
            "is_non_negotiable": pool.is_non_negotiable,
            "is_paused": pool.is_paused,
            "is_sealed": pool.is_sealed,
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
        content, terms, pledged_at, origin = self._receipts.get(key, _NOTHING_KNOWN)
        if not word & ENCUMBERED_BIT:
            terms = pledged_at = None
        return {
            "pool_id": pool_of(key),
            "serial": serial_of(key),
            "status": receipt.status.name.lower(),
            "claimed": Flag.CLAIMED in receipt.flags,
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
            "origin_id": origin,
        } | _placed(self._receipt_places.get(key, _NOWHERE))

    def item_row(self, key: Hash32, ledger: Ledger) -> Row:
        """Return the row of an item."""
        place = self._claims.get(key, _NOWHERE)
        return {"receipt_id": ledger.receipt_of_item[key]} | _placed(place)

    def page_row(self, key: Hash32, ledger: Ledger) -> Row:
        """Return the row of a page of items."""
        place = self._claims.get(key, _NOWHERE)
        return {"items": ledger.items_on_page[key].to_bytes(32)} | _placed(place)

    def page_items_row(self, key: bytes, ledger: Ledger) -> Row:
        """Return the row of a receipt's items on a page, by both in one."""
        page, receipt_id = Hash32(key[:32]), ReceiptId(int.from_bytes(key[32:]))
        place = self._page_items.get((page, receipt_id), _NOWHERE)
        items = ledger.items_of_receipt[page, receipt_id].to_bytes(32)
        return {"receipt_id": receipt_id, "items": items} | _placed(place)

    def document_row(self, key: Hash32, ledger: Ledger) -> Row:
        """Return the row of a document."""
        place = self._claims.get(key, _NOWHERE)
        return {"subject": ledger.subject_of_document[key]} | _placed(place)


def _placed(place: Place) -> Row:
    block_number, log_index, tx_hash = place
    return {"block_number": block_number, "log_index": log_index, "tx_hash": tx_hash}
