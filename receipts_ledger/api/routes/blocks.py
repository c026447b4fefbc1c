"""Blocks by their hashes, open to anybody: what the code on a printed certificate leads to."""

from typing import Annotated

from fastapi import APIRouter, Path, Request, Response

from receipts_ledger.api.answers.block import BlockOut, told_block
from receipts_ledger.api.asking import services_of
from receipts_ledger.api.routes.told import told
from receipts_ledger.domain.ids import Hash32
from receipts_ledger.errors import NotFound, Retryable
from receipts_ledger.store.reads import chain

router = APIRouter(prefix="/v1/blocks", tags=["Ledger"])


@router.get("/{block_hash}", response_model=BlockOut)
def show_block(
    block_hash: Annotated[str, Path(pattern="^0x[0-9a-f]{64}$", description="As it is printed.")],
    request: Request,
) -> Response:
    """Tell whether a block is one of the ledger's chain, and final: the hash on a certificate.

    It says nothing of what is in the block.
    """
    with services_of(request).database.reading() as reader:
        ledger, cursor = chain.ledger(reader), chain.cursor_row(reader)
        block = chain.block(reader, Hash32(bytes.fromhex(block_hash[2:])))
    if ledger is None or cursor is None:
        raise Retryable("the index has not begun")
    if block is None:
        raise NotFound("block", block_hash)
    return told(told_block(block, ledger, cursor.finalized_number))
