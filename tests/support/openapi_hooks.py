"""What schemathesis has to know of this API beyond its document. Loaded by its command line."""

import json
import os
import uuid
from collections import defaultdict
from collections.abc import Iterator
from itertools import count
from typing import Any

import schemathesis

# JSON Schema calls 1.0 an integer; the ledger does not.
_WRITTEN_AS_FRACTIONS = ("int_type", "fraction", "receipt_number")

# The largest quantity of a pool: as a float it is one too many.
_BEYOND_FLOATS = str(2**56 - 1)


_AUTHORIZATIONS: list[str | None] = json.loads(os.environ["AUTHORIZATIONS"])
_turns: defaultdict[str, Iterator[int]] = defaultdict(count)


@schemathesis.hook
def map_query(context: Any, query: dict[str, Any] | None) -> dict[str, Any] | None:
    """Leave cursors out: only the gateway can make one."""
    if query:
        query.pop("cursor", None)
    return query


@schemathesis.hook
def map_path_parameters(
    context: Any, path_parameters: dict[str, Any] | None
) -> dict[str, Any] | None:
    """Ask for what exists every other time."""
    if not path_parameters:
        return path_parameters
    for name, known in (
        ("receipt_id", os.environ["KNOWN_RECEIPT"]),
        ("act_id", os.environ["KNOWN_ACT"]),
    ):
        if name in path_parameters and len(str(path_parameters[name])) % 2:
            path_parameters[name] = known
    return path_parameters


@schemathesis.hook
def before_call(context: Any, case: Any, kwargs: Any) -> None:
    """Give each request an idempotency key of its own, and let the roles take turns."""
    if _AUTHORIZATIONS:
        authorization = _AUTHORIZATIONS[next(_turns[case.operation.label]) % len(_AUTHORIZATIONS)]
        case.headers.pop("Authorization", None)
        if authorization is not None:
            case.headers["Authorization"] = authorization
    for name in list(case.headers or ()):
        if name.lower() == "idempotency-key" and len(case.headers[name]) > 1:
            case.headers[name] = str(uuid.uuid4())


@schemathesis.check
def a_request_that_fits_its_schema_is_never_called_invalid(
    context: Any, response: Any, case: Any
) -> bool | None:
    """Meaning may be refused; form that the document allows may not."""
    if case.meta is None or case.meta.generation.mode.name != "POSITIVE":
        return None
    if response.status_code != 422 or response.json()["code"] != "InvalidRequest":
        return None
    errors = response.json().get("errors", ())
    assert all(_is_of_the_generator(error) for error in errors), response.text
    return None


def _is_of_the_generator(error: dict[str, str]) -> bool:
    return error["rule"] in _WRITTEN_AS_FRACTIONS or _BEYOND_FLOATS in error["detail"]
