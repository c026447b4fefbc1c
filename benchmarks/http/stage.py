"""What is measured on: a ledger with one pledged receipt, and a gateway that serves it.

The gateway is the real one, a process of its own: `receipts-ledger serve`.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from sqlalchemy import func, select

from benchmarks.http.route import Route
from benchmarks.http.wrk import Load
from receipts_ledger.chain.rpc import Rpc
from receipts_ledger.config import PREFIX
from receipts_ledger.domain.ids import ReceiptId
from receipts_ledger.store.tables import refusals
from receipts_ledger.store.units import Database
from tests.support.cast import BANK_A, BANK_B, INSPECTOR, TRADER_A, WAREHOUSE_A
from tests.support.gateway import DOCUMENT_KEY, Gateway, done, issue_body, pledge_body
from tests.support.ledger_on_chain import LedgerOnChain

KEYSTORE_SECRET = "the keystore secret of the benchmarks"  # noqa: S105  (opens nothing)

_STOP_SECONDS = 20
_numbers = count(1)


# All of the load is one caller's, about one receipt.
_UNLIMITED = {
    "rate_reads_per_second": "0",
    "rate_writes_per_second": "0",
    "rate_writes_per_subject_per_second": "0",
}


@dataclass(frozen=True, slots=True)
class Stage:
    """One ledger in one database."""

    gateway: Gateway
    rpc: Rpc
    database_url: str
    deployment: Path
    receipt: ReceiptId
    number: int

    @property
    def is_postgresql(self) -> bool:
        """Whether it stands on PostgreSQL."""
        return self.database_url.startswith("postgresql")

    @contextmanager
    def served(self, *command: str, **settings: str) -> Iterator[str]:
        """Run the gateway in a process of its own, and yield its URL."""
        given = {
            "rpc": self.rpc.url,
            "deployment": str(self.deployment),
            "database_url": self.database_url,
            "document_key": DOCUMENT_KEY.decode(),
            "keystore_secret": KEYSTORE_SECRET,
            "port": "0",
            "log_level": "warning",
            **_UNLIMITED,
        }
        named = {PREFIX + name.upper(): value for name, value in (given | settings).items()}
        program = str(Path(sys.executable).with_name("receipts-ledger"))
        with _process([program, *(command or ("serve",))], named) as said:
            yield said.removeprefix("listening on ")

    def reading(self, url: str) -> Load:
        """Return what the pledgee asks: all of the receipt, with what he may see."""
        headers = self.gateway.door(BANK_A).headers
        return Load(f"{url}/v1/receipts/{self.receipt}", headers)

    def second_pledge(self, url: str) -> Load:
        """Return what its holder tries: to pledge the receipt again, to another bank."""
        headers = self.gateway.door(TRADER_A).headers
        body = json.dumps(pledge_body(self.gateway, BANK_B))
        return Load(f"{url}/v1/receipts/{self.receipt}/pledges", headers, body)

    def refusals_on_record(self) -> int:
        """Count the refusals of second pledges."""
        with self.gateway.database.reading() as reader:
            found = select(func.count()).where(refusals.c.code == "AlreadyEncumbered")
            return int(reader.scalar(found))


@contextmanager
def staged(rpc: Rpc, database_url: str, folder: Path) -> Iterator[Stage]:
    """Deploy a ledger, and have a receipt issued and pledged through the gateway."""
    database = Database.open(database_url)
    try:
        ledger = LedgerOnChain(rpc)
        ledger.admit_cast()
        gateway = Gateway(ledger, database)
        gateway.bench.add_lane()
        pool = gateway.open_pool()
        done(
            gateway, WAREHOUSE_A, "/v1/receipts", issue_body(gateway, pool), WAREHOUSE_A, INSPECTOR
        )
        receipt = ReceiptId(pool << 32 | 1)
        path = f"/v1/receipts/{receipt}/pledges"
        signers = (TRADER_A, WAREHOUSE_A, BANK_A)
        done(gateway, TRADER_A, path, pledge_body(gateway, BANK_A), *signers)
        deployment = folder / "deployment.json"
        ledger.deployment.write(deployment)
        yield Stage(gateway, rpc, database_url, deployment, receipt, next(_numbers))
    finally:
        database.close()


def bare_load(url: str, route: Route, *, keeps: bool = False) -> Load:
    """Return what the bare route is asked that stands beside one of ours, or the one that keeps."""
    if route is Route.READ:
        return Load(f"{url}/receipts/5", {})
    pledge = {
        "pledgee_id": 21,
        "maturity": "2027-03-31",
        "amount": {"minor": 120_000_000, "currency": "CNY"},
        "documents": ["INV-1"],
    }
    path = "/receipts/5/pledges/kept" if keeps else "/receipts/5/pledges"
    return Load(f"{url}{path}", {}, json.dumps(pledge))


@contextmanager
def bare_served(database_url: str) -> Iterator[str]:
    """Run the peers in a process and on a database of their own, and yield its URL."""
    with _process([sys.executable, "-m", "benchmarks.http.bare", database_url], {}) as said:
        yield said


@contextmanager
def _process(command: Sequence[str], environment: dict[str, str]) -> Iterator[str]:
    """Run a server until the block ends, and yield the line in which it says that it serves."""
    server = subprocess.Popen(
        command, env=os.environ | environment, stdout=subprocess.PIPE, text=True
    )
    try:
        assert server.stdout is not None
        said = server.stdout.readline().strip()
        if not said:
            raise RuntimeError(f"{command[0]} ended at its start")
        yield said
    finally:
        server.terminate()
        server.wait(_STOP_SECONDS)
