"""Certificates that somebody has altered: none of them is called verified."""

import copy
import json
from collections.abc import Callable, Iterator
from typing import Any, TypeAlias

import pytest
from hypothesis import given
from hypothesis import strategies as st

from receipts_ledger.store.tables import receipts
from scripts.verify_certificate import CannotTell, NotTrue, Trust, check
from tests.certificates.conftest import Gallery
from tests.support.certifying import FALSE, VERIFIED, Json
from tests.support.ledger_on_chain import LedgerOnChain

Step: TypeAlias = "str | int"
Path: TypeAlias = tuple[Step, ...]


def leaves(value: Any, path: Path = ()) -> Iterator[Path]:
    """Yield the way to every member that has none of its own."""
    if isinstance(value, dict) and value:
        for name, member in value.items():
            yield from leaves(member, (*path, name))
    elif isinstance(value, list) and value:
        for place, member in enumerate(value):
            yield from leaves(member, (*path, place))
    else:
        yield path


def at(document: Any, path: Path) -> Any:
    """Return a member."""
    for step in path:
        document = document[step]
    return document


def put(document: Json, path: Path, value: Any) -> Json:
    """Return a copy with another member in a place."""
    altered = copy.deepcopy(document)
    at(altered, path[:-1])[path[-1]] = value
    return altered


def other_than(value: Any) -> Any:
    """Return something of the same kind that is as near as can be."""
    match value:
        case bool():
            return not value
        case int():
            return value + 1
        case str() if value:
            return value[:-1] + ("0" if value[-1] != "0" else "1")
        case None:
            return 1
        case _:
            return [1]


def verdict(gallery: Gallery, certificate: Json, original: Json) -> int:
    """Return what an altered certificate is called by whoever trusts the true block."""
    return gallery.at.verify(certificate, head=original["block"]["hash"]).exit_code


def test_every_member_that_is_altered_is_noticed(gallery: Gallery, pledged: Json) -> None:
    ways = list(leaves(pledged))
    assert len(ways) > 80
    for path in ways:
        altered = put(pledged, path, other_than(at(pledged, path)))
        code = verdict(gallery, altered, pledged)
        # A header between two blocks that is altered leads nowhere: the older has to be trusted.
        assert code == FALSE or (path[:2] == ("proof", "headers") and code != VERIFIED), path


def test_every_member_that_is_missing_or_surplus_is_noticed(
    gallery: Gallery, pledged: Json
) -> None:
    objects = {path[:-1] for path in leaves(pledged) if isinstance(path[-1], str)}
    for place in objects:
        if isinstance(at(pledged, place), dict) and not _is_a_value(place):
            surplus = put(pledged, (*place, "approved"), True)
            assert verdict(gallery, surplus, pledged) == FALSE, place
            for name in at(pledged, place):
                missing = copy.deepcopy(pledged)
                del at(missing, place)[name]
                assert verdict(gallery, missing, pledged) == FALSE, (place, name)


def _is_a_value(place: Path) -> bool:
    return "value" in place


@pytest.mark.parametrize("what", ["account", "receipt", "pool"])
def test_nodes_of_a_proof_that_are_dropped_or_moved_are_noticed(
    gallery: Gallery, pledged: Json, what: str
) -> None:
    nodes = pledged["proof"][what]
    if what != "account":
        assert len(nodes) > 1
    for place in range(len(nodes)):
        dropped = put(pledged, ("proof", what), nodes[:place] + nodes[place + 1 :])
        assert verdict(gallery, dropped, pledged) == FALSE
    if len(nodes) > 1:
        moved = put(pledged, ("proof", what), nodes[::-1])
        assert verdict(gallery, moved, pledged) == FALSE


def test_a_change_that_is_left_out_is_noticed(gallery: Gallery, pledged: Json) -> None:
    for place in range(len(pledged["changes"])):
        without = copy.deepcopy(pledged)
        del without["changes"][place], without["proof"]["changes"][place]
        assert verdict(gallery, without, pledged) == FALSE


def test_a_change_between_others_cannot_be_left_out_or_told_twice(gallery: Gallery) -> None:
    """Without a release an old pledge looks older, without a split goods are still there."""
    tried = 0
    for row in gallery.at.gateway.rows(receipts):
        certificate = gallery.at.certificate(row.receipt_id)
        for place in range(1, len(certificate["changes"]) - 1):
            for count in (0, 2):
                bent = copy.deepcopy(certificate)
                for changes in (bent["changes"], bent["proof"]["changes"]):
                    changes[place : place + 1] = changes[place : place + 1] * count
                outcome = gallery.at.verify(bent)
                assert outcome.exit_code == FALSE
                assert "one is missing" in outcome.complaint
                tried += 1
    assert tried > 10


def test_the_last_changes_cannot_be_left_out(gallery: Gallery) -> None:
    tried = 0
    for row in gallery.at.gateway.rows(receipts):
        certificate = gallery.at.certificate(row.receipt_id)
        for kept in range(1, len(certificate["changes"])):
            bent = copy.deepcopy(certificate)
            for changes in (bent["changes"], bent["proof"]["changes"]):
                del changes[kept:]
            outcome = gallery.at.verify(bent)
            assert outcome.exit_code == FALSE
            assert "do not lead to what the contract holds" in outcome.complaint
            tried += 1
    assert tried > 10


def test_a_pledge_cannot_be_left_out_of_a_certificate(gallery: Gallery, pledged: Json) -> None:
    """Not even together with all that speaks of it: the contract's word does."""
    altered = put(pledged, ("encumbered_since",), None)
    for path, value in (
        (("terms",), None),
        (("receipt", "encumbered"), False),
        (("receipt", "pledgee_id"), None),
        (("receipt", "maturity"), None),
        (("receipt", "version"), 1),
    ):
        altered = put(altered, path, value)
    del altered["changes"][1], altered["proof"]["changes"][1]
    assert verdict(gallery, altered, pledged) == FALSE


def test_a_receipt_cannot_be_denied(gallery: Gallery) -> None:
    """Its serial was given: no proof of the pool alone says that there is none."""
    certificate = gallery.at.certificate(gallery.pledged, "?state_only=true")
    names = ("receipt_id", "number")
    denied = {name: certificate["receipt"][name] for name in names} | {"exists": False}
    forged = put(put(certificate, ("receipt",), denied), ("proof", "receipt"), [])
    outcome = gallery.at.verify(forged)
    assert outcome.exit_code == FALSE
    assert "the receipt's word is missing" in outcome.complaint


def test_an_older_word_of_the_receipt_is_not_its_word(gallery: Gallery, pledged: Json) -> None:
    released = gallery.story.transferred
    mine = gallery.at.certificate(released)
    for member in ("receipt", "changes", "encumbered_since"):
        mixed = put(mine, (member,), pledged[member])
        assert verdict(gallery, mixed, mine) == FALSE


def test_proof_of_one_receipt_proves_nothing_of_another(gallery: Gallery, pledged: Json) -> None:
    free = gallery.at.certificate(gallery.free)
    for member in ("receipt", "changes"):
        for one, other in ((free, pledged), (pledged, free)):
            swapped = put(one, ("proof", member), other["proof"][member])
            assert verdict(gallery, swapped, one) == FALSE
    # The number alone is another one, in the same word.
    pair = [gallery.free, gallery.pledged]
    assert pair[0] ^ 1 not in pair
    claimed = put(pledged, ("receipt",), free["receipt"])
    assert verdict(gallery, claimed, pledged) == FALSE


def test_the_log_of_another_receipt_in_the_same_transaction_is_none_of_this(
    gallery: Gallery,
) -> None:
    """Five were issued in one act, all alike: same quantity, same holder, same content."""
    certificate = gallery.at.certificate(gallery.story.transferred)
    place = ("proof", "changes", 0, "log_index")
    mine = at(certificate, place)
    for beside in {mine - 1, mine + 1} & set(range(5)):
        outcome = gallery.at.verify(put(certificate, place, beside))
        assert outcome.exit_code == FALSE
        assert "the log is of another receipt" in outcome.complaint


def test_a_field_of_another_receipt_does_not_belong_to_the_commitment(
    gallery: Gallery, pledged: Json
) -> None:
    free = gallery.at.certificate(gallery.free)
    swapped = put(pledged, ("content", "shown"), free["content"]["shown"])
    outcome = gallery.at.verify(swapped)
    assert outcome.exit_code == FALSE
    assert "does not belong to the commitment" in outcome.complaint
    terms_as_content = put(pledged, ("content", "shown"), pledged["terms"]["shown"])
    assert verdict(gallery, terms_as_content, pledged) == FALSE


def test_a_field_cannot_be_shown_twice_or_out_of_order(gallery: Gallery, pledged: Json) -> None:
    shown = pledged["content"]["shown"]
    for others in ([shown[0], shown[0]], shown[::-1]):
        assert verdict(gallery, put(pledged, ("content", "shown"), others), pledged) == FALSE


def test_another_salt_or_value_of_the_same_look_is_noticed(gallery: Gallery, pledged: Json) -> None:
    place = ("content", "shown", 0)
    assert isinstance(at(pledged, (*place, "value")), str)
    for name, value in (("salt", "0x" + "00" * 32), ("salt", "0x"), ("value", None)):
        assert verdict(gallery, put(pledged, (*place, name), value), pledged) == FALSE
    (bundles,) = (
        number
        for number, field in enumerate(pledged["content"]["shown"])
        if field["name"] == "bundles"
    )
    as_text = str(pledged["content"]["shown"][bundles]["value"])
    altered = put(pledged, ("content", "shown", bundles, "value"), as_text)
    assert verdict(gallery, altered, pledged) == FALSE


def test_certificate_of_another_block_is_false(gallery: Gallery, pledged: Json) -> None:
    outcome = gallery.at.verify(pledged, head="0x" + "ab" * 32)
    assert outcome.exit_code == FALSE
    assert "not of the block that you trust" in outcome.complaint


def test_certificate_of_another_ledger_on_the_same_chain_is_false(
    gallery: Gallery, pledged: Json
) -> None:
    other = LedgerOnChain(gallery.at.gateway.ledger.rpc)
    named = gallery.at.folder / "other.json"
    other.deployment.write(named)
    outcome = gallery.at.verify(pledged, "--deployment", str(named))
    assert outcome.exit_code == FALSE
    assert "of another ledger" in outcome.complaint
    claimed = put(pledged, ("ledger", "contract"), other.deployment.contract)
    assert gallery.at.verify(claimed, "--deployment", str(named)).exit_code == FALSE


def test_contract_of_other_code_or_another_chain_is_false(gallery: Gallery, pledged: Json) -> None:
    file = gallery.at.folder / "bent.json"
    deployment = json.loads(gallery.at.deployment_file.read_text())
    for name, value in (("chain_id", 1), ("code_hash", "0x" + "11" * 32)):
        file.write_text(json.dumps(deployment | {name: value}))
        assert gallery.at.verify(pledged, "--deployment", str(file)).exit_code == FALSE


ANYTHING = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-3, 2**64)
    | st.text(max_size=8)
    | st.sampled_from(["0x", "0x" + "00" * 32, "open", "delivered", "Pledged", "left"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=5,
)


def _claims(certificate: Json) -> Any:
    """Return what a certificate says, but for the fields that may be left out of it."""
    said = {name: member for name, member in certificate.items() if name != "proof"}
    for name in ("content", "terms"):
        said[name] = {"version": said[name]["version"], "commitment": said[name]["commitment"]}
    return json.dumps(said, sort_keys=True)


def _fields(certificate: Json, name: str) -> set[tuple[str, str]]:
    return {(each["name"], json.dumps(each["value"])) for each in certificate[name]["shown"]}


@given(st.data())
def test_no_alteration_is_verified_and_says_something_else(
    gallery: Gallery, pledged: Json, data: st.DataObject
) -> None:
    altered = copy.deepcopy(pledged)
    for _ in range(data.draw(st.integers(1, 4))):
        paths = list(leaves(altered))
        path = data.draw(st.sampled_from(paths))
        path = path[: data.draw(st.integers(1, len(path)))] if path else path
        if not path:
            break
        data.draw(st.sampled_from(_ALTERATIONS))(altered, path, data)
    deployment = gallery.at.gateway.ledger.deployment
    trust = Trust(
        head=bytes.fromhex(pledged["block"]["hash"][2:]),
        contract=bytes(deployment.address),
        chain_id=deployment.chain_id,
    )
    try:
        finding = check(altered, trust)
    except (NotTrue, CannotTell):
        return
    if not finding.missing:
        assert _claims(altered) == _claims(pledged)
        for name in ("content", "terms"):
            assert _fields(altered, name) <= _fields(pledged, name)


def _replace(document: Json, path: Path, data: st.DataObject) -> None:
    at(document, path[:-1])[path[-1]] = data.draw(ANYTHING)


def _remove(document: Json, path: Path, data: st.DataObject) -> None:
    del at(document, path[:-1])[path[-1]]


def _nudge(document: Json, path: Path, data: st.DataObject) -> None:
    at(document, path[:-1])[path[-1]] = other_than(at(document, path))


def _copy_from_elsewhere(document: Json, path: Path, data: st.DataObject) -> None:
    source = data.draw(st.sampled_from(list(leaves(document))))
    at(document, path[:-1])[path[-1]] = copy.deepcopy(at(document, source))


def _repeat(document: Json, path: Path, data: st.DataObject) -> None:
    around = at(document, path[:-1])
    if isinstance(around, list):
        around.append(copy.deepcopy(at(document, path)))


_ALTERATIONS: list[Callable[[Json, Path, st.DataObject], None]] = [
    _replace,
    _remove,
    _nudge,
    _copy_from_elsewhere,
    _repeat,
]
