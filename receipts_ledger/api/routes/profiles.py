"""Commodity profiles: what the receipts of each kind of goods have to say."""

from typing import Annotated

from fastapi import APIRouter, Path, Response

from receipts_ledger.api.answers.members import ProfileList, ProfileOut, told_profile
from receipts_ledger.api.asking import AskDep
from receipts_ledger.api.routes.told import told

router = APIRouter(prefix="/v1/profiles", tags=["Commodity profiles"])


@router.get("", response_model=ProfileList)
def list_profiles(ask: AskDep) -> Response:
    """List all commodity profiles."""
    with ask.reading():
        return told(ProfileList(items=[told_profile(one) for one in ask.services.profiles]))


@router.get("/{code}", response_model=ProfileOut)
def show_profile(code: Annotated[str, Path(pattern="^[a-z0-9-]{1,64}$")], ask: AskDep) -> Response:
    """Show one commodity profile."""
    with ask.reading():
        return told(told_profile(ask.services.profiles[code]))
