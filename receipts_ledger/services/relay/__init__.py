"""Carries signed acts to the ledger, each exactly once, through any crash.

Three rules do it. A nonce is given out, its transaction signed and its bytes stored in one
SQL transaction. Only stored bytes are ever sent. And what became of them is asked of the
chain, by the hash of every attempt, and never guessed.
"""
