"""Ponder 0.16.10, beside which the ledger's index is measured."""
