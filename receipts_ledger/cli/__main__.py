"""`python -m receipts_ledger.cli` is the command `receipts-ledger`."""

from receipts_ledger.cli import app

app()
