"""What is remembered of a document key tells it from all others, and is dear to try keys on."""

import hashlib

from receipts_ledger.domain.document_key import (
    CHECK_VALUE_BYTES,
    check_value,
    is_check_value_of,
)

KEY = b"the document key of an operator"


def test_a_check_value_tells_its_key_from_others_and_comes_once() -> None:
    value, again = check_value(KEY), check_value(KEY)
    assert value != again
    assert len(value) == len(again) == CHECK_VALUE_BYTES
    assert is_check_value_of(KEY, value)
    assert is_check_value_of(KEY, again)
    assert not is_check_value_of(KEY[:-1], value)
    assert not is_check_value_of(KEY + b" ", value)


def test_a_check_value_of_a_release_is_known_again_and_costs_what_a_kept_key_does() -> None:
    salt = bytes(range(16))
    digest = hashlib.scrypt(
        KEY,
        salt=b"receipts-ledger/document-key/1\0" + salt,
        n=65_536,
        r=8,
        p=1,
        maxmem=1 << 27,
        dklen=32,
    )
    assert is_check_value_of(KEY, salt + digest)
