"""The ledger's past, from the chain alone: a proved replay that stops where somebody asks.

Knows the domain and the audit's replay. What the chain has to give is said in the audit's ports.
"""
