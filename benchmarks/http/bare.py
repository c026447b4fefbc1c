"""The peers: FastAPI routes that do nothing, or only keep one row, served as the gateway is.

`python -m benchmarks.http.bare DATABASE_URL`: says its URL, and serves until it is told to stop.
All are `async def`, which is the fastest that FastAPI has: nothing hops to another thread.
"""

import sqlite3
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import TypeAlias

from fastapi import FastAPI, Request
from psycopg_pool import AsyncConnectionPool
from pydantic import BaseModel

from receipts_ledger.api.serving import serve_app

_TABLE = "CREATE TABLE IF NOT EXISTS bare_pledges (body TEXT NOT NULL)"
_CONNECTIONS = 4

Keep: TypeAlias = Callable[[str], Awaitable[None]]


class Amount(BaseModel):
    """An amount of money."""

    minor: int
    currency: str


class Pledge(BaseModel):
    """A small body, as a beginner would write it."""

    pledgee_id: int
    maturity: str
    amount: Amount
    documents: list[str]


def bare_app(database_url: str) -> FastAPI:
    """Return the app. It makes one table of its own in the database."""
    keeping = _on_postgresql if database_url.startswith("postgresql") else _on_sqlite

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with keeping(database_url) as app.state.keep:
            yield

    app = FastAPI(openapi_url=None, lifespan=lifespan)

    @app.get("/receipts/{receipt_id}", response_model=None)
    async def show(receipt_id: int) -> dict[str, object]:
        return {"receipt_id": receipt_id, "status": "open", "encumbered": True, "version": 2}

    @app.post("/receipts/{receipt_id}/pledges", response_model=None)
    async def pledge(receipt_id: int, body: Pledge) -> dict[str, object]:
        return {"receipt_id": receipt_id, "pledgee_id": body.pledgee_id}

    @app.post("/receipts/{receipt_id}/pledges/kept", response_model=None)
    async def keep(receipt_id: int, body: Pledge, request: Request) -> dict[str, object]:
        await request.app.state.keep(body.model_dump_json())
        return {"receipt_id": receipt_id, "pledgee_id": body.pledgee_id}

    return app


@asynccontextmanager
async def _on_sqlite(database_url: str) -> AsyncIterator[Keep]:
    driver = sqlite3.connect(database_url.removeprefix("sqlite:///"), isolation_level=None)
    driver.execute("PRAGMA journal_mode = WAL")
    driver.execute("PRAGMA synchronous = FULL")
    driver.execute(_TABLE)

    async def keep(body: str) -> None:
        driver.execute("INSERT INTO bare_pledges VALUES (?)", (body,))

    try:
        yield keep
    finally:
        driver.close()


@asynccontextmanager
async def _on_postgresql(database_url: str) -> AsyncIterator[Keep]:
    pool = AsyncConnectionPool(
        database_url,
        kwargs={"autocommit": True, "prepare_threshold": 0},
        min_size=_CONNECTIONS,
        open=False,
    )
    async with pool:
        async with pool.connection() as connection:
            await connection.execute(_TABLE)

        async def keep(body: str) -> None:
            async with pool.connection() as connection:
                await connection.execute("INSERT INTO bare_pledges VALUES (%s)", (body,))

        yield keep


if __name__ == "__main__":
    serve_app(
        bare_app(sys.argv[1]), host="127.0.0.1", port=0, told=lambda url: print(url, flush=True)
    )
