"""Commands by which a receipt changes: in goods, number, storage, medium, and claims on it."""

from typing import Annotated, Any

import typer

from receipts_ledger.cli import options
from receipts_ledger.cli.acts import Evidence, Items, Reason, Terms, Wait, sign_and_show
from receipts_ledger.cli.session import Session, in_session
from receipts_ledger.client import NewPart
from receipts_ledger.domain.ids import ReceiptId

Content = Annotated[
    dict[str, Any],
    options.content_option("--content", "JSON object as the commodity's profile wants it."),
]
Paper = Annotated[
    dict[str, Any], options.content_option("--paper", "JSON object with the paper's number.")
]
Claim = Annotated[dict[str, Any], options.content_option("--claim", "JSON object with the claim.")]
Order = Annotated[dict[str, Any], options.content_option("--order", "JSON object with the order.")]


def register(root: typer.Typer) -> None:
    """Add the commands."""
    of_goods = (split, merge, replace, cancel, write_down)
    of_custody = (extend, to_paper, from_paper, note_claim, lift_claim, invalidate)
    for command in (*of_goods, *of_custody, freeze, unfreeze):
        name = command.__name__.replace("_", "-")
        root.command(name, rich_help_panel="Changes")(in_session(command))


def split(
    session: Session,
    *,
    receipt: options.ReceiptArgument,
    quantity: options.Quantity,
    content: Content,
    items: Items = None,
    count: Annotated[int, typer.Option(min=1, max=100, help="How many such parts.")] = 1,
    deadline: options.Deadline = None,
    wait: Wait = False,
) -> None:
    """Split a receipt into parts and what remains (holder, warehouse, and a lender sign).

    For example: receipts-ledger split 12-1-000345 --quantity 5000 --content content.json
    """
    part = NewPart(quantity, content, tuple(items or ()))
    draft = session.client().split(receipt, [part] * count, deadline=deadline)
    sign_and_show(session, draft, wait=wait)


def merge(
    session: Session,
    *,
    receipt: options.ReceiptArgument,
    absorb: Annotated[ReceiptId, options.receipt_option("--absorb", "The receipt that ends.")],
    items: Items = None,
    deadline: options.Deadline = None,
    wait: Wait = False,
) -> None:
    """Merge another receipt into this one (holder, warehouse, and a lender sign).

    For example: receipts-ledger merge 12-1-000345 --absorb 12-1-000346
    """
    draft = session.client().merge(receipt, absorb, items=tuple(items or ()), deadline=deadline)
    sign_and_show(session, draft, wait=wait)


def replace(
    session: Session,
    *,
    receipt: options.ReceiptArgument,
    quantity: options.Quantity,
    content: Content,
    items: Items = None,
    deadline: options.Deadline = None,
    wait: Wait = False,
) -> None:
    """Correct a receipt by another in its place (holder, warehouse, and a lender sign).

    For example: receipts-ledger replace 12-1-000345 --quantity 24980 --content content.json
    """
    draft = session.client().replace(
        receipt, quantity, content, items=tuple(items or ()), deadline=deadline
    )
    sign_and_show(session, draft, wait=wait)


def cancel(
    session: Session,
    *,
    receipt: options.ReceiptArgument,
    reason: Reason,
    items: Items = None,
    deadline: options.Deadline = None,
    wait: Wait = False,
) -> None:
    """Cancel a receipt that the warehouse holds itself (the warehouse signs).

    For example: receipts-ledger cancel 12-1-000345 --reason reason.json
    """
    draft = session.client().cancel(receipt, reason, items=tuple(items or ()), deadline=deadline)
    sign_and_show(session, draft, wait=wait)


def write_down(
    session: Session,
    *,
    receipt: options.ReceiptArgument,
    quantity: options.Quantity,
    evidence: Evidence,
    items: Items = None,
    deadline: options.Deadline = None,
    wait: Wait = False,
) -> None:
    """Write down goods that are lost (warehouse and an inspector sign).

    For example: receipts-ledger write-down 12-1-000345 --quantity 1200 --evidence evidence.json
    """
    draft = session.client().write_down(
        receipt, quantity, evidence, items=tuple(items or ()), deadline=deadline
    )
    sign_and_show(session, draft, wait=wait)


def extend(
    session: Session,
    *,
    receipt: options.ReceiptArgument,
    storage_until: options.StorageUntil,
    terms: Terms = None,
    deadline: options.Deadline = None,
    wait: Wait = False,
) -> None:
    """Store goods longer (holder, warehouse, and a lender sign).

    For example: receipts-ledger extend 12-1-000345 --storage-until 2035-12-31
    """
    draft = session.client().extend_storage(
        receipt, storage_until=storage_until, terms=terms, deadline=deadline
    )
    sign_and_show(session, draft, wait=wait)


def to_paper(
    session: Session,
    *,
    receipt: options.ReceiptArgument,
    paper: Paper,
    deadline: options.Deadline = None,
    wait: Wait = False,
) -> None:
    """Change to a paper receipt (holder, warehouse, and a lender sign).

    For example: receipts-ledger to-paper 12-1-000345 --paper paper.json
    """
    draft = session.client().to_paper(receipt, paper, deadline=deadline)
    sign_and_show(session, draft, wait=wait)


def from_paper(
    session: Session,
    *,
    receipt: options.ReceiptArgument,
    paper: Paper,
    deadline: options.Deadline = None,
    wait: Wait = False,
) -> None:
    """Return from paper, once it was given up (holder, warehouse, and a lender sign).

    For example: receipts-ledger from-paper 12-1-000345 --paper paper.json
    """
    draft = session.client().from_paper(receipt, paper, deadline=deadline)
    sign_and_show(session, draft, wait=wait)


def note_claim(
    session: Session,
    *,
    receipt: options.ReceiptArgument,
    claim: Claim,
    deadline: options.Deadline = None,
    wait: Wait = False,
) -> None:
    """Note that a third party claims the goods (the warehouse signs).

    For example: receipts-ledger note-claim 12-1-000345 --claim claim.json
    """
    draft = session.client().note_claim(receipt, claim, deadline=deadline)
    sign_and_show(session, draft, wait=wait)


def lift_claim(
    session: Session,
    *,
    receipt: options.ReceiptArgument,
    reason: Reason,
    deadline: options.Deadline = None,
    wait: Wait = False,
) -> None:
    """Lift a claim (the warehouse or an authority signs).

    For example: receipts-ledger lift-claim 12-1-000345 --reason reason.json
    """
    draft = session.client().lift_claim(receipt, reason, deadline=deadline)
    sign_and_show(session, draft, wait=wait)


def invalidate(
    session: Session,
    *,
    receipt: options.ReceiptArgument,
    reason: Reason,
    deadline: options.Deadline = None,
    wait: Wait = False,
) -> None:
    """Make acts void that were signed for earlier versions (the holder signs).

    For example: receipts-ledger invalidate 12-1-000345 --reason reason.json
    """
    draft = session.client().invalidate(receipt, reason, deadline=deadline)
    sign_and_show(session, draft, wait=wait)


def freeze(
    session: Session,
    *,
    receipt: options.ReceiptArgument,
    order: Order,
    deadline: options.Deadline = None,
    wait: Wait = False,
) -> None:
    """Freeze a receipt (an authority signs).

    For example: receipts-ledger freeze 12-1-000345 --order order.json
    """
    draft = session.client().freeze(receipt, order, deadline=deadline)
    sign_and_show(session, draft, wait=wait)


def unfreeze(
    session: Session,
    *,
    receipt: options.ReceiptArgument,
    order: Order,
    deadline: options.Deadline = None,
    wait: Wait = False,
) -> None:
    """Lift a freeze (an authority signs).

    For example: receipts-ledger unfreeze 12-1-000345 --order order.json
    """
    draft = session.client().unfreeze(receipt, order, deadline=deadline)
    sign_and_show(session, draft, wait=wait)
