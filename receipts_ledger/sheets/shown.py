"""Texts that others have written, made harmless to readers: nothing hides, nothing moves.

HTML and Typst markup need no care here: both renderers take texts as values and never as
markup. What is left are characters that deceive the eye: marks that turn the direction of
writing, signs without a shape, accents in towers.
"""

import unicodedata

CHARACTERS_MAX = 2_000
"""So much of a text is shown; the rest is counted."""
_MARKS_MAX = 2
_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


def shown(text: str) -> str:
    """Return a text with all that does not show itself written out, such as [U+202E]."""
    given, more = text[:CHARACTERS_MAX], len(text) - CHARACTERS_MAX
    pieces: list[str] = []
    marks = 0
    for character in given:
        category = unicodedata.category(character)
        marks = marks + 1 if category in ("Mn", "Me") else 0
        is_plain = category not in _INVISIBLE and marks <= _MARKS_MAX
        pieces.append(character if is_plain else f"[U+{ord(character):04X}]")
    if more > 0:
        pieces.append(f" [+{more:,}]")
    return "".join(pieces)
