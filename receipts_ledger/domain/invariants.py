"""What must hold for the whole ledger at any time. The numbers are those of the design.

I7 (gap-free serials), I11 (versions) and I12 (neighbours) are kept by every single event
and checked in ledger.py; I8 and I9 compare with the contract and with signatures, and are
the auditor's.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from receipts_ledger.domain.ids import (
    PoolId,
    pool_number,
    pool_of,
    receipt_number,
    serial_of,
)
from receipts_ledger.domain.ledger import Ledger
from receipts_ledger.domain.party import Role
from receipts_ledger.domain.pool import Pool
from receipts_ledger.domain.receipt import (
    ENCUMBERED_BIT,
    HOLDER_BITS,
    IN_DEFAULT_BIT,
    PLEDGEE_BITS,
    STATUS_BITS,
    Status,
    quantity_in,
)


@dataclass(frozen=True, slots=True)
class Breach:
    """An invariant that does not hold: which, of what, and how."""

    invariant: str
    subject: str
    finding: str


def breaches(ledger: Ledger) -> Iterator[Breach]:
    """Yield every breach of I1 to I7 and of the roles in the state."""
    receipted: Counter[PoolId] = Counter()
    serials: Counter[PoolId] = Counter()
    for receipt_id, word in ledger.receipts.items():
        pool_id = pool_of(receipt_id)
        serials[pool_id] += 1
        if word & STATUS_BITS == Status.OPEN:
            receipted[pool_id] += quantity_in(word)
        home = ledger.pools.get(pool_id)
        if home is None or serial_of(receipt_id) >= home.next_serial:
            yield Breach("I7", receipt_number(receipt_id), "serial beyond the pool's next")
        for invariant, finding in _of_receipt(word):
            yield Breach(invariant, receipt_number(receipt_id), finding)
    for pool_id, pool in ledger.pools.items():
        yield from _of_pool(pool_id, pool, receipted[pool_id], serials[pool_id])
    for item_key, receipt_id in ledger.receipt_of_item.items():
        if ledger.receipts.get(receipt_id, 0) & STATUS_BITS != Status.OPEN:
            yield Breach("I6", f"item 0x{item_key.hex()}", f"in receipt {receipt_id}, not open")
    for party_id, party in ledger.parties.items():
        if Role.WAREHOUSE | Role.INSPECTOR in party.roles:
            yield Breach("I9", f"party {party_id}", "warehouse and inspector in one")


def _of_receipt(word: int) -> Iterator[tuple[str, str]]:
    is_encumbered, has_pledgee = bool(word & ENCUMBERED_BIT), bool(word & PLEDGEE_BITS)
    if word & STATUS_BITS == Status.OPEN:
        if not word & HOLDER_BITS:
            yield "I1", "open without a holder"
    elif has_pledgee or quantity_in(word):
        yield "I2", "closed, but with goods or a pledge left"
    if is_encumbered != has_pledgee:
        yield "I3", "encumbered and pledgee contradict each other"
    if word & IN_DEFAULT_BIT and not is_encumbered:
        yield "I3", "in default without a pledge"


def _of_pool(pool_id: PoolId, pool: Pool, receipted: int, serials: int) -> Iterator[Breach]:
    name = f"pool {pool_number(pool_id)}"
    if not pool.quantity_receipted <= pool.quantity_attested <= pool.quantity_capacity:
        yield Breach("I4", name, "receipted <= attested <= capacity does not hold")
    if receipted != pool.quantity_receipted:
        yield Breach(
            "I4",
            name,
            f"open receipts add up to {receipted}, the pool says {pool.quantity_receipted}",
        )
    if serials != pool.next_serial - 1:
        yield Breach("I7", name, f"{serials} receipts, but the next serial is {pool.next_serial}")
