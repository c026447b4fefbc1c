"""Receipts of transactions written out and read again, against the `rlp` package."""

import pytest
import rlp as rlp_package
from hypothesis import given
from hypothesis import strategies as st

from receipts_ledger.chain.answers import LogAnswer, TxReceiptAnswer
from receipts_ledger.chain.tx_receipts import TxReceipt

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
