"""Measurements: gas beside other ledgers, speed beside the usual tools. Nothing here is shipped.

A figure in docs/gas.md or docs/speed.md was written there by the run that measured it.
"""
