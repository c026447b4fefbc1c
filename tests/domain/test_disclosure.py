"""One field of a content, and its way up to the commitment."""

import hashlib
from typing import Any

import pytest
from hypothesis import given

from receipts_ledger.domain.content import leaf
from receipts_ledger.domain.disclosure import ShownField, Side, show
from receipts_ledger.domain.sealed import seal
from tests.domain.test_content import CONTENTS


def _root_of(field: ShownField) -> bytes:
    """Fold a field up, by the words of docs/certificates.md."""
    node = bytes(leaf(field.name, field.value, field.salt))
    for sibling in field.path:
        pair = (sibling.hash, node) if sibling.side is Side.LEFT else (node, sibling.hash)
        node = hashlib.sha256(b"receipts-ledger/node/1\0" + b"".join(pair)).digest()
    return node


@given(CONTENTS)
def test_every_field_leads_to_the_commitment_by_its_own_path(content: dict[str, Any]) -> None:
    sealed = seal("content", content)
    fields = show(sealed, content)
    assert [field.name for field in fields] == sorted(content)
    for field in fields:
        assert field.value == content[field.name]
        assert _root_of(field) == sealed.commitment


@given(CONTENTS)
def test_a_path_holds_nothing_of_the_other_fields_but_hashes(content: dict[str, Any]) -> None:
    sealed = seal("content", content)
    name = min(content)
    (field,) = show(sealed, [name, name])
    others = {sealed.salts[other] for other in content if other != name}
    assert not others & {bytes(sibling.hash) for sibling in field.path}
    assert len(field.path) <= 3


def test_of_a_content_with_one_field_the_leaf_is_the_commitment() -> None:
    sealed = seal("content", {"grade": "Cu-CATH-1"})
    (field,) = show(sealed, ["grade"])
    assert field.path == ()
    assert _root_of(field) == sealed.commitment


def test_a_field_that_is_not_there_is_not_shown() -> None:
    with pytest.raises(KeyError):
        show(seal("content", {"grade": "Cu-CATH-1"}), ["colour"])
