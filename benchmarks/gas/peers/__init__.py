"""What other ledgers pay for the nearest thing they have.

Always their cheapest way: no remark, holders that hold already, the caller acting for
itself and paying itself.
"""
