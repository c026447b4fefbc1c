"""What each event of a receipt's history changed: its words before and after, compared."""

from collections.abc import Sequence

from receipts_ledger.domain.ids import ReceiptId
from receipts_ledger.domain.receipt import Receipt
from receipts_ledger.domain.state import Changed, State, changed, receipt_state
from receipts_ledger.store.reads.past_events import RECEIPT_KINDS, words_at
from receipts_ledger.store.units import Found, Reader


def changes(
    reader: Reader, receipt_id: ReceiptId, rows: Sequence[Found]
) -> list[tuple[Changed, ...]]:
    """Return what each of some events of a receipt changed; they follow one another."""
    if not rows:
        return []
    before = (rows[0].block_number, rows[0].log_index - 1)
    word = words_at(reader, [receipt_id], before).get(receipt_id)
    state = None if word is None else _state(word)
    found: list[tuple[Changed, ...]] = []
    for row in rows:
        if row.kind not in RECEIPT_KINDS:
            found.append(())
            continue
        after = _state(int(row.body["word"], 16))
        found.append(changed(state, after))
        state = after
    return found


def _state(word: int) -> State:
    return receipt_state(Receipt.from_word(word))
