"""Printed sheets: what is handed to people as a page, in English and Chinese side by side.

A sheet is plain values; one renderer makes HTML of it, another PDF. The same sheet gives the
same bytes, on every machine. Nothing here reads a chain, a database, a file of the user's or
a clock, and nothing here decides anything: whoever fills a sheet knows what it says.
"""

from receipts_ledger.sheets.html import as_html
from receipts_ledger.sheets.pdf import as_pdf
from receipts_ledger.sheets.sheet import (
    Cell,
    Code,
    Column,
    Fact,
    Facts,
    Label,
    Look,
    Note,
    Part,
    Section,
    Sheet,
    Table,
    Verdict,
)

__all__ = [
    "Cell",
    "Code",
    "Column",
    "Fact",
    "Facts",
    "Label",
    "Look",
    "Note",
    "Part",
    "Section",
    "Sheet",
    "Table",
    "Verdict",
    "as_html",
    "as_pdf",
]
