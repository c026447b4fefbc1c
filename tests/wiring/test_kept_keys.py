"""Kept keys: encrypted where they lie, opened by one secret, used for their party alone."""

import pytest

from receipts_ledger.chain import keys
from receipts_ledger.chain.keystore import Vault
from receipts_ledger.chain.local_node import DEVELOPER_KEYS
from receipts_ledger.domain.ids import Hash32
from receipts_ledger.errors import Fatal, NotFound
from receipts_ledger.services.kept_keys import KeptKeys
from receipts_ledger.store.keystores import StoredKeystores
from receipts_ledger.store.tables import keystores
from receipts_ledger.store.units import Database
from receipts_ledger.wiring import utc_now
from tests.support.cast import BANK_A, BANK_B, TRADER_A
from tests.wiring.conftest import SECRET

DIGEST = Hash32(keys.keccak(b"statement"))


def _kept(database: Database, secret: str = SECRET) -> KeptKeys:
    return KeptKeys(StoredKeystores(database, clock=utc_now), Vault(secret, work_factor=2))


@pytest.fixture
def kept_keys(database: Database) -> KeptKeys:
    return _kept(database)


def test_kept_key_signs_as_its_owner_would(kept_keys: KeptKeys) -> None:
    address = kept_keys.keep(TRADER_A.party, TRADER_A.private_key)
    assert address == TRADER_A.address
    assert kept_keys.sign(address, DIGEST) == keys.sign(TRADER_A.private_key, DIGEST)


def test_new_key_is_good_and_is_of_its_party(kept_keys: KeptKeys) -> None:
    address = kept_keys.keep_new(BANK_A.party)
    assert kept_keys.addresses_of(BANK_A.party) == [address]
    assert kept_keys.addresses_of(BANK_B.party) == []
    assert keys.recover(DIGEST, kept_keys.sign(address, DIGEST)) == address


def test_key_is_opened_by_another_process_with_the_same_secret(
    kept_keys: KeptKeys, database: Database
) -> None:
    address = kept_keys.keep_new(BANK_A.party)
    again = _kept(database)
    again.check()
    assert again.sign(address, DIGEST) == kept_keys.sign(address, DIGEST)


def test_other_secret_opens_nothing(kept_keys: KeptKeys, database: Database) -> None:
    kept_keys.keep_new(BANK_A.party)
    with pytest.raises(Fatal, match="does not open"):
        _kept(database, "another secret than the tests'").check()


def test_key_lies_in_the_database_encrypted(kept_keys: KeptKeys, database: Database) -> None:
    kept_keys.keep(TRADER_A.party, TRADER_A.private_key)
    with database.reading() as reader:
        (row,) = reader.rows(keystores.select())
    assert TRADER_A.private_key.hex() not in str(row.keystore)
    assert row.keystore["crypto"]["kdf"] == "scrypt"


def test_key_of_one_party_is_not_taken_for_another(kept_keys: KeptKeys) -> None:
    kept_keys.keep(BANK_A.party, BANK_A.private_key)
    with pytest.raises(Fatal, match="somebody else"):
        kept_keys.keep(BANK_B.party, BANK_A.private_key)
    assert kept_keys.addresses_of(BANK_B.party) == []


def test_key_is_kept_once(kept_keys: KeptKeys) -> None:
    for _ in range(2):
        kept_keys.keep(BANK_A.party, BANK_A.private_key)
    assert kept_keys.addresses_of(BANK_A.party) == [BANK_A.address]


def test_lanes_have_keys_of_no_party(kept_keys: KeptKeys) -> None:
    kept_keys.keep(None, DEVELOPER_KEYS[2])
    kept_keys.keep_new(BANK_A.party)
    address = keys.address_of_private_key(DEVELOPER_KEYS[2])
    assert kept_keys.lane_keys() == {address: DEVELOPER_KEYS[2]}


def test_key_that_nobody_left_signs_nothing(kept_keys: KeptKeys) -> None:
    with pytest.raises(NotFound):
        kept_keys.sign(BANK_A.address, DIGEST)


def test_bytes_that_are_no_key_are_not_kept(kept_keys: KeptKeys) -> None:
    for wrong in (bytes(32), b"\xff" * 32):
        with pytest.raises(ValueError, match=r"."):
            kept_keys.keep(BANK_A.party, wrong)


def test_short_secret_and_odd_work_factor_are_refused() -> None:
    with pytest.raises(Fatal, match="at least 16"):
        Vault("s" * 15, work_factor=2)
    with pytest.raises(Fatal, match="power of two"):
        Vault(SECRET, work_factor=1000)
