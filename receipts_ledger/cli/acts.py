"""Commands that draft, sign and take back acts."""

import sys
from typing import Annotated, Any

import typer

from receipts_ledger.cli import options
from receipts_ledger.cli.output import console, print_json, print_members
from receipts_ledger.cli.session import Session, in_session
from receipts_ledger.cli.words import in_words, yet_to_sign
from receipts_ledger.client import Draft, NewGoods
from receipts_ledger.domain.ids import PartyId, ReceiptId
from receipts_ledger.errors import RefusalCode, Refused

Wait = Annotated[bool, typer.Option("--wait", help="Wait until the act is mined.")]
Terms = Annotated[
    dict[str, Any] | None, options.content_option("--terms", "JSON object with the terms.")
]
Evidence = Annotated[
    dict[str, Any], options.content_option("--evidence", "JSON object with the evidence.")
]
Reason = Annotated[dict[str, Any], options.content_option("--reason", "JSON object that says why.")]
Items = Annotated[
    Any,
    options.items_option("--items", "JSON list with each item, where the goods are serialised."),
]


def register(root: typer.Typer) -> None:
    """Add the commands."""
    of_pledges = (pledge, release, assign, substitute, default, cure, enforce)
    for command in (issue, transfer, *of_pledges, deliver, sign, withdraw):
        root.command(rich_help_panel="Acts")(in_session(command))


def issue(
    session: Session,
    *,
    pool: options.PoolOption,
    holder: Annotated[PartyId, options.party_option("--holder", "Who gets the receipts.")],
    quantity: options.Quantity,
    storage_until: options.StorageUntil,
    content: Annotated[
        dict[str, Any],
        options.content_option("--content", "JSON object as the commodity's profile wants it."),
    ],
    evidence: Evidence,
    document: options.Documents = None,
    items: Items = None,
    count: Annotated[int, typer.Option(min=1, max=200, help="How many such receipts.")] = 1,
    deadline: options.Deadline = None,
    wait: Wait = False,
) -> None:
    """Issue receipts over goods that have come in (warehouse and inspector sign).

    For example: receipts-ledger issue --pool 12-1 --holder 70001 --quantity 25000
    --storage-until 2035-06-30 --content content.json --evidence evidence.json
    --document inbound:IN-1 --count 2
    """
    client = session.client()
    goods = NewGoods(holder, quantity, storage_until, content, tuple(items or ()))
    draft = client.issue(
        pool, [goods] * count, documents=document or [], evidence=evidence, deadline=deadline
    )
    sign_and_show(session, draft, wait=wait)


def transfer(
    session: Session,
    *,
    receipts: options.ReceiptsArgument,
    to: Annotated[PartyId, options.party_option("--to", "The new holder.")],
    terms: Terms = None,
    deadline: options.Deadline = None,
    wait: Wait = False,
) -> None:
    """Transfer a receipt, or several as one portfolio (holder and transferee sign).

    For example: receipts-ledger transfer 12-1-000345 --to 70002
    """
    client = session.client()
    numbers = [ReceiptId(receipt) for receipt in receipts]
    if len(numbers) == 1:
        draft = client.transfer(numbers[0], to, terms=terms, deadline=deadline)
    else:
        draft = client.transfer_portfolio(numbers, to, terms=terms, deadline=deadline)
    sign_and_show(session, draft, wait=wait)


def pledge(
    session: Session,
    *,
    receipts: options.ReceiptsArgument,
    pledgee: Annotated[PartyId, options.party_option("--pledgee", "The lender.")],
    maturity: options.Maturity,
    amount: options.Amount,
    currency: Annotated[str, typer.Option(help="ISO 4217 code.")] = "CNY",
    terms: Terms = None,
    document: options.Documents = None,
    deadline: options.Deadline = None,
    wait: Wait = False,
) -> None:
    """Pledge a receipt, or several as one portfolio (holder, warehouse and lender sign).

    For example: receipts-ledger pledge 12-1-000345 --pledgee 5 --maturity 2035-03-31
    --amount 120000000 --document invoice:INV-1
    """
    client = session.client()
    whole = {**(terms or {}), "amount": {"minor": amount, "currency": currency}}
    documents = document or []
    numbers = [ReceiptId(receipt) for receipt in receipts]
    if len(numbers) == 1:
        draft = client.pledge(
            numbers[0],
            pledgee,
            maturity=maturity,
            terms=whole,
            documents=documents,
            deadline=deadline,
        )
    else:
        draft = client.pledge_portfolio(
            numbers,
            pledgee,
            maturity=maturity,
            terms=whole,
            documents=documents,
            deadline=deadline,
        )
    sign_and_show(session, draft, wait=wait)


def release(
    session: Session,
    *,
    receipts: options.ReceiptsArgument,
    terms: Terms = None,
    deadline: options.Deadline = None,
    wait: Wait = False,
) -> None:
    """Release a pledged receipt, or several at once (the lender signs).

    For example: receipts-ledger release 12-1-000345 --wait
    """
    client = session.client()
    numbers = [ReceiptId(receipt) for receipt in receipts]
    if len(numbers) == 1:
        draft = client.release(numbers[0], terms=terms, deadline=deadline)
    else:
        draft = client.release_portfolio(numbers, terms=terms, deadline=deadline)
    sign_and_show(session, draft, wait=wait)


def assign(
    session: Session,
    *,
    receipt: options.ReceiptArgument,
    to: Annotated[PartyId, options.party_option("--to", "The new lender.")],
    terms: Terms = None,
    deadline: options.Deadline = None,
    wait: Wait = False,
) -> None:
    """Assign a pledge to another lender (both lenders sign).

    For example: receipts-ledger assign 12-1-000345 --to 6
    """
    draft = session.client().assign_pledge(receipt, to, terms=terms, deadline=deadline)
    sign_and_show(session, draft, wait=wait)


def substitute(
    session: Session,
    *,
    receipt: options.ReceiptArgument,
    by: Annotated[ReceiptId, options.receipt_option("--by", "The receipt pledged instead.")],
    amount: options.Amount,
    currency: Annotated[str, typer.Option(help="ISO 4217 code.")] = "CNY",
    terms: Terms = None,
    deadline: options.Deadline = None,
    wait: Wait = False,
) -> None:
    """Move a pledge to another receipt (holder, that receipt's warehouse and the lender sign).

    For example: receipts-ledger substitute 12-1-000345 --by 12-1-000346 --amount 120000000
    """
    whole = {**(terms or {}), "amount": {"minor": amount, "currency": currency}}
    draft = session.client().substitute(receipt, by, terms=whole, deadline=deadline)
    sign_and_show(session, draft, wait=wait)


def default(
    session: Session,
    *,
    receipt: options.ReceiptArgument,
    notice: Annotated[
        dict[str, Any],
        options.content_option("--notice", "JSON object with what the pledgor is told."),
    ],
    deadline: options.Deadline = None,
    wait: Wait = False,
) -> None:
    """Declare that a claim was not paid when it fell due (the lender signs).

    For example: receipts-ledger default 12-1-000345 --notice notice.json
    """
    draft = session.client().default(receipt, notice, deadline=deadline)
    sign_and_show(session, draft, wait=wait)


def cure(
    session: Session,
    *,
    receipt: options.ReceiptArgument,
    maturity: options.Maturity,
    terms: Terms = None,
    deadline: options.Deadline = None,
    wait: Wait = False,
) -> None:
    """End a default: the claim is due on another day (the lender signs).

    For example: receipts-ledger cure 12-1-000345 --maturity 2035-05-31
    """
    draft = session.client().cure(receipt, maturity=maturity, terms=terms, deadline=deadline)
    sign_and_show(session, draft, wait=wait)


def enforce(
    session: Session,
    *,
    receipt: options.ReceiptArgument,
    to: Annotated[
        PartyId, options.party_option("--to", "The new holder; may be the lender itself.")
    ],
    terms: Terms = None,
    deadline: options.Deadline = None,
    wait: Wait = False,
) -> None:
    """Enforce a pledge when the notice of default has run (lender and new holder sign).

    For example: receipts-ledger enforce 12-1-000345 --to 70002
    """
    draft = session.client().enforce(receipt, to, terms=terms, deadline=deadline)
    sign_and_show(session, draft, wait=wait)


def deliver(
    session: Session,
    *,
    receipt: options.ReceiptArgument,
    quantity: options.Quantity,
    evidence: Evidence,
    items: Items = None,
    document: options.Documents = None,
    deadline: options.Deadline = None,
    wait: Wait = False,
) -> None:
    """Deliver goods, all or part (holder and warehouse sign, and the lender if pledged).

    For example: receipts-ledger deliver 12-1-000345 --quantity 10000 --evidence evidence.json
    """
    draft = session.client().deliver(
        receipt,
        quantity,
        evidence,
        items=tuple(items or ()),
        documents=document or [],
        deadline=deadline,
    )
    sign_and_show(session, draft, wait=wait)


def sign(
    session: Session,
    *,
    act: options.ActArgument,
    yes: Annotated[bool, typer.Option("--yes", help="Sign without being asked.")] = False,
    wait: Wait = False,
) -> None:
    """Show what an act says, ask, and sign it.

    For example: receipts-ledger sign 5f0c4e6e-8d0b-5c57-9b7e-2a4f3c1d0e9a --wait
    """
    if not yes and not sys.stdin.isatty():
        raise typer.BadParameter(
            "without a terminal nobody can be asked: give --yes", param_hint="'--yes'"
        )
    client = session.client()
    draft = client.act(act)
    # Read even where it is not shown: what a commitment stands for is checked by reading it.
    words = in_words(draft)
    if not session.as_json:
        print_members(f"{type(draft.act).__name__} {draft.act_id}", words)
    if not yes:
        typer.confirm("Sign this?", abort=True, err=True)
    draft = client.sign(draft)
    _tell(session, client.wait(draft.act_id) if wait else draft)


def withdraw(session: Session, *, act: options.ActArgument) -> None:
    """Take back an act that has not been sent.

    For example: receipts-ledger withdraw 5f0c4e6e-8d0b-5c57-9b7e-2a4f3c1d0e9a
    """
    _tell(session, session.client().withdraw(act))


def sign_and_show(session: Session, draft: Draft, *, wait: bool) -> None:
    """Sign a draft if there is a key, wait if asked to, and print where the act stands."""
    client = session.client()
    words = in_words(draft)
    # Where the gateway keeps the caller's key it has signed already, at the draft.
    if session.key is not None:
        try:
            draft = client.sign(draft)
        except Refused as refused:
            if refused.code is not RefusalCode.NOT_YOUR_ROLE:
                raise
            # Whoever drafts for others, as an operator does, need not be a signer.
    if not session.as_json:
        print_members(f"{type(draft.act).__name__} {draft.act_id}", words)
    _tell(session, client.wait(draft.act_id) if wait else draft)


def _tell(session: Session, draft: Draft) -> None:
    if session.as_json:
        print_json(draft.answer)
        return
    out = console()
    out.print(f"{draft.status}; yet to sign: {yet_to_sign(draft.missing)}", markup=False)
    if draft.missing and not draft.is_over:
        out.print(f"They sign with: receipts-ledger sign {draft.act_id}")
    if draft.tx_hash is not None:
        out.print(f"In transaction {draft.tx_hash}", soft_wrap=True)
