"""One step of delivering: one subscription, its next messages, in order.

The cursor moves when a message was taken, and not before: after a kill the same one goes out
again under the same id. A failure stops the subscription at that message until it is taken.
"""

import random
import time
from collections.abc import Callable
from datetime import datetime, timedelta

from receipts_ledger.domain.delivery import Claim, Message
from receipts_ledger.domain.webhook import headers_of
from receipts_ledger.services.deliver.ports import NotTaken, Outbox, Post, Secrets

_TURN_SECONDS = 10.0
_BACKOFF_SECONDS = 2.0
_BACKOFF_SECONDS_MAX = 3_600.0


class Deliver:
    """Serves subscriptions. Any number may work beside one another: each claims one at a time."""

    def __init__(
        self,
        outbox: Outbox,
        secrets: Secrets,
        post: Post,
        *,
        clock: Callable[[], datetime],
        disable_after: timedelta,
        claim_seconds: float,
    ) -> None:
        """`claim_seconds` is longer than one sending may take."""
        self._outbox = outbox
        self._secrets = secrets
        self._post = post
        self._clock = clock
        self._disable_after = disable_after
        self._claim_seconds = claim_seconds

    def step(self) -> bool:
        """Serve one subscription for a while; False when there was nothing to deliver."""
        claim = self._outbox.claim(self._claim_seconds)
        if claim is None:
            return False
        batch = self._outbox.batch(claim)
        turn_ends = time.monotonic() + _TURN_SECONDS
        reached = batch.scanned_to
        for message in batch.messages:
            try:
                self._send(claim, message)
            except NotTaken as error:
                self._put_off(claim, str(error))
                return True
            if not self._outbox.advance(claim, message.seq, self._claim_seconds):
                return True
            if time.monotonic() > turn_ends:
                # Others wait too; the rest comes with the next turn.
                reached = message.seq
                break
        self._outbox.finish(claim, reached)
        return True

    def _send(self, claim: Claim, message: Message) -> None:
        now = self._clock()
        generations = [claim.generation]
        if claim.former_until is not None and now < claim.former_until:
            generations.append(claim.generation - 1)
        secrets = [
            self._secrets.secret(claim.sealing_key, claim.subscription_id, each)
            for each in generations
        ]
        message_id = f"{claim.subscription_id}_{message.name}"
        headers = headers_of(message_id, now, message.body, secrets)
        self._post.send(claim.url, headers, message.body)

    def _put_off(self, claim: Claim, reason: str) -> None:
        now = self._clock()
        since = claim.failing_since or now
        if now - since >= self._disable_after:
            self._outbox.disable(claim, f"nothing was taken since {since.isoformat()}: {reason}")
            return
        self._outbox.fail(claim, reason, now + timedelta(seconds=backoff_seconds(claim.failures)))


def backoff_seconds(failures: int) -> float:
    """Return how long to wait after so many failures before this one, never quite the same."""
    longest = min(_BACKOFF_SECONDS_MAX, _BACKOFF_SECONDS * 2.0 ** min(failures, 20))
    return longest * random.uniform(0.5, 1.0)  # noqa: S311
