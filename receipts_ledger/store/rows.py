"""The rows of the projections: what each column says of the state, and back.

A row is a tuple of all columns in the table's order. What the state does not hold (the
content, the profile, the pledge's terms) is carried over from the row before.
"""

from collections.abc import Sequence
from typing import Any, TypeAlias

from receipts_ledger.domain.block import LoggedEvent
from receipts_ledger.domain.change import Divided, IssuedFrom, Merged
from receipts_ledger.domain.ids import (
    NO_HASH,
    Address,
    Day,
    Hash32,
    PartyId,
    PoolId,
    ReceiptId,
    Version,
    pool_of,
    serial_of,
    warehouse_of,
)
from receipts_ledger.domain.party import Admitted, Party, Role
from receipts_ledger.domain.pledge import Pledged
from receipts_ledger.domain.pool import Attested, Pool, PoolOpened
from receipts_ledger.domain.receipt import (
    CLAIMED_BIT,
    ENCUMBERED_BIT,
    FROZEN_BIT,
    IN_DEFAULT_BIT,
    PAPER_BIT,
    STATUS_BITS,
    Issued,
    ReceiptBroughtOver,
    holder_in,
    maturity_day_in,
    pledgee_in,
    quantity_in,
    storage_day_in,
    version_in,
)
from receipts_ledger.store.tables import parties, pools, receipts
from receipts_ledger.store.tables.projections import RECEIPT_STATUSES

Columns: TypeAlias = tuple[Any, ...]

PROFILE = list(parties.c.keys()).index("profile")
PARTY_COLUMNS = tuple(parties.c)[:PROFILE]
"""What the state says of a party: all that `party_of_row` reads."""
DESCRIPTION = list(pools.c.keys()).index("description")
WORD = list(receipts.c.keys()).index("word")
CONTENT = WORD + 1
_STATUS_NAMES = dict(enumerate(RECEIPT_STATUSES, start=1))
_PLACE = list(receipts.c.keys()).index("block_number")


ReceiptExtras: TypeAlias = tuple[Hash32, Hash32 | None, int | None, ReceiptId | None]
"""What a receipt's row says beyond its word: content, terms of the last pledge, its block,
the receipt that it came out of."""


def extras_in(row: Columns) -> Columns:
    """Return content, terms and block of the pledge, and origin in a receipt's row."""
    return row[CONTENT:_PLACE]


SAYS_MORE = frozenset((Issued, ReceiptBroughtOver, IssuedFrom, Pledged, Divided, Merged))
"""The events that may change what a receipt's row says beyond its word."""


def extras_after(logged: LoggedEvent, before: Columns) -> ReceiptExtras:
    """Return what the row says beyond its word after an event.

    `before` is what it said, empty at first; for a receipt that came out of another, what the
    other's row says, whose pledge binds it too.
    """
    event = logged.event
    if isinstance(event, Issued):
        return event.content, None, None, None
    if isinstance(event, ReceiptBroughtOver):
        return NO_HASH, None, None, None
    content, terms, pledged_at_block, origin_id = before
    if isinstance(event, IssuedFrom):
        return event.content, terms, pledged_at_block, event.origin
    if isinstance(event, Pledged):
        return content, event.terms, logged.block_number, origin_id
    if isinstance(event, Divided | Merged) and event.content != NO_HASH:
        content = event.content
    return content, terms, pledged_at_block, origin_id


def receipt_row(receipt_id: ReceiptId, word: int, extras: Columns, logged: LoggedEvent) -> Columns:
    """Return the row of a receipt with this word, after an event."""
    pledgee = pledgee_in(word)
    is_encumbered = bool(word & ENCUMBERED_BIT)
    content, terms, pledged_at_block, origin_id = extras
    return (
        receipt_id,
        pool_of(receipt_id),
        serial_of(receipt_id),
        _STATUS_NAMES[word & STATUS_BITS],
        bool(word & CLAIMED_BIT),
        is_encumbered,
        bool(word & IN_DEFAULT_BIT),
        bool(word & FROZEN_BIT),
        bool(word & PAPER_BIT),
        holder_in(word),
        pledgee,
        version_in(word),
        quantity_in(word),
        storage_day_in(word),
        None if pledgee is None else maturity_day_in(word),
        word,
        content,
        terms if is_encumbered else None,
        pledged_at_block if is_encumbered else None,
        origin_id,
        *place(logged),
    )


def pool_row(pool_id: PoolId, pool: Pool, logged: LoggedEvent, before: Columns | None) -> Columns:
    """Return the row of a pool after an event that left it like this."""
    event = logged.event
    carried = before[DESCRIPTION : DESCRIPTION + 3] if before else (None, None, None)
    description, inspector, evidence = carried
    if isinstance(event, PoolOpened):
        description = event.description
    elif isinstance(event, Attested):
        inspector, evidence = event.inspector, event.evidence
    return (
        pool_id,
        warehouse_of(pool_id),
        pool.is_serialised,
        pool.is_paged,
        pool.is_bonded,
        pool.is_non_negotiable,
        pool.is_paused,
        pool.is_sealed,
        pool.attestation_days,
        pool.version,
        pool.attestation_day,
        pool.next_serial,
        pool.quantity_capacity,
        pool.quantity_attested,
        pool.quantity_receipted,
        description,
        inspector,
        evidence,
        *place(logged),
    )


def party_row(
    party_id: PartyId, party: Party, logged: LoggedEvent, before: Columns | None
) -> Columns:
    """Return the row of a party after an event that left it like this."""
    event = logged.event
    profile = before[PROFILE] if before else None
    if isinstance(event, Admitted):
        profile = event.profile
    return (
        party_id,
        int(party.roles),
        party.is_active,
        party.key_count,
        party.version,
        party.is_vetoed,
        party.notice_day,
        party.recovery_key,
        profile,
        *place(logged),
    )


def claim_row(key: Address | Hash32, owner: int, logged: LoggedEvent) -> Columns:
    """Return the row of a party's key, of an item or of a document."""
    return (key, owner, *place(logged))


def page_row(page: Hash32, items: int, logged: LoggedEvent) -> Columns:
    """Return the row of a page of items."""
    return (page, items.to_bytes(32), *place(logged))


def page_place(page: Hash32, receipt_id: ReceiptId) -> bytes:
    """Return the key of a receipt's items on a page."""
    return page + receipt_id.to_bytes(8)


def page_items_row(page: Hash32, receipt_id: ReceiptId, items: int, logged: LoggedEvent) -> Columns:
    """Return the row of a receipt's items on a page."""
    return (page_place(page, receipt_id), receipt_id, items.to_bytes(32), *place(logged))


def place(logged: LoggedEvent) -> tuple[int, int, Hash32]:
    """Return where the event stands, as the last columns of every row say it."""
    return logged.block_number, logged.log_index, logged.tx_hash


def party_of_row(row: Sequence[Any]) -> Party:
    """Return the party that a row says."""
    _, roles, is_active, key_count, version, is_vetoed, notice_day, recovery_key, *_ = row
    return Party(
        Role(roles),
        bool(is_active),
        key_count,
        Version(version),
        bool(is_vetoed),
        None if notice_day is None else Day(notice_day),
        None if recovery_key is None else Address(recovery_key),
    )


def pool_of_row(row: Sequence[Any]) -> Pool:
    """Return the pool that a row says."""
    serialised, paged, bonded, non_negotiable, paused, sealed = map(bool, row[2:8])
    days, version, day, serial, capacity, attested, receipted = row[8:15]
    return Pool(
        is_serialised=serialised,
        is_paged=paged,
        is_bonded=bonded,
        is_non_negotiable=non_negotiable,
        is_paused=paused,
        is_sealed=sealed,
        attestation_days=days,
        version=Version(version),
        attestation_day=Day(day),
        next_serial=serial,
        quantity_capacity=capacity,
        quantity_attested=attested,
        quantity_receipted=receipted,
    )
