"""The ledger: which contract on which chain, and how far it has been read. Open to anybody."""

from fastapi import APIRouter, Request, Response

from receipts_ledger.api.answers.ledger import LedgerOut, told_ledger
from receipts_ledger.api.asking import services_of
from receipts_ledger.api.routes.told import told
from receipts_ledger.errors import Retryable
from receipts_ledger.store.reads import chain

router = APIRouter(prefix="/v1/ledger", tags=["Ledger"])


@router.get("", response_model=LedgerOut)
def show_ledger(request: Request) -> Response:
    """Show the ledger that this gateway serves. Compare it with your deployment file."""
    services = services_of(request)
    with services.database.reading() as reader:
        row, cursor = chain.ledger(reader), chain.cursor_row(reader)
    if row is None or cursor is None:
        raise Retryable("the index has not begun")
    return told(told_ledger(row, cursor, [profile.code for profile in services.profiles]))
