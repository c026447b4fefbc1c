"""Every error on its way out becomes a problem: ours, the framework's, and the unforeseen."""

from collections.abc import Sequence
from typing import Any, cast

from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.routing import Match, Route

from receipts_ledger.api import problem
from receipts_ledger.api.body_limit import BodyRefused
from receipts_ledger.api.catalogue import Fault
from receipts_ledger.api.problem import FieldProblem, field_name
from receipts_ledger.errors import NotFound, RefusalCode, Refused, Retryable

_SHOWN_ERRORS_MAX = 20
_OF_STATUS: dict[int, Fault | RefusalCode] = {
    400: Fault.MALFORMED_BODY,
    404: Fault.NOT_FOUND,
    405: Fault.METHOD_NOT_ALLOWED,
    413: RefusalCode.BODY_TOO_LARGE,
}
_METHOD_NOT_ALLOWED = 405
_WHERE = ("body", "query", "path", "header", "cookie")


def install(app: FastAPI, routers: Sequence[APIRouter]) -> None:
    """Register the handlers. The routers are asked which methods a path takes."""

    async def of_framework(request: Request, error: Exception) -> Response:
        answered = _of_framework(cast(HTTPException, error))
        if answered.status_code == _METHOD_NOT_ALLOWED:
            answered.headers["Allow"] = _allowed(request, routers)
        return answered

    for kind in (Refused, NotFound, Retryable):
        app.add_exception_handler(kind, _ours)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, of_framework)


def answer_of(error: Refused | NotFound | Retryable) -> Response:
    """Return what is said of an error of ours that has not been answered yet."""
    match error:
        case Refused():
            return problem.answer(problem.problem_of_refusal(error))
        case NotFound():
            return problem.answer(problem.problem_of_unknown(error))
        case Retryable():
            return problem.answer_of_retryable(error)


async def _ours(request: Request, error: Exception) -> Response:
    return answer_of(cast(Refused | NotFound | Retryable, error))


async def _invalid(request: Request, error: Exception) -> Response:
    errors = cast(RequestValidationError, error).errors()
    first = errors[0]
    if first["type"] == "json_invalid":
        return problem.answer(problem.problem_of(Fault.MALFORMED_BODY, "it is no JSON"))
    if tuple(first["loc"]) == ("body",) and not _is_sent_as_json(request):
        # The framework hands such a body on as bytes, and finds them to be no object.
        return problem.answer(
            problem.problem_of(Fault.MALFORMED_BODY, "its Content-Type is not application/json")
        )
    return problem.answer(
        problem.problem_of_fields([_field(one) for one in errors[:_SHOWN_ERRORS_MAX]])
    )


def _is_sent_as_json(request: Request) -> bool:
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    return kind.startswith("application/") and kind.endswith(("/json", "+json"))


def _of_framework(error: HTTPException) -> Response:
    code = _OF_STATUS.get(error.status_code, Fault.MALFORMED_BODY)
    said = problem.problem_of(code, error.detail if isinstance(error, BodyRefused) else "")
    said["status"] = error.status_code
    return problem.answer(said, error.headers)


def _allowed(request: Request, routers: Sequence[APIRouter]) -> str:
    """Return all methods of a path: the framework names those of one route alone."""
    methods: set[str] = set()
    for router in routers:
        for route in router.routes:
            if isinstance(route, Route) and route.matches(request.scope)[0] is not Match.NONE:
                methods |= route.methods or set()
    return ", ".join(sorted(methods))


def _field(error: Any) -> FieldProblem:
    location: Sequence[object] = error["loc"]
    steps = list(location[1:] if location and location[0] in _WHERE else location)
    if at := (error.get("ctx") or {}).get("at"):
        steps.append(at)
    return FieldProblem(
        field=field_name(steps) or str(location[0] if location else "body"),
        rule=str(error["type"]),
        detail=problem.shown(str(error["msg"])),
    )
