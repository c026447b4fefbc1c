"""Acts under way: what there is to sign, signatures, withdrawal."""

from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Response

from receipts_ledger.api.answers.acts import ActOut, ActPage, listed_act, told_act
from receipts_ledger.api.asking import AskDep
from receipts_ledger.api.fields import ActPath, PartyQuery
from receipts_ledger.api.paging import Page, cut, opened
from receipts_ledger.api.posting import ACCEPTED, PostDep
from receipts_ledger.api.requests.acts import SignatureIn, WithdrawalIn
from receipts_ledger.api.routes.told import told
from receipts_ledger.errors import NotFound
from receipts_ledger.store.reads import acts as reads
from receipts_ledger.store.reads.sight import Sight

router = APIRouter(prefix="/v1/acts", tags=["Acts"])


class ActPageIn(Page):
    """Which acts are asked for; of a party, those that it signs or has drafted."""

    status: (
        Literal[
            "draft",
            "signed",
            "assigned",
            "sent",
            "mined",
            "final",
            "refused",
            "expired",
            "withdrawn",
        ]
        | None
    ) = None
    party_id: PartyQuery | None = None


@router.get("", response_model=ActPage)
def list_acts(page: Annotated[ActPageIn, Query()], ask: AskDep) -> Response:
    """List the acts that concern the caller, newest first, without contents."""
    query = ("acts", page.status, page.party_id)
    key = ask.services.cursor_key
    before = opened(page.cursor, query, key)
    with ask.reading() as (reader, caller):
        found = reads.page(
            reader,
            Sight.of(caller),
            status=page.status,
            party_id=page.party_id,
            before=(datetime.fromisoformat(before[0]), before[1]) if before else None,
            limit=page.limit + 1,
        )
    found, cursor = cut(
        found,
        page.limit,
        lambda shown: [shown.row.created_at.isoformat(), shown.row.act_id],
        query=query,
        key=key,
    )
    items = [listed_act(shown, caller) for shown in found]
    return told(ActPage(items=items, next_cursor=cursor))


@router.get("/{act_id}", response_model=ActOut)
def show_act(act_id: ActPath, ask: AskDep) -> Response:
    """Show an act with its typed data and all that it commits to."""
    with ask.reading() as (reader, caller):
        shown = reads.act(reader, str(act_id), Sight.of(caller))
        if shown is None:
            raise NotFound("act", act_id)
        ask.services.access.read_log.note_act(caller, shown.row.act_id)
        return told(told_act(reader, shown, caller, ask.services.statements))


@router.post("/{act_id}/signatures", status_code=ACCEPTED, response_model=ActOut)
def add_signature(act_id: ActPath, body: SignatureIn, post: PostDep) -> Response:
    """Add one party's signature; with the last one the act is judged and queued.

    Without a signature the gateway signs with the key that it keeps for the caller.
    """
    return post.sign(act_id, body.signature)


@router.post("/{act_id}/withdrawal", status_code=ACCEPTED, response_model=ActOut)
def withdraw_act(act_id: ActPath, body: WithdrawalIn, post: PostDep) -> Response:
    """Take back a draft that not all have signed."""
    return post.withdraw(act_id)
