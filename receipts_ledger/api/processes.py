"""The three processes of a gateway: `serve`, `work`, and `up`, which is both in one.

SQL is all that they share. Each ends by itself on SIGTERM or SIGINT, with nothing half done.
"""

import signal
from collections.abc import Callable

from receipts_ledger.api.serving import serve as serve_api
from receipts_ledger.config import Settings
from receipts_ledger.services.worker import Worker
from receipts_ledger.wiring import House, Schema, open_house, set_up_logs

Told = Callable[[str], None]


def serve(settings: Settings, schema: Schema, told: Told) -> None:
    """Serve the API. Any number of processes may. `told` hears the URL.

    Raises Fatal or Retryable when it cannot start.
    """
    set_up_logs(settings)
    house = open_house(settings, schema)
    try:
        serve_api(house, host=settings.host, port=settings.port, told=told)
    finally:
        house.close()


def work(settings: Settings, schema: Schema, told: Told) -> None:
    """Index and relay. Replicas take turns. `told` hears that the work has begun.

    Raises Fatal or Retryable when it cannot start, Fatal when it cannot go on.
    """
    set_up_logs(settings)
    house = open_house(settings, schema)
    try:
        with house.working() as worker:
            for number in (signal.SIGTERM, signal.SIGINT):
                signal.signal(number, lambda *_: worker.end_soon())
            told(_place(house))
            worker.wait()
        _raise_failure(worker)
    finally:
        house.close()


def up(settings: Settings, schema: Schema, told: Told) -> None:
    """Serve, index and relay in one process. `told` hears the URL.

    Raises Fatal or Retryable when it cannot start, Fatal when it cannot go on.
    """
    set_up_logs(settings)
    house = open_house(settings, schema)
    try:
        with house.working() as worker:
            serve_api(
                house,
                host=settings.host,
                port=settings.port,
                told=told,
                should_end=lambda: worker.wait(0),
            )
        _raise_failure(worker)
    finally:
        house.close()


def _raise_failure(worker: Worker) -> None:
    if worker.failure is not None:
        raise worker.failure


def _place(house: House) -> str:
    return f"{house.deployment.contract} at {house.rpc.url}"
