"""A storm: real replicas under seeded faults, and afterwards the truth from the chain alone.

plan.py says how much of what, site.py builds what is tested, trade.py works, weather.py
breaks, truth.py judges, run.py joins them. Nothing here is imported by the product.
"""
