"""Last act: a database row is tampered with, loans end, metal leaves, and an audit is clean."""

from receipts_ledger.demo.auditing import audit
from receipts_ledger.demo.minting import holder_of
from receipts_ledger.demo.pledging import (
    free_receipts,
    pledge,
    pledged_receipt,
    portfolio_pile,
    portfolio_receipts,
)
from receipts_ledger.demo.stage import Stage
from receipts_ledger.demo.story import Step
from receipts_ledger.domain.ids import receipt_number
from receipts_ledger.domain.receipt import Flag, Status
from receipts_ledger.store.copies import copy_sqlite
from receipts_ledger.store.tables import receipts as receipts_table
from receipts_ledger.store.units import Database

_EQUAL, _DIFFERENT = 0, 1


def tampered_row(stage: Stage, step: Step) -> None:
    """Make a pledged receipt look free, in a copy of the database, and audit the copy."""
    _, receipt = pledged_receipt(stage)
    tampered = stage.folder / "tampered.db"
    tampered.unlink(missing_ok=True)
    url = copy_sqlite(stage.database_url, tampered)
    database = Database.open(url)
    with database.writing() as writer:
        rows = writer.run(
            receipts_table.update()
            .where(receipts_table.c.receipt_id == receipt)
            .values(
                encumbered=False,
                pledgee_id=None,
                maturity_day=None,
                terms=None,
                pledged_at_block=None,
            )
        )
    database.close()
    step.equal(rows, 1, "the number of rows tampered with")
    found = audit(stage, url, "tampered")
    step.equal(found.exit_code, _DIFFERENT, "the audit's exit code")
    number = receipt_number(receipt)
    named = [each for each in found.report["differences"] if number in each["subject"]]
    step.check(bool(named), f"the audit does not name receipt {number}")
    others = [each for each in found.report["differences"] if each not in named]
    step.check(not others, f"the audit finds more than was tampered with: {others[:1]}")
    if named:
        step.saw(f"exit 1: {named[0]['subject']}: {named[0]['detail']}")
    step.left(f"file {stage.folder / 'audit-tampered.json'}")


def release(stage: Stage, step: Step) -> None:
    """Release a portfolio by one signature of its bank."""
    receipts = portfolio_receipts(stage)
    bank = stage.cast.banks[0]
    draft = stage.hands.of(bank).release_portfolio(receipts)
    mined = stage.hands.do(draft, bank)
    for receipt in receipts:
        word = stage.chain.receipt(receipt)
        step.check(
            word.pledgee is None and Flag.ENCUMBERED not in word.flags,
            f"{receipt_number(receipt)} is still pledged",
        )
    step.saw(f"{len(receipts)} receipts released by one signature")
    step.left(f"tx {mined.tx_hash}")


def deliver(stage: Stage, step: Step) -> None:
    """Deliver a part of one receipt, then the rest; and pledged metal with the bank's consent."""
    pile, receipt = free_receipts(stage)[2]
    holder = holder_of(stage, pile)
    before = stage.chain.pool(pile.pool_id)
    part = pile.lot * 2 // 5
    for quantity in (part, pile.lot - part):
        draft = stage.hands.of(holder).deliver(receipt, quantity, {"lorry": "沪B 67890"})
        mined = stage.hands.do(draft, holder, pile.warehouse)
        step.left(f"tx {mined.tx_hash}")
        word = stage.chain.receipt(receipt)
        left = pile.lot - part if quantity == part else 0
        step.equal(word.quantity, left, f"what is left of {receipt_number(receipt)}")
    step.equal(stage.chain.receipt(receipt).status, Status.DELIVERED, "its status")
    after = stage.chain.pool(pile.pool_id)
    step.equal(before.quantity_attested - after.quantity_attested, pile.lot, "attested less")
    step.equal(before.quantity_receipted - after.quantity_receipted, pile.lot, "receipted less")
    step.saw(f"{receipt_number(receipt)}: {part:,} kg, then {pile.lot - part:,} kg; delivered")


def deliver_pledged(stage: Stage, step: Step) -> None:
    """Deliver pledged metal, this time with the signature of the bank."""
    pile, receipt = pledged_receipt(stage)
    holder = holder_of(stage, pile)
    bank = stage.bank_of(receipt)
    draft = stage.hands.of(holder).deliver(receipt, pile.lot, {"lorry": "沪C 24680"})
    mined = stage.hands.do(draft, holder, pile.warehouse, bank)
    word = stage.chain.receipt(receipt)
    step.equal(word.status, Status.DELIVERED, "its status")
    step.equal(word.pledgee, None, "its pledgee")
    step.saw(f"{receipt_number(receipt)} delivered by holder, warehouse and {bank.name}")
    step.left(f"tx {mined.tx_hash}")


def release_and_pledge_again(stage: Stage, step: Step) -> None:
    """Release a receipt and pledge it to another bank: only one pledge at a time is refused."""
    pile = portfolio_pile(stage)
    receipt = stage.issued[pile.pool_id][1]
    first = stage.bank_of(receipt)
    stage.hands.do(stage.hands.of(first).release(receipt), first)
    step.equal(stage.chain.receipt(receipt).pledgee, None, "the pledgee after release")
    second = next(bank for bank in stage.cast.banks if bank is not first)
    mined = pledge(stage, pile, receipt, second)
    step.equal(stage.chain.receipt(receipt).pledgee, second.party_id, "the pledgee afterwards")
    step.saw(f"{receipt_number(receipt)}: {first.name} let go, {second.name} took it")
    step.left(f"tx {mined.tx_hash}")


def clean_audit(stage: Stage, step: Step) -> None:
    """Audit the chain, the contract's storage and the gateway's database."""
    found = audit(stage, stage.database_url, "clean")
    step.equal(found.exit_code, _EQUAL, "the audit's exit code")
    step.equal(found.report["verdict"], "equal", "the verdict")
    for difference in found.report["differences"][:3]:
        step.check(False, f"{difference['subject']}: {difference['detail']}")
    step.saw("exit 0: chain, contract storage and database agree")
    step.left(f"file {stage.folder / 'audit-clean.json'}")
