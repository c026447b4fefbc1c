"""How the ledger stands, as drafting and intake ask for it.

The answers come from the index, which may lag behind the chain. So whoever asks may refuse
by them, and may never allow: that is the contract's.
"""

from collections.abc import Sequence
from typing import Protocol

from receipts_ledger.domain.encumbrance import Encumbrance
from receipts_ledger.domain.ids import Address, PartyId, PoolId, ReceiptId, receipt_number
from receipts_ledger.domain.party import Party
from receipts_ledger.domain.pool import Pool
from receipts_ledger.domain.receipt import STATUS_BITS, Receipt, Status
from receipts_ledger.errors import RefusalCode, Refused


class Standing(Protocol):
    """What the index knows. None is what it does not."""

    def party(self, party_id: PartyId) -> Party | None: ...

    def party_of(self, key: Address) -> PartyId | None: ...

    def pool(self, pool_id: PoolId) -> Pool | None: ...

    def commodity_of(self, pool_id: PoolId) -> str | None: ...

    def word(self, receipt_id: ReceiptId) -> int | None: ...

    def encumbrance(self, receipt_ids: Sequence[ReceiptId]) -> Encumbrance | None: ...


def known_party(standing: Standing, party_id: PartyId, field: str | None = None) -> Party:
    """Return a party. Raises Refused(UnknownParty)."""
    party = standing.party(party_id)
    if party is None:
        raise Refused(RefusalCode.UNKNOWN_PARTY, f"no party {party_id}", field=field)
    return party


def known_pool(standing: Standing, pool_id: PoolId, field: str | None = None) -> Pool:
    """Return a pool. Raises Refused(UnknownPool)."""
    pool = standing.pool(pool_id)
    if pool is None:
        raise Refused(RefusalCode.UNKNOWN_POOL, f"no pool {pool_id}", field=field)
    return pool


def open_word(standing: Standing, receipt_id: ReceiptId, field: str | None = None) -> int:
    """Return the word of an open receipt. Raises Refused(UnknownReceipt) or (NotOpen)."""
    word = standing.word(receipt_id)
    if word is None:
        raise Refused(
            RefusalCode.UNKNOWN_RECEIPT, f"no receipt {receipt_number(receipt_id)}", field=field
        )
    if word & STATUS_BITS != Status.OPEN:
        status = Receipt.from_word(word).status
        raise Refused(
            RefusalCode.NOT_OPEN,
            f"receipt {receipt_number(receipt_id)} is {status.name.lower()}",
            field=field,
        )
    return word


def refuse_if_pledged(standing: Standing, receipt_ids: Sequence[ReceiptId]) -> None:
    """Raise Refused(AlreadyEncumbered) with evidence when one of the receipts is pledged."""
    found = standing.encumbrance(receipt_ids)
    if found is None:
        return
    raise Refused(
        RefusalCode.ALREADY_ENCUMBERED,
        f"receipt {receipt_number(found.receipt_id)} secures a claim since block "
        f"{found.block_number}",
        details={"receipt_id": found.receipt_id, "pledgee": found.pledgee},
        evidence={
            "block_number": found.block_number,
            "block_hash": "0x" + found.block_hash.hex(),
            "tx_hash": "0x" + found.tx_hash.hex(),
            "log_index": found.log_index,
            "final": found.is_final,
        },
    )
