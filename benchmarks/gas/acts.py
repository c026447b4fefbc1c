"""The table of acts: what is measured of the ledger itself. A new act is a new row here.

A row says what is signed, by whom, and which acts come before it. How it is sent, counted
and told follows from the row; nothing else has to be written.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from benchmarks.gas.operation import Step
from benchmarks.gas.stage import Stage
from receipts_ledger.chain.keys import keccak
from receipts_ledger.domain.act import Act
from receipts_ledger.domain.ids import PartyId, Version
from receipts_ledger.domain.party import Admit, BindKey, Reinstate, RevokeKey, Role, Suspend
from receipts_ledger.domain.pledge import (
    Pledge,
    PledgePortfolio,
    ReceiptRef,
    Release,
    ReleasePortfolio,
)
from receipts_ledger.domain.pool import Attest, OpenPool
from receipts_ledger.domain.receipt import (
    Deliver,
    Freeze,
    Issue,
    NewReceipt,
    Transfer,
    Unfreeze,
)
from tests.support.cast import (
    AUTHORITY,
    BANK_A,
    INSPECTOR,
    REGISTRAR,
    TRADER_A,
    TRADER_B,
    TRADER_C,
    WAREHOUSE_A,
    Member,
)
from tests.support.ledger_on_chain import EVIDENCE, FOREVER, LOT, TERMS

NEWCOMER = Member("newcomer", PartyId(70_100), Role.HOLDER)


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
    return Deliver(one.receipt_id, one.version, quantity, (), EVIDENCE, FOREVER)


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

RECEIPTS = (
    Row(
        name="transfer",
        signers=(TRADER_A, TRADER_B),
        statement=lambda _, one: Transfer(
            one.receipt_id, one.version, TRADER_B.party, TERMS, FOREVER
        ),
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
        statement=lambda stage, _: OpenPool(stage.other_pool, 10**9, 30, False, EVIDENCE, FOREVER),
        receipts_each=0,
    ),
    Row(
        name="attest",
        signers=(INSPECTOR,),
        statement=lambda stage, _: Attest(stage.other_pool, Version(1), 10**8, EVIDENCE, FOREVER),
        after=("open a pool",),
        receipts_each=0,
    ),
)

ROWS: Sequence[Row] = (*ISSUES, *RECEIPTS, *REGISTRY)
ROW_OF = {row.name: row for row in ROWS}
