"""Logs read out of the bytes of receipts, against the `rlp` package."""

import pytest
import rlp
from hypothesis import given
from hypothesis import strategies as st

from receipts_ledger.chain.raw_logs import logs_in

logs = st.lists(
    st.tuples(
        st.binary(min_size=20, max_size=20),
        st.lists(st.binary(min_size=32, max_size=32), max_size=4),
        st.binary(max_size=300),
    ),
    max_size=12,
)
ONE = (bytes(20), [bytes(32)], b"")


def receipt(of: object, *, kind: bytes = b"", bloom: bytes = bytes(256)) -> bytes:
    return kind + bytes(rlp.encode([b"\x01", b"\x52\x08", bloom, of]))


@given(logs, st.sampled_from([b"", b"\x01", b"\x02", b"\x7f"]))
def test_logs_are_those_that_went_in(
    of: list[tuple[bytes, list[bytes], bytes]], kind: bytes
) -> None:
    assert logs_in(receipt(of, kind=kind)) == of


@given(st.binary(max_size=400))
def test_bytes_that_are_no_receipt_are_refused_and_never_anything_else(content: bytes) -> None:
    try:
        found = logs_in(content)
    except (ValueError, IndexError):
        return
    *_, of = rlp.decode(content if content[0] >= 0xC0 else content[1:])
    assert found == [(address, topics, body) for address, topics, body in of]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x02",
        receipt([ONE]) + b"\0",
        receipt([ONE])[:-1],
        receipt([ONE], kind=b"\x01\x01"),
        bytes(rlp.encode([b"\x01", b"", b""])),
        bytes(rlp.encode([b"\x01", b"", b"", [], b""])),
        bytes(rlp.encode([b"\x01", b"", [], []])),
        receipt(b"log"),
        receipt([b"log"]),
        receipt([(bytes(19), [], b"")]),
        receipt([(bytes(20), [])]),
        receipt([(bytes(20), b"", b"")]),
        receipt([(bytes(20), [], b"", b"")]),
        receipt([(bytes(20), [[b""]], b"")]),
        receipt([(bytes(20), [], [])]),
    ],
)
def test_receipt_with_other_fields_is_refused(content: bytes) -> None:
    with pytest.raises((ValueError, IndexError)):
        logs_in(content)
