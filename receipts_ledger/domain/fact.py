"""What an event is made as: a frozen dataclass, at a third of the price.

A page of the chain is tens of thousands of events, and keeping each from being changed cost
more than everything else about making it. So the type checker alone keeps them from it, as it
does here with everything; whoever gets round it changes an event and no ledger.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

__all__ = ["fact"]

if TYPE_CHECKING:
    from dataclasses import dataclass as fact
else:

    def fact(*, frozen, slots):
        """Make a dataclass that compares and hashes as a frozen one."""
        return dataclass(slots=slots, unsafe_hash=frozen)
