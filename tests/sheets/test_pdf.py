"""A sheet as PDF: its text can be read back, its fonts are in it, and it is always the same."""

import io
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader

from receipts_ledger.sheets import Sheet, as_pdf
from tests.sheets.sample import HASH, LINK, MARKUP, SCRIPT, TOWER, TURNED, sheet_of

ROOT = Path(__file__).resolve().parents[2]


def read(sheet: Sheet) -> PdfReader:
    return PdfReader(io.BytesIO(as_pdf(sheet)))


def text_of(*texts: str) -> str:
    pages = read(sheet_of(*texts)).pages
    return " ".join(" ".join(page.extract_text() for page in pages).split())


def test_text_can_be_read_back_in_both_languages() -> None:
    text = text_of("一捆")
    for said in ("Warehouse receipt", "仓单", "质押", "AGREES", "全部一致", HASH, LINK, "一捆"):
        assert said in text
    assert f"0x{2:064x}" in text.replace(" ", "")


def test_every_font_is_in_the_file_and_only_the_letters_that_it_uses() -> None:
    fonts = [font for page in read(sheet_of()).pages for font in _fonts(page)]
    assert {str(font["/BaseFont"]).partition("+")[2] for font in fonts} == {
        "NotoSansSC-Regular-Identity-H",
        "DejaVuSansMono",
    }
    for font in fonts:
        descriptor = font["/DescendantFonts"][0]["/FontDescriptor"]
        assert {"/FontFile2", "/FontFile3"} & descriptor.keys()
        assert "/ToUnicode" in font
    assert len(as_pdf(sheet_of())) < 200_000


def test_hostile_text_is_shown_as_it_was_written() -> None:
    text = text_of(SCRIPT, MARKUP)
    assert SCRIPT in text
    assert MARKUP in text


def test_marks_that_turn_the_direction_of_writing_are_written_out() -> None:
    assert "pay [U+202E]000,1[U+202C] now" in text_of(TURNED)
    assert text_of(TOWER).count("[U+0301]") == 38
    assert "a[U+D800]b" in text_of("a\ud800b")


def test_letters_that_no_font_has_do_no_harm() -> None:
    assert "after" in text_of("\U0001f512 שלום ᚠᚢᚦ after")


def test_text_of_nothing_is_an_empty_cell() -> None:
    assert "Text 文本" in text_of("")


def test_word_wider_than_the_page_is_broken_and_still_one_word() -> None:
    word = "W" * 700
    assert word in "".join(text_of(word).split())
    assert max(_letters_in_a_row(read(sheet_of(word)).pages[0])) < 100


def test_long_table_goes_over_pages_that_repeat_its_heads() -> None:
    pages = [page.extract_text() for page in read(sheet_of(rows=1_000)).pages]
    assert len(pages) > 10
    for page in pages[1:]:
        assert "Receipt" in page
        assert "仓单编号" in page
        assert "foot of every page" in page
    assert f"{len(pages)} / {len(pages)}" in pages[-1]
    whole = "\n".join(pages)
    assert all(f"2-1-{number:06d}" in whole for number in range(1_000))


def test_same_sheet_gives_the_same_bytes_in_another_process() -> None:
    code = (
        "import hashlib; from tests.sheets.sample import sheet_of; "
        "from receipts_ledger.sheets import as_pdf; "
        "print(hashlib.sha256(as_pdf(sheet_of('a'))).hexdigest())"
    )
    command = [sys.executable, "-c", code]
    digests = {
        subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT).stdout
        for _ in range(2)
    }
    assert len(digests) == 1
    assert as_pdf(sheet_of("a")) != as_pdf(sheet_of("b"))


def test_only_time_in_the_file_is_the_sheets() -> None:
    about = read(sheet_of()).metadata
    assert about is not None
    assert about.creation_date == datetime(2026, 11, 29, 13, 0, tzinfo=UTC)
    assert about.title == "Warehouse receipt 仓单"


@pytest.mark.parametrize("mark", [b"/JavaScript", b"/JS", b"/Launch", b"/URI", b"/EmbeddedFile"])
def test_file_does_nothing_when_it_is_opened(mark: bytes) -> None:
    reader = read(sheet_of(SCRIPT, LINK))
    catalogue: Any = reader.trailer["/Root"]
    assert all("/Annots" not in page for page in reader.pages)
    assert "/OpenAction" not in catalogue
    assert mark not in as_pdf(sheet_of(SCRIPT, LINK))


def test_file_can_be_read_aloud() -> None:
    catalogue: Any = read(sheet_of()).trailer["/Root"]
    assert catalogue["/MarkInfo"]["/Marked"]
    assert catalogue["/Lang"] == "en"


def _letters_in_a_row(page: Any) -> list[int]:
    """Return how many letters each line sets: two bytes for each."""
    return [
        sum(len(piece.original_bytes) for piece in operands[0] if hasattr(piece, "original_bytes"))
        // 2
        for operands, operator in page.get_contents().operations
        if operator == b"TJ"
    ]


def _fonts(page: Any) -> list[Any]:
    return [font.get_object() for font in page["/Resources"].get("/Font", {}).values()]
