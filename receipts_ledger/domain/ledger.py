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

from receipts_ledger.domain.claim import DocumentUsed, ItemFreed, ItemReceipted
from receipts_ledger.domain.event import ActRefused, Event, ReceiptEvent
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
)
from receipts_ledger.domain.pool import Attested, Pool, PoolOpened
from receipts_ledger.domain.receipt import (
    ENCUMBERED_BIT,
    FROZEN_BIT,
    HOLDER_BITS,
    IN_DEFAULT_BIT,
    MATURITY_DAY_BITS,
    ONE_VERSION,
    PLEDGEE_BITS,
    QUANTITY_BITS,
    STATUS_BITS,
    VERSION_BITS,
    Delivered,
    Issued,
    ReceiptFrozen,
    ReceiptUnfrozen,
    Status,
    Transferred,
    quantity_in,
)

_PLEDGE_BITS = ENCUMBERED_BIT | IN_DEFAULT_BIT | PLEDGEE_BITS | MATURITY_DAY_BITS


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
    subject_of_document: MutableMapping[Hash32, ReceiptId] = field(default_factory=dict)

    def apply(self, event: Event) -> None:
        """Change the state by one event, or raise Contradiction and change nothing."""
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
                self._deliver(event)
            case ReceiptFrozen():
                self._freeze(event, FROZEN_BIT)
            case ReceiptUnfrozen():
                self._freeze(event, 0)
            case PoolOpened():
                self._open_pool(event)
            case Attested():
                self._attest(event)
            case Admitted() | Suspended() | Reinstated() | KeyBound() | KeyRevoked():
                self._change_party(event)
            case ItemReceipted() | ItemFreed() | DocumentUsed():
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
        empty = PLEDGEE_BITS | MATURITY_DAY_BITS | 0xF0
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
        if before & STATUS_BITS != Status.OPEN:
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
        if before & (ENCUMBERED_BIT | PLEDGEE_BITS):
            raise Contradiction(f"receipt {event.receipt_id} pledged while it is encumbered")
        if not event.word & ENCUMBERED_BIT or not event.word & PLEDGEE_BITS:
            raise Contradiction(f"receipt {event.receipt_id} pledged to nobody")
        self._advance(event, _PLEDGE_BITS & ~IN_DEFAULT_BIT)

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

    def _deliver(self, event: Delivered) -> None:
        before = self.receipts.get(event.receipt_id, 0)
        left = quantity_in(event.word)
        delivered = quantity_in(before) - left
        if delivered <= 0:
            raise Contradiction(f"receipt {event.receipt_id} delivered {delivered}")
        if (left == 0) != (event.word & STATUS_BITS == Status.DELIVERED):
            raise Contradiction(f"receipt {event.receipt_id} delivered with {left} left")
        may_change = QUANTITY_BITS if left else QUANTITY_BITS | STATUS_BITS | _PLEDGE_BITS
        if not left and event.word & _PLEDGE_BITS:
            raise Contradiction(f"receipt {event.receipt_id} delivered but still encumbered")
        word = self._checked(event, may_change)
        pool_id = pool_of(event.receipt_id)
        pool = self.pools.get(pool_id)
        if pool is None or pool.quantity_receipted < delivered:
            raise Contradiction(f"pool {pool_id} delivered more than it had receipted")
        self.receipts[event.receipt_id] = word
        self.pools[pool_id] = pool.delivered(delivered)

    def _freeze(self, event: ReceiptFrozen | ReceiptUnfrozen, bit: int) -> None:
        if event.word & FROZEN_BIT != bit:
            raise Contradiction(f"{type(event).__name__} of receipt {event.receipt_id} did nothing")
        if self.receipts.get(event.receipt_id, 0) & FROZEN_BIT == bit:
            raise Contradiction(f"{type(event).__name__} of receipt {event.receipt_id} twice")
        self._advance(event, FROZEN_BIT)

    def _open_pool(self, event: PoolOpened) -> None:
        after = event.after
        if event.pool in self.pools:
            raise Contradiction(f"pool {event.pool} opened twice")
        if (after.version, after.next_serial, after.quantity_receipted) != (1, 1, 0):
            raise Contradiction(f"pool {event.pool} opened with a past")
        if after.quantity_attested or after.attestation_day:
            raise Contradiction(f"pool {event.pool} opened as attested")
        self.pools[event.pool] = after

    def _attest(self, event: Attested) -> None:
        before = self.pools.get(event.pool)
        if before is None:
            raise Contradiction(f"unknown pool {event.pool} attested")
        expected = replace(
            before,
            version=Version(before.version + 1),
            attestation_day=event.after.attestation_day,
            quantity_attested=event.after.quantity_attested,
        )
        if event.after != expected:
            raise Contradiction(f"attestation of pool {event.pool} changed {before}")
        self.pools[event.pool] = event.after

    def _change_party(
        self, event: Admitted | Suspended | Reinstated | KeyBound | KeyRevoked
    ) -> None:
        before = self.parties.get(event.party)
        if isinstance(event, Admitted):
            expected = Party(event.after.roles, is_active=True, key_count=1, version=_FIRST)
        elif before is None:
            raise Contradiction(f"{type(event).__name__} of unknown party {event.party}")
        else:
            expected = _next_party(event, before)
        if event.after != expected or (isinstance(event, Admitted) and before is not None):
            raise Contradiction(f"{type(event).__name__} turned {before} into {event.after}")
        if isinstance(event, Admitted | KeyBound):
            if event.key in self.keys:
                raise Contradiction(f"key 0x{event.key.hex()} bound twice")
            self.keys[event.key] = event.party
        if isinstance(event, KeyRevoked):
            if self.keys.get(event.key) != event.party:
                raise Contradiction(f"key 0x{event.key.hex()} revoked, but was not bound")
            del self.keys[event.key]
        self.parties[event.party] = event.after

    def _claim(self, event: ItemReceipted | ItemFreed | DocumentUsed) -> None:
        match event:
            case ItemReceipted():
                if event.item_key in self.receipt_of_item:
                    raise Contradiction(f"item 0x{event.item_key.hex()} receipted twice")
                self.receipt_of_item[event.item_key] = event.receipt_id
            case ItemFreed():
                if self.receipt_of_item.get(event.item_key) != event.receipt_id:
                    raise Contradiction(f"item 0x{event.item_key.hex()} freed, but was not there")
                del self.receipt_of_item[event.item_key]
            case DocumentUsed():
                if event.document in self.subject_of_document:
                    raise Contradiction(f"document 0x{event.document.hex()} used twice")
                self.subject_of_document[event.document] = event.subject
            case _:
                assert_never(event)


_FIRST = Version(1)


def _next_party(event: Suspended | Reinstated | KeyBound | KeyRevoked, before: Party) -> Party:
    after = replace(before, version=Version(before.version + 1))
    match event:
        case Suspended():
            return replace(after, is_active=False)
        case Reinstated():
            return replace(after, is_active=True)
        case KeyBound():
            return replace(after, key_count=before.key_count + 1)
        case KeyRevoked():
            return replace(after, key_count=before.key_count - 1)
        case _:
            assert_never(event)
