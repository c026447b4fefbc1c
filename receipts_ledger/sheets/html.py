"""A sheet as one HTML file: no script, nothing fetched, made to be read offline and printed."""

import base64
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined, Template

from receipts_ledger.sheets.code import drawing
from receipts_ledger.sheets.sheet import Code, Facts, Note, Part, Sheet, Table
from receipts_ledger.sheets.shown import shown


def as_html(sheet: Sheet) -> bytes:
    """Return the sheet as an HTML file."""
    return _template().render(sheet=sheet).encode()


@cache
def _template() -> Template:
    environment = Environment(
        loader=PackageLoader("receipts_ledger.sheets"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"shown": shown, "kind": _kind, "picture": _picture}
    return environment.get_template("sheet.html.j2")


def _kind(part: Part) -> str:
    match part:
        case Facts():
            return "facts"
        case Table():
            return "table"
        case Note():
            return "note"
        case Code():
            return "code"


def _picture(text: str) -> str:
    return "data:image/svg+xml;base64," + base64.b64encode(drawing(text).encode()).decode()
