"""Whose consent a draft needs, and does not tell: nobody learns by drafting who holds what.

A counterparty may draft, and learns of a holder or pledgee that it does not know when that
one signs. What is said of receipts by other ways is not decided here.
"""

from collections.abc import Iterable, Iterator, Sequence

from receipts_ledger.domain.consent import ANY_ROLE
from receipts_ledger.domain.ids import PartyId, ReceiptId, pool_of, warehouse_of
from receipts_ledger.domain.pending import Consent

HELD, LENT = "holder", "lender"
UNTOLD = {
    "Transfer": HELD,
    "TransferPortfolio": HELD,
    "Pledge": HELD,
    "PledgePortfolio": HELD,
    "ReleasePortfolio": LENT,
    "AssignPledge": LENT,
    "Enforce": LENT,
    "Substitute": HELD,
}
"""The acts that somebody may draft who has yet to learn who a signer is, and as what he signs."""
SUBSTITUTE = "Substitute"
SUBSTITUTE_PLEDGEE = 2
"""The place of the one signer whose number is the receipt's secret although a role is asked too."""


def untold(
    consents: Sequence[Consent],
    *,
    kind: str,
    created_by: PartyId | None,
    receipt_ids: Sequence[ReceiptId],
    reader: PartyId | None,
) -> dict[int, str]:
    """Return the places whose party this reader is not told, with the role to name instead.

    `created_by` and `reader` are None for the operator, and the reader for all who see everything.
    """
    if kind not in UNTOLD or reader is None or _stores_all(reader, receipt_ids):
        return {}
    if created_by is None or _stores_all(created_by, receipt_ids):
        return {}
    secret = tuple(_secret(consents, kind))
    # Holder and pledgee of one receipt know each other; those of several need not.
    if kind == SUBSTITUTE and any(consent.party_id == created_by for consent in secret):
        return {}
    return {
        consent.position: UNTOLD[kind] if consent.role == ANY_ROLE else LENT
        for consent in secret
        if consent.signature is None and consent.party_id not in (reader, created_by)
    }


def shown_once(consents: Iterable[Consent], hidden: dict[int, str]) -> Iterator[Consent]:
    """Yield the consents to be shown: how many untold ones there are tells who is the same."""
    named: set[str] = set()
    for consent in consents:
        role = hidden.get(consent.position)
        if role is not None and role in named:
            continue
        if role is not None:
            named.add(role)
        yield consent


def _secret(consents: Iterable[Consent], kind: str) -> Iterator[Consent]:
    for consent in consents:
        is_pledgee = kind == SUBSTITUTE and consent.position == SUBSTITUTE_PLEDGEE
        if consent.role == ANY_ROLE or is_pledgee:
            yield consent


def _stores_all(party_id: PartyId, receipt_ids: Sequence[ReceiptId]) -> bool:
    return bool(receipt_ids) and all(
        warehouse_of(pool_of(receipt_id)) == party_id for receipt_id in receipt_ids
    )
