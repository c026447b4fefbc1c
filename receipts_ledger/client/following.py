"""The feed as it grows: followed over server-sent events, and resumed wherever it broke off."""

import random
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import orjson

from receipts_ledger.client.http import Http
from receipts_ledger.client.problem import error_of
from receipts_ledger.errors import Retryable

_PATH = "/v1/events/stream"
_PAUSE_SECONDS_MAX = 15.0


@dataclass(frozen=True, slots=True)
class Told:
    """One server-sent event. What is no entry of the feed has no `seq`."""

    seq: int | None
    kind: str
    body: dict[str, Any]


def follow(http: Http, *, after: int = 0, finality: str = "mined") -> Iterator[dict[str, Any]]:
    """Yield the entries of the feed behind a number, for ever, each once and in order.

    A gateway that stops or does not answer is asked again. Raises Refused when it will not
    tell (any more), as when the api token was revoked.
    """
    pause_seconds = 1.0
    while True:
        try:
            for told in events_in(http.lines(_PATH, {"after": after, "finality": finality})):
                if told.seq is None:
                    raise error_of(_PATH, int(told.body["status"]), told.body, None)
                yield told.body
                after, pause_seconds = told.seq, 1.0
        except Retryable:
            # Those who lost the same gateway must not come back together.
            time.sleep(pause_seconds * random.uniform(0.5, 1.0))  # noqa: S311
            pause_seconds = min(2 * pause_seconds, _PAUSE_SECONDS_MAX)


def events_in(lines: Iterable[str]) -> Iterator[Told]:
    """Yield what the lines of a stream tell; comments tell nothing, half an event is none."""
    fields: dict[str, str] = {}
    for line in lines:
        if line:
            name, _, value = line.partition(":")
            fields[name] = value.removeprefix(" ")
            continue
        if "data" in fields:
            seq = int(fields["id"]) if "id" in fields else None
            yield Told(seq, fields.get("event", "message"), orjson.loads(fields["data"]))
        fields = {}
