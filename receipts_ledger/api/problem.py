"""Problems (RFC 9457): the one form in which the API says no.

Nothing of what the caller sent is echoed but the names of fields; nothing of what went
wrong inside is shown.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NotRequired

import orjson
from fastapi import Response
from typing_extensions import TypedDict

from receipts_ledger.api.catalogue import CATALOGUE, Fault
from receipts_ledger.domain.caller import Caller
from receipts_ledger.errors import Busy, NotFound, RefusalCode, Refused, Retryable

MEDIA_TYPE = "application/problem+json"
_FIELD_LENGTH_MAX = 200
_PLEDGEE = "pledgee"
_NOT_AUTHENTICATED = 401
_TOO_MANY = 429


class FieldProblem(TypedDict):
    """One member of the request that breaks a rule."""

    field: str
    rule: str
    detail: str


class Problem(TypedDict):
    """Why the answer is no. `code` is stable; the rest is for people."""

    type: str
    title: str
    title_zh: str
    status: int
    code: str
    rule: str
    detail: str
    field: NotRequired[str]
    errors: NotRequired[list[FieldProblem]]
    details: NotRequired[dict[str, Any]]
    evidence: NotRequired[dict[str, Any]]
    refusal_id: NotRequired[str]


def problem_of(code: RefusalCode | Fault, detail: str = "") -> Problem:
    """Return the problem of a code."""
    entry = CATALOGUE[code]
    return Problem(
        type=f"urn:receipts-ledger:problem:{code}",
        title=entry.title,
        title_zh=entry.title_zh,
        status=entry.status,
        code=str(code),
        rule=entry.rule,
        detail=shown(detail),
    )


def problem_of_refusal(
    refused: Refused, *, refusal_id: str | None = None, caller: Caller | None = None
) -> Problem:
    """Return the problem of a refusal. Who the pledgee is, is told only who may know."""
    problem = problem_of(refused.code, refused.detail)
    if refused.field is not None:
        problem["field"] = shown(refused.field)
    told = {name: value for name, value in refused.details.items() if name != "rule"}
    problem["detail"], details = for_eyes_of(caller, problem["detail"], told)
    if rule := refused.details.get("rule"):
        problem["rule"] = str(rule)
    if details:
        problem["details"] = details
    if refused.evidence is not None:
        problem["evidence"] = refused.evidence
    if refusal_id is not None:
        problem["refusal_id"] = refusal_id
    return problem


def for_eyes_of(
    caller: Caller | None, detail: str, details: Mapping[str, Any]
) -> tuple[str, dict[str, Any]]:
    """Return what a caller is told of a refusal: not the pledgee, unless it may know."""
    told = dict(details)
    pledgee = told.get(_PLEDGEE)
    if pledgee is None or _may_know(caller, pledgee):
        return detail, told
    del told[_PLEDGEE]
    return ("" if _PLEDGEE in detail else detail), told


def _may_know(caller: Caller | None, pledgee: object) -> bool:
    return caller is not None and (caller.sees_everything or caller.party_id == pledgee)


def problem_of_fields(errors: Sequence[FieldProblem]) -> Problem:
    """Return the problem of a request that is not what its schema asks for."""
    first = errors[0]
    problem = problem_of(RefusalCode.INVALID_REQUEST, first["detail"])
    problem["field"] = first["field"]
    problem["rule"] = first["rule"]
    problem["errors"] = list(errors)
    return problem


def problem_of_unknown(error: NotFound) -> Problem:
    """Return the problem of a thing that is not there."""
    return problem_of(Fault.NOT_FOUND, str(error))


def answer(problem: Problem, headers: Mapping[str, str] | None = None) -> Response:
    """Return a problem as an HTTP answer."""
    sent = dict(headers or {})
    if problem["status"] == _NOT_AUTHENTICATED:
        sent["WWW-Authenticate"] = 'Bearer realm="receipts-ledger"'
    if problem["status"] == _TOO_MANY:
        sent["Retry-After"] = str(problem["details"]["retry_after_seconds"])
    return Response(
        orjson.dumps(problem), status_code=problem["status"], media_type=MEDIA_TYPE, headers=sent
    )


def answer_of_retryable(error: Retryable) -> Response:
    """Return what is said while the world is not ready. Its reason may name inner addresses."""
    problem = problem_of(Fault.UNAVAILABLE, "the node or the database does not answer now")
    if isinstance(error, Busy):
        problem = problem_of(Fault(error.code), error.detail)
    return answer(problem, {"Retry-After": str(max(1, error.retry_after_seconds))})


def shown(text: str) -> str:
    """Return a text as it can be sent: valid Unicode, and not without end."""
    return text.encode("utf-8", "replace").decode()[: _FIELD_LENGTH_MAX * 5]


def field_name(steps: Sequence[object]) -> str:
    """Return the dotted name of a member, as far as it can be shown."""
    return shown(".".join(str(step) for step in steps))[:_FIELD_LENGTH_MAX]
