"""The table of acts: what is measured of the ledger itself. A new act is a new row here.

A row says what is signed, by whom, and which acts come before it. How it is sent, counted
and told follows from the row; nothing else has to be written.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from benchmarks.gas.operation import Step
from benchmarks.gas.stage import NEWCOMER, Stage
from receipts_ledger.chain.keys import keccak
from receipts_ledger.domain.act import Act
from receipts_ledger.domain.change import Cancel, Merge, NewPart, Replace, Split, WriteDown
from receipts_ledger.domain.effect import RECOVERY_DAYS
from receipts_ledger.domain.ids import Day, Version, receipt_id
from receipts_ledger.domain.party import (
    Admit,
    BindKey,
    CompleteRecovery,
    Recover,
    Reinstate,
    RevokeKey,
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
    ReceiptRef,
    ToPaper,
    Transfer,
    TransferPortfolio,
    Unfreeze,
)
from tests.support.cast import (
    AUTHORITY,
    BANK_A,
    BANK_B,
    GUARDIAN,
    INSPECTOR,
    REGISTRAR,
    TRADER_A,
    TRADER_B,
    TRADER_C,
    WAREHOUSE_A,
    WAREHOUSE_B,
    Member,
)
from tests.support.ledger_on_chain import (
    EVIDENCE,
    FOREVER,
    LOT,
    MATURITY_DAYS,
    NOTICE_DAYS,
    TERMS,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """An act as it is measured.

    The statement is made for a receipt of TRADER_A at the version at which the acts named in
    `after` have left it; they happen in this order, unmeasured.
    """

    name: str
    signers: tuple[Member, ...]
    """In the order of the consent matrix. The first also sends, where an act is sent directly."""
    statement: Callable[[Stage, ReceiptRef], Act]
    portfolio: Callable[[Stage, tuple[ReceiptRef, ...]], Act] | None = None
    """The same over many receipts, with the same signers, if there is such an act."""
    after: tuple[str, ...] = ()
    days_before: int = 0
    """Days that pass before this act, as a maturity or a notice wants."""
    receipts_each: int = 1
    """Receipts that lie ready for each act; `Stage.beside` tells the second. 0: it is about none,
    its statement is handed NOWHERE, and it is not measured in batches."""
    count: int = 1
    """Things that the act does at once: gas is told for each."""
    nearest: Step | None = None
    """What peers do instead."""


def _issue(count: int) -> Callable[[Stage, ReceiptRef], Issue]:
    def statement(stage: Stage, _: ReceiptRef) -> Issue:
        first = stage.take_serials(count)
        receipts = tuple(
            NewReceipt(TRADER_A.party, LOT, stage.storage_day, keccak(serial.to_bytes(4)))
            for serial in range(first, first + count)
        )
        return Issue(stage.pool, first, receipts, (), EVIDENCE, FOREVER)

    return statement


def _deliver(one: ReceiptRef, quantity: int) -> Deliver:
    return Deliver(one.receipt_id, one.version, quantity, (), (), EVIDENCE, FOREVER)


# The stage has issued the serial 1, so the next is the first of a pair that shares a word.
ISSUES = tuple(
    Row(
        name=name,
        signers=(WAREHOUSE_A, INSPECTOR),
        statement=_issue(count),
        after=after,
        receipts_each=0,
        count=count,
        nearest=nearest,
    )
    for name, count, after, nearest in (
        ("issue 1, into a new word", 1, (), Step.ISSUE),
        ("issue 1, beside a neighbour", 1, ("issue 1, into a new word",), Step.ISSUE),
        ("issue, batch of 10", 10, (), Step.ISSUE_10),
        ("issue, batch of 50", 50, (), Step.ISSUE_50),
        ("issue, batch of 100", 100, (), Step.ISSUE_100),
    )
)

OWN = (
    Row(
        name="issue 1 to the warehouse itself",
        signers=(WAREHOUSE_B, INSPECTOR),
        statement=lambda stage, _: Issue(
            stage.own_pool,
            1,
            (NewReceipt(WAREHOUSE_B.party, LOT, stage.storage_day, keccak(b"content")),),
            (),
            EVIDENCE,
            FOREVER,
        ),
        receipts_each=0,
    ),
    Row(
        name="cancel",
        signers=(WAREHOUSE_B,),
        statement=lambda stage, _: Cancel(
            receipt_id(stage.own_pool, 1), Version(1), (), EVIDENCE, FOREVER
        ),
        after=("issue 1 to the warehouse itself",),
        receipts_each=0,
    ),
)

RECEIPTS = (
    Row(
        name="transfer",
        signers=(TRADER_A, TRADER_B),
        statement=lambda _, one: Transfer(
            one.receipt_id, one.version, TRADER_B.party, TERMS, FOREVER
        ),
        portfolio=lambda _, receipts: TransferPortfolio(receipts, TRADER_B.party, TERMS, FOREVER),
        nearest=Step.TRANSFER,
    ),
    Row(
        name="pledge",
        signers=(TRADER_A, WAREHOUSE_A, BANK_A),
        statement=lambda stage, one: Pledge(
            one.receipt_id, one.version, BANK_A.party, stage.maturity_day, TERMS, (), FOREVER
        ),
        portfolio=lambda stage, receipts: PledgePortfolio(
            receipts, BANK_A.party, stage.maturity_day, TERMS, (), FOREVER
        ),
        nearest=Step.PLEDGE,
    ),
    Row(
        name="pledge, with one document",
        signers=(TRADER_A, WAREHOUSE_A, BANK_A),
        statement=lambda stage, one: Pledge(
            one.receipt_id,
            one.version,
            BANK_A.party,
            stage.maturity_day,
            TERMS,
            (keccak(b"invoice" + one.receipt_id.to_bytes(8)),),
            FOREVER,
        ),
    ),
    Row(
        name="release",
        signers=(BANK_A,),
        statement=lambda _, one: Release(one.receipt_id, one.version, TERMS, FOREVER),
        portfolio=lambda _, receipts: ReleasePortfolio(receipts, TERMS, FOREVER),
        after=("pledge",),
        nearest=Step.RELEASE,
    ),
    Row(
        name="deliver a part",
        signers=(TRADER_A, WAREHOUSE_A),
        statement=lambda _, one: _deliver(one, 1_000),
        nearest=Step.DELIVER_PART,
    ),
    Row(
        name="deliver a part, pledgee agreeing",
        signers=(TRADER_A, WAREHOUSE_A, BANK_A),
        statement=lambda _, one: _deliver(one, 1_000),
        after=("pledge",),
    ),
    Row(
        name="deliver in full",
        signers=(TRADER_A, WAREHOUSE_A),
        statement=lambda _, one: _deliver(one, LOT),
        nearest=Step.DELIVER,
    ),
    Row(
        name="freeze",
        signers=(AUTHORITY,),
        statement=lambda _, one: Freeze(one.receipt_id, one.version, TERMS, FOREVER),
        nearest=Step.FREEZE,
    ),
    Row(
        name="unfreeze",
        signers=(AUTHORITY,),
        statement=lambda _, one: Unfreeze(one.receipt_id, one.version, TERMS, FOREVER),
        after=("freeze",),
        nearest=Step.UNFREEZE,
    ),
)

PLEDGES = (
    Row(
        name="assign a pledge",
        signers=(BANK_A, BANK_B),
        statement=lambda _, one: AssignPledge(
            one.receipt_id, one.version, BANK_B.party, TERMS, FOREVER
        ),
        after=("pledge",),
    ),
    Row(
        name="substitute",
        signers=(TRADER_A, WAREHOUSE_A, BANK_A),
        statement=lambda stage, one: Substitute(
            one.receipt_id,
            one.version,
            stage.beside(one).receipt_id,
            stage.beside(one).version,
            TERMS,
            FOREVER,
        ),
        after=("pledge",),
        receipts_each=2,
    ),
    Row(
        name="declare default",
        signers=(BANK_A,),
        statement=lambda _, one: Default(one.receipt_id, one.version, TERMS, FOREVER),
        after=("pledge",),
        days_before=MATURITY_DAYS + 1,
    ),
    Row(
        name="cure a default",
        signers=(BANK_A,),
        statement=lambda stage, one: Cure(
            one.receipt_id, one.version, stage.storage_day, TERMS, FOREVER
        ),
        after=("pledge", "declare default"),
    ),
    Row(
        name="enforce a pledge",
        signers=(BANK_A, TRADER_B),
        statement=lambda _, one: Enforce(
            one.receipt_id, one.version, TRADER_B.party, TERMS, FOREVER
        ),
        after=("pledge", "declare default"),
        days_before=NOTICE_DAYS + 1,
    ),
)

CHANGES = (
    Row(
        name="split off one part",
        signers=(TRADER_A, WAREHOUSE_A),
        statement=lambda stage, one: Split(
            one.receipt_id,
            one.version,
            LOT - 1_000,
            stage.take_serials(1),
            (NewPart(1_000, TERMS),),
            EVIDENCE,
            FOREVER,
        ),
    ),
    Row(
        name="merge",
        signers=(TRADER_A, WAREHOUSE_A),
        statement=lambda stage, one: Merge(
            one.receipt_id,
            one.version,
            stage.beside(one).receipt_id,
            stage.beside(one).version,
            (),
            EVIDENCE,
            FOREVER,
        ),
        receipts_each=2,
    ),
    Row(
        name="replace",
        signers=(TRADER_A, WAREHOUSE_A),
        statement=lambda stage, one: Replace(
            one.receipt_id, one.version, stage.take_serials(1), LOT, (), EVIDENCE, FOREVER
        ),
    ),
    Row(
        name="write down",
        signers=(WAREHOUSE_A, INSPECTOR),
        statement=lambda _, one: WriteDown(
            one.receipt_id, one.version, 1_000, (), EVIDENCE, FOREVER
        ),
    ),
    Row(
        name="extend storage",
        signers=(TRADER_A, WAREHOUSE_A),
        statement=lambda stage, one: ExtendStorage(
            one.receipt_id, one.version, Day(stage.storage_day + 1), TERMS, FOREVER
        ),
    ),
    Row(
        name="change to paper",
        signers=(TRADER_A, WAREHOUSE_A),
        statement=lambda _, one: ToPaper(one.receipt_id, one.version, EVIDENCE, FOREVER),
    ),
    Row(
        name="return from paper",
        signers=(TRADER_A, WAREHOUSE_A),
        statement=lambda _, one: FromPaper(one.receipt_id, one.version, EVIDENCE, FOREVER),
        after=("change to paper",),
    ),
    Row(
        name="note a claim",
        signers=(WAREHOUSE_A,),
        statement=lambda _, one: NoteClaim(one.receipt_id, one.version, EVIDENCE, FOREVER),
    ),
    Row(
        name="lift a claim",
        signers=(WAREHOUSE_A,),
        statement=lambda _, one: LiftClaim(one.receipt_id, one.version, EVIDENCE, FOREVER),
        after=("note a claim",),
    ),
    Row(
        name="invalidate",
        signers=(TRADER_A,),
        statement=lambda _, one: Invalidate(one.receipt_id, one.version, EVIDENCE, FOREVER),
    ),
)

REGISTRY = (
    Row(
        name="admit a party",
        signers=(REGISTRAR, NEWCOMER),
        statement=lambda *_: Admit(
            NEWCOMER.party, NEWCOMER.role, NEWCOMER.address, EVIDENCE, FOREVER
        ),
        receipts_each=0,
        nearest=Step.ADMIT,
    ),
    Row(
        name="suspend a party",
        signers=(REGISTRAR,),
        statement=lambda *_: Suspend(TRADER_C.party, Version(1), EVIDENCE, FOREVER),
        receipts_each=0,
    ),
    Row(
        name="reinstate a party",
        signers=(REGISTRAR,),
        statement=lambda *_: Reinstate(TRADER_C.party, Version(2), EVIDENCE, FOREVER),
        after=("suspend a party",),
        receipts_each=0,
    ),
    Row(
        name="bind a key",
        signers=(REGISTRAR, TRADER_C),
        statement=lambda *_: BindKey(TRADER_C.party, Version(1), NEWCOMER.address, FOREVER),
        receipts_each=0,
    ),
    Row(
        name="revoke a key",
        signers=(TRADER_C,),
        statement=lambda *_: RevokeKey(TRADER_C.party, Version(2), NEWCOMER.address, FOREVER),
        after=("bind a key",),
        receipts_each=0,
    ),
    Row(
        name="open a pool",
        signers=(REGISTRAR, WAREHOUSE_A),
        statement=lambda stage, _: OpenPool(
            stage.other_pool, 10**9, 30, False, False, False, False, EVIDENCE, FOREVER
        ),
        receipts_each=0,
    ),
    Row(
        name="attest",
        signers=(INSPECTOR,),
        statement=lambda stage, _: Attest(stage.other_pool, Version(1), 10**8, EVIDENCE, FOREVER),
        after=("open a pool",),
        receipts_each=0,
    ),
    Row(
        name="pause a pool",
        signers=(GUARDIAN,),
        statement=lambda stage, _: Pause(stage.other_pool, Version(1), EVIDENCE, FOREVER),
        after=("open a pool",),
        receipts_each=0,
    ),
    Row(
        name="resume a pool",
        signers=(REGISTRAR,),
        statement=lambda stage, _: Resume(stage.other_pool, Version(2), EVIDENCE, FOREVER),
        after=("open a pool", "pause a pool"),
        receipts_each=0,
    ),
    Row(
        name="seal a pool",
        signers=(REGISTRAR, AUTHORITY),
        statement=lambda stage, _: Seal(stage.other_pool, Version(1), EVIDENCE, FOREVER),
        after=("open a pool",),
        receipts_each=0,
    ),
    Row(
        name="begin a recovery",
        signers=(REGISTRAR, AUTHORITY, NEWCOMER),
        statement=lambda *_: Recover(
            TRADER_C.party, Version(1), NEWCOMER.address, EVIDENCE, FOREVER
        ),
        receipts_each=0,
    ),
    Row(
        name="veto a recovery",
        signers=(TRADER_C,),
        statement=lambda *_: VetoRecovery(TRADER_C.party, Version(2), EVIDENCE, FOREVER),
        after=("begin a recovery",),
        receipts_each=0,
    ),
    Row(
        name="complete a recovery",
        signers=(NEWCOMER,),
        statement=lambda *_: CompleteRecovery(
            TRADER_C.party, Version(2), NEWCOMER.address, EVIDENCE, FOREVER
        ),
        after=("begin a recovery",),
        days_before=RECOVERY_DAYS + 1,
        receipts_each=0,
    ),
)

ROWS: Sequence[Row] = (*ISSUES, *RECEIPTS, *PLEDGES, *CHANGES, *OWN, *REGISTRY)
ROW_OF = {row.name: row for row in ROWS}
