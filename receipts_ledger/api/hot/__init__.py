"""The routes that are asked most, by a shorter way: receipts shown, issued, and pledged twice.

They answer what is common and hand everything else on to the app, which answers it all: a
request that is malformed, has no api token, asks for what is not there, or meets a fault.
Who may know what, and what a refusal says, are the app's own functions; tests hold the
answers of both ways together, byte for byte.
"""

from receipts_ledger.api.hot.door import HotRoutes
from receipts_ledger.api.hot.posts import ActPosts

__all__ = ["ActPosts", "HotRoutes"]
