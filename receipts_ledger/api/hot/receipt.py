"""One receipt, shown by the shorter way."""

from typing import Any

from fastapi import Response
from starlette.types import Scope as Asked

from receipts_ledger.api import showing
from receipts_ledger.api.answers.receipts import ReceiptOut, is_its_own
from receipts_ledger.api.asking import admitted, secret_hash_in
from receipts_ledger.api.hot.headers import header
from receipts_ledger.api.hot.readings import Readings
from receipts_ledger.api.services import Services
from receipts_ledger.domain.caller import Caller, Scope
from receipts_ledger.domain.ids import ReceiptId
from receipts_ledger.store.api_tokens import caller_of_row
from receipts_ledger.store.hot.reads import Question, ReceiptFound


async def shown(
    asked: Asked, receipt_id: ReceiptId, services: Services, readings: Readings
) -> Response | None:
    """Return the answer, None where the app has to give it. Raises Refused, Retryable."""
    asked_again = header(asked, b"if-none-match")
    if asked_again is not None and len(asked_again) > showing.IF_NONE_MATCH_LENGTH_MAX:
        return None
    question = Question(secret_hash_in(header(asked, b"authorization") or ""), receipt_id)
    found = await readings.receipt(question)
    if found is None or found.receipt is None or found.is_serialised:
        return None
    caller = _caller(found, services)
    if caller.party_id is not None and not is_its_own(found.receipt, caller):
        # All of it once more: what is shown is of one moment.
        found = await readings.receipt_with_offers(question)
        if found is None or found.receipt is None or found.is_serialised:
            return None
        caller = _caller(found, services)
    row: Any = found.receipt
    content, terms, is_offered = found.content, found.terms, found.is_offered
    services.access.rates.read(caller.principal)

    def with_contents(told: ReceiptOut) -> ReceiptOut:
        services.access.read_log.note_receipt(caller, receipt_id)
        return showing.add_contents(told, content, terms)

    return showing.answer(
        row,
        caller,
        shows_all=showing.shows_all(row, caller, is_offered=lambda _: is_offered),
        if_none_match=asked_again,
        with_contents=with_contents,
    )


def _caller(found: ReceiptFound, services: Services) -> Caller:
    return admitted(caller_of_row(found.caller, services.clock()), Scope.READ, services)
