"""What an act does when it is carried out: the events that it must leave, to the last bit.

Whether it may be carried out is the contract's to judge. An auditor compares: an event that
differs from what the signers signed is not covered by their consent.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import assert_never

from receipts_ledger.domain.act import Act
from receipts_ledger.domain.change import (
    Absorbed,
    Cancel,
    Cancelled,
    Divided,
    IssuedFrom,
    Merge,
    Merged,
    Replace,
    Replaced,
    Split,
    WriteDown,
    WrittenDown,
)
from receipts_ledger.domain.claim import (
    DocumentUsed,
    ItemFreed,
    ItemReceipted,
    ItemsFreed,
    ItemsReceipted,
)
from receipts_ledger.domain.event import Event
from receipts_ledger.domain.ids import (
    Day,
    Hash32,
    PartyId,
    PoolId,
    ReceiptId,
    Version,
    pool_of,
    receipt_id,
)
from receipts_ledger.domain.ledger import Ledger
from receipts_ledger.domain.party import (
    Admit,
    Admitted,
    BindKey,
    CompleteRecovery,
    KeyBound,
    KeyRevoked,
    Party,
    Recover,
    Recovered,
    RecoveryBegun,
    RecoveryVetoed,
    Reinstate,
    Reinstated,
    RevokeKey,
    Suspend,
    Suspended,
    VetoRecovery,
)
from receipts_ledger.domain.pledge import (
    AssignPledge,
    Cure,
    Cured,
    Default,
    Defaulted,
    Enforce,
    Enforced,
    Pledge,
    PledgeAssigned,
    Pledged,
    PledgePortfolio,
    Release,
    Released,
    ReleasePortfolio,
    Substitute,
    Substituted,
)
from receipts_ledger.domain.pool import (
    Attest,
    Attested,
    OpenPool,
    Pause,
    Pool,
    PoolOpened,
    PoolPaused,
    PoolResumed,
    PoolSealed,
    Resume,
    Seal,
)
from receipts_ledger.domain.receipt import (
    CLAIMED_BIT,
    ENCUMBERED_BIT,
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
    Deliver,
    Delivered,
    ExtendStorage,
    Freeze,
    FromPaper,
    Invalidate,
    Invalidated,
    Issue,
    Issued,
    LiftClaim,
    NoteClaim,
    PutOnPaper,
    ReceiptFrozen,
    ReceiptUnfrozen,
    Status,
    StorageExtended,
    TakenOffPaper,
    ToPaper,
    Transfer,
    TransferPortfolio,
    Transferred,
    Unfreeze,
    quantity_in,
    storage_day_in,
)

_PLEDGE_BITS = ENCUMBERED_BIT | IN_DEFAULT_BIT | PLEDGEE_BITS | MATURITY_DAY_BITS
_ALL_BUT_PLEDGE = ~_PLEDGE_BITS
_FIRST = Version(1)
RECOVERY_DAYS = 30
"""So many whole days a party has to veto a recovery; the contract says the same."""


def events_of(  # noqa: PLR0915  (one case for each kind)
    act: Act, before: Ledger, *, day: Day, inspector: PartyId | None
) -> Iterator[Event]:
    """Yield the events of an act that is carried out on `day` in the state `before`.

    `inspector` is who has attested, where somebody has. Raises KeyError for an act on
    something unknown.
    """
    match act:
        case Admit() | Suspend() | Reinstate() | BindKey() | RevokeKey():
            yield _party_event(act, before)
        case Recover() | VetoRecovery() | CompleteRecovery():
            yield _recovery_event(act, before, day)
        case OpenPool():
            opened = Pool(
                act.is_serialised,
                act.attestation_days,
                _FIRST,
                Day(0),
                1,
                act.quantity_capacity,
                0,
                0,
                is_paged=act.is_paged,
                is_bonded=act.is_bonded,
                is_non_negotiable=act.is_non_negotiable,
            )
            yield PoolOpened(act.pool, opened, act.description)
        case Attest():
            pool = before.pools[act.pool]
            counted = replace(
                pool,
                version=Version(pool.version + 1),
                attestation_day=day,
                quantity_attested=act.quantity,
            )
            yield Attested(act.pool, counted, inspector or PartyId(0), act.evidence)
        case Pause():
            pool = replace(before.pools[act.pool].next_version(), is_paused=True)
            yield PoolPaused(act.pool, pool, act.reason)
        case Resume():
            pool = replace(before.pools[act.pool].next_version(), is_paused=False)
            yield PoolResumed(act.pool, pool, act.reason)
        case Seal():
            pool = replace(before.pools[act.pool].next_version(), is_sealed=True)
            yield PoolSealed(act.pool, pool, act.reason)
        case Issue():
            yield from _issue(act, before)
        case Transfer():
            yield _transferred(act.receipt_id, act, before)
        case TransferPortfolio():
            for number, _ in act.receipts:
                yield _transferred(number, act, before)
        case Pledge():
            yield _pledged(act.receipt_id, act, before)
            yield from _documents(act.documents, act.receipt_id)
        case PledgePortfolio():
            pledge, receipts = _pledge_in(act), before.receipts
            for number, _ in act.receipts:
                yield Pledged(number, (receipts[number] | pledge) + ONE_VERSION, act.terms)
            yield from _documents(act.documents, act.receipts[0].receipt_id)
        case Release():
            yield _released(act.receipt_id, act.terms, before)
        case ReleasePortfolio():
            for number, _ in act.receipts:
                yield _released(number, act.terms, before)
        case AssignPledge():
            word = before.receipts[act.receipt_id] & ~PLEDGEE_BITS | act.new_pledgee << 30
            yield PledgeAssigned(act.receipt_id, word + ONE_VERSION, act.terms)
        case Default():
            word = before.receipts[act.receipt_id] & ~MATURITY_DAY_BITS | day << 114
            yield Defaulted(act.receipt_id, (word | IN_DEFAULT_BIT) + ONE_VERSION, act.notice)
        case Cure():
            word = before.receipts[act.receipt_id] & ~(MATURITY_DAY_BITS | IN_DEFAULT_BIT)
            word |= act.maturity_day << 114
            yield Cured(act.receipt_id, word + ONE_VERSION, act.terms)
        case Enforce():
            word = before.receipts[act.receipt_id] & ~(_PLEDGE_BITS | HOLDER_BITS)
            yield Enforced(act.receipt_id, (word | act.transferee << 8) + ONE_VERSION, act.terms)
        case Substitute():
            freed = _released(act.receipt_id, act.terms, before)
            yield Substituted(act.receipt_id, freed.word, act.substitute_id, act.terms)
            pledge = before.receipts[act.receipt_id] & _PLEDGE_BITS
            word = before.receipts[act.substitute_id] | pledge
            yield Pledged(act.substitute_id, word + ONE_VERSION, act.terms)
        case Deliver():
            yield from _deliver(act, before)
        case Split():
            yield from _split(act, before)
        case Merge():
            yield from _merge(act, before)
        case Replace():
            yield from _replace(act, before)
        case Cancel():
            yield from _freed(act.item_keys, act.receipt_id, before)
            word = _closed(before.receipts[act.receipt_id], Status.CANCELLED)
            yield Cancelled(act.receipt_id, word, act.reason)
        case WriteDown():
            yield from _write_down(act, before)
        case ExtendStorage():
            word = before.receipts[act.receipt_id] & ~STORAGE_DAY_BITS | act.storage_day << 100
            yield StorageExtended(act.receipt_id, word + ONE_VERSION, act.terms)
        case ToPaper():
            word = before.receipts[act.receipt_id] | PAPER_BIT
            yield PutOnPaper(act.receipt_id, word + ONE_VERSION, act.paper)
        case FromPaper():
            word = before.receipts[act.receipt_id] & ~PAPER_BIT
            yield TakenOffPaper(act.receipt_id, word + ONE_VERSION, act.paper)
        case NoteClaim():
            word = before.receipts[act.receipt_id] | CLAIMED_BIT
            yield ClaimNoted(act.receipt_id, word + ONE_VERSION, act.claim)
        case LiftClaim():
            word = before.receipts[act.receipt_id] & ~CLAIMED_BIT
            yield ClaimLifted(act.receipt_id, word + ONE_VERSION, act.reason)
        case Invalidate():
            word = before.receipts[act.receipt_id] + ONE_VERSION
            yield Invalidated(act.receipt_id, word, act.reason)
        case Freeze():
            word = before.receipts[act.receipt_id] | FROZEN_BIT
            yield ReceiptFrozen(act.receipt_id, word + ONE_VERSION, act.order)
        case Unfreeze():
            word = before.receipts[act.receipt_id] & ~FROZEN_BIT
            yield ReceiptUnfrozen(act.receipt_id, word + ONE_VERSION, act.order)
        case _:
            assert_never(act)


def _party_event(act: Admit | Suspend | Reinstate | BindKey | RevokeKey, before: Ledger) -> Event:
    if isinstance(act, Admit):
        admitted = Party(act.roles, is_active=True, key_count=1, version=_FIRST)
        return Admitted(act.party, admitted, act.key, act.profile)
    party = before.parties[act.party]
    after = replace(party, version=Version(party.version + 1))
    match act:
        case Suspend():
            return Suspended(act.party, replace(after, is_active=False), act.reason)
        case Reinstate():
            return Reinstated(act.party, replace(after, is_active=True), act.reason)
        case BindKey():
            return KeyBound(act.party, replace(after, key_count=after.key_count + 1), act.key)
        case RevokeKey():
            return KeyRevoked(act.party, replace(after, key_count=after.key_count - 1), act.key)
        case _:
            assert_never(act)


def _recovery_event(
    act: Recover | VetoRecovery | CompleteRecovery, before: Ledger, day: Day
) -> Event:
    party = before.parties[act.party]
    after = replace(
        party,
        version=Version(party.version + 1),
        is_active=True,
        is_vetoed=False,
        notice_day=None,
        recovery_key=None,
    )
    match act:
        case Recover():
            begun = replace(
                after,
                is_active=False,
                notice_day=Day(day + RECOVERY_DAYS),
                recovery_key=act.key,
            )
            return RecoveryBegun(act.party, begun, act.key, act.evidence)
        case VetoRecovery():
            return RecoveryVetoed(act.party, replace(after, is_vetoed=True), act.reason)
        case CompleteRecovery():
            recovered = replace(after, key_count=1)
            return Recovered(act.party, recovered, act.key, act.evidence)
        case _:
            assert_never(act)


def _issue(act: Issue, before: Ledger) -> Iterator[Event]:
    first = receipt_id(act.pool, act.first_serial)
    for place, new in enumerate(act.receipts):
        number = ReceiptId(first + place)
        word = Status.OPEN | new.holder << 8 | ONE_VERSION | new.quantity << 60
        yield Issued(number, word | new.storage_day << 100, new.content)
        yield from _receipted(new.item_keys, number, before)
    yield from _documents(act.documents, first)


def _deliver(act: Deliver, before: Ledger) -> Iterator[Event]:
    yield from _freed(act.item_keys, act.receipt_id, before)
    word = _less(before.receipts[act.receipt_id], act.quantity, Status.DELIVERED)
    yield Delivered(act.receipt_id, word, act.evidence)
    yield from _documents(act.documents, act.receipt_id)


def _write_down(act: WriteDown, before: Ledger) -> Iterator[Event]:
    yield from _freed(act.item_keys, act.receipt_id, before)
    word = _less(before.receipts[act.receipt_id], act.quantity, Status.WRITTEN_OFF)
    yield WrittenDown(act.receipt_id, word, act.evidence)


def _split(act: Split, before: Ledger) -> Iterator[Event]:
    word = before.receipts[act.receipt_id]
    remainder = word & ~QUANTITY_BITS | act.remaining << 60
    yield Divided(act.receipt_id, remainder + ONE_VERSION, act.content)
    first = receipt_id(pool_of(act.receipt_id), act.first_serial)
    for place, part in enumerate(act.parts):
        number = ReceiptId(first + place)
        heir = _heir(word, part.quantity)
        yield IssuedFrom(number, heir, part.content, act.receipt_id)
        yield from _receipted(part.item_keys, number, before)


def _merge(act: Merge, before: Ledger) -> Iterator[Event]:
    word, absorbed = before.receipts[act.receipt_id], before.receipts[act.absorbed_id]
    quantity = quantity_in(word) + quantity_in(absorbed)
    storage_day = min(storage_day_in(word), storage_day_in(absorbed))
    merged = word & ~(QUANTITY_BITS | STORAGE_DAY_BITS) | quantity << 60 | storage_day << 100
    yield Merged(act.receipt_id, merged + ONE_VERSION, act.content)
    yield Absorbed(act.absorbed_id, _closed(absorbed, Status.MERGED), act.receipt_id)
    yield from _receipted(act.item_keys, act.receipt_id, before)


def _replace(act: Replace, before: Ledger) -> Iterator[Event]:
    word = before.receipts[act.receipt_id]
    heir_id = receipt_id(pool_of(act.receipt_id), act.serial)
    yield Replaced(act.receipt_id, _closed(word, Status.REPLACED), heir_id)
    yield IssuedFrom(heir_id, _heir(word, act.quantity), act.content, act.receipt_id)
    yield from _receipted(act.item_keys, heir_id, before)


def _less(word: int, quantity: int, end: Status) -> int:
    """Return the word one version on and over so much less, ended when nothing is left."""
    left = quantity_in(word) - quantity
    return (word & ~QUANTITY_BITS | left << 60) + ONE_VERSION if left else _closed(word, end)


def _closed(word: int, end: Status) -> int:
    """Return the last version of a receipt: over nothing, securing nothing."""
    return (word & ~(_PLEDGE_BITS | QUANTITY_BITS | STATUS_BITS) | end) + ONE_VERSION


def _heir(word: int, quantity: int) -> int:
    """Return the first version of a receipt that comes out of this one, subject to the same."""
    return word & ~(QUANTITY_BITS | VERSION_BITS) | quantity << 60 | ONE_VERSION


def _receipted(item_keys: tuple[Hash32, ...], number: ReceiptId, before: Ledger) -> Iterator[Event]:
    if _is_paged(pool_of(number), before):
        for page, items in _pages(item_keys):
            yield ItemsReceipted(page, number, items)
        return
    for item_key in item_keys:
        yield ItemReceipted(item_key, number)


def _freed(item_keys: tuple[Hash32, ...], number: ReceiptId, before: Ledger) -> Iterator[Event]:
    if _is_paged(pool_of(number), before):
        for page, items in _pages(item_keys):
            yield ItemsFreed(page, number, items)
        return
    for item_key in item_keys:
        yield ItemFreed(item_key, number)


def _is_paged(pool: PoolId, before: Ledger) -> bool:
    found = before.pools.get(pool)
    return found is not None and found.is_paged


def _pages(item_keys: tuple[Hash32, ...]) -> Iterator[tuple[Hash32, int]]:
    """Yield pages and bits, which stand by turns."""
    for page, items in zip(item_keys[::2], item_keys[1::2], strict=True):
        yield page, int.from_bytes(items)


def _transferred(
    number: ReceiptId, act: Transfer | TransferPortfolio, before: Ledger
) -> Transferred:
    word = before.receipts[number] & ~HOLDER_BITS | act.transferee << 8
    return Transferred(number, word + ONE_VERSION, act.terms)


def _pledged(number: ReceiptId, act: Pledge, before: Ledger) -> Pledged:
    return Pledged(number, (before.receipts[number] | _pledge_in(act)) + ONE_VERSION, act.terms)


def _pledge_in(act: Pledge | PledgePortfolio) -> int:
    """Return the bits that a pledge sets in a word."""
    return ENCUMBERED_BIT | act.pledgee << 30 | act.maturity_day << 114


def _released(number: ReceiptId, terms: Hash32, before: Ledger) -> Released:
    return Released(number, (before.receipts[number] & _ALL_BUT_PLEDGE) + ONE_VERSION, terms)


def _documents(documents: tuple[Hash32, ...], subject: ReceiptId) -> Iterator[Event]:
    for document in documents:
        yield DocumentUsed(document, subject)
