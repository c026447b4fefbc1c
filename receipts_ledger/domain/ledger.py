"""What each event means. The indexer applies events once; the auditor applies them again.

Nothing here decides whether something was allowed: the contract did that. Nothing
elsewhere decides what an event means.

An event of a receipt carries the receipt's whole new word, so its meaning could be "take
that". It is more: each kind of event may change certain fields and no others, moves the
version by exactly one, and moves its pool along. A word that does otherwise is a
contradiction between the chain and the contract's own rules, and is raised, not repaired.
"""

from collections.abc import MutableMapping
from dataclasses import dataclass, field, replace
from typing import assert_never

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
from receipts_ledger.domain.event import ActRefused, ClaimEvent, Event, PartyEvent, ReceiptEvent
from receipts_ledger.domain.ids import (
    Address,
    Hash32,
    PartyId,
    PoolId,
    ReceiptId,
    Version,
    pool_of,
    serial_of,
)
from receipts_ledger.domain.party import (
    Admitted,
    KeyBound,
    KeyRevoked,
    Party,
    Recovered,
    RecoveryBegun,
    RecoveryVetoed,
    Reinstated,
    Suspended,
)
from receipts_ledger.domain.pledge import (
    Cured,
    Defaulted,
    Enforced,
    PledgeAssigned,
    Pledged,
    Released,
    Substituted,
)
from receipts_ledger.domain.pool import (
    Attested,
    Pool,
    PoolBroughtOver,
    PoolOpened,
    PoolPaused,
    PoolResumed,
    PoolSealed,
)
from receipts_ledger.domain.receipt import (
    CLAIMED_BIT,
    ENCUMBERED_BIT,
    FLAG_BITS,
    FROZEN_BIT,
    HOLDER_BITS,
    IN_DEFAULT_BIT,
    MATURITY_DAY_BITS,
    ONE_VERSION,
    PAPER_BIT,
    PLEDGEE_BITS,
    QUANTITY_BITS,
    STATUS_BITS,
    STORAGE_DAY_BITS,
    VERSION_BITS,
    ClaimLifted,
    ClaimNoted,
    Delivered,
    Invalidated,
    Issued,
    PutOnPaper,
    ReceiptBroughtOver,
    ReceiptFrozen,
    ReceiptUnfrozen,
    Status,
    StorageExtended,
    TakenOffPaper,
    Transferred,
    quantity_in,
    storage_day_in,
)

# A tuple is looked through faster than a union, and every event comes this way.
_RECEIPTS_ITEMS = (ItemReceipted, ItemsReceipted)
_PLEDGE_BITS = ENCUMBERED_BIT | IN_DEFAULT_BIT | PLEDGEE_BITS | MATURITY_DAY_BITS
_PLEDGED_BITS = ENCUMBERED_BIT | PLEDGEE_BITS
_CHANGED_BY_PLEDGE = _PLEDGE_BITS & ~IN_DEFAULT_BIT
# Looking a member up in its enum takes longer than comparing it.
_OPEN = int(Status.OPEN)


class Contradiction(Exception):
    """An event that cannot follow from the state before it."""


@dataclass(slots=True)
class Ledger:
    """The state that the events so far add up to.

    Receipts are kept as their 128-bit words: a replay may hold millions of them.
    """

    parties: MutableMapping[PartyId, Party] = field(default_factory=dict)
    keys: MutableMapping[Address, PartyId] = field(default_factory=dict)
    pools: MutableMapping[PoolId, Pool] = field(default_factory=dict)
    receipts: MutableMapping[ReceiptId, int] = field(default_factory=dict)
    receipt_of_item: MutableMapping[Hash32, ReceiptId] = field(default_factory=dict)
    items_of_receipt: MutableMapping[tuple[Hash32, ReceiptId], int] = field(default_factory=dict)
    """By page and receipt, where items are named by page: a bit for each."""
    items_on_page: MutableMapping[Hash32, int] = field(default_factory=dict)
    subject_of_document: MutableMapping[Hash32, ReceiptId] = field(default_factory=dict)
    origin: ReceiptId | None = field(default=None, compare=False)
    """The receipt whose goods have just passed to another, so that its items may follow."""

    def apply(self, event: Event) -> None:  # noqa: PLR0915  (one case for each event)
        """Change the state by one event, or raise Contradiction and change nothing."""
        if self.origin is not None and not isinstance(event, _RECEIPTS_ITEMS):
            self.origin = None
        match event:
            case Issued():
                self._issue(event)
            case Transferred():
                self._advance(event, HOLDER_BITS)
            case Pledged():
                self._pledge(event)
            case Released():
                self._release(event)
            case PledgeAssigned():
                self._assign_pledge(event)
            case Defaulted():
                self._default(event)
            case Cured():
                self._cure(event)
            case Enforced():
                self._enforce(event)
            case Delivered():
                self._lessen(event, Status.DELIVERED, stays=False)
            case WrittenDown():
                self._lessen(event, Status.WRITTEN_OFF, stays=False)
            case Divided():
                self._divide(event)
            case IssuedFrom():
                self._issue_from(event)
            case Merged():
                self._merge(event)
            case Absorbed():
                self._end(event, Status.MERGED)
            case Replaced():
                self._end(event, Status.REPLACED)
            case Cancelled():
                self._lessen(event, Status.CANCELLED, stays=True)
            case Substituted():
                self._substitute(event)
            case StorageExtended():
                self._extend(event)
            case Invalidated():
                self._advance(event, 0)
            case ReceiptFrozen():
                self._set(event, FROZEN_BIT, FROZEN_BIT)
            case ReceiptUnfrozen():
                self._set(event, FROZEN_BIT, 0)
            case PutOnPaper():
                self._set(event, PAPER_BIT, PAPER_BIT)
            case TakenOffPaper():
                self._set(event, PAPER_BIT, 0)
            case ClaimNoted():
                self._set(event, CLAIMED_BIT, CLAIMED_BIT)
            case ClaimLifted():
                self._set(event, CLAIMED_BIT, 0)
            case ReceiptBroughtOver():
                self._bring_over(event)
            case PoolOpened():
                self._open_pool(event)
            case PoolBroughtOver():
                if event.pool in self.pools:
                    raise Contradiction(f"pool {event.pool} brought over twice")
                self.pools[event.pool] = event.after
            case Attested() | PoolPaused() | PoolResumed() | PoolSealed():
                self._change_pool(event)
            case (
                Admitted()
                | Suspended()
                | Reinstated()
                | KeyBound()
                | KeyRevoked()
                | RecoveryBegun()
                | RecoveryVetoed()
                | Recovered()
            ):
                self._change_party(event)
            case ItemReceipted() | ItemFreed() | ItemsReceipted() | ItemsFreed() | DocumentUsed():
                self._claim(event)
            case ActRefused():
                pass
            case _:
                assert_never(event)

    def _issue(self, event: Issued) -> None:
        pool_id = pool_of(event.receipt_id)
        pool = self.pools.get(pool_id)
        if pool is None:
            raise Contradiction(f"receipt {event.receipt_id} issued in unknown pool {pool_id}")
        if serial_of(event.receipt_id) != pool.next_serial:
            raise Contradiction(
                f"pool {pool_id} issued serial {serial_of(event.receipt_id)}, "
                f"next was {pool.next_serial}"
            )
        empty = PLEDGEE_BITS | MATURITY_DAY_BITS | FLAG_BITS
        if (
            event.word & STATUS_BITS != Status.OPEN
            or event.word & VERSION_BITS != ONE_VERSION
            or event.word & empty
        ):
            raise Contradiction(f"receipt {event.receipt_id} issued as {event.word:#034x}")
        self.receipts[event.receipt_id] = event.word
        self.pools[pool_id] = pool.issued(quantity_in(event.word))

    def _advance(self, event: ReceiptEvent, may_change: int) -> None:
        """Take the event's word, if it is one version on and differs in nothing else."""
        self.receipts[event.receipt_id] = self._checked(event, may_change)

    def _checked(self, event: ReceiptEvent, may_change: int) -> int:
        before = self.receipts.get(event.receipt_id)
        if before is None:
            raise Contradiction(f"{type(event).__name__} of unknown receipt {event.receipt_id}")
        if before & STATUS_BITS != _OPEN:
            raise Contradiction(
                f"{type(event).__name__} of receipt {event.receipt_id} after its end"
            )
        if ((before + ONE_VERSION) ^ event.word) & ~may_change:
            raise Contradiction(
                f"{type(event).__name__} turned receipt {event.receipt_id} "
                f"from {before:#034x} into {event.word:#034x}"
            )
        return event.word

    def _pledge(self, event: Pledged) -> None:
        before = self.receipts.get(event.receipt_id, 0)
        if before & _PLEDGED_BITS:
            raise Contradiction(f"receipt {event.receipt_id} pledged while it is encumbered")
        if not event.word & ENCUMBERED_BIT or not event.word & PLEDGEE_BITS:
            raise Contradiction(f"receipt {event.receipt_id} pledged to nobody")
        self._advance(event, _CHANGED_BY_PLEDGE)

    def _release(self, event: Released) -> None:
        if not self.receipts.get(event.receipt_id, 0) & ENCUMBERED_BIT:
            raise Contradiction(f"receipt {event.receipt_id} released while it is free")
        if event.word & _PLEDGE_BITS:
            raise Contradiction(f"receipt {event.receipt_id} released but still encumbered")
        self._advance(event, _PLEDGE_BITS)

    def _assign_pledge(self, event: PledgeAssigned) -> None:
        before = self.receipts.get(event.receipt_id, 0)
        if not before & ENCUMBERED_BIT:
            raise Contradiction(f"pledge of receipt {event.receipt_id} assigned while it is free")
        if not event.word & PLEDGEE_BITS:
            raise Contradiction(f"pledge of receipt {event.receipt_id} assigned to nobody")
        if not (before ^ event.word) & PLEDGEE_BITS:
            raise Contradiction(f"pledge of receipt {event.receipt_id} assigned to its pledgee")
        self._advance(event, PLEDGEE_BITS)

    def _default(self, event: Defaulted) -> None:
        before = self.receipts.get(event.receipt_id, 0)
        if before & (ENCUMBERED_BIT | IN_DEFAULT_BIT) != ENCUMBERED_BIT:
            raise Contradiction(f"receipt {event.receipt_id} defaulted from {before:#034x}")
        if not event.word & IN_DEFAULT_BIT:
            raise Contradiction(f"receipt {event.receipt_id} defaulted but not in default")
        self._advance(event, IN_DEFAULT_BIT | MATURITY_DAY_BITS)

    def _cure(self, event: Cured) -> None:
        if not self.receipts.get(event.receipt_id, 0) & IN_DEFAULT_BIT:
            raise Contradiction(f"receipt {event.receipt_id} cured while it is not in default")
        if event.word & IN_DEFAULT_BIT:
            raise Contradiction(f"receipt {event.receipt_id} cured but still in default")
        self._advance(event, IN_DEFAULT_BIT | MATURITY_DAY_BITS)

    def _enforce(self, event: Enforced) -> None:
        before = self.receipts.get(event.receipt_id, 0)
        if not before & IN_DEFAULT_BIT:
            raise Contradiction(f"receipt {event.receipt_id} enforced while it is not in default")
        if event.word & _PLEDGE_BITS:
            raise Contradiction(f"receipt {event.receipt_id} enforced but still encumbered")
        if not (before ^ event.word) & HOLDER_BITS:
            raise Contradiction(f"receipt {event.receipt_id} enforced for its own holder")
        self._advance(event, _PLEDGE_BITS | HOLDER_BITS)

    def _lessen(
        self, event: Delivered | WrittenDown | Cancelled, end: Status, *, stays: bool
    ) -> None:
        """Take goods out of a receipt. Unless they stay, they are no longer attested either."""
        name = type(event).__name__
        before = self.receipts.get(event.receipt_id, 0)
        left = quantity_in(event.word)
        gone = quantity_in(before) - left
        if gone <= 0:
            raise Contradiction(f"{name} of receipt {event.receipt_id}: {gone} gone")
        if (left == 0) != (event.word & STATUS_BITS == end):
            raise Contradiction(f"{name} of receipt {event.receipt_id} with {left} left")
        may_change = QUANTITY_BITS if left else QUANTITY_BITS | STATUS_BITS | _PLEDGE_BITS
        if not left and event.word & _PLEDGE_BITS:
            raise Contradiction(f"{name} of receipt {event.receipt_id}, but still encumbered")
        word = self._checked(event, may_change)
        pool_id = pool_of(event.receipt_id)
        pool = self.pools.get(pool_id)
        if pool is None or pool.quantity_receipted < gone:
            raise Contradiction(f"pool {pool_id} lost more than it had receipted")
        self.receipts[event.receipt_id] = word
        self.pools[pool_id] = pool.unreceipted(gone) if stays else pool.delivered(gone)

    def _divide(self, event: Divided) -> None:
        before = self.receipts.get(event.receipt_id, 0)
        apart = quantity_in(before) - quantity_in(event.word)
        if apart <= 0 or not quantity_in(event.word):
            raise Contradiction(f"receipt {event.receipt_id} divided, {apart} went apart")
        word = self._checked(event, QUANTITY_BITS)
        self.receipts[event.receipt_id] = word
        self._shift(event.receipt_id, -apart)

    def _issue_from(self, event: IssuedFrom) -> None:
        """Take a new receipt that is like its origin in all but number, version and quantity."""
        origin = self.receipts.get(event.origin)
        pool_id = pool_of(event.receipt_id)
        pool = self.pools.get(pool_id)
        if origin is None or pool is None or pool_of(event.origin) != pool_id:
            raise Contradiction(f"receipt {event.receipt_id} issued out of nothing")
        if serial_of(event.receipt_id) != pool.next_serial:
            raise Contradiction(f"receipt {event.receipt_id} is not the next of its pool")
        like = STATUS_BITS | FLAG_BITS | HOLDER_BITS | PLEDGEE_BITS
        like |= STORAGE_DAY_BITS | MATURITY_DAY_BITS
        if origin & STATUS_BITS == Status.REPLACED:
            # What it was subject to stands in its last word no more.
            like &= ~(STATUS_BITS | _PLEDGE_BITS)
        if (
            (origin ^ event.word) & like
            or event.word & STATUS_BITS != Status.OPEN
            or event.word & VERSION_BITS != ONE_VERSION
            or not quantity_in(event.word)
        ):
            raise Contradiction(f"receipt {event.receipt_id} issued as {event.word:#034x}")
        self.receipts[event.receipt_id] = event.word
        self.pools[pool_id] = pool.issued(quantity_in(event.word))
        self.origin = event.origin

    def _merge(self, event: Merged) -> None:
        before = self.receipts.get(event.receipt_id, 0)
        gained = quantity_in(event.word) - quantity_in(before)
        if gained <= 0 or storage_day_in(event.word) > storage_day_in(before):
            raise Contradiction(f"receipt {event.receipt_id} merged, {gained} gained")
        word = self._checked(event, QUANTITY_BITS | STORAGE_DAY_BITS)
        self.receipts[event.receipt_id] = word
        self._shift(event.receipt_id, gained)

    def _end(self, event: Absorbed | Replaced, end: Status) -> None:
        """End a receipt for whose goods another stands."""
        name = type(event).__name__
        before = self.receipts.get(event.receipt_id, 0)
        if event.word & STATUS_BITS != end or event.word & (QUANTITY_BITS | _PLEDGE_BITS):
            raise Contradiction(f"{name} of receipt {event.receipt_id}: {event.word:#034x}")
        word = self._checked(event, QUANTITY_BITS | STATUS_BITS | _PLEDGE_BITS)
        self.receipts[event.receipt_id] = word
        self._shift(event.receipt_id, -quantity_in(before))
        self.origin = event.receipt_id

    def _shift(self, receipt_id: ReceiptId, quantity: int) -> None:
        """Note how much a receipt gained or lost to another, which an event beside says too."""
        pool_id = pool_of(receipt_id)
        pool = self.pools.get(pool_id)
        if pool is None:
            raise Contradiction(f"receipt {receipt_id} is in the unknown pool {pool_id}")
        self.pools[pool_id] = pool.unreceipted(-quantity)

    def _substitute(self, event: Substituted) -> None:
        if not self.receipts.get(event.receipt_id, 0) & ENCUMBERED_BIT:
            raise Contradiction(f"receipt {event.receipt_id} substituted while it is free")
        if event.word & _PLEDGE_BITS:
            raise Contradiction(f"receipt {event.receipt_id} substituted but still encumbered")
        self._advance(event, _PLEDGE_BITS)

    def _extend(self, event: StorageExtended) -> None:
        if storage_day_in(event.word) <= storage_day_in(self.receipts.get(event.receipt_id, 0)):
            raise Contradiction(f"storage of receipt {event.receipt_id} extended to no later day")
        self._advance(event, STORAGE_DAY_BITS)

    def _set(self, event: ReceiptEvent, flag: int, bit: int) -> None:
        """Set or clear one flag, which was the other way before."""
        if event.word & flag != bit:
            raise Contradiction(f"{type(event).__name__} of receipt {event.receipt_id} did nothing")
        if self.receipts.get(event.receipt_id, 0) & flag == bit:
            raise Contradiction(f"{type(event).__name__} of receipt {event.receipt_id} twice")
        self._advance(event, flag)

    def _bring_over(self, event: ReceiptBroughtOver) -> None:
        pool = self.pools.get(pool_of(event.receipt_id))
        if pool is None or serial_of(event.receipt_id) >= pool.next_serial:
            raise Contradiction(f"receipt {event.receipt_id} brought over without its pool")
        if event.receipt_id in self.receipts:
            raise Contradiction(f"receipt {event.receipt_id} brought over twice")
        self.receipts[event.receipt_id] = event.word

    def _open_pool(self, event: PoolOpened) -> None:
        after = event.after
        if event.pool in self.pools:
            raise Contradiction(f"pool {event.pool} opened twice")
        if (after.version, after.next_serial, after.quantity_receipted) != (1, 1, 0):
            raise Contradiction(f"pool {event.pool} opened with a past")
        if after.quantity_attested or after.attestation_day:
            raise Contradiction(f"pool {event.pool} opened as attested")
        self.pools[event.pool] = after

    def _change_pool(self, event: Attested | PoolPaused | PoolResumed | PoolSealed) -> None:
        before = self.pools.get(event.pool)
        if before is None:
            raise Contradiction(f"{type(event).__name__} of unknown pool {event.pool}")
        expected = before.next_version()
        match event:
            case Attested():
                expected = replace(
                    expected,
                    attestation_day=event.after.attestation_day,
                    quantity_attested=event.after.quantity_attested,
                )
            case PoolPaused():
                expected = replace(expected, is_paused=True)
            case PoolResumed():
                expected = replace(expected, is_paused=False)
            case PoolSealed():
                expected = replace(expected, is_sealed=True)
            case _:
                assert_never(event)
        if event.after != expected:
            raise Contradiction(f"{type(event).__name__} of pool {event.pool} changed {before}")
        self.pools[event.pool] = event.after

    def _change_party(self, event: PartyEvent) -> None:
        before = self.parties.get(event.party)
        if isinstance(event, Admitted):
            expected = Party(event.after.roles, is_active=True, key_count=1, version=_FIRST)
        elif before is None:
            raise Contradiction(f"{type(event).__name__} of unknown party {event.party}")
        else:
            expected = _next_party(event, before)
        if event.after != expected or (isinstance(event, Admitted) and before is not None):
            raise Contradiction(f"{type(event).__name__} turned {before} into {event.after}")
        if isinstance(event, Admitted | KeyBound | Recovered) and event.key in self.keys:
            raise Contradiction(f"key 0x{event.key.hex()} bound twice")
        if isinstance(event, Recovered):
            for key in [key for key, party in self.keys.items() if party == event.party]:
                del self.keys[key]
        if isinstance(event, Admitted | KeyBound | Recovered):
            self.keys[event.key] = event.party
        if isinstance(event, KeyRevoked):
            if self.keys.get(event.key) != event.party:
                raise Contradiction(f"key 0x{event.key.hex()} revoked, but was not bound")
            del self.keys[event.key]
        self.parties[event.party] = event.after

    def _claim(self, event: ClaimEvent) -> None:
        match event:
            case ItemReceipted():
                if self.receipt_of_item.get(event.item_key, self.origin) != self.origin:
                    raise Contradiction(f"item 0x{event.item_key.hex()} receipted twice")
                self.receipt_of_item[event.item_key] = event.receipt_id
            case ItemFreed():
                if self.receipt_of_item.get(event.item_key) != event.receipt_id:
                    raise Contradiction(f"item 0x{event.item_key.hex()} freed, but was not there")
                del self.receipt_of_item[event.item_key]
            case ItemsReceipted():
                self._receipt_items(event)
            case ItemsFreed():
                self._take_items(event.page, event.receipt_id, event.items)
                left = self.items_on_page.pop(event.page, 0) & ~event.items
                if left:
                    self.items_on_page[event.page] = left
            case DocumentUsed():
                if event.document in self.subject_of_document:
                    raise Contradiction(f"document 0x{event.document.hex()} used twice")
                self.subject_of_document[event.document] = event.subject
            case _:
                assert_never(event)

    def _receipt_items(self, event: ItemsReceipted) -> None:
        taken = self.items_on_page.get(event.page, 0)
        if taken & event.items:
            if self.origin is None:
                raise Contradiction(f"items of page 0x{event.page.hex()} receipted twice")
            self._take_items(event.page, self.origin, event.items)
        place = event.page, event.receipt_id
        self.items_of_receipt[place] = self.items_of_receipt.get(place, 0) | event.items
        self.items_on_page[event.page] = taken | event.items

    def _take_items(self, page: Hash32, receipt_id: ReceiptId, items: int) -> None:
        held = self.items_of_receipt.get((page, receipt_id), 0)
        if held & items != items:
            raise Contradiction(f"items of page 0x{page.hex()} left receipt {receipt_id}")
        if held == items:
            del self.items_of_receipt[page, receipt_id]
        else:
            self.items_of_receipt[page, receipt_id] = held & ~items


_FIRST = Version(1)


def _next_party(event: PartyEvent, before: Party) -> Party:  # noqa: PLR0911
    after = replace(before, version=Version(before.version + 1))
    settled = replace(after, is_active=True, is_vetoed=False, notice_day=None, recovery_key=None)
    match event:
        case Suspended():
            return replace(after, is_active=False)
        case Reinstated():
            return replace(after, is_active=True)
        case KeyBound():
            return replace(after, key_count=before.key_count + 1)
        case KeyRevoked():
            return replace(after, key_count=before.key_count - 1)
        case RecoveryBegun():
            return replace(
                settled,
                is_active=False,
                notice_day=event.after.notice_day,
                recovery_key=event.key,
            )
        case RecoveryVetoed():
            return replace(settled, is_vetoed=True)
        case Recovered():
            return replace(settled, key_count=1)
        case Admitted():
            raise AssertionError("an admission has nothing before it")
        case _:
            assert_never(event)
