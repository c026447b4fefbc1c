"""JSON-RPC over HTTP: one node, keep-alive, and every error put into a class.

No retry lives here: whether a call may be repeated depends on what it does, and only the
caller knows that.
"""

import itertools
import re
from collections.abc import Sequence
from enum import StrEnum
from typing import Any

import orjson
import urllib3

from receipts_ledger.errors import LedgerError, Retryable

_CONNECTIONS_MAX = 32
_HEADERS = {"Content-Type": "application/json", "Accept-Encoding": "identity"}


class RpcErrorKind(StrEnum):
    """What a node's error means for us."""

    ALREADY_KNOWN = "already_known"
    NONCE_TOO_LOW = "nonce_too_low"
    NONCE_TOO_HIGH = "nonce_too_high"
    UNDERPRICED = "underpriced"
    FEE_BELOW_BASE = "fee_below_base"
    INSUFFICIENT_FUNDS = "insufficient_funds"
    NOT_PERMITTED = "not_permitted"
    POOL_FULL = "pool_full"
    OUT_OF_GAS = "out_of_gas"
    GAS_TOO_HIGH = "gas_too_high"
    REVERTED = "reverted"
    UNKNOWN_BLOCK = "unknown_block"
    RANGE_TOO_LARGE = "range_too_large"
    RATE_LIMITED = "rate_limited"
    METHOD_MISSING = "method_missing"
    OTHER = "other"


# Message before code: nodes put most of these under -32000 or -32603, and one relayer
# deadlocked by taking "nonce too low" under -32603 for a passing fault.
_PHRASES: tuple[tuple[str, RpcErrorKind], ...] = (
    ("already known", RpcErrorKind.ALREADY_KNOWN),
    ("already imported", RpcErrorKind.ALREADY_KNOWN),
    ("known transaction", RpcErrorKind.ALREADY_KNOWN),
    ("nonce too low", RpcErrorKind.NONCE_TOO_LOW),
    ("nonce is too low", RpcErrorKind.NONCE_TOO_LOW),
    ("correct nonce", RpcErrorKind.NONCE_TOO_LOW),
    ("nonce too high", RpcErrorKind.NONCE_TOO_HIGH),
    ("nonce too far", RpcErrorKind.NONCE_TOO_HIGH),
    ("too distant", RpcErrorKind.NONCE_TOO_HIGH),
    ("underpriced", RpcErrorKind.UNDERPRICED),
    ("less than block base fee", RpcErrorKind.FEE_BELOW_BASE),
    ("less than the block's basefeepergas", RpcErrorKind.FEE_BELOW_BASE),
    ("insufficient funds", RpcErrorKind.INSUFFICIENT_FUNDS),
    ("doesn't have enough funds", RpcErrorKind.INSUFFICIENT_FUNDS),
    ("not permitted", RpcErrorKind.NOT_PERMITTED),
    ("not authorized", RpcErrorKind.NOT_PERMITTED),
    ("pool is full", RpcErrorKind.POOL_FULL),
    ("txpool is full", RpcErrorKind.POOL_FULL),
    ("exceeds block gas limit", RpcErrorKind.GAS_TOO_HIGH),
    ("gas limit too high", RpcErrorKind.GAS_TOO_HIGH),
    ("exceeds transaction gas limit", RpcErrorKind.GAS_TOO_HIGH),
    ("exceeds maximum transaction gas", RpcErrorKind.GAS_TOO_HIGH),
    ("out of gas", RpcErrorKind.OUT_OF_GAS),
    ("outofgas", RpcErrorKind.OUT_OF_GAS),
    # revm's names for where it ran out: MemoryOOG, PrecompileOOG, ReentrancySentryOOG.
    ("oog", RpcErrorKind.OUT_OF_GAS),
    ("intrinsic gas", RpcErrorKind.OUT_OF_GAS),
    ("gas required exceeds", RpcErrorKind.OUT_OF_GAS),
    ("revert", RpcErrorKind.REVERTED),
    ("unknown block", RpcErrorKind.UNKNOWN_BLOCK),
    ("header not found", RpcErrorKind.UNKNOWN_BLOCK),
    ("block not found", RpcErrorKind.UNKNOWN_BLOCK),
    ("resource not found", RpcErrorKind.UNKNOWN_BLOCK),
    ("block range", RpcErrorKind.RANGE_TOO_LARGE),
    ("range limit", RpcErrorKind.RANGE_TOO_LARGE),
    ("response size", RpcErrorKind.RANGE_TOO_LARGE),
    ("too many results", RpcErrorKind.RANGE_TOO_LARGE),
    ("rate limit", RpcErrorKind.RATE_LIMITED),
    ("too many requests", RpcErrorKind.RATE_LIMITED),
    ("method not found", RpcErrorKind.METHOD_MISSING),
    ("not supported", RpcErrorKind.METHOD_MISSING),
    ("does not exist", RpcErrorKind.METHOD_MISSING),
)
_CODES = {3: RpcErrorKind.REVERTED, -32601: RpcErrorKind.METHOD_MISSING}


class RpcError(LedgerError):
    """The node answered, and the answer is an error. `revert` is the returned error bytes."""

    def __init__(self, code: int, message: str, revert: bytes | None = None) -> None:
        super().__init__(f"node says {code}: {message}")
        self.code = code
        self.message = message
        self.revert = revert
        self.kind = classify(code, message)


def classify(code: int, message: str) -> RpcErrorKind:
    """Return what an error means, by its message before its code. Total: OTHER at the end."""
    lowered = message.lower()
    if "unknown transaction" in lowered:
        return RpcErrorKind.OTHER
    for phrase, kind in _PHRASES:
        if phrase in lowered:
            return kind
    return _CODES.get(code, RpcErrorKind.OTHER)


class Rpc:
    """One node. Safe to share between threads."""

    def __init__(self, url: str, *, timeout_seconds: float = 30.0) -> None:
        if not url.startswith(("http://", "https://")):
            raise ValueError(
                f"{_without_secrets(url)!r} is no http:// or https:// address of a node"
            )
        self.url = url
        self._name = _without_secrets(url)
        self._ids = itertools.count(1)
        self._pool = urllib3.PoolManager(
            maxsize=_CONNECTIONS_MAX,
            retries=False,
            timeout=urllib3.Timeout(total=timeout_seconds),
        )

    def call(self, method: str, params: Sequence[object] = ()) -> Any:
        """Return the result of one call. Raises RpcError, or Retryable if no answer came."""
        request = self._request(method, params)
        answer = self._post(request)
        if not isinstance(answer, dict):
            raise Retryable(f"the node answered {method} with something that is no JSON-RPC")
        return _result(answer)

    def batch(self, calls: Sequence[tuple[str, Sequence[object]]]) -> list[Any]:
        """Return the results in the order of the calls, sent as one request.

        Raises the first call's RpcError, or Retryable if no answer came.
        """
        return [_result(answer) for answer in self._batch(calls)]

    def each(self, calls: Sequence[tuple[str, Sequence[object]]]) -> list[Any]:
        """Return the results in the order of the calls; in place of one, its RpcError.

        Raises RpcError when the node refuses the batch, Retryable if no answer came.
        """
        return [_result_or_error(answer) for answer in self._batch(calls)]

    def _batch(self, calls: Sequence[tuple[str, Sequence[object]]]) -> list[dict[str, Any]]:
        if not calls:
            return []
        requests = [self._request(method, params) for method, params in calls]
        answers = self._post(requests)
        if isinstance(answers, dict):
            raise _error(answers.get("error"))
        if not isinstance(answers, list):
            raise Retryable("the node answered a batch with something that is no JSON-RPC")
        by_id = {str(answer.get("id")): answer for answer in answers if isinstance(answer, dict)}
        missing = [request["method"] for request in requests if str(request["id"]) not in by_id]
        if missing:
            raise Retryable(f"the node left {len(missing)} calls unanswered, first {missing[0]}")
        return [by_id[str(request["id"])] for request in requests]

    def _request(self, method: str, params: Sequence[object]) -> dict[str, Any]:
        return {"jsonrpc": "2.0", "id": next(self._ids), "method": method, "params": list(params)}

    def _post(self, body: object) -> Any:
        try:
            response = self._pool.request(
                "POST", self.url, body=orjson.dumps(body), headers=_HEADERS
            )
        except urllib3.exceptions.HTTPError as error:
            raise Retryable(f"the node at {self._name} does not answer: {error}") from error
        try:
            return orjson.loads(response.data)
        except orjson.JSONDecodeError as error:
            raise Retryable(
                f"the node at {self._name} answered HTTP {response.status} without JSON"
            ) from error


def _result(answer: dict[str, Any]) -> Any:
    if answer.get("error") is not None:
        raise _error(answer["error"])
    if "result" not in answer:
        raise Retryable("the node's answer has neither result nor error")
    return answer["result"]


def _result_or_error(answer: dict[str, Any]) -> Any:
    try:
        return _result(answer)
    except RpcError as error:
        return error


def _error(error: Any) -> RpcError:
    if not isinstance(error, dict):
        return RpcError(0, str(error))
    code = error.get("code")
    return RpcError(
        code if isinstance(code, int) else 0,
        str(error.get("message", "")),
        _revert(error.get("data")),
    )


def _revert(field: Any) -> bytes | None:
    """Return the revert bytes, which nodes put at several depths."""
    if isinstance(field, dict):
        return _revert(field.get("data") or field.get("result"))
    if isinstance(field, str) and field.startswith("0x"):
        try:
            return bytes.fromhex(field[2:])
        except ValueError:
            return None
    return None


def _without_secrets(url: str) -> str:
    """Return an address as it may be logged: without user, password and query."""
    return re.sub(r"//[^/@]*@", "//", url.partition("?")[0])
