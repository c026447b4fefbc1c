"""The refusal of a second pledge, by the shorter way.

What it says is what drafting says: the app's own draft is made, from rows that were read
for many requests at once, and refuses. What it does not refuse, or refuses for a reason that
leaves no record, goes to the app. The answer goes out when the refusal is on record.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fastapi import Response
from starlette.types import Scope as Asked

from receipts_ledger.api import problem
from receipts_ledger.api.asking import admitted, secret_hash_in
from receipts_ledger.api.hot.batches import Batches
from receipts_ledger.api.hot.headers import header
from receipts_ledger.api.posting import (
    Attempt,
    fingerprint_of_json,
    id_of,
    idempotency_key,
    stored,
)
from receipts_ledger.api.requests.pledges import PledgeIn
from receipts_ledger.api.routes.pledges import drafted
from receipts_ledger.api.services import Services
from receipts_ledger.domain.caller import Caller, Scope
from receipts_ledger.domain.encumbrance import Encumbrance
from receipts_ledger.domain.ids import Address, Hash32, PartyId, PoolId, ReceiptId
from receipts_ledger.domain.party import INSTITUTION_MAX, Party
from receipts_ledger.domain.pool import Pool
from receipts_ledger.domain.refusal import Source
from receipts_ledger.errors import Refused
from receipts_ledger.services.draft import Desk
from receipts_ledger.services.refusing import goes_on_record, on_record
from receipts_ledger.store.api_tokens import caller_of_row
from receipts_ledger.store.hot.connections import Access
from receipts_ledger.store.hot.reads import HotReads, PledgeFound, Question
from receipts_ledger.store.hot.refusals import AnsweredRefusal, HotRefusals
from receipts_ledger.store.idempotency import RequestKey
from receipts_ledger.store.rows import party_of_row

_BATCHES_AT_ONCE = 2


@dataclass(frozen=True, slots=True)
class Pledging:
    """One request to pledge a receipt, of which so much is known that it can be looked up."""

    question: Question
    key: str
    path: str
    said: Mapping[str, object]

    def pledge(self) -> "Pledge | None":
        """Return what is asked for, None where it is not what a pledge has to be."""
        try:
            mark = fingerprint_of_json("POST", self.path, self.said)
            return Pledge(self.question, PledgeIn.model_validate(self.said), self.key, mark)
        except (ValueError, RecursionError):
            return None


@dataclass(frozen=True, slots=True)
class Pledge:
    """The same, read to its end."""

    question: Question
    body: PledgeIn
    key: str
    fingerprint: Hash32


class SecondPledges:
    """Refuses what has to be refused, many at a time."""

    def __init__(self, services: Services) -> None:
        # Who writes on a connection finds more of what it reads there still at hand.
        connections = services.database.beneath(Access.WRITE)
        self._services = services
        self._reads = HotReads(connections)
        self._refusals = HotRefusals(connections)
        self._batches = Batches(self._refuse, at_once=_BATCHES_AT_ONCE)

    async def refused(self, asked: Asked, receipt_id: ReceiptId, body: bytes) -> Response | None:
        """Return the refusal, None where the app has to answer. Raises Refused, Retryable."""
        pledging = _pledging(asked, receipt_id, body)
        return None if pledging is None else await self._batches.ask(pledging)

    async def _refuse(self, asked: Sequence[Pledging]) -> Sequence[Response | None]:
        pledges: list[Pledge | None] = []
        found = await self._reads.pledges(
            [one.question for one in asked],
            # PostgreSQL need not wait for what it is not asked about.
            meanwhile=lambda: pledges.extend(one.pledge() for one in asked),
        )
        answers: list[Response | None] = [None] * len(asked)
        refused: dict[int, AnsweredRefusal] = {}
        keys: set[tuple[str, str]] = set()
        for at, (one, rows) in enumerate(zip(pledges, found, strict=True)):
            if one is None or rows is None:
                continue
            response, refusal = self._refusal(one, rows)
            if response is None or refusal is None:
                continue
            name = (refusal.request.principal, refusal.request.key)
            # The second under one key waits, in the app, for the first to be answered.
            if name not in keys:
                keys.add(name)
                answers[at], refused[at] = response, refusal
        if refused:
            written = await self._refusals.add(
                list(refused.values()),
                is_alone=lambda: len(asked) == 1 and self._batches.is_of_one,
            )
            for at, is_written in zip(refused, written, strict=True):
                if not is_written:
                    answers[at] = None
        return answers

    def _refusal(
        self, asked: Pledge, found: PledgeFound
    ) -> tuple[Response | None, AnsweredRefusal | None]:
        services = self._services
        now = services.clock()
        try:
            caller = admitted(caller_of_row(found.caller, now), Scope.WRITE, services)
        except Refused:
            return None, None
        desk = Desk(
            _Foreseen(asked.question.receipt_id, found),
            services.profiles,
            services.document_key,
            now,
        )
        try:
            drafted(desk, asked.question.receipt_id, asked.body)
        except _NotForeseen:
            return None, None
        except Refused as refused:
            if goes_on_record(refused) and self._is_within_rates(asked, caller):
                return self._told(asked, refused, caller)
        return None, None

    def _is_within_rates(self, asked: Pledge, caller: Caller) -> bool:
        try:
            self._services.access.rates.write(caller.principal, asked.question.receipt_id)
        except Refused:
            return False
        return True

    def _told(
        self, asked: Pledge, refused: Refused, caller: Caller
    ) -> tuple[Response, AnsweredRefusal]:
        request = RequestKey(caller.principal, asked.key, asked.fingerprint)
        attempt = Attempt("Pledge", asked.question.receipt_id)
        refusal = on_record(
            refused,
            refusal_id=id_of("refusal", request),
            at=self._services.clock(),
            source=Source.API,
            caller=caller,
            verb=attempt.verb,
            subject=attempt.subject,
        )
        said = problem.problem_of_refusal(refused, refusal_id=refusal.refusal_id, caller=caller)
        response = problem.answer(said)
        act_id = str(id_of("act", request))
        return response, AnsweredRefusal(request, act_id, refusal, stored(response))


def _pledging(asked: Asked, receipt_id: ReceiptId, body: bytes) -> Pledging | None:
    media_type, _, _ = (header(asked, b"content-type") or "").partition(";")
    if media_type.strip() != "application/json":
        return None
    secret_hash = secret_hash_in(header(asked, b"authorization") or "")
    key = idempotency_key(header(asked, b"idempotency-key") or "")
    try:
        said = json.loads(body)
    except (ValueError, RecursionError):
        return None
    named = said.get("pledgee_id") if isinstance(said, dict) else None
    # Not every integer of JSON has a place in a statement.
    if type(named) is not int or not 1 <= named <= INSTITUTION_MAX:
        return None
    question = Question(secret_hash, receipt_id, PartyId(named))
    return Pledging(question, key, asked["path"], said)


class _NotForeseen(Exception):
    """Drafting asks for more than was read: this is no second pledge."""


class _Foreseen:
    """How the ledger stands, as far as the refusal of a second pledge needs it."""

    def __init__(self, receipt_id: ReceiptId, found: PledgeFound) -> None:
        self._receipt_id = receipt_id
        self._found = found

    def party(self, party_id: PartyId) -> Party | None:
        """Return the pledgee that is named."""
        return None if self._found.named[0] is None else party_of_row(self._found.named)

    def word(self, receipt_id: ReceiptId) -> int | None:
        """Return the receipt's word."""
        return self._found.word

    def encumbrance(self, receipt_ids: Sequence[ReceiptId]) -> Encumbrance | None:
        """Return the pledge that stands."""
        found = self._found
        return Encumbrance(
            self._receipt_id,
            found.pledgee_id,
            found.block_number,
            Hash32(found.block_hash),
            Hash32(found.tx_hash),
            found.log_index,
            is_final=found.block_number <= found.finalized_number,
        )

    def party_of(self, key: Address) -> PartyId | None:
        """Nobody signs here."""
        raise _NotForeseen

    def pool(self, pool_id: PoolId) -> Pool | None:
        """No pool is asked for."""
        raise _NotForeseen

    def commodity_of(self, pool_id: PoolId) -> str | None:
        """Nor are its goods."""
        raise _NotForeseen
