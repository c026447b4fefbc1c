"""A node that lies to the gateway: no certificate goes out, and it is said whose fault it is."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
import rlp

from receipts_ledger.chain.keys import keccak
from receipts_ledger.chain.proofs import InconsistentNode, Proofs
from receipts_ledger.chain.receipt_proofs import ReceiptProofs
from receipts_ledger.chain.rpc import Rpc, RpcError
from receipts_ledger.domain.block import BlockRef
from receipts_ledger.domain.ids import Hash32
from receipts_ledger.errors import RefusalCode, Refused
from tests.audit import lies
from tests.certificates.conftest import Gallery
from tests.support.certifying import VERIFIED, Json
from tests.support.gateway import OPERATOR
from tests.support.lying_node import Bend, LyingNode

Answer = Callable[[Bend | None], Any]


@pytest.fixture
def answer(gallery: Gallery) -> Iterator[Answer]:
    """The gateway's answer about the pledged receipt, before a node that lies like this."""
    node = LyingNode(gallery.at.gateway.ledger.rpc)
    with node.serve() as url, gallery.at.gateway.proving_by(Rpc(url)):

        def asked(bend: Bend | None) -> Any:
            node.bend = bend
            path = f"/v1/receipts/{gallery.pledged}/certificate"
            return gallery.at.gateway.door(OPERATOR).get(path)

        yield asked


def _with(name: str, change: Callable[[list[str]], list[str]]) -> Bend:
    def bent(proof: Json) -> Json:
        if name == "account":
            return proof | {"accountProof": change(proof["accountProof"])}
        place = {"receipt": 0, "pool": 1}[name]
        entries = [
            entry | {"proof": change(entry["proof"])} if number == place else entry
            for number, entry in enumerate(proof["storageProof"])
        ]
        return proof | {"storageProof": entries}

    return lies.of_answers("eth_getProof", bent)


LIES: dict[str, Bend] = {
    **{
        f"{what} {name}": _with(what, change)
        for what in ("account", "receipt", "pool")
        for name, change in (
            ("altered", lambda nodes: [*nodes[:-1], lies.flipped(nodes[-1])]),
            ("cut short", lambda nodes: nodes[:-1]),
            ("no hex", lambda nodes: ["nonsense", *nodes[1:]]),
        )
    },
    "no proof": lies.of_answers("eth_getProof", lambda proof: None),
    "other form": lies.of_answers("eth_getProof", lambda proof: {"accountProof": []}),
    "header altered": lies.of_answers(
        "eth_getBlockByHash", lambda block: block | {"stateRoot": "0x" + "11" * 32}
    ),
    "header of another block": lies.of_answers(
        "eth_getBlockByHash", lambda block: lies.rehashed(block | {"stateRoot": "0x" + "11" * 32})
    ),
    "block unknown": lies.of_answers("eth_getBlockByHash", lambda block: None),
    "block without a header": lies.of_answers("eth_getBlockByHash", lambda block: {}),
    "link altered": lies.of_answers(
        "eth_getBlockByNumber", lambda block: lies.rehashed(block | {"gasUsed": "0x5"})
    ),
    "link unknown": lies.of_answers("eth_getBlockByNumber", lambda block: None),
    "receipts altered": lies.of_answers(
        "eth_getBlockReceipts", lambda found: [found[0] | {"cumulativeGasUsed": "0x1"}, *found[1:]]
    ),
    "log left out": lies.of_answers(
        "eth_getBlockReceipts", lambda found: [found[0] | {"logs": found[0]["logs"][1:]}]
    ),
    "receipts unknown": lies.of_answers("eth_getBlockReceipts", lambda found: None),
    "receipts of other form": lies.of_answers("eth_getBlockReceipts", lambda found: [{}]),
}


@pytest.mark.parametrize("lie", LIES)
def test_what_a_node_makes_up_is_not_certified(answer: Answer, lie: str) -> None:
    told = answer(LIES[lie])
    assert (told.status_code, told.json()["code"]) == (503, "Unavailable"), told.text
    assert told.headers["Retry-After"]
    assert answer(None).status_code == 200


def test_a_node_without_proofs_is_said_to_have_none(answer: Answer) -> None:
    told = answer(lies.refusing("eth_getProof"))
    assert (told.status_code, told.json()["code"]) == (501, "NoStateProofs")
    assert "eth_getProof" in told.json()["detail"]


def test_a_node_that_has_not_kept_the_state_is_asked_again_later(answer: Answer) -> None:
    def pruned(method: str, params: list[Any], result: Any) -> Any:
        if method == "eth_getProof":
            raise RpcError(-32000, "missing trie node 5f0c4e6e (path ) state is not available")
        return result

    assert answer(pruned).status_code == 503


def test_a_node_without_receipts_of_blocks_is_asked_for_each(
    gallery: Gallery, answer: Answer
) -> None:
    told = answer(lies.refusing("eth_getBlockReceipts"))
    assert told.status_code == 200
    assert gallery.at.verify(told.json()).exit_code == VERIFIED


def test_a_contract_of_other_code_is_not_certified(gallery: Gallery) -> None:
    ledger = gallery.at.gateway.ledger
    block = gallery.at.certificate(gallery.pledged)["block"]
    at = BlockRef(block["number"], Hash32(bytes.fromhex(block["hash"][2:])))
    other = replace(ledger.deployment, code_hash="0x" + "11" * 32)
    with pytest.raises(InconsistentNode, match="of other code than the deployment file's"):
        ReceiptProofs(ledger.rpc, other).prove(gallery.pledged, at, ())


def test_a_chain_that_hashes_headers_by_rules_of_its_own_is_said_to_prove_nothing(
    gallery: Gallery,
) -> None:
    ledger = gallery.at.gateway.ledger
    block = gallery.at.certificate(gallery.pledged)["block"]
    at = BlockRef(block["number"], Hash32(bytes.fromhex(block["hash"][2:])))
    unprovable = Proofs(headers=False, receipts=True, transactions=True)
    node = LyingNode(ledger.rpc)
    node.bend = lies.of_answers("eth_getBlockByHash", lambda found: found | {"gasUsed": "0x1"})
    with node.serve() as url:
        proofs = ReceiptProofs(Rpc(url), replace(ledger.deployment, provable=unprovable))
        with pytest.raises(Refused) as refused:
            proofs.prove(gallery.pledged, at, ())
    assert refused.value.code is RefusalCode.NO_STATE_PROOFS


def _sealed_by_besu(block: Json, *, keeps_seals: bool) -> Json:
    """Return a block as Besu's QBFT gives it: seals in its extra data, and not in its hash."""
    extra = [b"\0" * 32, [b"\x11" * 20] * 4, [], b"\x01", [b"\x22" * 65] * 3]
    hashed = [*extra[:3], b"", []]
    as_hashed = lies.rehashed(block | {"extraData": "0x" + rlp.encode(hashed).hex()})
    shown = extra if keeps_seals else hashed
    return as_hashed | {"extraData": "0x" + rlp.encode(shown).hex()}


@pytest.mark.parametrize("keeps_seals", [True, False])
def test_headers_of_besu_are_certified_in_the_form_in_which_they_are_hashed(
    gallery: Gallery, keeps_seals: bool
) -> None:
    ledger = gallery.at.gateway.ledger
    certificate = gallery.at.certificate(gallery.pledged, "?state_only=true")
    number = certificate["block"]["number"]
    true = ledger.rpc.call("eth_getBlockByNumber", [hex(number), False])
    bent = _sealed_by_besu(true, keeps_seals=keeps_seals)
    node = LyingNode(ledger.rpc)
    node.bend = lambda method, _, result: bent if method == "eth_getBlockByHash" else result
    with node.serve() as url:
        at = BlockRef(number, Hash32(bytes.fromhex(bent["hash"][2:])))
        proof = ReceiptProofs(Rpc(url), ledger.deployment).prove(gallery.pledged, at, ())

    (header,) = proof.headers
    assert keccak(header) == at.hash
    certificate["block"]["hash"] = bent["hash"]
    certificate["proof"]["headers"] = ["0x" + header.hex()]
    assert gallery.at.verify(certificate).exit_code == VERIFIED
