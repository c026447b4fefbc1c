"""One worker for one SQLite file: SQLite has one writer, and two would only wait for each other."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import make_url

from receipts_ledger.errors import Fatal


@contextmanager
def sole_worker(database_url: str) -> Iterator[bool]:
    """Be the only worker for a SQLite file, and yield True. PostgreSQL may have many.

    Raises Fatal when there is one already. The lock goes with the process, however that ends.
    """
    url = make_url(database_url)
    if url.get_backend_name() != "sqlite":
        yield False
        return
    path = f"{url.database}.worker.lock"
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        _lock(descriptor, path, str(url.database))
        yield True
    finally:
        os.close(descriptor)


def _lock(descriptor: int, path: str, database: str) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        holder = os.pread(descriptor, 32, 0).decode(errors="replace").strip() or "?"
        raise Fatal(
            f"process {holder} works on {database} already (it holds {path}); SQLite takes one "
            "worker: stop that one, or use PostgreSQL"
        ) from None
    os.ftruncate(descriptor, 0)
    os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
