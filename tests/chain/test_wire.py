"""The wire form: one for each act, read back as written; and what the contract reads in junk."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from receipts_ledger.chain.keys import keccak
from receipts_ledger.chain.wire import MalformedAct, decode, decode_all, encode, read
from receipts_ledger.domain.act import KIND_OF, Act, Kind
from receipts_ledger.domain.change import NewPart, Split
from receipts_ledger.domain.ids import PoolId, ReceiptId, Version
from receipts_ledger.domain.pledge import Release
from receipts_ledger.domain.receipt import Issue
from tests.support.acts import acts
from tests.support.ledger_on_chain import LedgerOnChain

only_asking = settings(
    max_examples=60,
    deadline=None,
    # The contract is asked and never changed, so that one ledger does for all examples.
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
signature_lists = st.lists(st.binary(min_size=64, max_size=64), max_size=3)

# Bits of the head that the statement of a kind does not hold: anybody may set them.
_VERSION, _A, _B = 168, 48, 0
_UNSIGNED_BITS: dict[Kind, tuple[int, ...]] = {
    Kind.ADMIT: (_VERSION, _B, _B + 47),
    Kind.SUSPEND: (_A, _B),
    Kind.REINSTATE: (_A, _B),
    Kind.BIND_KEY: (_A, _B),
    Kind.REVOKE_KEY: (_A, _B),
    Kind.OPEN_POOL: (_VERSION, _B + 12, _B + 47),
    Kind.ATTEST: (_B, _B + 47),
    Kind.ISSUE: (_VERSION,),
    Kind.TRANSFER: (_B, _B + 47),
    Kind.PLEDGE: (_B + 16, _B + 47),
    Kind.RELEASE: (_A, _A + 55, _B, _B + 47),
    Kind.DELIVER: (_B + 16, _B + 47),
    Kind.FREEZE: (_A, _B),
    Kind.UNFREEZE: (_A, _B),
    Kind.PLEDGE_PORTFOLIO: (_VERSION, _B + 32, _B + 47),
    Kind.RELEASE_PORTFOLIO: (_VERSION, _A, _B),
    Kind.ASSIGN_PLEDGE: (_A + 32, _A + 55, _B, _B + 47),
    Kind.DEFAULT: (_A, _A + 55, _B, _B + 47),
    Kind.CURE: (_A, _A + 55, _B + 16, _B + 47),
    Kind.ENFORCE: (_A + 32, _A + 55, _B, _B + 47),
    Kind.TRANSFER_PORTFOLIO: (_VERSION, _A + 32, _B, _B + 47),
    Kind.MERGE: (_A, _A + 55, _B, _B + 47),
    Kind.SUBSTITUTE: (_A, _A + 55, _B, _B + 47),
    Kind.EXTEND_STORAGE: (_A, _A + 55, _B + 16, _B + 47),
    Kind.REPLACE: (_B + 32, _B + 47),
    Kind.CANCEL: (_A, _A + 55, _B, _B + 47),
    Kind.WRITE_DOWN: (_B, _B + 47),
    Kind.TO_PAPER: (_A, _A + 55, _B, _B + 47),
    Kind.FROM_PAPER: (_A, _B),
    Kind.INVALIDATE: (_A, _B),
    Kind.NOTE_CLAIM: (_A, _B),
    Kind.LIFT_CLAIM: (_A, _B),
    Kind.RECOVER: (_A, _B),
    Kind.VETO_RECOVERY: (_A, _B),
    Kind.COMPLETE_RECOVERY: (_A, _B),
    Kind.PAUSE: (_A, _B),
    Kind.RESUME: (_A, _B),
    Kind.SEAL: (_A, _B),
}


# The statement of a split holds every bit of its head.
acts_with_spare_bits = acts.filter(lambda act: KIND_OF[type(act)] in _UNSIGNED_BITS)


@given(acts, signature_lists)
def test_an_act_is_read_as_it_was_written(act: Act, signatures: list[bytes]) -> None:
    signed, end = decode(encode(act, signatures))
    assert signed.act == act
    assert list(signed.signatures) == signatures
    assert end == len(encode(act, signatures))


@given(st.lists(acts, max_size=4))
def test_acts_stand_one_behind_the_other(several: list[Act]) -> None:
    stream = b"".join(encode(act, [bytes(64)]) for act in several)
    assert [signed.act for signed in decode_all(stream)] == several


@given(acts, st.data())
def test_an_act_that_is_cut_off_is_malformed(act: Act, data: st.DataObject) -> None:
    stream = encode(act, [bytes(64)])
    cut = stream[: data.draw(st.integers(1, len(stream) - 1))]
    with pytest.raises(MalformedAct):
        list(decode_all(cut))
    with pytest.raises(MalformedAct):
        read(cut)


@given(acts_with_spare_bits, st.data())
def test_bits_that_nobody_signs_are_refused_by_us_and_passed_over_by_the_auditor(
    act: Act, data: st.DataObject
) -> None:
    bit = data.draw(st.sampled_from(_UNSIGNED_BITS[KIND_OF[type(act)]]))
    stream = _flipped(encode(act, [bytes(64)]), bit)
    with pytest.raises(MalformedAct):
        decode(stream)
    reading, end = read(stream)
    assert reading.act == act
    assert end == len(stream)


@given(acts)
@only_asking
def test_the_contract_reads_the_same_statement(ledger_on_anvil: LedgerOnChain, act: Act) -> None:
    wire = encode(act, ())
    assert _digest_of(ledger_on_anvil, wire) == ledger_on_anvil.digester.digest(act)


@given(acts_with_spare_bits, st.data())
@only_asking
def test_the_contract_passes_over_the_same_bits(
    ledger_on_anvil: LedgerOnChain, act: Act, data: st.DataObject
) -> None:
    bit = data.draw(st.sampled_from(_UNSIGNED_BITS[KIND_OF[type(act)]]))
    wire = _flipped(encode(act, ()), bit)
    assert _digest_of(ledger_on_anvil, wire) == ledger_on_anvil.digester.digest(act)


def test_items_that_do_not_add_up_are_no_statement() -> None:
    announced = _flipped(encode(ISSUE_OF_NOTHING, ()), _B)
    lengthened = bytearray(announced + bytes(32))
    lengthened[3] = 1
    reading, _ = read(bytes(lengthened))
    assert reading.act is None


def test_items_of_parts_that_do_not_add_up_are_no_statement() -> None:
    part = NewPart(1, keccak(b"part"), (keccak(b"item"),))
    split = Split(ReceiptId(1), Version(1), 1, 1, (part,), keccak(b"content"), 1)
    lengthened = bytearray(encode(split, ()) + bytes(32))
    lengthened[3] += 1
    assert read(bytes(lengthened))[0].act is None
    del lengthened[-64:]
    lengthened[3] -= 2
    assert read(bytes(lengthened))[0].act is None


def test_words_where_none_belong_are_no_statement() -> None:
    wordy = bytearray(encode(RELEASE, ()) + bytes(32))
    wordy[3] = 1
    assert read(bytes(wordy))[0].act is None


@pytest.mark.parametrize("kind", [0, len(Kind) + 1, 255])
def test_an_unknown_kind_is_no_statement(kind: int) -> None:
    stream = bytes([kind]) + encode(RELEASE, ())[1:]
    with pytest.raises(MalformedAct):
        decode(stream)
    assert read(stream)[0].act is None


RELEASE = Release(ReceiptId(1), Version(1), keccak(b"terms"), 1)
ISSUE_OF_NOTHING = Issue(PoolId(1), 1, (), (), keccak(b"evidence"), 1)


def _flipped(stream: bytes, bit: int) -> bytes:
    head = int.from_bytes(stream[:32]) ^ 1 << bit
    return head.to_bytes(32) + stream[32:]


def _digest_of(ledger: LedgerOnChain, wire: bytes) -> bytes:
    padding = bytes(-len(wire) % 32)
    calldata = keccak(b"digestOf(bytes)")[:4] + (32).to_bytes(32) + len(wire).to_bytes(32)
    request = {"to": ledger.deployment.contract, "data": "0x" + (calldata + wire + padding).hex()}
    return bytes.fromhex(ledger.rpc.call("eth_call", [request, "latest"])[2:])
