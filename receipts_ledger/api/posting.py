"""One POST: carried out once under its idempotency key, in as few transactions as it takes.

A draft is one transaction: key, act, signature and answer. With the last signature it is
two, because the contract is asked in between and no transaction stays open meanwhile. A
refusal undoes what it met and is then written down together with its answer.
"""

import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import Annotated, TypeAlias
from uuid import NAMESPACE_OID, UUID, uuid5

import orjson
import structlog
from fastapi import Depends, Request, Response

from receipts_ledger.api import problem
from receipts_ledger.api.answers.acts import told_act
from receipts_ledger.api.asking import authenticate, digest, secret_hash_of, services_of
from receipts_ledger.api.pressure import expect_room
from receipts_ledger.api.services import Services
from receipts_ledger.domain.caller import Caller, Scope
from receipts_ledger.domain.ids import Hash32
from receipts_ledger.domain.pending import PendingAct
from receipts_ledger.domain.refusal import RefusalOnRecord, Source
from receipts_ledger.errors import LedgerError, NotFound, RefusalCode, Refused
from receipts_ledger.services.draft import Desk
from receipts_ledger.services.intake import ActRefused, Draft
from receipts_ledger.services.refusing import goes_on_record, on_record
from receipts_ledger.store import idempotency
from receipts_ledger.store.acts import StoredActs
from receipts_ledger.store.idempotency import RequestKey, StoredAnswer
from receipts_ledger.store.reads import acts as act_reads
from receipts_ledger.store.reads.sight import Sight
from receipts_ledger.store.refusals import StoredRefusals
from receipts_ledger.store.standing import StoredStanding
from receipts_ledger.store.units import Writer

ACCEPTED = 202
_KEY_LENGTH_MAX = 255
_log = structlog.get_logger(__name__)
_JSON = "application/json"
_CANONICAL = json.JSONEncoder(sort_keys=True, separators=(",", ":"))
_NOT_ANSWERS = frozenset(
    {
        RefusalCode.NOT_AUTHENTICATED,
        RefusalCode.IDEMPOTENCY_KEY_REUSED,
        RefusalCode.REQUEST_RUNNING,
        RefusalCode.TOO_MANY_REQUESTS,
    }
)


@dataclass(frozen=True, slots=True)
class Unit:
    """One open transaction, and what the services need of it."""

    writer: Writer
    caller: Caller
    request: RequestKey
    acts: StoredActs
    standing: StoredStanding


Work: TypeAlias = Callable[[Unit], PendingAct]
Opened: TypeAlias = Callable[[], AbstractContextManager[Writer]]
"""Opens a unit that commits at its end, or leaves nothing behind if it raises."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """What somebody tries: the verb and its subject, or the act that it is about."""

    verb: str
    subject: int | None = None
    act_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Task:
    """What a request wants to have done, in one unit."""

    attempt: Attempt
    work: Work


class Posting:
    """One request to have something done.

    `begin` and `end` each work in units of the caller's, of which none may be open meanwhile:
    between them the contract is asked.
    """

    def __init__(
        self, services: Services, *, secret_hash: bytes, key: str, fingerprint: Hash32
    ) -> None:
        self._services = services
        self._secret_hash = secret_hash
        self._key = key
        self._fingerprint = fingerprint
        self._pace: Refused | None = None
        self._is_counted = False

    def draft(self, attempt: Attempt, make: Callable[[Desk], Draft]) -> Response:
        """Draft an act. The same request again, even after a crash, drafts no second one."""
        return self._carry_out(self.drafting(attempt, make))

    def sign(self, act_id: UUID, signature: bytes | None) -> Response:
        """Add a signature to an act that the caller may see."""
        return self._carry_out(self.signing(act_id, signature))

    def withdraw(self, act_id: UUID) -> Response:
        """Take a draft back."""

        def work(unit: Unit) -> PendingAct:
            self._expect_seen(unit, act_id)
            return self._services.intake.withdraw(act_id, unit.caller, acts=unit.acts)

        return self._carry_out(Task(Attempt("Withdraw", act_id=act_id), work))

    def drafting(self, attempt: Attempt, make: Callable[[Desk], Draft]) -> Task:
        """Return what drafts an act."""
        services = self._services

        def work(unit: Unit) -> PendingAct:
            desk = Desk(unit.standing, services.profiles, services.document_key, services.clock())
            return services.intake.enter(
                self._id_of(unit, "act"),
                lambda: make(desk),
                unit.caller,
                acts=unit.acts,
                standing=unit.standing,
            )

        return Task(attempt, work)

    def signing(self, act_id: UUID, signature: bytes | None) -> Task:
        """Return what adds a signature."""

        def work(unit: Unit) -> PendingAct:
            self._expect_seen(unit, act_id)
            return self._services.intake.sign(
                act_id, signature, unit.caller, acts=unit.acts, standing=unit.standing
            )

        return Task(Attempt("Sign", act_id=act_id), work)

    def begin(self, task: Task, opened: Opened) -> Response | PendingAct:
        """Return the answer, or the act on which the contract has now to be asked."""
        attempt = task.attempt
        try:
            with self._unit(opened) as unit:
                self._count(unit.caller, attempt)
                before = idempotency.claim(unit.writer, unit.request, self._services.clock())
                if before is not None:
                    return _replayed(before)
                pending = task.work(unit)
                if not pending.is_complete:
                    return self._answer(unit, pending)
                # What was written is undone with it: the same request may come again.
                expect_room(unit.writer, self._services.queue_acts_max)
            return pending
        except ActRefused as ended:
            return self._refuse(attempt, ended.refused, ended.pending, opened)
        except Refused as refused:
            if refused.code in _NOT_ANSWERS:
                raise
            return self._refuse(attempt, refused, None, opened)

    def end(
        self, task: Task, pending: PendingAct, refused: Refused | None, opened: Opened
    ) -> Response:
        """Return the answer, now that the contract has refused the act or has not."""
        attempt = task.attempt
        with self._unit(opened) as unit:
            if refused is not None:
                return self._close(unit, attempt, refused, Source.CONTRACT, pending)
            try:
                accepted = self._services.intake.accept(pending.act_id, acts=unit.acts)
            except ActRefused as ended:
                return self._close(unit, attempt, ended.refused, Source.API, ended.pending)
            return self._answer(unit, accepted)

    def give_up(self, opened: Opened) -> None:
        """Let the same request be sent again at once: the contract has given no verdict."""
        with self._unit(opened) as unit:
            idempotency.give_up(unit.writer, unit.request)

    def _carry_out(self, task: Task) -> Response:
        opened = self._services.database.writing
        answered = self.begin(task, opened)
        if isinstance(answered, PendingAct):
            try:
                refused = self._services.intake.ask(answered)
            except LedgerError:
                self.give_up(opened)
                raise
            answered = self.end(task, answered, refused, opened)
        tell(task.attempt, answered)
        return answered

    def _refuse(
        self, attempt: Attempt, refused: Refused, ended: PendingAct | None, opened: Opened
    ) -> Response:
        with self._unit(opened) as unit:
            before = idempotency.claim(unit.writer, unit.request, self._services.clock())
            if before is not None:
                return _replayed(before)
            return self._close(unit, attempt, refused, Source.API, ended)

    def _close(
        self,
        unit: Unit,
        attempt: Attempt,
        refused: Refused,
        source: Source,
        ended: PendingAct | None,
    ) -> Response:
        """Write the refusal down with its answer. `ended` is the act that it is the end of."""
        refusal_id = None
        if ended is not None or goes_on_record(refused):
            refusal = self._on_record(unit, attempt, refused, source, ended)
            refusal_id = refusal.refusal_id
            StoredRefusals(unit.writer).add(refusal)
            if ended is not None:
                self._services.intake.refuse(ended, refusal, acts=unit.acts)
        said = problem.problem_of_refusal(refused, refusal_id=refusal_id, caller=unit.caller)
        return self._store(unit, problem.answer(said))

    def _on_record(
        self,
        unit: Unit,
        attempt: Attempt,
        refused: Refused,
        source: Source,
        ended: PendingAct | None,
    ) -> RefusalOnRecord:
        meant = ended
        if meant is None and attempt.act_id is not None:
            meant = unit.acts.find(str(attempt.act_id))
        return on_record(
            refused,
            refusal_id=self._id_of(unit, "refusal"),
            at=self._services.clock(),
            source=source,
            caller=unit.caller,
            verb=attempt.verb,
            subject=attempt.subject,
            pending=meant,
        )

    def _answer(self, unit: Unit, pending: PendingAct) -> Response:
        sight = Sight.of(unit.caller)
        shown = act_reads.known(pending, sight)
        if shown is None:
            shown = act_reads.act(unit.writer, pending.act_id, sight)
        if shown is None:
            raise NotFound("act", pending.act_id)
        said = told_act(unit.writer, shown, unit.caller, self._services.statements)
        response = Response(
            orjson.dumps(said),
            status_code=ACCEPTED,
            media_type=_JSON,
            headers={"Location": f"/v1/acts/{pending.act_id}"},
        )
        return self._store(unit, response)

    def _store(self, unit: Unit, response: Response) -> Response:
        idempotency.answer(unit.writer, unit.request, stored(response), self._services.clock())
        return response

    @contextmanager
    def _unit(self, opened: Opened) -> Iterator[Unit]:
        with opened() as writer:
            caller = authenticate(writer, self._secret_hash, Scope.WRITE, self._services)
            yield Unit(
                writer,
                caller,
                RequestKey(caller.principal, self._key, self._fingerprint),
                StoredActs(writer, self._services.statements.read),
                StoredStanding(writer),
            )

    def _count(self, caller: Caller, attempt: Attempt) -> None:
        """Count the request once, however often its unit is begun. Raises Refused."""
        if not self._is_counted:
            self._is_counted = True
            try:
                self._services.access.rates.write(caller.principal, attempt.subject)
            except Refused as refused:
                self._pace = refused
        if self._pace is not None:
            raise self._pace

    def _id_of(self, unit: Unit, kind: str) -> UUID:
        return id_of(kind, unit.request)

    def _expect_seen(self, unit: Unit, act_id: UUID) -> None:
        sight = Sight.of(unit.caller)
        pending = unit.acts.lock(str(act_id))
        if act_reads.known(pending, sight) is not None:
            return
        if not act_reads.is_seen(unit.writer, pending.act_id, sight):
            raise NotFound("act", act_id)


def tell(attempt: Attempt, response: Response) -> None:
    """Log what somebody has tried, and what came of it."""
    _log.info(
        "act",
        verb=attempt.verb,
        subject=attempt.subject,
        act_id=_act_id(attempt, response),
        status=response.status_code,
    )


def _act_id(attempt: Attempt, response: Response) -> str | None:
    made = response.headers.get("Location", "").rpartition("/")[2]
    return made or (None if attempt.act_id is None else str(attempt.act_id))


def id_of(kind: str, request: RequestKey) -> UUID:
    """Return the one id that a request gives, so that its repetition gives no other."""
    parts = (kind, request.principal, request.key, request.fingerprint.hex())
    return uuid5(NAMESPACE_OID, "\0".join(parts))


def stored(response: Response) -> StoredAnswer:
    """Return what is kept of an answer."""
    headers = {
        name.decode("latin-1"): value.decode("latin-1")
        for name, value in response.raw_headers
        if name in (b"location", b"content-type")
    }
    return StoredAnswer(response.status_code, headers, bytes(response.body))


async def posting(request: Request) -> Posting:
    """Return the POST that a request is. Raises Refused without api token or idempotency key."""
    secret_hash = secret_hash_of(request)
    return Posting(
        services_of(request),
        secret_hash=secret_hash,
        key=idempotency_key(request.headers.get("Idempotency-Key", "")),
        fingerprint=fingerprint(request.method, request.url.path, await request.body()),
    )


PostDep = Annotated[Posting, Depends(posting)]


def fingerprint(method: str, path: str, body: bytes) -> Hash32:
    """Return what tells one request from another under the same key."""
    try:
        return fingerprint_of_json(method, path, json.loads(body))
    except (ValueError, RecursionError):
        return Hash32(digest(method.encode(), path.encode(), body))


def fingerprint_of_json(method: str, path: str, body: object) -> Hash32:
    """Return the same of a body that was read, without the freedoms of JSON.

    Those are the order of members, spaces and escapes.
    """
    try:
        canonical = orjson.dumps(body, option=orjson.OPT_SORT_KEYS)
    except TypeError:
        # orjson has no integers beyond 64 bits, and no half characters.
        canonical = _CANONICAL.encode(body).encode()
    return Hash32(digest(method.encode(), path.encode(), canonical))


def idempotency_key(given: str) -> str:
    """Return the key in the header's text. Raises Refused when it is missing or too long."""
    key = given.strip()
    if not key:
        raise Refused(
            RefusalCode.IDEMPOTENCY_KEY_MISSING,
            "send a fresh random one with each new request",
            field="Idempotency-Key",
        )
    if len(key) > _KEY_LENGTH_MAX or not (key.isascii() and key.isprintable()):
        raise Refused(
            RefusalCode.INVALID_REQUEST,
            f"it is at most {_KEY_LENGTH_MAX} printable ASCII characters",
            field="Idempotency-Key",
        )
    return key


def _replayed(before: StoredAnswer) -> Response:
    return Response(
        before.body,
        status_code=before.status_code,
        headers={**before.headers, "Idempotency-Replayed": "true"},
    )
