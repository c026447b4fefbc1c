"""Server-sent events: the feed as it grows, to any number of readers, read once for all of them."""

from receipts_ledger.api.streams.streams import Streams

__all__ = ["Streams"]
