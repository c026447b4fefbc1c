"""What a signer reads before it signs: everything that the statement stands for."""

from dataclasses import fields
from typing import Any, get_origin, get_type_hints

import pytest
from hypothesis import given

from receipts_ledger.chain import wire
from receipts_ledger.cli.words import in_words
from receipts_ledger.client import Draft, Misdrafted
from receipts_ledger.domain.act import KIND_OF, Act
from receipts_ledger.domain.change import Merge
from receipts_ledger.domain.ids import NO_HASH, Address, Hash32, Version, parse_receipt_number
from receipts_ledger.domain.pending import COMMITMENTS, commitments_of
from receipts_ledger.domain.pledge import Substitute
from receipts_ledger.domain.sealed import Sealed, seal
from tests.support.acts import acts

RECEIPT, OTHER = (parse_receipt_number(number) for number in ("12-1-000345", "12-1-000346"))
DEADLINE = 2_000_000_000
_KINDS_WITH_CONTENT = [
    pytest.param(kind, member.name, id=f"{kind.__name__}.{member.name}")
    for kind in KIND_OF
    for member in fields(kind)
    if member.name in COMMITMENTS
]


def _draft(act: Act, *contents: Sealed) -> Draft:
    shown = {
        "0x" + sealed.commitment.hex(): {
            "body": sealed.body,
            "salts": {name: "0x" + salt.hex() for name, salt in sealed.salts.items()},
        }
        for sealed in contents
    }
    statement = "0x" + wire.encode(act, ()).hex()
    return Draft.of({"act_id": "0a", "status": "draft", "statement": statement, "contents": shown})


def _act_of(kind: type, name: str, commitment: Hash32) -> Act:
    """Return an act of this kind that commits to nothing but this."""
    values = {member: _anything(each) for member, each in get_type_hints(kind).items()}
    act: Act = kind(**values | {name: commitment})
    return act


def _anything(kind: Any) -> object:
    if get_origin(kind) is tuple:
        return ()
    if kind is Hash32:
        return NO_HASH
    return Address(bytes(19) + b"\1") if kind is Address else kind(1)


@given(acts)
def test_no_act_is_read_whose_contents_the_gateway_keeps_back(act: Act) -> None:
    if not commitments_of(act):
        return
    with pytest.raises(Misdrafted, match="does not show"):
        in_words(_draft(act))


@pytest.mark.parametrize(("kind", "name"), _KINDS_WITH_CONTENT)
def test_what_an_act_commits_to_is_read_in_full(kind: type, name: str) -> None:
    sealed = seal(name, {"said": "in full"})

    words = in_words(_draft(_act_of(kind, name, sealed.commitment), sealed))

    assert words[name] == {"said": "in full"}


def test_numbers_of_receipts_are_read_as_people_write_them() -> None:
    merge = Merge(RECEIPT, Version(1), OTHER, Version(2), (), NO_HASH, DEADLINE)
    words = in_words(_draft(merge))
    assert (words["receipt id"], words["absorbed id"]) == ("12-1-000345", "12-1-000346")
    moved = Substitute(RECEIPT, Version(1), OTHER, Version(2), NO_HASH, DEADLINE)
    assert in_words(_draft(moved))["substitute id"] == "12-1-000346"
