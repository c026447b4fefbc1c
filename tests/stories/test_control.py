"""The five tests of control: what makes an electronic receipt the one that counts.

Electronic Trade Documents Act 2023 (UK), section 2 (2); UNCITRAL Model Law on Electronic
Transferable Records, articles 10 and 11. docs/law.md says which test answers which of them.
"""

import secrets
from itertools import permutations

import pytest
import rlp

from receipts_ledger.chain import refusals
from receipts_ledger.chain.artifact import ledger_artifact
from receipts_ledger.chain.keys import keccak, recover, sign
from receipts_ledger.chain.rpc import RpcError
from receipts_ledger.chain.trie_proofs import FalseProof, ProofReader
from receipts_ledger.domain.act import Act
from receipts_ledger.domain.change import NewPart, Split
from receipts_ledger.domain.event import ActRefused
from receipts_ledger.domain.ids import PartyId, ReceiptId, Version
from receipts_ledger.domain.receipt import (
    Deliver,
    Invalidate,
    Receipt,
    ReceiptRef,
    ToPaper,
    Transfer,
    TransferPortfolio,
)
from receipts_ledger.errors import RefusalCode
from receipts_ledger.store.tables import receipts
from tests.audit.tampering import change_one
from tests.support.auditing import DIFFERENT, EQUAL, Scene
from tests.support.cast import (
    AUTHORITY,
    BANK_A,
    REGISTRAR,
    TRADER_A,
    TRADER_B,
    TRADER_C,
    WAREHOUSE_A,
    Member,
)
from tests.support.ledger_on_chain import EVIDENCE, FOREVER, LOT, TERMS, LedgerOnChain

_HALF = 128


@pytest.fixture
def ledger(ledger_on_anvil: LedgerOnChain) -> LedgerOnChain:
    return ledger_on_anvil


@pytest.fixture
def free(ledger: LedgerOnChain) -> ReceiptId:
    """A receipt of trader A in warehouse A."""
    return ledger.issue(ledger.open_pool())[0]


def refused(ledger: LedgerOnChain, act: Act, *signers: Member) -> RefusalCode:
    with pytest.raises(RpcError) as raised:
        ledger.simulate(ledger.sign(act, *signers))
    found = refusals.decode(raised.value.revert or b"")
    assert found is not None, raised.value
    return found.code


def transfer_to(receipt: ReceiptId, member: Member, version: int = 1) -> Transfer:
    return Transfer(receipt, Version(version), member.party, TERMS, FOREVER)


# The document can be told from its copies.


def test_a_copy_of_the_ledger_is_another_ledger(ledger: LedgerOnChain, free: ReceiptId) -> None:
    copy = LedgerOnChain(ledger.rpc)
    copy.admit_cast()
    copied = copy.issue(copy.open_pool())[0]
    assert copied == free
    assert copy.receipt(copied) == ledger.receipt(free)
    signed_for_the_original = ledger.sign(transfer_to(free, TRADER_B), TRADER_A, TRADER_B)
    with pytest.raises(RpcError) as raised:
        copy.simulate(signed_for_the_original)
    found = refusals.decode(raised.value.revert or b"")
    assert found is not None
    assert found.code == "UnknownKey"
    ledger.execute(signed_for_the_original)
    assert ledger.receipt(free).holder == TRADER_B.party
    assert copy.receipt(copied).holder == TRADER_A.party


def test_a_receipt_number_is_given_once(ledger: LedgerOnChain) -> None:
    pool = ledger.open_pool()
    numbers = ledger.issue(pool, 3) + ledger.issue(pool, 2)
    assert len(set(numbers)) == 5
    assert [number & 0xFFFF_FFFF for number in numbers] == [1, 2, 3, 4, 5]


def test_while_there_is_a_paper_receipt_the_electronic_one_is_none(
    ledger: LedgerOnChain, free: ReceiptId
) -> None:
    ledger.do(ToPaper(free, Version(1), EVIDENCE, FOREVER), TRADER_A, WAREHOUSE_A)
    assert refused(ledger, transfer_to(free, TRADER_B, 2), TRADER_A, TRADER_B) == (
        "PaperOutstanding"
    )
    assert refused(ledger, ledger.pledge_act(free), TRADER_A, WAREHOUSE_A, BANK_A) == (
        "PaperOutstanding"
    )


# It is protected against alteration that nobody authorised.


@pytest.mark.parametrize(
    "who", [REGISTRAR, AUTHORITY, WAREHOUSE_A, BANK_A], ids=lambda who: who.name
)
def test_nobody_alters_what_is_not_theirs(
    ledger: LedgerOnChain, free: ReceiptId, who: Member
) -> None:
    assert refused(ledger, transfer_to(free, TRADER_B), who, TRADER_B) == "MissingConsent"
    out = Deliver(free, Version(1), 1, (), (), EVIDENCE, FOREVER)
    assert refused(ledger, out, who, WAREHOUSE_A) in ("MissingConsent", "SurplusSignature")


def test_a_statement_that_was_altered_after_signing_is_signed_by_nobody(
    ledger: LedgerOnChain, free: ReceiptId
) -> None:
    wire = bytearray(ledger.sign(transfer_to(free, TRADER_B), TRADER_A, TRADER_B))
    # The first byte of the terms' commitment.
    wire[32] ^= 1
    with pytest.raises(RpcError) as raised:
        ledger.simulate(bytes(wire))
    found = refusals.decode(raised.value.revert or b"")
    assert found is not None
    assert found.code == "UnknownKey"


def test_an_altered_copy_in_a_database_is_found(scene: Scene, indexed_sqlite_url: str) -> None:
    assert scene.audit(database=indexed_sqlite_url).exit_code == EQUAL
    change_one(indexed_sqlite_url, receipts.c.holder_id)
    outcome = scene.audit(database=indexed_sqlite_url)
    assert outcome.exit_code == DIFFERENT
    assert [kind for kind, _, _ in outcome.differences] == ["sql"]
    assert "holder_id" in outcome.differences[0][2]


# No more than one person controls it at a time.


@pytest.mark.parametrize("order", list(permutations(range(4))), ids=str)
def test_of_acts_signed_for_one_version_one_takes_effect(
    ledger: LedgerOnChain, free: ReceiptId, order: tuple[int, ...]
) -> None:
    portfolio = TransferPortfolio((ReceiptRef(free, Version(1)),), TRADER_C.party, TERMS, FOREVER)
    wires = (
        ledger.sign(transfer_to(free, TRADER_B), TRADER_A, TRADER_B),
        ledger.sign(portfolio, TRADER_A, TRADER_C),
        ledger.sign(ledger.pledge_act(free), TRADER_A, WAREHOUSE_A, BANK_A),
        ledger.sign(Invalidate(free, Version(1), EVIDENCE, FOREVER), TRADER_A),
    )
    events = ledger.events(ledger.relay(*(wires[index] for index in order)))
    assert sum(isinstance(event, ActRefused) for event in events) == 3
    assert len(events) == 4
    assert ledger.receipt(free).version == 2
    expected = {0: TRADER_B.party, 1: TRADER_C.party}.get(order[0], TRADER_A.party)
    assert ledger.receipt(free).holder == expected


# The person who controls it can show that.


def test_the_holder_shows_control_to_somebody_who_trusts_only_a_block(
    ledger: LedgerOnChain, free: ReceiptId
) -> None:
    challenge = keccak(secrets.token_bytes(32))
    shown = sign(TRADER_A.private_key, challenge)
    assert _controller(ledger, free, challenge, shown) == TRADER_A.party
    another = sign(TRADER_B.private_key, challenge)
    assert _controller(ledger, free, challenge, another) is None
    ledger.do(transfer_to(free, TRADER_B), TRADER_A, TRADER_B)
    assert _controller(ledger, free, challenge, shown) is None
    assert _controller(ledger, free, challenge, another) == TRADER_B.party


def _controller(
    ledger: LedgerOnChain, receipt: ReceiptId, challenge: bytes, signature: bytes
) -> PartyId | None:
    """Return who has signed the challenge if that is the holder, by proofs under a block's root."""
    artifact = ledger_artifact()
    key = recover(challenge, signature)
    key_slot = keccak(bytes(12) + key + artifact.slot("_keys").to_bytes(32))
    pair_slot = keccak((receipt >> 1).to_bytes(32) + artifact.slot("_pairs").to_bytes(32))
    head = ledger.rpc.call("eth_getBlockByNumber", ["latest", False])
    slots = ["0x" + slot.hex() for slot in (key_slot, pair_slot)]
    proof = ledger.rpc.call("eth_getProof", [ledger.deployment.contract, slots, head["number"]])
    account = ProofReader(bytes.fromhex(head["stateRoot"][2:])).value(
        ledger.deployment.address, proof["accountProof"]
    )
    assert account is not None
    storage = ProofReader(rlp.decode(account)[2])
    key_word, pair = (
        int.from_bytes(rlp.decode(storage.value(slot, entry["proof"]) or b"\x80"))
        for slot, entry in zip((key_slot, pair_slot), proof["storageProof"], strict=True)
    )
    holder = Receipt.from_word(pair >> _HALF * (receipt & 1) & (1 << _HALF) - 1).holder
    return holder if key_word & 0xFFFF_FFFF == holder else None


def test_a_false_proof_of_control_shows_nothing(ledger: LedgerOnChain, free: ReceiptId) -> None:
    head = ledger.rpc.call("eth_getBlockByNumber", ["latest", False])
    proof = ledger.rpc.call("eth_getProof", [ledger.deployment.contract, [], head["number"]])
    nodes = list(proof["accountProof"])
    nodes[0] = nodes[0][:-2] + ("00" if nodes[0][-2:] != "00" else "01")
    with pytest.raises(FalseProof):
        ProofReader(bytes.fromhex(head["stateRoot"][2:])).value(ledger.deployment.address, nodes)
    assert ledger.receipt(free).holder == TRADER_A.party


# A transfer deprives whoever had control before.


def test_after_a_transfer_the_former_holder_can_do_nothing(
    ledger: LedgerOnChain, free: ReceiptId
) -> None:
    before = (
        ledger.sign(transfer_to(free, TRADER_C), TRADER_A, TRADER_C),
        ledger.sign(ledger.pledge_act(free), TRADER_A, WAREHOUSE_A, BANK_A),
        ledger.sign(
            Deliver(free, Version(1), LOT, (), (), EVIDENCE, FOREVER), TRADER_A, WAREHOUSE_A
        ),
    )
    ledger.do(transfer_to(free, TRADER_B), TRADER_A, TRADER_B)
    version, part = Version(2), (NewPart(1, TERMS),)
    now: tuple[tuple[Act, tuple[Member, ...]], ...] = (
        (transfer_to(free, TRADER_C, 2), (TRADER_C,)),
        (ledger.pledge_act(free), (WAREHOUSE_A, BANK_A)),
        (Deliver(free, version, 1, (), (), EVIDENCE, FOREVER), (WAREHOUSE_A,)),
        (Split(free, version, LOT - 1, 2, part, TERMS, FOREVER), (WAREHOUSE_A,)),
        (ToPaper(free, version, EVIDENCE, FOREVER), (WAREHOUSE_A,)),
        (Invalidate(free, version, EVIDENCE, FOREVER), ()),
    )
    for act, others in now:
        assert refused(ledger, act, TRADER_A, *others) == "MissingConsent", act
    events = ledger.events(ledger.relay(*before))
    assert [type(event) for event in events] == [ActRefused] * 3
    for act, others in now:
        ledger.simulate(ledger.sign(act, TRADER_B, *others))
    assert ledger.receipt(free).holder == TRADER_B.party
