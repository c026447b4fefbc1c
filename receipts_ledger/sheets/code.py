"""QR codes as drawings, for both renderers."""

import io

import segno


def drawing(text: str) -> str:
    """Return the QR code of a text as SVG. Raises ValueError for one that no code can hold."""
    try:
        code = segno.make(text, error="m", micro=False, boost_error=False)
    except segno.DataOverflowError as error:
        raise ValueError(f"{len(text):,} characters are too many for a QR code") from error
    out = io.BytesIO()
    code.save(out, kind="svg", border=4, xmldecl=False, svgns=True, nl=False, omitsize=True)
    return out.getvalue().decode()
