"""Parties, pools, receipts, pledges: what they are and what has happened to them.

Pure Python without clock, network, database or chain.
"""
