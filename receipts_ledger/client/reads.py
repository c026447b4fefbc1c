"""What can be asked of a gateway. Nothing here changes anything."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeAlias
from urllib.parse import quote

from receipts_ledger.client import following
from receipts_ledger.client.http import Http

Answer: TypeAlias = dict[str, Any]

_PAGE_ROWS = 200


def certificate_query(disclose: Sequence[str] | None, state_only: bool) -> dict[str, object]:
    """Return the query that asks for a certificate."""
    return {
        "disclose": None if disclose is None else ",".join(disclose),
        "state_only": "true" if state_only else None,
    }


class Reads:
    """Questions, as the gateway answers them: JSON objects."""

    def __init__(self, http: Http) -> None:
        self._http = http

    def ledger(self) -> Answer:
        """Return which ledger the gateway serves, and how far it has read it."""
        return self._one("/v1/ledger")

    def follow(self, *, after: int = 0, finality: str = "mined") -> Iterator[Answer]:
        """Yield what happens to the ledger as it happens, from a place of the feed on."""
        return following.follow(self._http, after=after, finality=finality)

    def party(self, party_id: int, *, at: str | None = None) -> Answer:
        """Return one party; at a moment, as it was then."""
        return self._one(_then(f"/v1/parties/{party_id}", at))

    def parties(self) -> Iterator[Answer]:
        """Yield all parties."""
        return self._all("/v1/parties", {})

    def pool(self, pool_id: int, *, at: str | None = None) -> Answer:
        """Return one pool; at a moment, as it was then."""
        return self._one(_then(f"/v1/pools/{pool_id}", at))

    def stock(self, pool_id: int, *, at: str | None = None) -> Answer:
        """Return all steps of a pool's stock, oldest first. For its warehouse and overseers."""
        return self._whole(f"/v1/pools/{pool_id}/stock", {"at": at})

    def pools(self) -> Iterator[Answer]:
        """Yield all pools."""
        return self._all("/v1/pools", {})

    def profile(self, code: str) -> Answer:
        """Return the profile of one commodity."""
        return self._one(f"/v1/profiles/{quote(code, safe='')}")

    def receipt(self, receipt_id: int, *, at: str | None = None) -> Answer:
        """Return one receipt, as much of it as the asker may see; at a moment, as it was then.

        A moment is a block number or hash, a date (its end, UTC), or an RFC 3339 time.
        """
        return self._one(_then(f"/v1/receipts/{receipt_id}", at))

    def receipts(
        self,
        *,
        pool_id: int | None = None,
        holder_id: int | None = None,
        pledgee_id: int | None = None,
        status: str | None = None,
    ) -> Iterator[Answer]:
        """Yield the receipts that fit, page after page."""
        query = {
            "pool_id": pool_id,
            "holder_id": holder_id,
            "pledgee_id": pledgee_id,
            "status": status,
        }
        return self._all("/v1/receipts", query)

    def history(self, receipt_id: int, *, with_signers: bool = False) -> Iterator[Answer]:
        """Yield what has happened to a receipt, oldest first, if wanted with who signed it."""
        query = {"signers": "true" if with_signers else None}
        return self._all(f"/v1/receipts/{receipt_id}/history", query)

    def holdings(self, party_id: int, capacity: str, *, at: str | None = None) -> Answer:
        """Return what a party has or had as holder, lender or warehouse, with all its receipts.

        For the party itself and for overseers.
        """
        query = {"capacity": capacity, "at": at}
        return self._whole(f"/v1/parties/{party_id}/holdings", query)

    def certificate(
        self,
        receipt_id: int,
        *,
        disclose: Sequence[str] | None = None,
        state_only: bool = False,
    ) -> Answer:
        """Return a certificate of a receipt, to be checked by scripts/verify_certificate.py.

        `disclose` names the fields that it shows, those of the pledge's terms with `terms.`
        before them; without it, it shows all. With `state_only` it says nothing of the past.
        """
        return self._one(
            f"/v1/receipts/{receipt_id}/certificate", certificate_query(disclose, state_only)
        )

    def acts(self, *, status: str | None = None, party_id: int | None = None) -> Iterator[Answer]:
        """Yield acts under way and done, newest first."""
        return self._all("/v1/acts", {"status": status, "party_id": party_id})

    def refusals(self) -> Iterator[Answer]:
        """Yield what was refused, newest first."""
        return self._all("/v1/refusals", {})

    def whoami(self) -> Answer:
        """Return who asks: party, roles, scopes, and until when."""
        return self._one("/v1/session")

    def content_reads(
        self, *, receipt_id: int | None = None, party_id: int | None = None
    ) -> Iterator[Answer]:
        """Yield who was shown which contents, newest first. For operator and auditors."""
        query = {"receipt_id": receipt_id, "party_id": party_id}
        return self._all("/v1/content-reads", query)

    def key_uses(self, *, party_id: int | None = None) -> Iterator[Answer]:
        """Yield what kept keys have signed, newest first. For operator and auditors."""
        return self._all("/v1/key-uses", {"party_id": party_id})

    def events(self, after: int = 0, limit: int = _PAGE_ROWS) -> list[Answer]:
        """Return one page of the feed behind a sequence number."""
        page = self._one("/v1/events", {"after": after, "limit": limit})
        return list(page["items"])

    def _one(self, path: str, query: Mapping[str, object] | None = None) -> Answer:
        answer = self._http.get(path, query)
        return dict(answer)

    def _whole(self, path: str, query: Mapping[str, object]) -> Answer:
        """Return all pages as one; they are of one block."""
        whole = self._http.get(path, {**query, "limit": _PAGE_ROWS})
        items, cursor = list(whole["items"]), whole.pop("next_cursor")
        while cursor is not None:
            page = self._http.get(path, {**query, "cursor": cursor, "limit": _PAGE_ROWS})
            items += page["items"]
            cursor = page["next_cursor"]
        return {**whole, "items": items}

    def _all(self, path: str, query: Mapping[str, object]) -> Iterator[Answer]:
        cursor: str | None = None
        while True:
            page = self._http.get(path, {**query, "cursor": cursor, "limit": _PAGE_ROWS})
            yield from page["items"]
            cursor = page.get("next_cursor")
            if cursor is None:
                return


def _then(path: str, at: str | None) -> str:
    return path if at is None else f"{path}/states/{quote(at, safe='')}"
