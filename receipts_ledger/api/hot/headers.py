"""Headers of a request, as the server has read them: few, and each asked for once."""

from starlette.types import Scope


def header(asked: Scope, name: bytes) -> str | None:
    """Return the first header of a name in lower case, as Starlette does."""
    for each, value in asked["headers"]:
        if each == name:
            text: str = value.decode("latin-1")
            return text
    return None
