"""Deliver: events go out to those who subscribed, in order, until each is taken."""

from receipts_ledger.services.deliver.deliver import Deliver

__all__ = ["Deliver"]
