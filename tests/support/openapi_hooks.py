"""What schemathesis has to know of this API beyond its document. Loaded by its command line."""

import os
import uuid
from typing import Any

import schemathesis

# JSON Schema calls 1.0 an integer; the ledger does not.
_WRITTEN_AS_FRACTIONS = ("int_type", "fraction", "receipt_number")


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
    """Give each request an idempotency key of its own."""
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
    rules = {error["rule"] for error in response.json().get("errors", ())}
    assert not rules.difference(_WRITTEN_AS_FRACTIONS), response.text
    return None
