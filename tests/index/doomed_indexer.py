"""An indexer that kills itself with SIGKILL as soon as it has written to the table named.

Run as a process of its own: URL of the node, deployment file, URL of the database, table.
"""

import os
import signal
import sys
from collections.abc import Iterable
from pathlib import Path

from sqlalchemy import Connection, Table, event

from receipts_ledger.chain.deployment import Deployment
from receipts_ledger.chain.reader import ChainReader
from receipts_ledger.chain.rpc import Rpc
from receipts_ledger.domain.finality import Finality
from receipts_ledger.services.index import Indexer
from receipts_ledger.store import bulk
from receipts_ledger.store.units import Database
from tests.support.indexing import stored_index

node_url, deployment_path, database_url, doomed_table = sys.argv[1:]


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _after_statement(connection: Connection, cursor: object, statement: str, *_: object) -> None:
    if statement.startswith(("INSERT", "UPDATE")) and f" {doomed_table} " in statement.replace(
        '"', ""
    ):
        _die()


_copy = bulk._copy


def _copy_and_die(
    connection: Connection, table: Table, parts: Iterable[bytes], form: bulk._Form = bulk._TEXT
) -> None:
    _copy(connection, table, parts, form)
    if table.name == doomed_table:
        _die()


bulk._copy = _copy_and_die
database = Database.open(database_url)
event.listen(database.engine, "after_cursor_execute", _after_statement)
deployment = Deployment.read(Path(deployment_path))
Indexer(
    ChainReader(Rpc(node_url), deployment),
    stored_index(database),
    origin=deployment.origin(),
    finality=Finality.parse("depth:2"),
).catch_up()
