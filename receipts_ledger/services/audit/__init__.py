"""The audit: the whole ledger again from the chain alone, and everything else against it.

Knows the domain only. What it needs of the chain and of SQL is said in ports.py.
"""

from receipts_ledger.services.audit.report import Finding, FindingKind, RefusedAct, Report
from receipts_ledger.services.audit.run import audit
from receipts_ledger.services.audit.trust import Trust, TrustBasis

__all__ = ["Finding", "FindingKind", "RefusedAct", "Report", "Trust", "TrustBasis", "audit"]
