"""No body larger than the limit, whether its length is announced or it comes in chunks.

An announced one is refused before a byte of it is read; a chunked one at the byte too many.
"""

from fastapi.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from receipts_ledger.api import problem
from receipts_ledger.errors import RefusalCode

_TOO_LARGE = 413


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
        taken = 0

        async def counted() -> Message:
            nonlocal taken
            message = await receive()
            if message["type"] == "http.request":
                taken += len(message.get("body", b""))
                if taken > self._bytes_max:
                    # The one exception that FastAPI lets through while it reads a body.
                    raise HTTPException(_TOO_LARGE, self._limit(), {"Connection": "close"})
            return message

        await self._app(scope, counted, send)

    def _limit(self) -> str:
        return f"the limit is {self._bytes_max} bytes"


def _announced(scope: Scope) -> int:
    for name, value in scope["headers"]:
        if name == b"content-length":
            return int(value) if value.isdigit() else 0
    return 0
