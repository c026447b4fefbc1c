"""A block as the gateway has it: whether the hash on a certificate is one of its chain."""

from typing_extensions import TypedDict

from receipts_ledger.api.answers.forms import hexadecimal, seconds_text
from receipts_ledger.store.units import Found


class BlockOut(TypedDict):
    """A block of the ledger's chain. Once `final`, nothing takes it back any more."""

    number: int
    hash: str
    at: str
    final: bool
    chain_id: int
    contract: str
    code_hash: str


def told_block(block: Found, chain: Found, finalized_number: int) -> BlockOut:
    """Return the block."""
    return BlockOut(
        number=block.number,
        hash=hexadecimal(block.hash),
        at=seconds_text(block.timestamp),
        final=block.number <= finalized_number,
        chain_id=chain.chain_id,
        contract=hexadecimal(chain.contract),
        code_hash=hexadecimal(chain.code_hash),
    )
