"""A party's webhooks: where it wants to be told of what."""

from typing import Any

from receipts_ledger.client.http import Http
from receipts_ledger.client.reads import Answer

_PATH = "/v1/subscriptions"


class Subscriptions:
    """The subscriptions of who asks."""

    def __init__(self, http: Http) -> None:
        self._http = http

    def create(self, url: str, **filters: Any) -> Answer:
        """Subscribe, and return the subscription with its secret. `None` filters nothing."""
        given = {name: value for name, value in filters.items() if value is not None}
        return dict(self._http.post(_PATH, {"url": url, **given}))

    def every(self) -> list[Answer]:
        """Return all of them, the oldest first."""
        return list(self._http.get(_PATH)["items"])

    def end(self, subscription_id: str) -> None:
        """End one."""
        self._http.delete(f"{_PATH}/{subscription_id}")

    def pause(self, subscription_id: str) -> Answer:
        """Have nothing delivered until it is resumed."""
        return dict(self._http.post(f"{_PATH}/{subscription_id}/pause", {}))

    def resume(self, subscription_id: str) -> Answer:
        """Go on where it stopped."""
        return dict(self._http.post(f"{_PATH}/{subscription_id}/resume", {}))

    def replay(self, subscription_id: str, *, after: int) -> Answer:
        """Have delivered once more what stands behind a number of the feed.

        Raises Refused for a number to which the subscription has not come.
        """
        return dict(self._http.post(f"{_PATH}/{subscription_id}/replay", {"after": after}))
