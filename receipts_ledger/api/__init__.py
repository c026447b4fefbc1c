"""The door for machines: HTTP. Routes translate; what is thought is thought in services."""

from receipts_ledger.api.app import create_app

__all__ = ["create_app"]
