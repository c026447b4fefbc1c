"""What each commodity's receipts have to say: the profiles, and checks by them.

A profile is a JSON file that ships with the package: how the goods are named, measured and
told apart, and a JSON Schema (2020-12) for the content of a receipt. No profile is code.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib.resources import files
from typing import Any, Self

from jsonschema import Draft202012Validator, FormatChecker
from jsonschema.exceptions import ValidationError, best_match

from receipts_ledger.domain.content import Json, canonical_identifier, fingerprint
from receipts_ledger.domain.item import ITEMS_ON_PAGE, Held, Mark
from receipts_ledger.errors import Fatal, NotFound, RefusalCode, Refused

_SEPARATOR = "|"


@dataclass(frozen=True)
class Profile:
    """One commodity. `document` is the file as it ships."""

    code: str
    document: Mapping[str, Any]

    @property
    def is_serialised(self) -> bool:
        """Whether each receipt names its items, and no item stands in two receipts."""
        return bool(self.document["identity"] == "serialised")

    @property
    def is_paged(self) -> bool:
        """Whether items are counted without gaps, so that they stand on the ledger by page."""
        return self.is_serialised and "serial_field" in self.document["item"]

    @cached_property
    def _content(self) -> Draft202012Validator:
        return _validator(self.document["content"])

    @cached_property
    def _item(self) -> Draft202012Validator:
        return _validator(self.document["item"]["schema"])

    def check_content(self, content: Mapping[str, Json], field: str) -> None:
        """Raise Refused(ProfileMismatch) naming the first member that breaks the profile."""
        _check(self._content, content, field)

    def marks(
        self, items: Sequence[Mapping[str, Json]], field: str, *, document_key: bytes
    ) -> tuple[Mark, ...]:
        """Return what stands for each item. Raises Refused when items are missing, wrong or twice.

        What stands for an item depends on the profile alone: in whichever pool and warehouse it
        lies, it is the same.
        """
        if not self.is_serialised:
            if items:
                raise Refused(
                    RefusalCode.PROFILE_MISMATCH,
                    f"{self.code} is fungible: its receipts name no items",
                    field=field,
                )
            return ()
        if not items:
            raise Refused(
                RefusalCode.ITEMS_MISSING,
                f"{self.code} is serialised: name each {self.document['item']['kind']}",
                field=field,
            )
        marks: dict[Mark, int] = {}
        for index, item in enumerate(items):
            at = f"{field}.{index}"
            _check(self._item, item, at)
            mark = self._mark(item, at, document_key)
            if mark in marks:
                raise Refused(
                    RefusalCode.ITEM_ALREADY_RECEIPTED,
                    f"the same as {field}.{marks[mark]}",
                    field=at,
                )
            marks[mark] = index
        return tuple(marks)

    def those_held(
        self, items: Iterable[Mapping[str, Json]], held: Held, *, document_key: bytes
    ) -> list[Mapping[str, Json]]:
        """Return the items among these that a receipt holds, each once, in their order."""
        found: dict[Mark, Mapping[str, Json]] = {}
        for item in items:
            if self._item.is_valid(item):
                mark = self._mark(item, "", document_key)
                if mark in held:
                    found.setdefault(mark, item)
        return list(found.values())

    def _mark(self, item: Mapping[str, Json], field: str, document_key: bytes) -> Mark:
        rule = self.document["item"]
        parts = [canonical_identifier(str(item[name])) for name in rule["key_fields"]]
        for name, part in zip(rule["key_fields"], parts, strict=True):
            # A separator within a part would let two different items share a key.
            if not part or _SEPARATOR in part:
                raise Refused(
                    RefusalCode.PROFILE_MISMATCH,
                    f"{name} identifies nothing",
                    field=f"{field}.{name}",
                )
        if not self.is_paged:
            return Mark(fingerprint(rule["kind"], _SEPARATOR.join(parts), key=document_key))
        page, bit = divmod(int(str(item[rule["serial_field"]])), ITEMS_ON_PAGE)
        series = _SEPARATOR.join([*parts, str(page)])
        return Mark(fingerprint(f"page of {rule['kind']}", series, key=document_key), bit)


class Profiles:
    """All commodities that this gateway keeps receipts for."""

    def __init__(self, profiles: Iterable[Profile]) -> None:
        self._by_code = {profile.code: profile for profile in profiles}

    @classmethod
    def shipped(cls) -> Self:
        """Return the profiles in the package. Raises Fatal when one is no profile."""
        folder = files("receipts_ledger").joinpath("profiles")
        names = sorted(file.name for file in folder.iterdir() if file.name.endswith(".json"))
        return cls(_read(name, folder.joinpath(name).read_text("utf-8")) for name in names)

    def __getitem__(self, code: str) -> Profile:
        """Return a profile by its code. Raises NotFound."""
        profile = self._by_code.get(code)
        if profile is None:
            raise NotFound("commodity profile", code)
        return profile

    def __iter__(self) -> Iterator[Profile]:
        """Iterate over the profiles, by code."""
        return iter(self._by_code.values())

    def __contains__(self, code: str) -> bool:
        """Tell whether there is such a profile."""
        return code in self._by_code


def _read(name: str, text: str) -> Profile:
    try:
        document = json.loads(text)
        profile = Profile(document["code"], document)
        Draft202012Validator.check_schema(document["content"])
        if profile.is_serialised:
            Draft202012Validator.check_schema(document["item"]["schema"])
    except (ValueError, KeyError, TypeError) as error:
        raise Fatal(f"{name} is no commodity profile: {error!r}") from error
    if f"{profile.code}.json" != name:
        raise Fatal(f"{name} is the profile of {profile.code}")
    return profile


def _validator(schema: Mapping[str, Any]) -> Draft202012Validator:
    return Draft202012Validator(schema, format_checker=FormatChecker(["date"]))


def _check(validator: Draft202012Validator, value: Mapping[str, Json], field: str) -> None:
    error = best_match(validator.iter_errors(value))
    if error is None:
        return
    raise Refused(
        RefusalCode.PROFILE_MISMATCH,
        _said(error),
        field=".".join((field, *_path(error))),
        details={"rule": str(error.validator)},
    )


def _path(error: ValidationError) -> list[str]:
    path = [str(step) for step in error.absolute_path]
    rule: Any = error.validator_value
    instance: Any = error.instance
    schema: Any = error.schema
    if error.validator == "required":
        # The path leads to the object; its missing member is what has to be named.
        path += [name for name in rule if name not in instance][:1]
    elif error.validator == "additionalProperties":
        path += sorted(name for name in instance if name not in schema["properties"])[:1]
    return path


def _said(error: ValidationError) -> str:
    rule: Any = error.validator_value
    match error.validator:
        case "required":
            return "is missing"
        case "additionalProperties":
            return "is no member of the profile"
        case "enum":
            return f"is none of {', '.join(str(one) for one in rule)}"
        case "type":
            return f"is not of type {rule}"
        case "pattern":
            return f"does not match {rule}"
        case name:
            return f"breaks {name} {rule}"
