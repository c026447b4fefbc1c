"""The peer: two FastAPI routes that do nothing, served as the gateway is.

`python -m benchmarks.http.bare`: says its URL, and serves until it is told to stop. Both are
`async def`, which is the fastest that FastAPI has: nothing hops to another thread.
"""

from fastapi import FastAPI
from pydantic import BaseModel

from receipts_ledger.api.serving import serve_app


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


def bare_app() -> FastAPI:
    """Return the app."""
    app = FastAPI(openapi_url=None)

    @app.get("/receipts/{receipt_id}", response_model=None)
    async def show(receipt_id: int) -> dict[str, object]:
        return {"receipt_id": receipt_id, "status": "open", "encumbered": True, "version": 2}

    @app.post("/receipts/{receipt_id}/pledges", response_model=None)
    async def pledge(receipt_id: int, body: Pledge) -> dict[str, object]:
        return {"receipt_id": receipt_id, "pledgee_id": body.pledgee_id}

    return app


if __name__ == "__main__":
    serve_app(bare_app(), host="127.0.0.1", port=0, told=lambda url: print(url, flush=True))
