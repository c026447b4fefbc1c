"""Every table, by name. Only columns and constraints live here; no query does.

Derived from the chain, written by the indexer alone: blocks, events, feed, undo and the
projections. Primary, because the chain cannot give them back: acts, contents, refusals.
"""

from receipts_ledger.store.tables.access import (
    api_tokens,
    content_reads,
    idempotency_keys,
    key_uses,
    keystores,
    login_nonces,
)
from receipts_ledger.store.tables.acts import (
    act_receipts,
    act_signers,
    acts,
    contents,
    pledge_slots,
    refusals,
)
from receipts_ledger.store.tables.chain import blocks, chain, cursor, events, feed, undo
from receipts_ledger.store.tables.deliveries import subscriptions
from receipts_ledger.store.tables.metadata import metadata
from receipts_ledger.store.tables.projections import (
    documents,
    items,
    page_items,
    pages,
    parties,
    party_keys,
    pools,
    receipts,
)
from receipts_ledger.store.tables.relay import (
    lane_funds,
    lanes,
    leases,
    relay_acts,
    relay_attempts,
    relay_transactions,
)

__all__ = [
    "act_receipts",
    "act_signers",
    "acts",
    "api_tokens",
    "blocks",
    "chain",
    "content_reads",
    "contents",
    "cursor",
    "documents",
    "events",
    "feed",
    "idempotency_keys",
    "items",
    "key_uses",
    "keystores",
    "lane_funds",
    "lanes",
    "leases",
    "login_nonces",
    "metadata",
    "page_items",
    "pages",
    "parties",
    "party_keys",
    "pledge_slots",
    "pools",
    "receipts",
    "refusals",
    "relay_acts",
    "relay_attempts",
    "relay_transactions",
    "subscriptions",
    "undo",
]
