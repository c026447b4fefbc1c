"""Indexing and replay of one chain, beside the plain use of web3.py on the same chain."""
