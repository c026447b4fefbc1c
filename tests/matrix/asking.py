"""An act of every row of the matrix that would pass if all stood well, and who has to sign it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from receipts_ledger.chain.keys import keccak
from receipts_ledger.domain.act import Act
from receipts_ledger.domain.change import Cancel, Merge, NewPart, Replace, Split, WriteDown
from receipts_ledger.domain.ids import Day, PoolId, ReceiptId, Version, warehouse_of
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
from receipts_ledger.domain.pool import Attest, OpenPool, Pause, Resume, Seal
from receipts_ledger.domain.receipt import (
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
    ToPaper,
    Transfer,
    TransferPortfolio,
    Unfreeze,
    quantity_in,
)
from tests.matrix.standings import NEW_KEY, Standing
from tests.matrix.table import Row
from tests.support.cast import (
    AUTHORITY,
    BANK_A,
    BANK_C,
    CAST,
    GUARDIAN,
    INSPECTOR,
    REGISTRAR,
    TRADER_A,
    TRADER_B,
    Member,
)
from tests.support.ledger_on_chain import EVIDENCE, FOREVER, LOT, TERMS, LedgerOnChain

ANYBODY = 0
NO_ROLE = Role(0)
"""The number of the party decides."""
_WHILE_PLEDGED = ", while pledged"
_EVEN_SUSPENDED = ", even suspended"
_UNUSED_KEY = Member("an unused key", NEW_KEY.party, NO_ROLE)


@dataclass(frozen=True, slots=True)
class Signer:
    """One consent that the table asks for: whose, and as whom the contract speaks of it."""

    told: str
    member: Member
    party: int
    role: Role = NO_ROLE

    @property
    def even_suspended(self) -> bool:
        return self.told.endswith(_EVEN_SUSPENDED)


@dataclass(frozen=True, slots=True)
class Question:
    """An act, with everybody's consent that it needs, in the order of the signatures."""

    ledger: LedgerOnChain
    act: Act
    signers: tuple[Signer, ...]
    about: int
    """The receipt, pool or party that the row is about."""

    def signed(self, without: Signer | None = None) -> bytes:
        """Return the wire form. Who agrees twice in a row signs once."""
        members: list[Member] = []
        for signer in self.signers:
            if without is not None and signer.member == without.member:
                continue
            if not members or members[-1] != signer.member:
                members.append(signer.member)
        return self.ledger.sign(self.act, *members)


def about_receipt(row: Row, standing: Standing) -> Question:
    """Return the act of the row about a receipt."""
    act = _ON_RECEIPTS[row.name](standing)
    word = standing.ledger.word("receiptWord(uint64)", standing.receipt)
    is_pledged = word != 0 and Receipt.from_word(word).pledgee is not None
    told = [told for told in row.signers if is_pledged or not told.endswith(_WHILE_PLEDGED)]
    signers = tuple(_of_receipt(row, one, standing) for one in told)
    return Question(standing.ledger, act, signers, standing.receipt)


def about_pool(row: Row, ledger: LedgerOnChain, pool: PoolId) -> Question:
    """Return the act of the row about a pool."""
    warehouse = next(member for member in CAST if member.party == warehouse_of(pool))
    word = ledger.word("poolWord(uint32)", pool)
    version = ledger.pool(pool).version if word else Version(1)
    act = _on_pool(row.kind, ledger, pool, version)
    signers = tuple(
        Signer(told, warehouse, warehouse.party, Role.WAREHOUSE)
        if told == "warehouse"
        else _in_office(told)
        for told in row.signers
    )
    return Question(ledger, act, signers, pool)


def about_party(row: Row, ledger: LedgerOnChain, member: Member) -> Question:
    """Return the act of the row about a party."""
    word = ledger.word("partyWord(uint32)", member.party)
    version = ledger.party(member.party).version if word else Version(1)
    act = _ON_PARTIES[row.kind](member, version)
    key = _UNUSED_KEY if row.kind != "CompleteRecovery" else NEW_KEY
    signers = tuple(_of_party(told, member, key) for told in row.signers)
    return Question(ledger, act, signers, member.party)


def _of_receipt(row: Row, told: str, standing: Standing) -> Signer:
    name = told.removesuffix(_WHILE_PLEDGED).removesuffix(_EVEN_SUSPENDED)
    holder, warehouse, bank = standing.holder, standing.warehouse, standing.pledgee
    if name == "holder":
        return Signer(told, holder, holder.party)
    if name == "pledgee":
        role = Role.LENDER if row.kind == "Substitute" else NO_ROLE
        return Signer(told, bank, bank.party, role)
    if name in ("warehouse", "warehouse of the other"):
        if name == "warehouse of the other":
            number = warehouse_of(PoolId(standing.spare >> 32))
            warehouse = next(member for member in CAST if member.party == number)
        return Signer(told, warehouse, warehouse.party, Role.WAREHOUSE)
    if name == "warehouse or authority":
        return Signer(told, warehouse, ANYBODY, Role.AUTHORITY)
    others = {
        "transferee": Signer(told, TRADER_B, TRADER_B.party, Role.HOLDER),
        "lender": Signer(told, BANK_C, BANK_C.party, Role.LENDER),
        "holder of the pledged": Signer(told, TRADER_A, TRADER_A.party),
        "pledgee of the pledged": Signer(told, BANK_A, BANK_A.party, Role.LENDER),
    }
    return others.get(name) or _in_office(told)


def _of_party(told: str, member: Member, key: Member) -> Signer:
    name = told.removesuffix(_EVEN_SUSPENDED)
    if name == "party":
        return Signer(told, member, member.party)
    if name == "new key":
        return Signer(told, key, member.party)
    if name == "party or registrar":
        return Signer(told, REGISTRAR, ANYBODY, Role.REGISTRAR)
    return _in_office(told)


def _in_office(told: str) -> Signer:
    """Any party of the role will do."""
    office = {
        "registrar": REGISTRAR,
        "authority": AUTHORITY,
        "inspector": INSPECTOR,
        "guardian": GUARDIAN,
    }[told]
    return Signer(told, office, ANYBODY, office.role)


def _on_pool(kind: str, ledger: LedgerOnChain, pool: PoolId, version: Version) -> Act:
    if kind == "OpenPool":
        return OpenPool(pool, 10**6, 30, False, False, False, False, EVIDENCE, FOREVER)
    found = ledger.pool(pool) if ledger.word("poolWord(uint32)", pool) else None
    if kind == "Attest":
        counted = 0 if found is None else found.quantity_attested
        return Attest(pool, version, counted, EVIDENCE, FOREVER)
    if kind == "Issue":
        day = Day(ledger.today + 10)
        new = NewReceipt(TRADER_A.party, LOT, day, keccak(b"content"))
        serial = 1 if found is None else found.next_serial
        return Issue(pool, serial, (new,), (), EVIDENCE, FOREVER)
    if kind == "Pause":
        return Pause(pool, version, EVIDENCE, FOREVER)
    if kind == "Resume":
        return Resume(pool, version, EVIDENCE, FOREVER)
    assert kind == "Seal"
    return Seal(pool, version, EVIDENCE, FOREVER)


def _version(standing: Standing, receipt: ReceiptId) -> Version:
    word = standing.ledger.word("receiptWord(uint64)", receipt)
    return standing.ledger.receipt(receipt).version if word else Version(1)


def _refs(standing: Standing) -> tuple[ReceiptRef, ...]:
    both = (standing.receipt, standing.twin)
    if standing.twin < standing.receipt:
        both = (standing.receipt, ReceiptId(standing.receipt + 1))
    return tuple(ReceiptRef(receipt, _version(standing, receipt)) for receipt in both)


def _next_serial(standing: Standing) -> int:
    return standing.ledger.pool(PoolId(standing.receipt >> 32)).next_serial


def _quantity(standing: Standing) -> int:
    word = standing.ledger.word("receiptWord(uint64)", standing.receipt)
    return quantity_in(word) or LOT


def _in_days(standing: Standing, days: int) -> Day:
    return Day(standing.ledger.today + days)


_Made: TypeAlias = Callable[[Standing, ReceiptId, Version], Act]


def _made(make: _Made) -> Callable[[Standing], Act]:
    return lambda at: make(at, at.receipt, _version(at, at.receipt))


_ON_RECEIPTS: dict[str, Callable[[Standing], Act]] = {
    "Deliver": _made(lambda _, r, v: Deliver(r, v, 1, (), (), EVIDENCE, FOREVER)),
    "Cancel": _made(lambda _, r, v: Cancel(r, v, (), EVIDENCE, FOREVER)),
    "WriteDown": _made(lambda _, r, v: WriteDown(r, v, 1, (), EVIDENCE, FOREVER)),
    "Transfer": _made(lambda _, r, v: Transfer(r, v, TRADER_B.party, TERMS, FOREVER)),
    "TransferPortfolio": lambda at: TransferPortfolio(_refs(at), TRADER_B.party, TERMS, FOREVER),
    "Invalidate": _made(lambda _, r, v: Invalidate(r, v, EVIDENCE, FOREVER)),
    "Pledge": _made(
        lambda at, r, v: Pledge(r, v, BANK_C.party, _in_days(at, 1), TERMS, (), FOREVER)
    ),
    "PledgePortfolio": lambda at: PledgePortfolio(
        _refs(at), BANK_C.party, _in_days(at, 1), TERMS, (), FOREVER
    ),
    "Release": _made(lambda _, r, v: Release(r, v, TERMS, FOREVER)),
    "ReleasePortfolio": lambda at: ReleasePortfolio(_refs(at), TERMS, FOREVER),
    "AssignPledge": _made(lambda _, r, v: AssignPledge(r, v, BANK_C.party, TERMS, FOREVER)),
    "Substitute": _made(
        lambda at, r, v: Substitute(r, v, at.spare, _version(at, at.spare), TERMS, FOREVER)
    ),
    "Substitute, the other receipt": _made(
        lambda at, r, v: Substitute(at.secured, _version(at, at.secured), r, v, TERMS, FOREVER)
    ),
    "Default": _made(lambda _, r, v: Default(r, v, TERMS, FOREVER)),
    "Cure": _made(lambda at, r, v: Cure(r, v, _in_days(at, 1), TERMS, FOREVER)),
    "Enforce": _made(lambda _, r, v: Enforce(r, v, TRADER_B.party, TERMS, FOREVER)),
    "Split": _made(
        lambda at, r, v: Split(
            r, v, _quantity(at) - 1, _next_serial(at), (NewPart(1, EVIDENCE),), TERMS, FOREVER
        )
    ),
    "Merge": _made(
        lambda at, r, v: Merge(r, v, at.twin, _version(at, at.twin), (), TERMS, FOREVER)
    ),
    "Replace": _made(
        lambda at, r, v: Replace(r, v, _next_serial(at), _quantity(at), (), TERMS, FOREVER)
    ),
    "ExtendStorage": _made(
        lambda at, r, v: ExtendStorage(r, v, _in_days(at, 1_000), TERMS, FOREVER)
    ),
    "ToPaper": _made(lambda _, r, v: ToPaper(r, v, EVIDENCE, FOREVER)),
    "FromPaper": _made(lambda _, r, v: FromPaper(r, v, EVIDENCE, FOREVER)),
    "NoteClaim": _made(lambda _, r, v: NoteClaim(r, v, EVIDENCE, FOREVER)),
    "LiftClaim": _made(lambda _, r, v: LiftClaim(r, v, EVIDENCE, FOREVER)),
    "Freeze": _made(lambda _, r, v: Freeze(r, v, EVIDENCE, FOREVER)),
    "Unfreeze": _made(lambda _, r, v: Unfreeze(r, v, EVIDENCE, FOREVER)),
}

_ON_PARTIES: dict[str, Callable[[Member, Version], Act]] = {
    "Admit": lambda member, _: Admit(
        member.party, Role.HOLDER, _UNUSED_KEY.address, EVIDENCE, FOREVER
    ),
    "Suspend": lambda member, v: Suspend(member.party, v, EVIDENCE, FOREVER),
    "Reinstate": lambda member, v: Reinstate(member.party, v, EVIDENCE, FOREVER),
    "BindKey": lambda member, v: BindKey(member.party, v, _UNUSED_KEY.address, FOREVER),
    "RevokeKey": lambda member, v: RevokeKey(member.party, v, member.address, FOREVER),
    "Recover": lambda member, v: Recover(member.party, v, _UNUSED_KEY.address, EVIDENCE, FOREVER),
    "VetoRecovery": lambda member, v: VetoRecovery(member.party, v, EVIDENCE, FOREVER),
    "CompleteRecovery": lambda member, v: CompleteRecovery(
        member.party, v, NEW_KEY.address, EVIDENCE, FOREVER
    ),
}
