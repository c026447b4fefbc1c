"""A squid of Subsquid, beside which the ledger's index is measured."""
