"""JSON-RPC over HTTP: one node, keep-alive, and every error put into a class.

No retry lives here: whether a call may be repeated depends on what it does, and only the
caller knows that. Batches are of reads, and go out again in parts where they were too large.
"""

import itertools
import re
from collections import defaultdict
from collections.abc import Callable, Sequence
from enum import StrEnum
from functools import partial
from typing import Any, TypeAlias

import msgspec
import orjson
import urllib3
from urllib3.connection import port_by_scheme

from receipts_ledger.chain.batches import Batches, Calls, Cause
from receipts_ledger.chain.bounded_answers import ANSWER_BYTES_MAX, BoundedPool, TooMuch
from receipts_ledger.errors import LedgerError, Retryable

BATCH_CALLS_MAX = 256
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


class NodeAway(Retryable):
    """No answer came, or none that is JSON-RPC: the fault of the line or of the node."""


class NodeSlow(NodeAway):
    """The time for an answer was over. A smaller question may be answered in time."""


class AnswerTooLarge(NodeAway):
    """More came than any answer may have. A smaller question may have a lawful answer."""


# Message before code: nodes put most of these under -32000 or -32603, and one relayer
# deadlocked by taking "nonce too low" under -32603 for a passing fault.
_PHRASES: tuple[tuple[str, RpcErrorKind], ...] = (
    # Nethermind's names of what its pool decides; others write words.
    ("alreadyknown", RpcErrorKind.ALREADY_KNOWN),
    ("oldnonce", RpcErrorKind.NONCE_TOO_LOW),
    ("noncetoofar", RpcErrorKind.NONCE_TOO_HIGH),
    ("noncegap", RpcErrorKind.NONCE_TOO_HIGH),
    ("feetoolow", RpcErrorKind.UNDERPRICED),
    ("replacementnotallowed", RpcErrorKind.UNDERPRICED),
    ("insufficientfunds", RpcErrorKind.INSUFFICIENT_FUNDS),
    ("gaslimitexceeded", RpcErrorKind.GAS_TOO_HIGH),
    # Of whole requests. They come before words about blocks and gas that they may contain.
    ("batch too large", RpcErrorKind.RANGE_TOO_LARGE),
    ("batch size", RpcErrorKind.RANGE_TOO_LARGE),
    ("batch limit", RpcErrorKind.RANGE_TOO_LARGE),
    ("response too large", RpcErrorKind.RANGE_TOO_LARGE),
    ("request entity too large", RpcErrorKind.RANGE_TOO_LARGE),
    ("request timed out", RpcErrorKind.RANGE_TOO_LARGE),
    ("http 413", RpcErrorKind.RANGE_TOO_LARGE),
    ("http 429", RpcErrorKind.RATE_LIMITED),
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
    ("could not replace existing tx", RpcErrorKind.UNDERPRICED),
    ("fee too low", RpcErrorKind.UNDERPRICED),
    ("below configured minimum", RpcErrorKind.UNDERPRICED),
    ("price below minimum", RpcErrorKind.UNDERPRICED),
    ("less than block base fee", RpcErrorKind.FEE_BELOW_BASE),
    ("below current base fee", RpcErrorKind.FEE_BELOW_BASE),
    ("less than the block's basefeepergas", RpcErrorKind.FEE_BELOW_BASE),
    ("insufficient funds", RpcErrorKind.INSUFFICIENT_FUNDS),
    ("doesn't have enough funds", RpcErrorKind.INSUFFICIENT_FUNDS),
    ("upfront cost exceeds", RpcErrorKind.INSUFFICIENT_FUNDS),
    ("not permitted", RpcErrorKind.NOT_PERMITTED),
    ("not authorized", RpcErrorKind.NOT_PERMITTED),
    ("account allowlist", RpcErrorKind.NOT_PERMITTED),
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
    ("blocks range", RpcErrorKind.RANGE_TOO_LARGE),
    ("query returned more than", RpcErrorKind.RANGE_TOO_LARGE),
    ("range limit", RpcErrorKind.RANGE_TOO_LARGE),
    ("response size", RpcErrorKind.RANGE_TOO_LARGE),
    ("too many results", RpcErrorKind.RANGE_TOO_LARGE),
    ("exceeds max results", RpcErrorKind.RANGE_TOO_LARGE),
    ("rate limit", RpcErrorKind.RATE_LIMITED),
    ("request limit", RpcErrorKind.RATE_LIMITED),
    ("too many requests", RpcErrorKind.RATE_LIMITED),
    ("method not found", RpcErrorKind.METHOD_MISSING),
    ("not supported", RpcErrorKind.METHOD_MISSING),
    ("does not exist", RpcErrorKind.METHOD_MISSING),
)
_CODES = {
    3: RpcErrorKind.REVERTED,
    -32007: RpcErrorKind.NOT_PERMITTED,
    -32601: RpcErrorKind.METHOD_MISSING,
}
_TOO_MUCH = (RpcErrorKind.RANGE_TOO_LARGE, RpcErrorKind.RATE_LIMITED)
_HTTP_OK_MAX = 299
_NOTHING = msgspec.Raw()


class RpcError(LedgerError):
    """The node answered, and the answer is an error. `revert` is the returned error bytes."""

    def __init__(self, code: int, message: str, revert: bytes | None = None) -> None:
        super().__init__(f"node says {code}: {message}")
        self.code = code
        self.message = message
        self.revert = revert
        self.kind = classify(code, message)


class NodeBusy(RpcError, Retryable):
    """The node takes no more questions for now. Another may, and this one will later."""


def classify(code: int, message: str) -> RpcErrorKind:
    """Return what an error means, by its message before its code. Total: OTHER at the end."""
    lowered = message.lower()
    if "unknown transaction" in lowered:
        return RpcErrorKind.OTHER
    for phrase, kind in _PHRASES:
        if phrase in lowered:
            return kind
    return _CODES.get(code, RpcErrorKind.OTHER)


class _Answer(msgspec.Struct):
    """An answer of a batch whose result is read by whoever asked for it."""

    id: int | None = None
    result: msgspec.Raw = _NOTHING
    error: msgspec.Raw = _NOTHING

    @property
    def is_result(self) -> bool:
        """True where the answer has a result and no error; some write `null` for none."""
        has_error = self.error is not _NOTHING and bytes(self.error) != b"null"
        return self.result is not _NOTHING and not has_error


_ANSWERS = msgspec.json.Decoder(list[_Answer])

Told: TypeAlias = Callable[[str], object]
"""Hears the class of each fault, as it happens: for figures."""


def _nobody(_: str) -> None:
    """Hear nothing."""


class Rpc:
    """One node. Safe to share between threads."""

    def __init__(
        self,
        url: str,
        *,
        timeout_seconds: float = 30.0,
        batch_calls_max: int = BATCH_CALLS_MAX,
        told: Told = _nobody,
    ) -> None:
        if not url.startswith(("http://", "https://")):
            raise ValueError(
                f"{_without_secrets(url)!r} is no http:// or https:// address of a node"
            )
        self.url = url
        # An address may hold a password or a key of its host.
        at = urllib3.util.parse_url(url)._replace(auth=None, fragment=None)
        self.name = at.netloc or _without_secrets(url)
        self.place = at._replace(
            port=at.port or port_by_scheme[at.scheme or ""], path=(at.path or "").rstrip("/")
        )
        """Where the node is, however the address of it is written."""
        self._told = told
        self._ids = itertools.count(1)
        # By method: receipts fill an answer long before headers do.
        self._batches: defaultdict[str, Batches] = defaultdict(partial(Batches, batch_calls_max))
        self._timeout_seconds = timeout_seconds
        self._pool = BoundedPool(connections_max=_CONNECTIONS_MAX)

    def call(
        self, method: str, params: Sequence[object] = (), *, timeout_seconds: float | None = None
    ) -> Any:
        """Return the result of one call. Raises RpcError, or NodeAway if no answer came.

        A timeout of its own ends it sooner than others, never later.
        """
        request = self._request(method, params)
        answer = self._json(self._send(request, timeout_seconds))
        if not isinstance(answer, dict):
            raise NodeAway(f"the node answered {method} with something that is no JSON-RPC")
        # An error may bear no number: of a request that the node could not read.
        if answer.get("error") is None and str(answer.get("id")) != str(request["id"]):
            self._told("transport")
            raise NodeAway(f"the node at {self.name} answered another call than {method}")
        return self._result(answer)

    def batch(self, calls: Calls) -> list[Any]:
        """Return the results in the order of the calls, sent as few requests.

        Raises the first call's RpcError, or NodeAway if no answer came.
        """
        return self._in_parts(calls, self._batch)

    def raw_batch(self, calls: Calls) -> list[msgspec.Raw]:
        """Return the results as JSON text, in the order of the calls, sent as few requests.

        For answers that are large, and read at once into what is wanted of them. Raises as
        `batch` does.
        """
        return self._in_parts(calls, self._raw_batch)

    def each(self, calls: Calls) -> list[Any]:
        """Return the results in the order of the calls; in place of one, its RpcError.

        Raises RpcError when the node refuses the batch, NodeAway if no answer came.
        """
        return self._in_parts(calls, self._each)

    def batch_calls(self, method: str) -> int:
        """Return how many calls of a method the next batch may have."""
        return self._batches[method].calls

    def _in_parts(self, calls: Calls, post: Callable[[Calls], list[Any]]) -> list[Any]:
        return self._batches[calls[0][0]].send(calls, post, _cause_of) if calls else []

    def _batch(self, calls: Calls) -> list[Any]:
        return [self._result(answer) for answer in self._answers(calls)]

    def _raw_batch(self, calls: Calls) -> list[msgspec.Raw]:
        requests = self._requests(calls)
        response = self._send(requests)
        try:
            answers = _ANSWERS.decode(response.data)
        except msgspec.DecodeError:
            answers = []
        if [answer.id for answer in answers if answer.is_result] == [
            request["id"] for request in requests
        ] and len(answers) == len(requests):
            return [answer.result for answer in answers]
        # An error, or nothing that is in order: read again by the way that can tell which.
        results = [self._result(answer) for answer in self._matched(requests, response)]
        return [msgspec.Raw(orjson.dumps(result)) for result in results]

    def _each(self, calls: Calls) -> list[Any]:
        return [self._result_or_error(answer) for answer in self._answers(calls)]

    def _answers(self, calls: Calls) -> list[dict[str, Any]]:
        requests = self._requests(calls)
        return self._matched(requests, self._send(requests))

    def _matched(
        self, requests: Sequence[dict[str, Any]], response: urllib3.BaseHTTPResponse
    ) -> list[dict[str, Any]]:
        """Return the answers to the requests of a batch, in their order."""
        answers = self._json(response)
        if isinstance(answers, dict) and answers.get("error") is not None:
            raise self._error(answers["error"])
        if not isinstance(answers, list):
            raise NodeAway("the node answered a batch with something that is no JSON-RPC")
        found = [answer for answer in answers if isinstance(answer, dict)]
        by_id = {str(answer.get("id")): answer for answer in found}
        missing = [request["method"] for request in requests if str(request["id"]) not in by_id]
        if missing:
            # Of a batch that is too large some engines answer one call alone, and say so there.
            for answer in found:
                if answer.get("error") is not None:
                    raise self._error(answer["error"])
            raise NodeAway(f"the node left {len(missing)} calls unanswered, first {missing[0]}")
        return [by_id[str(request["id"])] for request in requests]

    def _requests(self, calls: Calls) -> list[dict[str, Any]]:
        return [self._request(method, params) for method, params in calls]

    def _request(self, method: str, params: Sequence[object]) -> dict[str, Any]:
        return {"jsonrpc": "2.0", "id": next(self._ids), "method": method, "params": list(params)}

    def _send(self, body: object, timeout_seconds: float | None = None) -> urllib3.BaseHTTPResponse:
        most = self._timeout_seconds
        timeout = most if timeout_seconds is None else min(timeout_seconds, most)
        try:
            return self._pool.post(self.url, orjson.dumps(body), _HEADERS, timeout_seconds=timeout)
        except TooMuch as error:
            self._told("transport")
            raise AnswerTooLarge(
                f"the node at {self.name} answers with more than {ANSWER_BYTES_MAX:,} bytes"
            ) from error
        except urllib3.exceptions.ReadTimeoutError as error:
            self._told("timeout")
            raise NodeSlow(
                f"the node at {self.name} does not answer in time: {_said(error)}"
            ) from error
        except urllib3.exceptions.HTTPError as error:
            self._told("transport")
            raise NodeAway(f"the node at {self.name} does not answer: {_said(error)}") from error

    def _json(self, response: urllib3.BaseHTTPResponse) -> Any:
        try:
            answer = orjson.loads(response.data)
        except orjson.JSONDecodeError as error:
            raise self._without_json(response) from error
        if response.status > _HTTP_OK_MAX and not isinstance(answer, list | dict):
            raise self._without_json(response)
        return answer

    def _without_json(self, response: urllib3.BaseHTTPResponse) -> LedgerError:
        words = f"HTTP {response.status} without JSON"
        if classify(response.status, words) in _TOO_MUCH:
            return self._error({"code": response.status, "message": words})
        if "Content-Encoding" in response.headers:
            words += ": it is compressed, which was not asked for"
        self._told("transport")
        return NodeAway(f"the node at {self.name} answered {words}")

    def _result(self, answer: dict[str, Any]) -> Any:
        if answer.get("error") is not None:
            raise self._error(answer["error"])
        if "result" not in answer:
            self._told("transport")
            raise NodeAway("the node's answer has neither result nor error")
        return answer["result"]

    def _result_or_error(self, answer: dict[str, Any]) -> Any:
        try:
            return self._result(answer)
        except RpcError as error:
            if error.kind is RpcErrorKind.RANGE_TOO_LARGE:
                raise
            return error

    def _error(self, error: Any) -> "RpcError":
        made = _error(error)
        # A rule of the contract that says no is no fault of the node.
        if made.kind is not RpcErrorKind.REVERTED:
            self._told(str(made.kind))
        return made


def _cause_of(error: Exception) -> Cause:
    if isinstance(error, NodeSlow):
        return Cause.TIME
    is_refused = isinstance(error, RpcError) and error.kind in _TOO_MUCH
    is_too_much = is_refused or isinstance(error, AnswerTooLarge)
    return Cause.SIZE if is_too_much else Cause.OTHER


def _error(error: Any) -> RpcError:
    if not isinstance(error, dict):
        return RpcError(0, str(error))
    code = error["code"] if isinstance(error.get("code"), int) else 0
    message = str(error.get("message", ""))
    is_busy = classify(code, message) is RpcErrorKind.RATE_LIMITED
    return (NodeBusy if is_busy else RpcError)(code, message, _revert(error.get("data")))


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


def _said(error: urllib3.exceptions.HTTPError) -> str:
    # The library names its connection, a class of ours, in front of what went wrong with it.
    return str(error).rpartition("): ")[2]


def _without_secrets(url: str) -> str:
    """Return an address as it may be logged: without user, password and query."""
    return re.sub(r"//[^/@]*@", "//", url.partition("?")[0])
