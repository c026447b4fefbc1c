"""Books come out even, and say so where they do not."""

from dataclasses import replace
from datetime import timedelta

from receipts_ledger.domain.books import Book, Books, Capacity, uneven
from receipts_ledger.domain.ids import (
    Day,
    PartyId,
    PoolId,
    ReceiptId,
    Version,
    date_of,
    pool_id,
    receipt_id,
)
from receipts_ledger.domain.pool import Pool
from receipts_ledger.domain.receipt import Flag, Receipt, Status

HOLDER, OTHER, LENDER, WAREHOUSE = (PartyId(number) for number in (70_001, 70_002, 5, 2))
POOL = pool_id(WAREHOUSE, 1)
PLAIN = Receipt(Status.OPEN, Flag(0), HOLDER, None, Version(1), 100, Day(3_000), None)
PLEDGED = replace(PLAIN, flags=Flag.ENCUMBERED, pledgee=LENDER, maturity_day=Day(2_900))
IN_DEFAULT = replace(PLEDGED, flags=Flag.ENCUMBERED | Flag.IN_DEFAULT, quantity=7)
ENDED = replace(PLAIN, status=Status.DELIVERED, quantity=0)
RECEIPTS = (
    PLAIN,
    PLEDGED,
    IN_DEFAULT,
    replace(PLEDGED, holder=OTHER, maturity_day=Day(2_950)),
    ENDED,
)


def words(*receipts: Receipt) -> dict[ReceiptId, int]:
    return {receipt_id(POOL, place + 1): each.to_word() for place, each in enumerate(receipts)}


def pools(receipted: int) -> dict[PoolId, Pool]:
    pool = Pool(False, 30, Version(2), Day(2_800), 6, 10_000, 5_000, receipted)
    return {POOL: pool}


def test_lenders_book_has_what_is_pledged_to_it_and_when_it_is_due() -> None:
    book = Book.of(LENDER, Capacity.LENDER, words(*RECEIPTS).items())
    assert [holding.receipt_id & 0xFF for holding in book.holdings] == [2, 3, 4]
    total = book.totals[POOL]
    assert (total.receipts, total.quantity) == (3, 207)
    assert (total.receipts_in_default, total.quantity_in_default) == (1, 7)
    assert total.first_maturity == date_of(Day(2_900))
    assert total.last_maturity == date_of(Day(2_900)) + timedelta(days=50)


def test_holders_book_has_what_it_holds_and_how_much_of_it_is_pledged() -> None:
    total = Book.of(HOLDER, Capacity.HOLDER, words(*RECEIPTS).items()).totals[POOL]
    assert (total.receipts, total.quantity) == (3, 207)
    assert (total.receipts_encumbered, total.quantity_encumbered) == (2, 107)


def test_book_of_a_party_that_has_nothing_is_empty() -> None:
    book = Book.of(OTHER, Capacity.LENDER, words(*RECEIPTS).items())
    assert (book.holdings, book.totals) == ([], {})


def test_books_of_all_come_out_even() -> None:
    books = Books.of(words(*RECEIPTS))
    assert books.totals[Capacity.WAREHOUSE][WAREHOUSE, POOL].quantity == 307
    assert books.totals[Capacity.HOLDER][OTHER, POOL].quantity == 100
    assert list(uneven(books, pools(307), words(*RECEIPTS))) == []


def test_pool_that_says_other_than_its_receipts_is_uneven() -> None:
    (told,) = uneven(Books.of(words(*RECEIPTS)), pools(306), words(*RECEIPTS))
    assert told == "pool 2-1: its open receipts add up to 307, the pool says 306"


def test_receipt_that_is_marked_as_pledged_to_nobody_is_uneven() -> None:
    to_nobody = words(replace(PLAIN, flags=Flag.ENCUMBERED))
    told = list(uneven(Books.of(to_nobody), pools(100), to_nobody))
    assert told == [
        "pool 2-1: lenders have 0, 100 of it are pledged",
        "pool 2-1: lenders have 0 receipts, 1 are marked as pledged",
    ]
