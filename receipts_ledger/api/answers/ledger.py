"""The ledger itself as the API tells it: which one it is, and how far it has been read."""

from typing_extensions import TypedDict

from receipts_ledger.api.answers.forms import hexadecimal, moment_text
from receipts_ledger.store.units import Found


class LedgerOut(TypedDict):
    """One contract on one chain, and where the index stands."""

    chain_id: int
    contract: str
    genesis_hash: str
    deployment_block: int
    code_hash: str
    block_number: int
    block_hash: str
    finalized_number: int
    finalized_hash: str
    halted_reason: str | None
    updated_at: str
    commodities: list[str]


def told_ledger(chain: Found, cursor: Found, commodities: list[str]) -> LedgerOut:
    """Return the ledger."""
    return LedgerOut(
        chain_id=chain.chain_id,
        contract=hexadecimal(chain.contract),
        genesis_hash=hexadecimal(chain.genesis_hash),
        deployment_block=chain.deployment_block,
        code_hash=hexadecimal(chain.code_hash),
        block_number=cursor.number,
        block_hash=hexadecimal(cursor.hash),
        finalized_number=cursor.finalized_number,
        finalized_hash=hexadecimal(cursor.finalized_hash),
        halted_reason=cursor.halted_reason,
        updated_at=moment_text(cursor.updated_at),
        commodities=commodities,
    )
