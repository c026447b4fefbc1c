"""The story: a ledger is set up from real stock figures, used, attacked, and audited.

Told through the public API and the client, with nodes, database and contract as they are
used elsewhere. Nothing outside may depend on this.
"""
