"""A sheet as PDF, set by Typst. The fonts travel with it; the machine's own are not looked at.

Texts reach Typst as JSON and never as markup. The only time in the file is the sheet's, so
that whoever has the sheet can make the same bytes again.
"""

import json
import re
from functools import cache
from importlib import resources
from typing import Any

import pylopdf_fonts_zh_cn
import typst

from receipts_ledger.sheets.code import drawing
from receipts_ledger.sheets.sheet import (
    Cell,
    Code,
    Facts,
    Label,
    Note,
    Part,
    Sheet,
    Table,
)
from receipts_ledger.sheets.shown import shown

_PIECE_CHARACTERS = 4
_LONG_WORD = re.compile(r"[^\s\u3000-\u9fff]{18,}")


def as_pdf(sheet: Sheet) -> bytes:
    """Return the sheet as a PDF file."""
    made = typst.Compiler(font_paths=_fonts(), ignore_system_fonts=True).compile(
        input=_template(),
        format="pdf",
        sys_inputs={"sheet": json.dumps(_sheet(sheet), ensure_ascii=False)},
        timestamp=sheet.moment,
    )
    if not isinstance(made, bytes):
        raise TypeError(f"a PDF is bytes, not {type(made).__name__}")
    return made


@cache
def _fonts() -> typst.Fonts:
    folder = str(pylopdf_fonts_zh_cn.sans_path().parent)
    return typst.Fonts(include_system_fonts=False, font_paths=[folder])


@cache
def _template() -> bytes:
    return resources.files("receipts_ledger.sheets").joinpath("templates/sheet.typ").read_bytes()


def _sheet(sheet: Sheet) -> dict[str, Any]:
    verdict = sheet.verdict
    return {
        "title": _label(sheet.title),
        "subtitle": _pieces(sheet.subtitle),
        "foot": _pieces(sheet.foot),
        "verdict": None
        if verdict is None
        else {
            "look": verdict.look.value,
            "label": _label(verdict.label),
            "told": _label(verdict.told),
        },
        "sections": [
            {"title": _label(section.title), "parts": [_part(part) for part in section.parts]}
            for section in sheet.sections
        ],
    }


def _part(part: Part) -> dict[str, Any]:
    match part:
        case Facts():
            facts = [{"label": _label(fact.label)} | _cell(fact.value) for fact in part.facts]
            return {"kind": "facts", "facts": facts}
        case Table():
            columns = [
                {"label": _label(each.label), "share": each.share, "look": each.look.value}
                for each in part.columns
            ]
            rows = [[_cell(cell) for cell in row] for row in part.rows]
            return {"kind": "table", "columns": columns, "rows": rows}
        case Note():
            return {"kind": "note", "label": _label(part.label)}
        case Code():
            return {
                "kind": "code",
                "label": _label(part.label),
                "text": _pieces(part.text),
                "drawing": drawing(part.text),
            }


def _cell(cell: Cell) -> dict[str, Any]:
    return {"text": _pieces(cell.text), "look": cell.look.value, "chinese": cell.chinese}


def _label(label: Label) -> dict[str, str]:
    return {"english": label.english, "chinese": label.chinese}


def _pieces(text: str) -> list[str]:
    """Return a text cut where a line may break: of itself one breaks at spaces only."""
    pieces: list[str] = [""]
    done = 0
    harmless = shown(text)
    for word in _LONG_WORD.finditer(harmless):
        pieces[-1] += harmless[done : word.start()]
        for start in range(word.start(), word.end(), _PIECE_CHARACTERS):
            pieces.append(harmless[start : min(start + _PIECE_CHARACTERS, word.end())])
        done = word.end()
    pieces[-1] += harmless[done:]
    return [piece for piece in pieces if piece]
