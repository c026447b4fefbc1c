"""Receipts of transactions written out and read again, against the `rlp` package."""

import pytest
import rlp as rlp_package
from hypothesis import given
from hypothesis import strategies as st

from receipts_ledger.chain.answers import LogAnswer, TxReceiptAnswer
from receipts_ledger.chain.decode import decode
from receipts_ledger.chain.keys import keccak
from receipts_ledger.chain.tx_receipts import TxReceipt, UndecodableLog, events_in
from receipts_ledger.domain.block import LoggedEvent
from receipts_ledger.domain.ids import NO_HASH, Address

hashes = st.binary(min_size=32, max_size=32)
bodies = st.binary(max_size=2) | st.binary(max_size=300)
logs = st.lists(
    st.tuples(st.binary(min_size=20, max_size=20), st.lists(hashes, max_size=4), bodies), max_size=8
)
BLOOM = bytes(256)


def hexed(content: bytes) -> str:
    return "0x" + content.hex()


def told(
    members: list[tuple[bytes, list[bytes], bytes]], kind: str | None = "0x2", status: str = "0x1"
) -> TxReceiptAnswer:
    return TxReceiptAnswer(
        transaction_hash=hexed(bytes(32)),
        block_hash=hexed(bytes(32)),
        cumulative_gas_used="0x5208",
        logs_bloom=hexed(BLOOM),
        logs=[
            LogAnswer(hexed(address), [hexed(topic) for topic in topics], hexed(body), "0x")
            for address, topics, body in members
        ],
        type=kind,
        status=status,
    )


@given(logs, st.integers(1, 4))
def test_receipt_is_the_packages_and_its_logs_are_read_from_it(
    members: list[tuple[bytes, list[bytes], bytes]], times: int
) -> None:
    # Alike next to one another, as the acts of a portfolio leave them, and mixed.
    for chosen in (members, members[:1] * times):
        found = TxReceipt.of(told(chosen))
        assert found.raw == b"\x02" + rlp_package.encode([b"\x01", b"\x52\x08", BLOOM, chosen])
        assert [*found.logs()] == [(address, *topics, body) for address, topics, body in chosen]


@given(logs)
def test_receipt_of_before_typed_transactions_has_no_type_before_it(
    members: list[tuple[bytes, list[bytes], bytes]],
) -> None:
    found = TxReceipt.of(told(members, kind=None, status="0x0"))
    assert found.raw == rlp_package.encode([b"", b"\x52\x08", BLOOM, members])
    assert [*found.logs()] == [(address, *topics, body) for address, topics, body in members]


@pytest.mark.parametrize(
    ("address", "topics", "body"),
    [
        ("11" * 19, ["22" * 32], ""),
        ("11" * 21, ["22" * 31], "33"),
        ("11" * 20, ["22" * 32], "3"),
        ("11" * 20, ["22" * 32], "zz"),
    ],
)
def test_log_whose_fields_have_not_their_lengths_is_no_log(
    address: str, topics: list[str], body: str
) -> None:
    answer = told([])
    answer.logs = [LogAnswer("0x" + address, ["0x" + each for each in topics], "0x" + body, "0x")]
    with pytest.raises(ValueError, match=r"length|hexadecimal"):
        TxReceipt.of(answer)


def test_where_a_topic_ends_is_read_from_the_bytes_that_are_hashed() -> None:
    # A hash that ends with the prefix of a hash: cut one byte earlier, the bytes are the same.
    first, second = bytes([0x22] * 31 + [0xA0]), bytes([0x33] * 32)
    honest = TxReceipt.of(told([(bytes(20), [first, second], b"")]))
    answer = told([])
    cut = ["0x" + first[:31].hex(), "0xa0" + second.hex()]
    answer.logs = [LogAnswer(hexed(bytes(20)), cut, "0x", "0x")]
    bent = TxReceipt.of(answer)
    assert bent.raw == honest.raw
    assert [*bent.logs()] == [(bytes(20), first, second, b"")]


OURS, ANOTHER = Address(b"\x11" * 20), Address(b"\x12" * 20)
PLEDGED, RELEASED, USED = [
    keccak(signature)
    for signature in (
        b"Pledged(uint64,uint128,bytes32)",
        b"Released(uint64,uint128,bytes32)",
        b"DocumentUsed(bytes32,uint64)",
    )
]
words = st.binary(min_size=32, max_size=32)
plain_logs = st.tuples(
    st.sampled_from([OURS, OURS, OURS, ANOTHER]),
    st.tuples(st.sampled_from([PLEDGED, RELEASED]), words).map(list),
    st.tuples(words, words).map(b"".join),
)
document_logs = st.tuples(
    st.just(OURS), st.tuples(st.just(USED), words, words).map(list), st.just(b"")
)


@given(st.lists(st.lists(plain_logs | document_logs, max_size=5), max_size=3))
def test_events_are_those_of_our_logs_one_by_one(
    receipts: list[list[tuple[bytes, list[bytes], bytes]]],
) -> None:
    found = events_in(7, [TxReceipt.of(told(members)) for members in receipts], OURS)
    in_order = [(place, log) for place, members in enumerate(receipts) for log in members]
    assert found == [
        LoggedEvent(decode(topics, body), 7, log_index, NO_HASH, tx_index)
        for log_index, (tx_index, (address, topics, body)) in enumerate(in_order)
        if address == OURS
    ]


def test_log_of_ours_that_is_no_event_is_named_by_its_place_among_plain_ones() -> None:
    pledged: tuple[bytes, list[bytes], bytes] = (OURS, [PLEDGED, bytes(32)], bytes(64))
    unknown: tuple[bytes, list[bytes], bytes] = (OURS, [bytes(32), bytes(32)], bytes(64))
    with pytest.raises(UndecodableLog, match="block 7, log 3, "):
        events_in(7, [TxReceipt.of(told(3 * [pledged] + [unknown]))], OURS)
