"""The OpenAPI document: what FastAPI derives, and what it cannot know.

All errors are problems, on every route; the api token and the idempotency key are headers
that are read before the route is.
"""

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import TypeAdapter

from receipts_ledger.api.problem import MEDIA_TYPE, Problem, problem_of
from receipts_ledger.errors import RefusalCode

_OPEN = (
    *("/livez", "/readyz", "/metrics", "/v1/ledger", "/v1/logins", "/v1/logins/message"),
    "/v1/blocks/{block_hash}",
)
# A message is good for one log-in: it is its own idempotency key.
_LOG_IN = "/v1/logins"
_ALWAYS = {"401": "Not authenticated", "403": "Not your role", "429": "Too many requests"}
_TO_LOG_IN = {
    "400": "Malformed body",
    "401": "Log-in refused",
    "413": "Body too large",
    "422": "Invalid request",
    "429": "Too many requests",
}
_WITH_PATH = {"404": "Not found"}
_WITH_INPUT = {"422": "Invalid request, or content that breaks a rule"}
_POST = {
    "400": "Malformed body, or no idempotency key",
    "404": "Not found",
    "409": "The state of the ledger forbids it",
    "413": "Body too large",
    "422": "Invalid request, or content that breaks a rule",
}
_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": True,
    "description": "A fresh random text for each new request, at most 255 characters.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$"},
    "example": "0c6f1a54-6c1c-4f0e-9a59-0d3e6c2f3b11",
}
_EXAMPLE = {
    **problem_of(
        RefusalCode.ALREADY_ENCUMBERED,
        "receipt 12-1-000345 secures a claim since block 90211",
    ),
    "refusal_id": "5f0c4e6e-8d0b-5c57-9b7e-2a4f3c1d0e9a",
    "evidence": {
        "block_number": 90211,
        "block_hash": "0x" + "4b" * 32,
        "tx_hash": "0x" + "d1" * 32,
        "log_index": 3,
        "final": True,
    },
}


def document(app: FastAPI) -> dict[str, Any]:
    """Return the OpenAPI document of the app."""
    if app.openapi_schema is None:
        written = get_openapi(
            title=app.title, version=app.version, description=app.description, routes=app.routes
        )
        _complete(written)
        app.openapi_schema = written
    return app.openapi_schema


def _complete(written: dict[str, Any]) -> None:
    components = written.setdefault("components", {})
    schemas = components.setdefault("schemas", {})
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    described = TypeAdapter(Problem).json_schema(ref_template="#/components/schemas/{model}")
    schemas |= described.pop("$defs", {})
    schemas["Problem"] = described
    components["securitySchemes"] = {"api_token": {"type": "http", "scheme": "bearer"}}
    for path, operations in written["paths"].items():
        for method, operation in operations.items():
            _complete_operation(path, method, operation)


def _complete_operation(path: str, method: str, operation: dict[str, Any]) -> None:
    responses = operation["responses"]
    responses.pop("422", None)
    expected: dict[str, str] = {"503": "Not ready: ask again after Retry-After seconds"}
    if path not in _OPEN:
        operation["security"] = [{"api_token": []}]
        expected |= _ALWAYS
    if "{" in path:
        expected |= _WITH_PATH
    if operation.get("parameters"):
        expected |= _WITH_INPUT
    if path.startswith(_LOG_IN):
        expected |= _TO_LOG_IN
    elif method == "post":
        operation.setdefault("parameters", []).append(_KEY)
        expected |= _POST
        _describe_acceptance(responses)
    if path == "/metrics":
        responses["200"]["content"] = {"text/plain": {"schema": {"type": "string"}}}
    if "304" in responses:
        responses["304"] = {"description": "As it was when the ETag was given"}
        responses["200"]["headers"] = {"ETag": {"schema": {"type": "string"}}}
    for status, description in expected.items():
        media: dict[str, Any] = {"schema": {"$ref": "#/components/schemas/Problem"}}
        if status == "409":
            media["example"] = _EXAMPLE
        responses[status] = {"description": description, "content": {MEDIA_TYPE: media}}


def _describe_acceptance(responses: dict[str, Any]) -> None:
    if (response := responses.get("202")) is None:
        return
    response["description"] = "Taken in: signatures may be missing, or the act is queued"
    response["headers"] = {
        "Location": {"description": "The act", "schema": {"type": "string"}},
        "Idempotency-Replayed": {
            "description": "`true` when this is the stored answer of an earlier request",
            "schema": {"type": "string"},
        },
    }
