"""The gateway's ways to say no (RFC 9457), as the errors of this package."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from receipts_ledger.errors import (
    Detail,
    Fatal,
    LedgerError,
    NotFound,
    RefusalCode,
    Refused,
    Retryable,
)

_NOT_FOUND = "NotFound"
_SERVER_FAULT = 500
_TOO_MANY = 429
_RETRY_AFTER_SECONDS = 1


@dataclass(frozen=True, slots=True)
class Problem:
    """A problem document. `refusal_id` names the record that the refusal left."""

    status: int
    code: str
    title: str
    detail: str
    field: str | None = None
    rule: str | None = None
    refusal_id: str | None = None
    title_zh: str | None = None
    evidence: Mapping[str, Any] | None = None

    @classmethod
    def of(cls, status: int, body: object) -> "Problem":
        """Read a problem from an answer's body, whatever it turns out to be."""
        members = body if isinstance(body, dict) else {}
        return cls(
            status=status,
            code=str(members.get("code", "")),
            title=str(members.get("title", f"HTTP {status}")),
            detail=str(members.get("detail", "")),
            field=_text(members.get("field")),
            rule=_text(members.get("rule")),
            refusal_id=_text(members.get("refusal_id")),
            title_zh=_text(members.get("title_zh")),
            evidence=members.get("evidence"),
        )


class GatewayRefused(Refused):
    """A rule says no: the gateway's or the contract's. `problem` is the whole answer."""

    def __init__(self, code: RefusalCode, problem: Problem) -> None:
        details: dict[str, Detail] = {"status": problem.status, "refusal_id": problem.refusal_id}
        super().__init__(
            code, problem.detail or problem.title, field=problem.field, details=details
        )
        self.problem = problem


class GatewayNotFound(NotFound):
    """The gateway knows no such thing, or none that the asker may know of."""

    def __init__(self, path: str, problem: Problem) -> None:
        super().__init__("such thing at", path)
        self.problem = problem

    def __str__(self) -> str:
        return self.problem.detail or f"nothing at {self.name}"


def error_of(path: str, status: int, body: object, retry_after: str | None = None) -> LedgerError:
    """Return the error that an answer with this status means."""
    problem = Problem.of(status, body)
    if status >= _SERVER_FAULT or status == _TOO_MANY:
        seconds = int(retry_after) if retry_after and retry_after.isdigit() else None
        said = problem.detail or problem.title
        return Retryable(
            f"the gateway could not answer {path}: HTTP {status}, {said}",
            retry_after_seconds=seconds or _RETRY_AFTER_SECONDS,
        )
    known = {code.value: code for code in RefusalCode}
    if problem.code in known:
        return GatewayRefused(known[problem.code], problem)
    if problem.code == _NOT_FOUND:
        return GatewayNotFound(path, problem)
    if not problem.code:
        return Fatal(f"what answers at {path} with HTTP {status} is no gateway")
    return Fatal(
        f"the gateway answered {path} with HTTP {status} and a code that this release "
        f"does not know: {problem.code}"
    )


def _text(member: object) -> str | None:
    return None if member is None else str(member)
