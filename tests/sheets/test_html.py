"""A sheet as HTML: one file, nothing fetched, nothing carried out, the same in two languages."""

import re
from html.parser import HTMLParser

import pytest

from receipts_ledger.sheets import Cell, Code, Column, Label, Section, Table, as_html
from tests.sheets.sample import HASH, LINK, MARKUP, SCRIPT, TOWER, TURNED, sheet_of


class _Page(HTMLParser):
    """What a browser would find: tags with their attributes, and text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.texts: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs

    def handle_data(self, data: str) -> None:
        self.texts.append(data)

    @property
    def text(self) -> str:
        """All text, in one line."""
        return " ".join(" ".join(self.texts).split())


def page_of(*texts: str) -> _Page:
    return _Page(as_html(sheet_of(*texts)).decode())


def test_page_says_all_in_both_languages() -> None:
    text = page_of("一捆").text
    for said in ("Warehouse receipt 仓单", "Pledge 质押", "AGREES 一致", HASH, LINK, "一捆"):
        assert said in text
    assert "2-1-000002" in text
    assert "pledged 已质押" in text


def test_page_has_no_script_and_fetches_nothing() -> None:
    page = page_of(SCRIPT, '" onload="alert(1)', "javascript:alert(1)")
    assert not {"script", "iframe", "link", "object", "form", "a"} & set(page.tags)
    for name, value in page.attributes:
        assert not name.startswith("on")
        if name in ("src", "href"):
            assert str(value).startswith("data:image/svg+xml;base64,")
    policy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
    assert ("content", policy) in page.attributes
    assert not re.search(r"url\(|@import|https?://(?!ledger\.example)", _styles(page))


def test_hostile_text_is_shown_as_it_was_written() -> None:
    text = page_of(SCRIPT, MARKUP).text
    assert SCRIPT in text
    assert MARKUP in text


def test_marks_that_turn_the_direction_of_writing_are_written_out() -> None:
    page = as_html(sheet_of(TURNED)).decode()
    assert "pay [U+202E]000,1[U+202C] now" in page
    assert "\u202e" not in page


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\x00b", "a[U+0000]b"),
        ("a\nb", "a[U+000A]b"),
        ("a\u200bb", "a[U+200B]b"),
        ("a\ue000b", "a[U+E000]b"),
        ("a\ud800b", "a[U+D800]b"),
        ("é e\u0301", "é e\u0301"),
    ],
)
def test_signs_without_a_shape_are_written_out(text: str, shown: str) -> None:
    assert shown in page_of(text).text


def test_accents_in_towers_are_cut_down() -> None:
    text = page_of(TOWER).text
    assert text.count("\u0301") == 2
    assert text.count("[U+0301]") == 38


def test_text_without_end_is_cut_and_the_rest_counted() -> None:
    text = page_of("x" * 1_000_000).text
    assert "x" * 2_000 + " [+998,000]" in text
    assert "x" * 2_001 not in text


def test_same_sheet_gives_the_same_page() -> None:
    assert as_html(sheet_of("a")) == as_html(sheet_of("a"))
    assert as_html(sheet_of("a")) != as_html(sheet_of("b"))


def test_row_of_another_length_is_no_row() -> None:
    with pytest.raises(ValueError, match="a row of 2 cells under 1 columns"):
        Table((Column(Label("One", "一"), 1),), ((Cell("1"), Cell("2")),))


def test_code_that_holds_too_much_says_so() -> None:
    sheet = sheet_of()
    section = Section(Label("Check", "核验"), (Code("x" * 3_000, Label("Check", "核验")),))
    with pytest.raises(ValueError, match="3,000 characters are too many for a QR code"):
        as_html(type(sheet)(sheet.title, "", None, (section,), "", sheet.moment))


def _styles(page: _Page) -> str:
    return "\n".join(text for text in page.texts if "font:" in text)
