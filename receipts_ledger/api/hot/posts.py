"""Issues drafted and acts signed, many at a time: one commit for all that have come meanwhile.

Each is carried out by the app's own functions. Where one is refused, the transaction is done
again with a part for each, of which that one leaves nothing behind. The contract is asked about
all that are complete in one request, while no transaction is open. What is malformed, or large,
goes to the app.
"""

import json
import re
from asyncio import wrap_future
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from typing import TypeAlias
from uuid import UUID

from fastapi import Response
from pydantic import ValidationError
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp, Receive, Scope, Send

from receipts_ledger.api.asking import secret_hash_in
from receipts_ledger.api.faults import answer_of
from receipts_ledger.api.hot.bodies import heard
from receipts_ledger.api.hot.group import Group
from receipts_ledger.api.hot.headers import header
from receipts_ledger.api.posting import (
    Attempt,
    Opened,
    Posting,
    Task,
    fingerprint_of_json,
    idempotency_key,
    tell,
)
from receipts_ledger.api.requests.acts import SignatureIn
from receipts_ledger.api.requests.receipts import IssueIn
from receipts_ledger.api.routes.receipts import issuing
from receipts_ledger.api.services import Services
from receipts_ledger.domain.pending import PendingAct
from receipts_ledger.errors import LedgerError, NotFound, Refused, Retryable
from receipts_ledger.store.units import Writer

_BODY_BYTES_MAX = 16_384
"""What takes longer to read must not keep others waiting."""
_UNITS_AT_ONCE_ON_POSTGRESQL = 4
_JUDGED_AT_ONCE = 2
_CAREFUL_UNITS = 16
"""Where one was refused, others soon may be: so many transactions have parts from the start."""
_ISSUE, _SIGN = "issue_receipts", "add_signature"
_SIGNATURES = re.compile(
    r"/v1/acts/([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})/signatures", re.ASCII
)

Begun: TypeAlias = Response | PendingAct | None
Job: TypeAlias = Callable[[Opened], Begun]
Part: TypeAlias = Callable[[Writer], AbstractContextManager[Writer]]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the contract says of an act. A refusal is an answer here, and no fault."""

    refused: Refused | None


class ActPosts:
    """ASGI, without what FastAPI does for each request, and without a thread for each."""

    def __init__(self, app: ASGIApp, *, services: Services, routes: Iterable[BaseRoute]) -> None:
        self._app = app
        self._units = Units(services)
        self._routes = {
            route.name: route
            for route in routes
            if isinstance(route, Route) and route.name in (_ISSUE, _SIGN)
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        name, act_id = _asked_for(scope)
        if name is not None:
            body, receive = await heard(receive)
            answer = await self._answer(scope, act_id, body)
            if answer is not None:
                # What figures and logs call it.
                scope["route"] = self._routes[name]
                await answer(scope, receive, send)
                return
        await self._app(scope, receive, send)

    async def _answer(self, asked: Scope, act_id: UUID | None, body: bytes) -> Response | None:
        media_type, _, _ = (header(asked, b"content-type") or "").partition(";")
        if media_type.strip() != "application/json" or len(body) > _BODY_BYTES_MAX:
            return None
        try:
            said = json.loads(body)
            posting = self._posting(asked, said)
            task = _task(posting, said, act_id)
        except (ValueError, RecursionError, ValidationError, Refused):
            # The app meets the same, and says so in full.
            return None
        try:
            response = await self._units.carry_out(posting, task)
        except (Refused, NotFound, Retryable) as error:
            return answer_of(error)
        tell(task.attempt, response)
        return response

    def _posting(self, asked: Scope, said: object) -> Posting:
        return Posting(
            # As the routes of the app find them.
            asked["app"].state.services,
            secret_hash=secret_hash_in(header(asked, b"authorization") or ""),
            key=idempotency_key(header(asked, b"idempotency-key") or ""),
            fingerprint=fingerprint_of_json(asked["method"], asked["path"], said),
        )


class Units:
    """Carries out what many want to have done, in as few transactions as there can be."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._units: Group[Job, Begun] = Group(
            self._together,
            name="units",
            at_once=_UNITS_AT_ONCE_ON_POSTGRESQL if services.database.is_postgresql else 1,
        )
        self._careful_units = 0
        self._verdicts: Group[PendingAct, Verdict] = Group(
            self._judged, name="verdicts", at_once=_JUDGED_AT_ONCE
        )

    async def carry_out(self, posting: Posting, task: Task) -> Response:
        """Return the answer to one request. Raises what has no answer of its own."""
        begun = await wrap_future(self._units.ask(partial(posting.begin, task)))
        answered = await self._end(posting, task, begun) if isinstance(begun, PendingAct) else begun
        assert isinstance(answered, Response)  # noqa: S101  (an end is an answer)
        return answered

    async def _end(self, posting: Posting, task: Task, pending: PendingAct) -> Begun:
        try:
            verdict = await wrap_future(self._verdicts.ask(pending))
        except LedgerError:
            await wrap_future(self._units.ask(posting.give_up))
            raise
        return await wrap_future(
            self._units.ask(partial(posting.end, task, pending, verdict.refused))
        )

    def _together(self, jobs: Sequence[Job]) -> Sequence[Begun | Exception]:
        if len(jobs) > 1:
            # What nobody foresaw about one of them must be no other's fault.
            with suppress(_Abandoned):
                return self._in_one_or_in_parts(jobs)
        return [self._alone(job) for job in jobs]

    def _in_one_or_in_parts(self, jobs: Sequence[Job]) -> Sequence[Begun | Exception]:
        if self._careful_units:
            self._careful_units -= 1
            return self._in_one(jobs, Writer.part)
        try:
            return self._in_one(jobs, _all_or_nothing)
        except _Abandoned:
            self._careful_units = _CAREFUL_UNITS
            return self._in_one(jobs, Writer.part)

    def _in_one(self, jobs: Sequence[Job], part: Part) -> Sequence[Begun | Exception]:
        done: list[Begun | Exception] = []
        with self._services.database.writing() as writer:
            opened = partial(part, writer)
            for job in jobs:
                try:
                    done.append(job(opened))
                except LedgerError as error:
                    done.append(error)
                except Exception as error:
                    raise _Abandoned from error
        return done

    def _alone(self, job: Job) -> Begun | Exception:
        try:
            return job(self._services.database.writing)
        except Exception as error:
            return error

    def _judged(self, pending: Sequence[PendingAct]) -> Sequence[Verdict | Exception]:
        found = self._services.intake.ask_all(pending)
        return [one if isinstance(one, Retryable) else Verdict(one) for one in found]


class _Abandoned(Exception):
    """A transaction of many that leaves nothing behind: each is tried by itself."""


@contextmanager
def _all_or_nothing(writer: Writer) -> Iterator[Writer]:
    """Open what can be undone together with all else in its transaction, and not by itself."""
    try:
        yield writer
    except Exception as error:
        raise _Abandoned from error


def _asked_for(scope: Scope) -> tuple[str | None, UUID | None]:
    if scope["type"] != "http" or scope["method"] != "POST" or scope.get("root_path"):
        return None, None
    if scope["path"] == "/v1/receipts":
        return _ISSUE, None
    signed = _SIGNATURES.fullmatch(scope["path"])
    return (None, None) if signed is None else (_SIGN, UUID(signed[1]))


def _task(posting: Posting, said: object, act_id: UUID | None) -> Task:
    if act_id is None:
        issue = IssueIn.model_validate(said)
        return posting.drafting(Attempt("Issue", issue.pool_id), issuing(issue))
    return posting.signing(act_id, SignatureIn.model_validate(said).signature)
