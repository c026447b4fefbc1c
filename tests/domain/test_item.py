"""Items as words of an act: a key each, or a page and its bits."""

from hypothesis import given
from hypothesis import strategies as st

from receipts_ledger.domain.ids import Hash32
from receipts_ledger.domain.item import Held, Mark, count_on_pages, words_of

PAGE, NEXT_PAGE = (Hash32(bytes(31) + bytes([number])) for number in (1, 2))
pages = st.sampled_from((PAGE, NEXT_PAGE))


def test_items_of_their_own_keys_are_a_word_each() -> None:
    assert words_of([Mark(PAGE), Mark(NEXT_PAGE)]) == (PAGE, NEXT_PAGE)


def test_items_of_a_page_share_its_word_wherever_they_stand_in_the_list() -> None:
    marks = [Mark(PAGE, 0), Mark(NEXT_PAGE, 7), Mark(PAGE, 255)]
    bits, others = (1 << 255 | 1).to_bytes(32), (1 << 7).to_bytes(32)
    assert words_of(marks) == (PAGE, bits, NEXT_PAGE, others)


@given(st.sets(st.builds(Mark, pages, st.integers(0, 255))))
def test_the_words_name_as_many_items_as_there_are(marks: set[Mark]) -> None:
    words = words_of(marks)
    assert count_on_pages(words) == len(marks)
    on_pages = zip(words[::2], words[1::2], strict=True)
    held = Held(frozenset(), {page: int.from_bytes(bits) for page, bits in on_pages})
    assert len(held) == len(marks)
    assert all(mark in held for mark in marks)


def test_an_odd_number_of_words_stands_for_no_pages() -> None:
    assert count_on_pages((PAGE, PAGE, PAGE)) is None


def test_what_a_receipt_does_not_hold_is_told() -> None:
    held = Held(frozenset({PAGE}), {NEXT_PAGE: 0b10})
    assert Mark(PAGE) in held
    assert Mark(NEXT_PAGE, 1) in held
    assert Mark(NEXT_PAGE, 0) not in held
    assert Mark(NEXT_PAGE) not in held
    assert Mark(PAGE, 1) not in held
    assert len(held) == 2
