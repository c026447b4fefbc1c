"""Random acts: mostly such as would be accepted, often spoilt in one place.

An idea is a kind and a few small numbers; what act it becomes depends on the state in which
it is thought of. So Hypothesis can shrink a history and every idea keeps a meaning.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import IntEnum, auto
from typing import TypeVar, assert_never

from hypothesis import strategies as st

from receipts_ledger.chain.keys import keccak
from receipts_ledger.domain.act import Act, Kind
from receipts_ledger.domain.change import Cancel, Merge, NewPart, Replace, Split, WriteDown
from receipts_ledger.domain.consent import Need, needed
from receipts_ledger.domain.ids import (
    DAY_MAX,
    Day,
    Hash32,
    PartyId,
    PoolId,
    ReceiptId,
    Version,
    pool_id,
    pool_of,
)
from receipts_ledger.domain.ledger import Ledger
from receipts_ledger.domain.party import (
    Admit,
    BindKey,
    CompleteRecovery,
    Recover,
    Reinstate,
    RevokeKey,
    Role,
    Suspend,
    VetoRecovery,
)
from receipts_ledger.domain.pledge import (
    AssignPledge,
    Cure,
    Default,
    Enforce,
    Pledge,
    PledgePortfolio,
    Release,
    ReleasePortfolio,
    Substitute,
)
from receipts_ledger.domain.pool import Attest, OpenPool, Pause, Pool, Resume, Seal
from receipts_ledger.domain.receipt import (
    CLAIMED_BIT,
    ENCUMBERED_BIT,
    FROZEN_BIT,
    HOLDER_BITS,
    IN_DEFAULT_BIT,
    PAPER_BIT,
    QUANTITY_MAX,
    STATUS_BITS,
    Deliver,
    ExtendStorage,
    Freeze,
    FromPaper,
    Invalidate,
    Issue,
    LiftClaim,
    NewReceipt,
    NoteClaim,
    Receipt,
    ReceiptRef,
    Status,
    ToPaper,
    Transfer,
    TransferPortfolio,
    Unfreeze,
    quantity_in,
)
from tests.support.cast import (
    BANK_A,
    BANK_B,
    CAST,
    GUARDIAN,
    REGISTRAR,
    STRANGER,
    TRADER_A,
    TRADER_B,
    TRADER_C,
    WAREHOUSE_A,
    WAREHOUSE_B,
    Member,
)
from tests.support.ledger_on_chain import FOREVER

T = TypeVar("T")

NEWCOMERS = tuple(
    Member(f"newcomer {number}", PartyId(party), role)
    for number, (party, role) in enumerate(
        [
            (20, Role.LENDER),
            (21, Role.INSPECTOR | Role.HOLDER),
            (22, Role.WAREHOUSE | Role.INSPECTOR),
            (23, Role.REGISTRAR),
            (24, Role.AUTHORITY | Role.HOLDER),
            (2, Role.HOLDER),
            (0, Role.HOLDER),
            (65_536, Role.LENDER),
            (2**22 - 1, Role.HOLDER),
            (2**22, Role.HOLDER),
            (25, Role(0)),
        ]
    )
)
EVERYBODY = (REGISTRAR, GUARDIAN, *CAST, STRANGER, *NEWCOMERS)
POOLS = tuple(
    pool_id(warehouse.party, index)
    for warehouse in (WAREHOUSE_A, WAREHOUSE_B)
    for index in (0, 1, 65_535)
)
ITEMS = tuple(keccak(f"item {number}".encode()) for number in range(12))
PAGES = tuple(keccak(f"page {number}".encode()) for number in range(2))
DOCUMENTS = tuple(keccak(f"document {number}".encode()) for number in range(10))
COMMITMENT = keccak(b"commitment")
ITEMS_A_RECEIPT_MAX = 3
PAGED_INDEX = 65_535
BONDED_POOL = pool_id(WAREHOUSE_B.party, 1)


class Spoil(IntEnum):
    """What is wrong with an act, if anything."""

    NOTHING = 0
    VERSION = auto()
    DEADLINE = auto()
    LAST_SIGNATURE_MISSING = auto()
    SIGNATURE_OF_ANOTHER = auto()
    SIGNATURE_TOO_MANY = auto()
    SIGNATURES_IN_ANOTHER_ORDER = auto()
    NO_COMMITMENT = auto()


@dataclass(frozen=True, slots=True)
class Idea:
    """A kind of act, and numbers to choose its members with."""

    kind: Kind
    choices: tuple[int, ...]
    spoil: Spoil

    def pick(self, place: int, among: Sequence[T]) -> T:
        return among[self.choices[place] % len(among)]


_WEIGHTED = [
    *Kind,
    *(Kind.ISSUE, Kind.ISSUE, Kind.ISSUE, Kind.PLEDGE, Kind.PLEDGE, Kind.PLEDGE, Kind.PLEDGE),
    *(Kind.TRANSFER, Kind.TRANSFER, Kind.RELEASE, Kind.RELEASE, Kind.DELIVER, Kind.DELIVER),
    *(Kind.OPEN_POOL, Kind.ATTEST, Kind.ATTEST, Kind.PLEDGE_PORTFOLIO),
    *(Kind.DEFAULT, Kind.DEFAULT, Kind.CURE, Kind.ENFORCE, Kind.ENFORCE),
    *(Kind.SPLIT, Kind.SPLIT, Kind.MERGE, Kind.MERGE, Kind.SUBSTITUTE, Kind.REPLACE),
]
# One seal ends all that happens to a pool's receipts, so it is rare.
_WEIGHTED = [kind for kind in _WEIGHTED * 4 if kind is not Kind.SEAL] + [Kind.SEAL]
IDEAS = st.builds(
    Idea,
    st.sampled_from(_WEIGHTED),
    st.tuples(*[st.integers(0, 11)] * 6),
    st.sampled_from([Spoil.NOTHING] * 10 + list(Spoil)),
)


@dataclass(frozen=True, slots=True)
class Proposal:
    """An act and those who sign it, in order."""

    act: Act
    signers: tuple[Member, ...]


def propose(idea: Idea, ledger: Ledger, today: Day) -> Proposal:
    """Return what an idea comes to in a state of the ledger."""
    act = _act(idea, ledger, today)
    if idea.spoil is Spoil.DEADLINE:
        act = replace(act, deadline=1_600_000_000)
    if idea.spoil is Spoil.VERSION and not isinstance(
        act, Admit | OpenPool | Issue | PledgePortfolio | ReleasePortfolio | TransferPortfolio
    ):
        act = replace(act, version=Version(act.version + 1))
    if idea.spoil is Spoil.NO_COMMITMENT and isinstance(act, Pledge | PledgePortfolio):
        act = replace(act, terms=Hash32(bytes(32)))
    try:
        needs = needed(act, ledger.receipts)
    except (KeyError, IndexError):
        needs = ()
    signers = [_speaker(need, idea, ledger) for need in needs]
    return Proposal(act, tuple(_spoilt(signers, idea)))


def _speaker(need: Need, idea: Idea, ledger: Ledger) -> Member:
    if need.key is not None:
        return next(member for member in EVERYBODY if member.address == need.key)
    able = [
        member
        for member in EVERYBODY
        if (number := ledger.keys.get(member.address)) is not None
        and need.party in (None, number)
        and need.role in ledger.parties[number].roles
    ]
    return idea.pick(5, able) if able else STRANGER


def _spoilt(signers: list[Member], idea: Idea) -> list[Member]:
    other = idea.pick(4, EVERYBODY)
    match idea.spoil:
        case Spoil.LAST_SIGNATURE_MISSING:
            return signers[:-1]
        case Spoil.SIGNATURE_OF_ANOTHER:
            return [*signers[:-1], other]
        case Spoil.SIGNATURE_TOO_MANY:
            return [*signers, other]
        case Spoil.SIGNATURES_IN_ANOTHER_ORDER:
            return signers[::-1]
        case _:
            return signers


def _act(idea: Idea, ledger: Ledger, today: Day) -> Act:  # noqa: C901, PLR0911, PLR0912, PLR0915  (one for each kind)
    pick = idea.pick
    receipt = pick(0, _receipts(idea, ledger))
    version = _version(ledger, receipt)
    member = pick(1, EVERYBODY)
    party = pick(2, sorted(ledger.parties)) if idea.choices[3] else member.party
    at = ledger.parties[party].version if party in ledger.parties else Version(1)
    pool = pick(0, POOLS if idea.kind is Kind.OPEN_POOL else (*sorted(ledger.pools) * 3, *POOLS))
    holder = pick(1, (TRADER_A, TRADER_B, TRADER_C, WAREHOUSE_B, BANK_B, BANK_A, STRANGER)).party
    lender = pick(1, (BANK_A, BANK_B, BANK_A, BANK_B, TRADER_A, WAREHOUSE_B, NEWCOMERS[0])).party
    maturity = pick(2, (today + 30, today + 30, today + 30, today, today - 1, today + 300, DAY_MAX))
    match idea.kind:
        case Kind.ADMIT:
            newcomer = pick(0, NEWCOMERS)
            key = pick(1, (newcomer, newcomer, newcomer, TRADER_A)).address
            return Admit(newcomer.party, newcomer.role, key, COMMITMENT, FOREVER)
        case Kind.SUSPEND:
            return Suspend(party, at, COMMITMENT, FOREVER)
        case Kind.REINSTATE:
            return Reinstate(party, at, COMMITMENT, FOREVER)
        case Kind.BIND_KEY:
            return BindKey(party, at, pick(0, NEWCOMERS).address, FOREVER)
        case Kind.REVOKE_KEY:
            return RevokeKey(party, at, member.address, FOREVER)
        case Kind.OPEN_POOL:
            capacity = pick(1, (10**6, 10**6, 10**6, 0, 2**56 - 1))
            return OpenPool(
                pool,
                capacity,
                pick(2, (30, 255, 0)),
                is_serialised=pool & 1 == 1 and idea.choices[3] != 11,
                is_paged=pool & 0xFFFF == PAGED_INDEX,
                is_bonded=pool == BONDED_POOL,
                is_non_negotiable=False,
                description=COMMITMENT,
                deadline=FOREVER,
            )
        case Kind.ATTEST:
            counted = ledger.pools.get(pool)
            quantity = pick(1, (10**6, 500_000, 100_000, 0, 2**56 - 1))
            return Attest(
                pool, counted.version if counted else Version(1), quantity, COMMITMENT, FOREVER
            )
        case Kind.ISSUE:
            return _issue(idea, ledger, pool, today)
        case Kind.TRANSFER:
            return Transfer(receipt, version, holder, COMMITMENT, FOREVER)
        case Kind.PLEDGE:
            return Pledge(
                receipt, version, lender, Day(maturity), COMMITMENT, _documents(idea), FOREVER
            )
        case Kind.RELEASE:
            return Release(receipt, version, COMMITMENT, FOREVER)
        case Kind.DELIVER:
            return _delivery(idea, ledger, receipt, version)
        case Kind.FREEZE:
            return Freeze(receipt, version, COMMITMENT, FOREVER)
        case Kind.UNFREEZE:
            return Unfreeze(receipt, version, COMMITMENT, FOREVER)
        case Kind.PLEDGE_PORTFOLIO:
            refs = _portfolio(idea, ledger)
            return PledgePortfolio(
                refs, lender, Day(maturity), COMMITMENT, _documents(idea), FOREVER
            )
        case Kind.RELEASE_PORTFOLIO:
            return ReleasePortfolio(_portfolio(idea, ledger), COMMITMENT, FOREVER)
        case Kind.ASSIGN_PLEDGE:
            return AssignPledge(receipt, version, lender, COMMITMENT, FOREVER)
        case Kind.DEFAULT:
            return Default(receipt, version, COMMITMENT, FOREVER)
        case Kind.CURE:
            return Cure(receipt, version, Day(maturity), COMMITMENT, FOREVER)
        case Kind.ENFORCE:
            return Enforce(receipt, version, holder, COMMITMENT, FOREVER)
        case Kind.TRANSFER_PORTFOLIO:
            return TransferPortfolio(_portfolio(idea, ledger), holder, COMMITMENT, FOREVER)
        case Kind.SPLIT:
            return _split(idea, ledger, receipt, version)
        case Kind.MERGE:
            other = pick(3, _neighbours(receipt, ledger))
            items = _words(_held(other, ledger), ledger, other)
            return Merge(
                receipt, version, other, _version(ledger, other), items, COMMITMENT, FOREVER
            )
        case Kind.SUBSTITUTE:
            other = pick(3, _of_holder(receipt, ledger))
            at_other = _version(ledger, other)
            return Substitute(receipt, version, other, at_other, COMMITMENT, FOREVER)
        case Kind.EXTEND_STORAGE:
            return ExtendStorage(
                receipt,
                version,
                pick(2, (Day(today + 250), Day(today + 400), Day(today), DAY_MAX, Day(2**14))),
                COMMITMENT,
                FOREVER,
            )
        case Kind.REPLACE:
            return _replacement(idea, ledger, receipt, version)
        case Kind.CANCEL:
            items = _words(_held(receipt, ledger), ledger, receipt)
            return Cancel(receipt, version, items, COMMITMENT, FOREVER)
        case Kind.WRITE_DOWN:
            delivery = _delivery(idea, ledger, receipt, version)
            return WriteDown(
                receipt, version, delivery.quantity, delivery.item_keys, COMMITMENT, FOREVER
            )
        case Kind.TO_PAPER:
            return ToPaper(receipt, version, COMMITMENT, FOREVER)
        case Kind.FROM_PAPER:
            return FromPaper(receipt, version, COMMITMENT, FOREVER)
        case Kind.INVALIDATE:
            return Invalidate(receipt, version, COMMITMENT, FOREVER)
        case Kind.NOTE_CLAIM:
            return NoteClaim(receipt, version, COMMITMENT, FOREVER)
        case Kind.LIFT_CLAIM:
            return LiftClaim(receipt, version, COMMITMENT, FOREVER)
        case Kind.RECOVER:
            return Recover(party, at, pick(0, NEWCOMERS).address, COMMITMENT, FOREVER)
        case Kind.VETO_RECOVERY:
            party, at = _in_recovery(ledger, party, at)
            return VetoRecovery(party, at, COMMITMENT, FOREVER)
        case Kind.COMPLETE_RECOVERY:
            party, at = _in_recovery(ledger, party, at)
            meant = ledger.parties[party].recovery_key if party in ledger.parties else None
            return CompleteRecovery(
                party, at, meant or pick(0, NEWCOMERS).address, COMMITMENT, FOREVER
            )
        case Kind.PAUSE:
            return Pause(pool, _pool_version(ledger, pool), COMMITMENT, FOREVER)
        case Kind.RESUME:
            return Resume(pool, _pool_version(ledger, pool), COMMITMENT, FOREVER)
        case Kind.SEAL:
            return Seal(pool, _pool_version(ledger, pool), COMMITMENT, FOREVER)
        case _:
            assert_never(idea.kind)


_IN_DEFAULT = ENCUMBERED_BIT | IN_DEFAULT_BIT
_MEANT_FOR = {
    Kind.RELEASE: (ENCUMBERED_BIT, ENCUMBERED_BIT),
    Kind.TRANSFER: (ENCUMBERED_BIT, 0),
    Kind.PLEDGE: (ENCUMBERED_BIT, 0),
    Kind.ASSIGN_PLEDGE: (ENCUMBERED_BIT, ENCUMBERED_BIT),
    Kind.DEFAULT: (_IN_DEFAULT, ENCUMBERED_BIT),
    Kind.CURE: (_IN_DEFAULT, _IN_DEFAULT),
    Kind.ENFORCE: (_IN_DEFAULT, _IN_DEFAULT),
    Kind.SUBSTITUTE: (_IN_DEFAULT, ENCUMBERED_BIT),
    Kind.UNFREEZE: (FROZEN_BIT, FROZEN_BIT),
    Kind.FROM_PAPER: (PAPER_BIT, PAPER_BIT),
    Kind.LIFT_CLAIM: (CLAIMED_BIT, CLAIMED_BIT),
}
"""Bits of a receipt's word, and how they stand where the act could be carried out."""


def _receipts(idea: Idea, ledger: Ledger) -> list[ReceiptId]:
    """Return candidates: those that the kind is meant for, and sometimes any."""
    known = sorted(ledger.receipts)
    if idea.choices[5] < 9:
        bits, wanted = _MEANT_FOR.get(idea.kind, (0, 0))
        bits, wanted = bits | STATUS_BITS, wanted | Status.OPEN
        known = [receipt for receipt in known if ledger.receipts[receipt] & bits == wanted]
    return known or [ReceiptId(POOLS[0] << 32 | 1)]


def _version(ledger: Ledger, receipt: ReceiptId) -> Version:
    word = ledger.receipts.get(receipt)
    return Version(1) if word is None else Receipt.from_word(word).version


def _documents(idea: Idea) -> tuple[Hash32, ...]:
    return (idea.pick(4, DOCUMENTS),) if idea.choices[3] < 5 else ()


def _portfolio(idea: Idea, ledger: Ledger) -> tuple[ReceiptRef, ...]:
    known = sorted(ledger.receipts) or [ReceiptId(1)]
    start = idea.choices[0] % len(known)
    chosen = known[start : start + 1 + idea.choices[1] % 4]
    if idea.choices[2] == 0:
        chosen.reverse()
    return tuple(ReceiptRef(receipt, _version(ledger, receipt)) for receipt in chosen)


def _issue(idea: Idea, ledger: Ledger, pool: PoolId, today: Day) -> Issue:
    found = ledger.pools.get(pool)
    is_serialised = found.is_serialised if found else False
    next_serial = found.next_serial if found else 1
    receipts = []
    for place in range(1 + idea.choices[1] % 3):
        items = 1 + (idea.choices[2] + place) % ITEMS_A_RECEIPT_MAX if is_serialised else 0
        start = idea.choices[3] + ITEMS_A_RECEIPT_MAX * place
        keys = tuple(ITEMS[(start + at) % len(ITEMS)] for at in range(items))
        if found and found.is_paged:
            bits = ((1 << items) - 1) << start
            keys = (PAGES[start % len(PAGES)], Hash32(bits.to_bytes(32)))
        receipts.append(
            NewReceipt(
                idea.pick(2, (TRADER_A, TRADER_B, TRADER_C, TRADER_A, BANK_B, BANK_A)).party,
                idea.pick(4, (1_000, 25_000, 100, 999, 0, 25_000, QUANTITY_MAX + 1)),
                idea.pick(5, (Day(today + 100), Day(today + 200), Day(today + 20), Day(today - 1))),
                COMMITMENT,
                keys,
            )
        )
    serial = next_serial + (1 if idea.choices[0] == 11 else 0)
    return Issue(pool, serial, tuple(receipts), _documents(idea), COMMITMENT, FOREVER)


def _delivery(idea: Idea, ledger: Ledger, receipt: ReceiptId, version: Version) -> Deliver:
    held = _held(receipt, ledger)
    word = ledger.receipts.get(receipt)
    available = Receipt.from_word(word).quantity if word is not None else 1
    quantity = idea.pick(1, (available, 1, available // 2, available + 1, 0))
    taken = held if quantity == available else held[: idea.choices[2] % 3]
    if not _pool_of(receipt, ledger).is_serialised and idea.choices[3] == 11:
        taken = [ITEMS[0]]
    documents = _documents(idea) if _pool_of(receipt, ledger).is_bonded else ()
    return Deliver(
        receipt,
        version,
        quantity,
        _words(taken, ledger, receipt),
        documents,
        COMMITMENT,
        FOREVER,
    )


def _split(idea: Idea, ledger: Ledger, receipt: ReceiptId, version: Version) -> Split:
    held = _held(receipt, ledger)
    quantity = quantity_in(ledger.receipts.get(receipt, 0))
    count = 1 + idea.choices[1] % 2
    size = max(1, quantity // (count + 1)) if idea.choices[2] != 11 else 0
    items = idea.choices[3] % 3 if idea.choices[2] == 10 else 1
    parts = tuple(
        NewPart(
            size,
            COMMITMENT,
            _words(held[place * items : (place + 1) * items], ledger, receipt),
        )
        for place in range(count)
    )
    remaining = quantity - size * count + (1 if idea.choices[4] == 11 else 0)
    serial = _pool_of(receipt, ledger).next_serial + (1 if idea.choices[5] == 11 else 0)
    return Split(receipt, version, max(0, remaining), serial, parts, COMMITMENT, FOREVER)


def _replacement(idea: Idea, ledger: Ledger, receipt: ReceiptId, version: Version) -> Replace:
    quantity = quantity_in(ledger.receipts.get(receipt, 0))
    corrected = idea.pick(1, (quantity, quantity, quantity - 1, quantity + 1, 0))
    serial = _pool_of(receipt, ledger).next_serial + (1 if idea.choices[4] == 11 else 0)
    items = _held(receipt, ledger)
    if idea.choices[3] == 11:
        items = items[:1]
    return Replace(
        receipt,
        version,
        serial,
        max(0, corrected),
        _words(items, ledger, receipt),
        COMMITMENT,
        FOREVER,
    )


def _held(receipt: ReceiptId, ledger: Ledger) -> list[Hash32 | tuple[Hash32, int]]:
    """Return the items in a receipt: keys, or pages with one bit each."""
    keys = [item for item, owner in ledger.receipt_of_item.items() if owner == receipt]
    bits = [
        (page, 1 << place)
        for (page, owner), items in ledger.items_of_receipt.items()
        if owner == receipt
        for place in range(items.bit_length())
        if items >> place & 1
    ]
    return [*keys, *bits]


def _words(
    items: Sequence[Hash32 | tuple[Hash32, int]], ledger: Ledger, receipt: ReceiptId
) -> tuple[Hash32, ...]:
    """Return items as an act names them."""
    words: list[Hash32] = []
    for item in items:
        if isinstance(item, tuple):
            words += (item[0], Hash32(item[1].to_bytes(32)))
        else:
            words.append(item)
    return tuple(words)


_NO_POOL = Pool(
    is_serialised=False,
    attestation_days=0,
    version=Version(1),
    attestation_day=Day(0),
    next_serial=1,
    quantity_capacity=0,
    quantity_attested=0,
    quantity_receipted=0,
)


def _pool_of(receipt: ReceiptId, ledger: Ledger) -> Pool:
    return ledger.pools.get(pool_of(receipt), _NO_POOL)


def _pool_version(ledger: Ledger, pool: PoolId) -> Version:
    return ledger.pools.get(pool, _NO_POOL).version


def _neighbours(receipt: ReceiptId, ledger: Ledger) -> list[ReceiptId]:
    """Return receipts of the same pool that are open, or the receipt itself."""
    return [
        other
        for other, word in sorted(ledger.receipts.items())
        if pool_of(other) == pool_of(receipt) and word & STATUS_BITS == Status.OPEN
    ] or [receipt]


def _of_holder(receipt: ReceiptId, ledger: Ledger) -> list[ReceiptId]:
    """Return other receipts of the same holder, or the receipt itself."""
    mine = ledger.receipts.get(receipt, 0)
    return [
        other
        for other, word in sorted(ledger.receipts.items())
        if not (word ^ mine) & HOLDER_BITS and not word & ENCUMBERED_BIT
    ] or [receipt]


def _in_recovery(ledger: Ledger, party: PartyId, at: Version) -> tuple[PartyId, Version]:
    """Return a party whose recovery has begun, or the one given."""
    for number, found in sorted(ledger.parties.items()):
        if found.notice_day is not None:
            return number, found.version
    return party, at
