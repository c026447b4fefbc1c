"""Kept keys: encrypted where they lie, opened by one secret, used for their party alone."""

import itertools
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import event

from receipts_ledger.chain import keys
from receipts_ledger.chain.keystore import Vault
from receipts_ledger.chain.local_node import DEVELOPER_KEYS
from receipts_ledger.domain.ids import Hash32
from receipts_ledger.errors import Fatal, NotFound, Retryable
from receipts_ledger.services.kept_keys import KeptKeys
from receipts_ledger.store.keystores import StoredKeystores
from receipts_ledger.store.tables import keystores
from receipts_ledger.store.units import Database
from receipts_ledger.wiring import utc_now
from tests.support.cast import BANK_A, BANK_B, TRADER_A
from tests.wiring.conftest import SECRET

NEW_SECRET = "the operator's next secret"
DIGEST = Hash32(keys.keccak(b"statement"))


def _kept(database: Database, secret: str = SECRET) -> KeptKeys:
    return KeptKeys(StoredKeystores(database, clock=utc_now), Vault(secret, work_factor=2))


def _of_updates(act: Callable[[], None]) -> Callable[..., None]:
    def before_execute(connection: object, cursor: object, statement: str, *_: object) -> None:
        if statement.startswith("UPDATE keystores"):
            act()

    return before_execute


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


def test_all_keys_are_locked_anew_and_open_with_the_new_secret_alone(database: Database) -> None:
    kept_keys = _kept(database)
    of_party = kept_keys.keep(BANK_A.party, BANK_A.private_key)
    of_lane = kept_keys.keep(None, DEVELOPER_KEYS[2])

    assert kept_keys.rotate(Vault(NEW_SECRET, work_factor=2)) == 2

    # The process that did it goes on, and so does one that is started with the new secret.
    for holder in (kept_keys, _kept(database, NEW_SECRET)):
        holder.check()
        assert holder.sign(of_party, DIGEST) == keys.sign(BANK_A.private_key, DIGEST)
        assert holder.lane_keys() == {of_lane: DEVELOPER_KEYS[2]}
    with pytest.raises(Fatal, match="does not open"):
        _kept(database).check()


def test_rotation_with_a_wrong_secret_changes_nothing(
    kept_keys: KeptKeys, database: Database
) -> None:
    kept_keys.keep_new(BANK_A.party)
    with pytest.raises(Fatal, match="does not open"):
        _kept(database, "another secret than the tests'").rotate(Vault(NEW_SECRET, work_factor=2))
    _kept(database).check()


def test_rotation_that_dies_half_way_leaves_every_key_with_the_old_secret(
    kept_keys: KeptKeys, database: Database
) -> None:
    for _ in range(3):
        kept_keys.keep_new(BANK_A.party)
    updates = itertools.count(1)

    def die() -> None:
        if next(updates) == 3:
            raise ConnectionError("the process is gone")

    event.listen(database.engine, "before_cursor_execute", _of_updates(die))
    with pytest.raises(ConnectionError):
        kept_keys.rotate(Vault(NEW_SECRET, work_factor=2))
    fresh = _kept(database)
    for address in fresh.addresses_of(BANK_A.party):
        fresh.sign(address, DIGEST)


def test_key_that_comes_in_meanwhile_stops_the_rotation(
    kept_keys: KeptKeys, database: Database
) -> None:
    kept_keys.keep_new(BANK_A.party)

    class Meanwhile(Vault):
        def lock(self, private_key: bytes) -> dict[str, Any]:
            kept_keys.keep_new(BANK_B.party)
            return super().lock(private_key)

    with pytest.raises(Retryable, match="nothing was changed"):
        kept_keys.rotate(Meanwhile(NEW_SECRET, work_factor=2))
    _kept(database).check()


def test_process_that_knows_only_the_old_secret_takes_no_key_in(database: Database) -> None:
    old = _kept(database)
    old.keep_new(BANK_A.party)
    _kept(database).rotate(Vault(NEW_SECRET, work_factor=2))
    with pytest.raises(Fatal, match="does not open"):
        old.keep_new(BANK_B.party)
    assert _kept(database, NEW_SECRET).addresses_of(BANK_B.party) == []


def test_secrets_are_in_no_repr(kept_keys: KeptKeys) -> None:
    kept_keys.keep(None, DEVELOPER_KEYS[2])
    kept_keys.lane_keys()
    shown = repr(kept_keys) + repr(Vault(SECRET, work_factor=2))
    assert SECRET not in shown
    assert DEVELOPER_KEYS[2].hex() not in shown


def test_short_secret_and_odd_work_factor_are_refused() -> None:
    with pytest.raises(Fatal, match="at least 16"):
        Vault("s" * 15, work_factor=2)
    with pytest.raises(Fatal, match="power of two"):
        Vault(SECRET, work_factor=1000)
