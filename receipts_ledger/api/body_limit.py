"""No body larger than the limit, nested deeper or of two meanings, before others look at it.

One that announces too many bytes is refused before the first is read; a chunked one at the
byte too many. Python's JSON reader goes down the C stack with every bracket, as far as the
recursion limit lets it, and libraries raise that limit until a process dies of it. Of a member
that is there twice one reader takes the first, another the last: the gateway takes neither.
"""

import json
import re
from collections.abc import Sequence

from fastapi.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from receipts_ledger.api import problem
from receipts_ledger.errors import RefusalCode

DEPTH_MAX = 64

_TOO_LARGE = 413
_MALFORMED = 400
# Strings, and all that neither opens nor closes. A string without an end goes to the end of
# the body: were it no match, the search for its end would begin anew at each quote after it.
_FLAT = re.compile(rb'"(?:[^"\\]|\\.)*"?|[^\[\]{}"]+', re.DOTALL)
_STEPS = {**dict.fromkeys(b"[{", 1), **dict.fromkeys(b"]}", -1)}
# Python's JSON reader passes over a mark at the beginning.
_UTF8 = "utf-8-sig"
_SHOWN_LENGTH = 64


class BodyRefused(HTTPException):
    """The one exception that FastAPI lets through while it reads a body."""


class BodyLimit:
    """Stands before the app and counts."""

    def __init__(self, app: ASGIApp, *, bytes_max: int) -> None:
        self._app = app
        self._bytes_max = bytes_max

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass one request on, as far as its body goes."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        if _announced(scope) > self._bytes_max:
            said = problem.problem_of(RefusalCode.BODY_TOO_LARGE, self._limit())
            await problem.answer(said, {"Connection": "close"})(scope, receive, send)
            return
        taken = bytearray()

        async def counted() -> Message:
            message = await receive()
            if message["type"] == "http.request":
                taken.extend(message.get("body", b""))
                if len(taken) > self._bytes_max:
                    raise BodyRefused(_TOO_LARGE, self._limit(), {"Connection": "close"})
                if not message.get("more_body"):
                    _expect_shallow(taken)
                    _expect_each_once(taken)
            return message

        await self._app(scope, counted, send)

    def _limit(self) -> str:
        return f"the limit is {self._bytes_max} bytes"


def _announced(scope: Scope) -> int:
    for name, value in scope["headers"]:
        if name == b"content-length":
            return int(value) if value.isdigit() else 0
    return 0


def _expect_shallow(body: bytearray) -> None:
    # Python reads UTF-16 and UTF-32 too, in which a bracket always has a zero byte.
    if 0 in body:
        raise BodyRefused(_MALFORMED, "it is not UTF-8")
    # Few brackets nest to no great depth, wherever they stand.
    if body.count(b"[") + body.count(b"{") <= DEPTH_MAX:
        return
    depth = 0
    for byte in _FLAT.sub(b"", body):
        depth += _STEPS.get(byte, 0)
        if depth > DEPTH_MAX:
            raise BodyRefused(_MALFORMED, f"it is nested deeper than {DEPTH_MAX}")


def _expect_each_once(body: bytearray) -> None:
    if not body:
        return
    try:
        _MEMBERS.decode(body.decode(_UTF8, "surrogatepass"))
    except ValueError:
        # No JSON: whoever reads it says so in full.
        return


def _once(members: Sequence[tuple[str, object]]) -> None:
    if len(dict(members)) == len(members):
        return
    names: set[str] = set()
    for name, _ in members:
        if name in names:
            raise BodyRefused(_MALFORMED, f"it has {json.dumps(name[:_SHOWN_LENGTH])} twice")
        names.add(name)


_MEMBERS = json.JSONDecoder(object_pairs_hook=_once)
