"""A certificate in other hands: cut down to what is to be shown, and named by its digest.

Here a certificate is JSON that somebody else has made. Cutting keeps it true or false, as it was:
whether it is true, the verifier tells.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

from receipts_ledger.domain.certificate import FORMAT, Members

OF_TERMS = "terms."
"""Before the name of a field of the pledge's terms; without it, a field is the content's."""


def digest_of(members: Mapping[str, Any]) -> str:
    """Return the digest of what a certificate says, by which a printed one names its file.

    The proof is left out: it is no part of what is said.
    """
    said = {name: member for name, member in members.items() if name != "proof"}
    written = json.dumps(said, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return "0x" + hashlib.sha256(written.encode()).hexdigest()


def fields_in(names: Sequence[str]) -> tuple[list[str], list[str]]:
    """Return which fields of the content are meant, and which of the pledge's terms."""
    content = [name for name in names if not name.startswith(OF_TERMS)]
    terms = [name.removeprefix(OF_TERMS) for name in names if name.startswith(OF_TERMS)]
    return content, terms


def cut_to(members: Mapping[str, Any], names: Sequence[str]) -> Members:
    """Return a certificate that shows only these of the fields that it shows.

    Raises LookupError for a field that it does not show, ValueError for what is no certificate.
    """
    _expect_form(members)
    content, terms = fields_in(names)
    return {
        **members,
        "content": _kept(members["content"], content, ""),
        "terms": _kept(members["terms"], terms, OF_TERMS),
    }


def state_of(members: Mapping[str, Any]) -> Members:
    """Return a certificate of the state alone, cut out of one that says more.

    Raises ValueError for what is no certificate.
    """
    _expect_form(members)
    proof = members["proof"]
    past: Members = {"encumbered_since": None, "content": None, "terms": None, "changes": []}
    # The block that is certified comes first; the others only lead to the changes.
    proof = {**proof, "headers": proof["headers"][:1], "changes": []}
    return {**members, **past, "proof": proof}


def _kept(disclosure: Members | None, names: Sequence[str], prefix: str) -> Members | None:
    shown = {} if disclosure is None else {each["name"]: each for each in disclosure["shown"]}
    for name in names:
        if name not in shown:
            raise LookupError(prefix + name)
    kept = [shown[name] for name in sorted(set(names))]
    return None if disclosure is None else {**disclosure, "shown": kept}


def _expect_form(members: Mapping[str, Any]) -> None:
    """Look as closely as cutting needs."""
    proof = members.get("proof")
    if (
        members.get("format") != FORMAT
        or not (
            _is_disclosure(members.get("content", 0)) and _is_disclosure(members.get("terms", 0))
        )
        or not (isinstance(proof, dict) and isinstance(proof.get("headers"), list))
    ):
        raise ValueError(f"it is no certificate of the form {FORMAT}")


def _is_disclosure(value: object) -> bool:
    if value is None:
        return True
    shown = value.get("shown") if isinstance(value, dict) else None
    return isinstance(shown, list) and all(
        isinstance(each, dict) and isinstance(each.get("name"), str) for each in shown
    )
