"""From what somebody asks for to the act that all have to sign.

The gateway fills in what the ledger's own numbering gives: versions, serials, days. Nothing
here is written down, and no rule of the contract is decided.
"""

from receipts_ledger.services.draft.desk import Desk, Document

__all__ = ["Desk", "Document"]
