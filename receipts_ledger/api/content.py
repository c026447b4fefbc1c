"""Free content in requests: JSON without fractions, bounded in size, names in snake_case.

One walk checks all of it, so that the error names the very member, however deep it stands.
"""

import re
from collections.abc import Callable
from typing import Annotated, Any, TypeAlias, cast

from pydantic import BeforeValidator, WithJsonSchema
from pydantic_core import PydanticCustomError

MEMBERS_MAX = 64
DEPTH_MAX = 6
TEXT_LENGTH_MAX = 4_000
INTEGER_MAX = 2**53 - 1
_NAME = re.compile("[a-z][a-z0-9_]{0,63}", re.ASCII)
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")
_CURRENCY = re.compile("[A-Z]{3}", re.ASCII)
_SHOWN_DEPTH = 3

Content: TypeAlias = dict[str, Any]


def content(*, reserved: frozenset[str] = frozenset()) -> Callable[[object], Content]:
    """Return a check of free content in which no member has a reserved name."""

    def check(value: object) -> Content:
        if not isinstance(value, dict) or not value:
            raise _broken("", "object", "is no JSON object with members")
        for name in reserved & value.keys():
            raise _broken(name, "reserved", "is a name that the gateway gives")
        _check(value, "", 1)
        return cast(Content, value)

    return check


def terms(value: object) -> Content:
    """Check the terms of a pledge: free content with an amount in minor units and currency."""
    checked = content(reserved=frozenset({"documents"}))(value)
    amount: Any = checked.get("amount")
    if not isinstance(amount, dict):
        raise _broken("amount", "missing", "is no object with minor and currency")
    for name in sorted(amount.keys() - {"minor", "currency"}):
        raise _broken(f"amount.{name}", "extra_forbidden", "is not asked for")
    minor, currency = amount.get("minor"), amount.get("currency")
    if isinstance(minor, bool) or not isinstance(minor, int) or minor < 1:
        raise _broken("amount.minor", "greater_than_equal", "is no integer from 1")
    if not isinstance(currency, str) or not _CURRENCY.fullmatch(currency):
        raise _broken("amount.currency", "currency", "is no ISO 4217 code such as CNY")
    return checked


def _check(value: object, at: str, depth: int) -> None:
    match value:
        case None | bool():
            return
        case int():
            if not -INTEGER_MAX <= value <= INTEGER_MAX:
                raise _broken(at, "integer_range", "is beyond 2^53 - 1: write it as text")
        case str():
            _check_text(value, at)
        case float():
            raise _broken(at, "fraction", "is a fraction: use integers in a smaller unit")
        case dict() | list():
            _check_members(value, at, depth)
        case _:
            raise _broken(at, "json", "is no JSON value")


def _check_text(text: str, at: str) -> None:
    if len(text) > TEXT_LENGTH_MAX:
        raise _broken(at, "text_length", f"is longer than {TEXT_LENGTH_MAX} characters")
    if _UNPRINTABLE.search(text):
        raise _broken(at, "text_characters", "has control characters or half a character")


def _check_members(members: dict[Any, object] | list[object], at: str, depth: int) -> None:
    if depth > DEPTH_MAX:
        raise _broken(at, "depth", f"is nested deeper than {DEPTH_MAX}")
    if len(members) > MEMBERS_MAX:
        raise _broken(at, "members", f"has more than {MEMBERS_MAX} members")
    if isinstance(members, dict):
        for name in members:
            if not _NAME.fullmatch(name):
                raise _broken(at, "member_name", "has a member that is not in snake_case")
    named = members.items() if isinstance(members, dict) else enumerate(members)
    for name, member in named:
        _check(member, f"{at}.{name}" if at else str(name), depth + 1)


def _broken(at: str, rule: str, detail: str) -> PydanticCustomError:
    # The path goes along with the error: only the outermost model knows the rest of it.
    return PydanticCustomError(cast(Any, rule), cast(Any, detail), {"at": at})


def _schema(depth: int) -> dict[str, Any]:
    kinds: list[dict[str, Any]] = [
        {"type": "string", "maxLength": TEXT_LENGTH_MAX, "pattern": "^[ -~\\u00a1-\\ud7ff]*$"},
        {"type": "integer", "minimum": -INTEGER_MAX, "maximum": INTEGER_MAX},
        {"type": "boolean"},
        {"type": "null"},
    ]
    if depth:
        inner = _schema(depth - 1)
        kinds += [
            {"type": "array", "maxItems": MEMBERS_MAX, "items": inner},
            _object(inner, 0),
        ]
    return {"anyOf": kinds}


def _object(member: dict[str, Any], least: int) -> dict[str, Any]:
    return {
        "type": "object",
        "minProperties": least,
        "maxProperties": MEMBERS_MAX,
        "patternProperties": {"^[a-z][a-z0-9_]{0,63}$": member},
        "additionalProperties": False,
    }


def _content_schema(*, reserved: frozenset[str] = frozenset()) -> dict[str, Any]:
    described = _object(_schema(_SHOWN_DEPTH - 1), 1)
    if reserved:
        described["not"] = {"anyOf": [{"required": [name]} for name in sorted(reserved)]}
    return described


_TERMS_SCHEMA = {
    **_content_schema(reserved=frozenset({"documents"})),
    "properties": {
        "amount": {
            "type": "object",
            "properties": {
                "minor": {"type": "integer", "minimum": 1, "maximum": INTEGER_MAX},
                "currency": {"type": "string", "pattern": "^[A-Z]{3}$"},
            },
            "required": ["minor", "currency"],
            "additionalProperties": False,
        }
    },
    "required": ["amount"],
}


ContentField = Annotated[Content, BeforeValidator(content()), WithJsonSchema(_content_schema())]
TermsField = Annotated[Content, BeforeValidator(terms), WithJsonSchema(_TERMS_SCHEMA)]

_DOCUMENTS = frozenset({"documents"})
_ITEMS = frozenset({"items"})
_DELIVERED = _DOCUMENTS | _ITEMS
IssueEvidenceField = Annotated[
    Content,
    BeforeValidator(content(reserved=_DOCUMENTS)),
    WithJsonSchema(_content_schema(reserved=_DOCUMENTS)),
]
DeliveryEvidenceField = Annotated[
    Content,
    BeforeValidator(content(reserved=_DELIVERED)),
    WithJsonSchema(_content_schema(reserved=_DELIVERED)),
]
AboutItemsField = Annotated[
    Content,
    BeforeValidator(content(reserved=_ITEMS)),
    WithJsonSchema(_content_schema(reserved=_ITEMS)),
]
