"""The first document key of a ledger is its only one."""

import threading
from datetime import UTC, datetime

from sqlalchemy import select

from receipts_ledger.store.document_key import is_key_of_ledger
from receipts_ledger.store.tables import chain, contents
from receipts_ledger.store.units import Database
from tests.support.gateway import DOCUMENT_KEY

OTHER_KEY = b"another document key than before"


def _begin(database: Database) -> None:
    with database.writing() as writer:
        writer.insert(
            chain,
            id=1,
            chain_id=31_337,
            genesis_hash=bytes(32),
            contract=bytes(20),
            deployment_block=1,
            code_hash=bytes(32),
        )


def _kept(database: Database) -> object:
    with database.reading() as reader:
        return reader.scalar(select(chain.c.document_key_check))


def test_first_key_is_the_ledgers_and_no_other(database: Database) -> None:
    _begin(database)
    assert is_key_of_ledger(database, DOCUMENT_KEY)
    kept = _kept(database)
    assert kept is not None
    assert not is_key_of_ledger(database, OTHER_KEY)
    assert is_key_of_ledger(database, DOCUMENT_KEY)
    assert _kept(database) == kept


def test_of_many_keys_that_come_at_once_one_is_the_ledgers(database: Database) -> None:
    _begin(database)
    keys = [DOCUMENT_KEY + bytes([number]) for number in range(3)]
    together = threading.Barrier(len(keys))
    taken: list[bytes] = []

    def replica(key: bytes) -> None:
        together.wait()
        if is_key_of_ledger(database, key):
            taken.append(key)

    threads = [threading.Thread(target=replica, args=(key,)) for key in keys]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(taken) == 1
    assert [key for key in keys if is_key_of_ledger(database, key)] == taken


def test_terms_that_name_no_paper_as_the_gateway_does_decide_nothing(database: Database) -> None:
    _begin(database)
    paper = {"kind": "invoice", "identifier": "INV-1", "fingerprint": "0x" + "11" * 32}
    foreign: list[object] = [
        "see the folder",
        [],
        [paper["identifier"]],
        [{**paper, "fingerprint": 17}],
        [{**paper, "identifier": "-"}],
    ]
    with database.writing() as writer:
        for number, documents in enumerate(foreign):
            writer.insert(
                contents,
                commitment=bytes([number]) * 32,
                kind="terms",
                body={"documents": documents},
                salts={},
                created_at=datetime(2026, 1, 1 + number, tzinfo=UTC),
            )
    assert is_key_of_ledger(database, DOCUMENT_KEY)
