"""Commitments and fingerprints: what stands on the chain for what does not."""

import hashlib
from collections.abc import Mapping
from typing import Any

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from receipts_ledger.domain.content import (
    Json,
    canonical,
    canonical_identifier,
    commit,
    fingerprint,
    leaf,
    new_salts,
)
from receipts_ledger.domain.ids import NO_HASH

KEY = b"k" * 32
VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
CONTENTS = st.dictionaries(st.text(min_size=1), VALUES, min_size=1, max_size=6)


@given(VALUES)
def test_canonical_json_is_that_of_rfc_8785(value: Any) -> None:
    assert canonical(value) == rfc8785.dumps(value)


def test_members_are_sorted_by_utf_16_code_units() -> None:
    astral, private = "\U00010000", "\ufb33"
    assert canonical({private: 1, astral: 2}) == rfc8785.dumps({private: 1, astral: 2})
    assert canonical({private: 1, astral: 2}).index(astral.encode()) == len('{"')


@pytest.mark.parametrize("value", [1.5, 2**53, -(2**53), [0.1], {"a": {"b": 2.0}}, b"bytes"])
def test_what_json_readers_disagree_on_is_refused(value: Any) -> None:
    with pytest.raises(ValueError, match=r"fractions|hold"):
        canonical(value)


@given(CONTENTS)
def test_a_commitment_binds_every_field(content: Mapping[str, Any]) -> None:
    salts = new_salts(content)
    root = commit(content, salts)
    assert root == commit(dict(reversed(list(content.items()))), salts)
    for name in content:
        altered = {**content, name: "something else entirely"}
        if altered[name] != content[name]:
            assert commit(altered, salts) != root
        other_salts = {**salts, name: bytes(32)}
        assert commit(content, other_salts) != root


def test_no_content_commits_to_zero() -> None:
    assert commit({}, {}) == NO_HASH


def test_one_field_is_its_own_root() -> None:
    salt = bytes(range(32))
    expected = hashlib.sha256(b"receipts-ledger/leaf/1\0" + salt + b'"grade":"Cu-CATH-1"').digest()
    assert commit({"grade": "Cu-CATH-1"}, {"grade": salt}) == expected


def test_a_field_can_be_shown_without_the_rest() -> None:
    content: dict[str, Json] = {"amount": 5, "grade": "A", "marks": ["x"]}
    salts = new_salts(content)
    shown = leaf("amount", 5, salts["amount"])
    neighbour = leaf("grade", "A", salts["grade"])
    rest = leaf("marks", ["x"], salts["marks"])
    node = hashlib.sha256(b"receipts-ledger/node/1\0" + shown + neighbour).digest()
    root = hashlib.sha256(b"receipts-ledger/node/1\0" + node + rest).digest()
    assert root == commit(content, salts)


def test_a_field_without_salt_is_refused() -> None:
    with pytest.raises(ValueError, match="no salt for grade"):
        commit({"grade": "A"}, {})
    with pytest.raises(ValueError, match="31 bytes"):
        leaf("grade", "A", bytes(31))


@pytest.mark.parametrize("written", ["AB-123", "ab 123", "ＡＢ １２３", "A B‐1–23", "ab\u200b123"])
def test_one_document_written_in_many_ways_has_one_fingerprint(written: str) -> None:
    assert fingerprint("invoice", written, key=KEY) == fingerprint("invoice", "AB123", key=KEY)


@given(st.text(st.characters(max_codepoint=127)))
def test_plain_identifiers_are_folded_as_all_others(identifier: str) -> None:
    # What has no width folds to nothing, and is not ASCII.
    assert canonical_identifier(identifier) == canonical_identifier(identifier + "\u200b")


def test_fingerprints_differ_by_identifier_kind_and_key() -> None:
    prints = {
        fingerprint("invoice", "AB-123", key=KEY),
        fingerprint("invoice", "AB-124", key=KEY),
        fingerprint("contract", "AB-123", key=KEY),
        fingerprint("invoice", "AB-123", key=b"other"),
    }
    assert len(prints) == 4


@pytest.mark.parametrize("empty", ["", " ", "--", "\u200b"])
def test_an_empty_identifier_is_refused(empty: str) -> None:
    with pytest.raises(ValueError, match="empty"):
        fingerprint("invoice", empty, key=KEY)


@given(st.text())
def test_the_canonical_form_is_stable(text: str) -> None:
    once = canonical_identifier(text)
    assert canonical_identifier(once) == once
