"""Words of receipts and pools, read twice: by the package and by the verifier."""

from hypothesis import given
from hypothesis import strategies as st

from receipts_ledger.domain.block import BlockRef
from receipts_ledger.domain.certificate import Certificate, LedgerName, Proof, StateProof
from receipts_ledger.domain.ids import Address, Hash32, ReceiptId
from receipts_ledger.domain.receipt import STATUS_BITS
from scripts.verify_certificate import pool_told, receipt_told

RECEIPT_IDS = st.integers(0, 2**64 - 1)


def _said(receipt_id: int, word: int | None, pool_word: int) -> dict[str, object]:
    block = BlockRef(1, Hash32(bytes(32)))
    state = StateProof(block, 0, word, pool_word, (), (), ())
    return Certificate(
        ledger=LedgerName(1, Address(bytes(20)), Hash32(bytes(32))),
        receipt_id=ReceiptId(receipt_id),
        changes=(),
        pledged_at=None,
        content=None,
        terms=None,
        proof=Proof(state, (), ()),
    ).members()


@given(RECEIPT_IDS, st.integers(0, 2**128 - 1), st.integers(1, 6))
def test_every_word_of_a_receipt_is_read_alike(receipt_id: int, word: int, status: int) -> None:
    of_status = word & ~STATUS_BITS | status
    assert _said(receipt_id, of_status, 0)["receipt"] == receipt_told(receipt_id, of_status)


@given(RECEIPT_IDS, st.integers(0, 2**256 - 1))
def test_every_word_of_a_pool_is_read_alike(receipt_id: int, word: int) -> None:
    said = _said(receipt_id, None, word)
    assert said["pool"] == pool_told(receipt_id >> 32, word)
    assert said["receipt"] == receipt_told(receipt_id, 0)
