"""Parties: who takes part, in which roles, with which keys."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from receipts_ledger.api.answers.acts import ActOut
from receipts_ledger.api.answers.forms import as_of
from receipts_ledger.api.answers.members import PartyOut, PartyPage, told_party
from receipts_ledger.api.asking import AskDep
from receipts_ledger.api.fields import PartyPath
from receipts_ledger.api.paging import Page, cut, opened
from receipts_ledger.api.posting import ACCEPTED, Attempt, PostDep
from receipts_ledger.api.requests.parties import AdmitIn, KeyIn, RecoveryIn, StandingIn
from receipts_ledger.api.routes.told import told
from receipts_ledger.domain.ids import Hash32
from receipts_ledger.errors import NotFound
from receipts_ledger.services.draft import parties as draft
from receipts_ledger.store import contents
from receipts_ledger.store.reads import chain, members

router = APIRouter(prefix="/v1/parties", tags=["Parties"])


@router.post("", status_code=ACCEPTED, response_model=ActOut)
def admit_party(body: AdmitIn, post: PostDep) -> Response:
    """Draft the admission of a party with its first key."""
    return post.draft(
        Attempt("Admit", body.party_id),
        lambda desk: draft.admit(
            desk,
            party_id=body.party_id,
            roles=body.together(),
            key=body.key,
            profile=body.profile,
            deadline=body.deadline,
        ),
    )


@router.get("", response_model=PartyPage)
def list_parties(page: Annotated[Page, Query()], ask: AskDep) -> Response:
    """List all parties by number."""
    query = ("parties",)
    key = ask.services.cursor_key
    after = opened(page.cursor, query, key)
    with ask.reading() as (reader, caller):
        rows = members.party_page(reader, after=after[0] if after else None, limit=page.limit + 1)
        rows, cursor = cut(rows, page.limit, lambda row: [row.party_id], query=query, key=key)
        keys = members.keys_of(reader, [row.party_id for row in rows])
        profiles = contents.find(reader, [Hash32(row.profile) for row in rows])
        stand = chain.cursor_row(reader)
    items = [told_party(row, keys[row.party_id], profiles.get(row.profile), caller) for row in rows]
    return told(PartyPage(items=items, next_cursor=cursor, as_of=as_of(stand)))


@router.get("/{party_id}", response_model=PartyOut)
def show_party(party_id: PartyPath, ask: AskDep) -> Response:
    """Show one party."""
    with ask.reading() as (reader, caller):
        row = members.party(reader, party_id)
        if row is None:
            raise NotFound("party", party_id)
        keys = members.keys_of(reader, [party_id])[party_id]
        profile = contents.find(reader, [Hash32(row.profile)]).get(row.profile)
    return told(told_party(row, keys, profile, caller))


@router.post("/{party_id}/suspension", status_code=ACCEPTED, response_model=ActOut)
def suspend_party(party_id: PartyPath, body: StandingIn, post: PostDep) -> Response:
    """Draft a suspension: the party may start nothing new."""
    return post.draft(
        Attempt("Suspend", party_id),
        lambda desk: draft.suspend(
            desk,
            party_id=party_id,
            reason=body.reason,
            version=body.version,
            deadline=body.deadline,
        ),
    )


@router.post("/{party_id}/reinstatement", status_code=ACCEPTED, response_model=ActOut)
def reinstate_party(party_id: PartyPath, body: StandingIn, post: PostDep) -> Response:
    """Draft the end of a suspension."""
    return post.draft(
        Attempt("Reinstate", party_id),
        lambda desk: draft.reinstate(
            desk,
            party_id=party_id,
            reason=body.reason,
            version=body.version,
            deadline=body.deadline,
        ),
    )


@router.post("/{party_id}/keys", status_code=ACCEPTED, response_model=ActOut)
def bind_key(party_id: PartyPath, body: KeyIn, post: PostDep) -> Response:
    """Draft one more key for a party. The registrar and a live key of the party sign."""
    return post.draft(
        Attempt("BindKey", party_id),
        lambda desk: draft.bind_key(
            desk, party_id=party_id, key=body.key, version=body.version, deadline=body.deadline
        ),
    )


@router.post("/{party_id}/key-revocations", status_code=ACCEPTED, response_model=ActOut)
def revoke_key(party_id: PartyPath, body: KeyIn, post: PostDep) -> Response:
    """Draft the end of a key. The party or the registrar signs."""
    return post.draft(
        Attempt("RevokeKey", party_id),
        lambda desk: draft.revoke_key(
            desk, party_id=party_id, key=body.key, version=body.version, deadline=body.deadline
        ),
    )


@router.post("/{party_id}/recovery", status_code=ACCEPTED, response_model=ActOut)
def recover_party(party_id: PartyPath, body: RecoveryIn, post: PostDep) -> Response:
    """Draft the recovery of a party all of whose keys are lost."""
    return post.draft(
        Attempt("Recover", party_id),
        lambda desk: draft.recover(
            desk,
            party_id=party_id,
            key=body.key,
            evidence=body.evidence,
            version=body.version,
            deadline=body.deadline,
        ),
    )


@router.post("/{party_id}/recovery-vetoes", status_code=ACCEPTED, response_model=ActOut)
def veto_recovery(party_id: PartyPath, body: StandingIn, post: PostDep) -> Response:
    """Draft a party's objection to its recovery. Any of its keys signs."""
    return post.draft(
        Attempt("VetoRecovery", party_id),
        lambda desk: draft.veto_recovery(
            desk,
            party_id=party_id,
            reason=body.reason,
            version=body.version,
            deadline=body.deadline,
        ),
    )


@router.post("/{party_id}/recovery-completions", status_code=ACCEPTED, response_model=ActOut)
def complete_recovery(party_id: PartyPath, body: RecoveryIn, post: PostDep) -> Response:
    """Draft the end of a recovery whose notice has passed. The new key signs."""
    return post.draft(
        Attempt("CompleteRecovery", party_id),
        lambda desk: draft.complete_recovery(
            desk,
            party_id=party_id,
            key=body.key,
            evidence=body.evidence,
            version=body.version,
            deadline=body.deadline,
        ),
    )
