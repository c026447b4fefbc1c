"""A permissioned ledger for warehouse receipts."""

__version__ = "0.1.0"
