"""Pools: goods of one kind in one place, and their counts."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from receipts_ledger.api.answers.acts import ActOut
from receipts_ledger.api.answers.forms import as_of
from receipts_ledger.api.answers.members import PoolOut, PoolPage, told_pool
from receipts_ledger.api.asking import AskDep
from receipts_ledger.api.fields import PartyQuery, PoolPath
from receipts_ledger.api.paging import Page, cut, opened
from receipts_ledger.api.posting import ACCEPTED, Attempt, PostDep
from receipts_ledger.api.requests.pools import AttestIn, OpenPoolIn, StopIn
from receipts_ledger.api.routes.told import told
from receipts_ledger.domain.ids import Hash32, pool_id, pool_number
from receipts_ledger.errors import NotFound
from receipts_ledger.services.draft import pools as draft
from receipts_ledger.store import contents
from receipts_ledger.store.reads import chain, members

router = APIRouter(prefix="/v1/pools", tags=["Pools"])


class PoolPageIn(Page):
    """Which pools are asked for."""

    warehouse_id: PartyQuery | None = None


@router.post("", status_code=ACCEPTED, response_model=ActOut)
def open_pool(body: OpenPoolIn, post: PostDep) -> Response:
    """Draft a pool. Whether its goods are serialised is said by the commodity's profile."""
    return post.draft(
        Attempt("OpenPool", pool_id(body.warehouse_id, body.index)),
        lambda desk: draft.open_pool(
            desk,
            warehouse_id=body.warehouse_id,
            index=body.index,
            commodity=body.commodity,
            place=body.place,
            quantity_capacity=body.capacity,
            attestation_days=body.attestation_days,
            is_bonded=body.bonded,
            is_non_negotiable=body.non_negotiable,
            deadline=body.deadline,
        ),
    )


@router.get("", response_model=PoolPage)
def list_pools(page: Annotated[PoolPageIn, Query()], ask: AskDep) -> Response:
    """List pools by number."""
    query = ("pools", page.warehouse_id)
    key = ask.services.cursor_key
    after = opened(page.cursor, query, key)
    with ask.reading() as (reader, _):
        rows = members.pool_page(
            reader,
            warehouse_id=page.warehouse_id,
            after=after[0] if after else None,
            limit=page.limit + 1,
        )
        rows, cursor = cut(rows, page.limit, lambda row: [row.pool_id], query=query, key=key)
        described = contents.find(reader, [Hash32(row.description) for row in rows])
        stand = chain.cursor_row(reader)
    items = [told_pool(row, described.get(row.description)) for row in rows]
    return told(PoolPage(items=items, next_cursor=cursor, as_of=as_of(stand)))


@router.get("/{pool_id}", response_model=PoolOut)
def show_pool(pool_id: PoolPath, ask: AskDep) -> Response:
    """Show one pool."""
    with ask.reading() as (reader, _):
        row = members.pool(reader, pool_id)
        if row is None:
            raise NotFound("pool", pool_number(pool_id))
        description = contents.find(reader, [Hash32(row.description)]).get(row.description)
    return told(told_pool(row, description))


@router.post("/{pool_id}/attestations", status_code=ACCEPTED, response_model=ActOut)
def attest_pool(pool_id: PoolPath, body: AttestIn, post: PostDep) -> Response:
    """Draft an inspector's count of what lies in a pool."""
    return post.draft(
        Attempt("Attest", pool_id),
        lambda desk: draft.attest(
            desk,
            pool=pool_id,
            quantity=body.quantity,
            evidence=body.evidence,
            version=body.version,
            deadline=body.deadline,
        ),
    )


@router.post("/{pool_id}/pauses", status_code=ACCEPTED, response_model=ActOut)
def pause_pool(pool_id: PoolPath, body: StopIn, post: PostDep) -> Response:
    """Draft a stop to new receipts and new pledges. A guardian signs."""
    return post.draft(
        Attempt("Pause", pool_id),
        lambda desk: draft.pause(
            desk,
            pool=pool_id,
            reason=body.reason,
            version=body.version,
            deadline=body.deadline,
        ),
    )


@router.post("/{pool_id}/resumptions", status_code=ACCEPTED, response_model=ActOut)
def resume_pool(pool_id: PoolPath, body: StopIn, post: PostDep) -> Response:
    """Draft the end of a pause. The registrar signs."""
    return post.draft(
        Attempt("Resume", pool_id),
        lambda desk: draft.resume(
            desk,
            pool=pool_id,
            reason=body.reason,
            version=body.version,
            deadline=body.deadline,
        ),
    )


@router.post("/{pool_id}/seals", status_code=ACCEPTED, response_model=ActOut)
def seal_pool(pool_id: PoolPath, body: StopIn, post: PostDep) -> Response:
    """Draft the end of a pool on this ledger. Registrar and authority sign."""
    return post.draft(
        Attempt("Seal", pool_id),
        lambda desk: draft.seal_pool(
            desk,
            pool=pool_id,
            reason=body.reason,
            version=body.version,
            deadline=body.deadline,
        ),
    )
