"""Logging in with a key, who one is, and logging out."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict

from receipts_ledger.api.answers.access import (
    LoginOfferOut,
    LoginOut,
    SessionOut,
    told_login,
    told_offer,
    told_session,
)
from receipts_ledger.api.asking import AskDep, services_of
from receipts_ledger.api.fields import AddressField
from receipts_ledger.api.requests.logins import LoginIn
from receipts_ledger.api.routes.told import told
from receipts_ledger.errors import NotFound, RefusalCode, Refused
from receipts_ledger.store import api_tokens

router = APIRouter(prefix="/v1", tags=["Access"])

_CREATED = 201
_NO_CONTENT = 204
_NOWHERE = "nowhere"


class OfferIn(BaseModel):
    """Which key is to log in."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    address: AddressField


@router.get("/logins/message", response_model=LoginOfferOut)
def offer_login(asked: Annotated[OfferIn, Query()], request: Request) -> Response:
    """Return a message for a key to sign (EIP-4361). Whoever signs it, checks the domain first."""
    services = services_of(request)
    services.access.rates.log_in(_client(request))
    return told(told_offer(*services.access.logins.offer(asked.address)))


@router.post("/logins", status_code=_CREATED, response_model=LoginOut)
def log_in(body: LoginIn, request: Request) -> Response:
    """Exchange a signed message for a session, once. It shows and drafts; it signs nothing."""
    services = services_of(request)
    services.access.rates.log_in(_client(request))
    session = services.access.logins.log_in(body.message, body.signature)
    return told(told_login(session), status_code=_CREATED)


@router.get("/session", response_model=SessionOut)
def show_session(ask: AskDep) -> Response:
    """Show who asks, in which roles, and until when."""
    with ask.reading() as (reader, caller):
        row = api_tokens.find(reader, caller.api_token_id)
        if row is None:
            raise NotFound("session", caller.api_token_id)
        return told(told_session(row, caller))


@router.delete("/session", status_code=_NO_CONTENT, response_class=Response)
def log_out(ask: AskDep) -> Response:
    """End the session that asks."""
    with ask.reading() as (reader, caller):
        row = api_tokens.find(reader, caller.api_token_id)
    if row is None or row.key is None:
        raise Refused(
            RefusalCode.NOT_YOUR_ROLE, "an api token that was given out is ended by the operator"
        )
    with ask.services.database.writing() as writer:
        api_tokens.revoke(writer, caller.api_token_id, ask.services.clock())
    return Response(status_code=_NO_CONTENT)


def _client(request: Request) -> str:
    return _NOWHERE if request.client is None else request.client.host
