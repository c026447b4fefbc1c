"""Bodies of requests, read whole, so that the app can read them again."""

from starlette.types import Message, Receive

from receipts_ledger.api.body_limit import BodyRefused


async def heard(receive: Receive) -> tuple[bytes, Receive]:
    """Return a request's body, and what lets another hear all of it again."""
    messages: list[Message] = []
    error: BodyRefused | None = None
    try:
        while not messages or messages[-1].get("more_body"):
            messages.append(await receive())
    except BodyRefused as refused:
        error = refused
    # What is refused is no body, whatever has come of it.
    parts = (message.get("body", b"") for message in messages)
    body = b"".join(parts) if error is None else b""

    async def heard_again() -> Message:
        if messages:
            return messages.pop(0)
        if error is not None:
            raise error
        return await receive()

    return body, heard_again
