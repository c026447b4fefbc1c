"""The work that goes on in a storm: traders, each with dice of its own, on the same receipts."""

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from receipts_ledger.domain.ids import PoolId, ReceiptId, pool_of
from tests.faults.storm.client import Abandoned, GoodClient
from tests.faults.storm.journal import Asked, Journal, Told
from tests.faults.storm.site import OPERATOR, Site, member_of
from tests.support.cast import (
    AUTHORITY,
    BANK_A,
    BANK_B,
    BANK_C,
    INSPECTOR,
    TRADER_A,
    TRADER_B,
    TRADER_C,
    WAREHOUSE_B,
    Member,
)

_BANKS = (BANK_A, BANK_B, BANK_C)
_HOLDERS = (TRADER_A, TRADER_B, TRADER_C)
_ANYBODY = {"inspector": INSPECTOR, "authority": AUTHORITY}
_CONTENT = {"brand": "GUIYE", "grade": "Cu-CATH-1", "bundles": 2}
_LOT = 25_000
_RECEIPTS_MIN = 30
_LOOK_SECONDS = 1.0
_SETTLED_SECONDS = 12.0
_RACE_SHARE = 0.15
_SHORT_DEADLINE_SHARE = 0.04
_PAGE = 100

Row = Mapping[str, Any]


class Catalogue:
    """The receipts as the API lists them, looked at again and again by a thread of its own."""

    def __init__(self, client: GoodClient, over: threading.Event) -> None:
        self._client = client
        self._over = over
        self._rows: list[Row] = []
        self._busy: set[int] = set()
        self._lock = threading.Lock()

    def watch(self) -> None:
        """Read the list until the storm is over."""
        while not self._over.is_set():
            try:
                rows = self._read()
            except Abandoned:
                return
            with self._lock:
                self._rows = rows
            self._over.wait(_LOOK_SECONDS)

    def count(self) -> int:
        """Return how many receipts are open."""
        with self._lock:
            return len(self._rows)

    def take(self, dice: Random, fits: Callable[[Row], bool]) -> Row | None:
        """Return a receipt that fits and that nobody works on, or now and then any that fits."""
        is_race = dice.random() < _RACE_SHARE
        with self._lock:
            fitting = [
                row
                for row in self._rows
                if fits(row) and (is_race or row["receipt_id"] not in self._busy)
            ]
            if not fitting:
                return None
            chosen = dice.choice(fitting)
            self._busy.add(chosen["receipt_id"])
            return chosen

    def take_pool(self, dice: Random, pools: Sequence[PoolId]) -> PoolId | None:
        """Return a pool in which nobody makes new numbers, or now and then any."""
        is_race = dice.random() < _RACE_SHARE
        with self._lock:
            fitting = [pool for pool in pools if is_race or pool not in self._busy]
            if not fitting:
                return None
            chosen = dice.choice(fitting)
            self._busy.add(chosen)
            return chosen

    def give_back(self, taken: Sequence[int]) -> None:
        """Let others work on these receipts or pools."""
        with self._lock:
            self._busy.difference_update(taken)

    def _read(self) -> list[Row]:
        rows: list[Row] = []
        after = ""
        while True:
            page = self._client.get(f"/v1/receipts?status=open&limit={_PAGE}{after}", OPERATOR)
            if page is None:
                return rows
            rows += page["items"]
            if page["next_cursor"] is None:
                return rows
            after = f"&cursor={page['next_cursor']}"


class Trader:
    """One pair of hands: drafts, signs for everybody concerned, waits, and goes on."""

    def __init__(self, site: Site, client: GoodClient, catalogue: Catalogue, number: int) -> None:
        self._site = site
        self._client = client
        self._catalogue = catalogue
        self._dice = client.dice
        self._number = number
        self._serial = 0
        self._verbs: Sequence[tuple[int, Callable[[], None]]] = (
            (4, self._issue),
            (5, self._pledge),
            (4, self._second_pledge),
            (5, self._release),
            (3, self._transfer),
            (2, self._deliver),
            (2, self._split),
            (1, self._merge),
            (2, self._extend),
            (2, self._assign),
            (2, self._pledge_portfolio),
            (2, self._release_portfolio),
            (2, self._transfer_portfolio),
            (1, self._freeze),
            (2, self._unfreeze),
            (1, self._invalidate),
        )

    def work(self, has_to_stop: threading.Event) -> None:
        """Do one thing after the other until told to stop."""
        weights = [weight for weight, _ in self._verbs]
        verbs = [verb for _, verb in self._verbs]
        while not has_to_stop.is_set():
            is_poor = self._catalogue.count() < _RECEIPTS_MIN
            try:
                verb = self._issue if is_poor else self._dice.choices(verbs, weights)[0]
                verb()
            except Abandoned:
                return

    def _issue(self) -> None:
        pool = self._catalogue.take_pool(self._dice, self._site.pools)
        if pool is None:
            return
        holders = _HOLDERS if pool >> 16 != WAREHOUSE_B.party else (*_HOLDERS, WAREHOUSE_B)
        receipts = [
            {
                "holder_id": self._dice.choice(holders).party,
                "quantity": _LOT,
                "storage_until": _day(200),
                "content": _CONTENT,
            }
            for _ in range(self._dice.randint(1, 3))
        ]
        body = {
            "pool_id": pool,
            "receipts": receipts,
            "documents": [self._document("inbound_note")],
            "evidence": {"weighbridge_ticket": f"WB-{self._number}-{self._serial}"},
        }
        self._whole("/v1/receipts", body, member_of(pool >> 16))
        self._catalogue.give_back([pool])

    def _pledge(self) -> None:
        self._about(_is_free, "pledges", self._pledging, _holder)

    def _second_pledge(self) -> None:
        """Two banks at once: all have signed both pledges but for the last signature of each."""
        row = self._catalogue.take(self._dice, _is_free)
        if row is None:
            return
        path = f"/v1/receipts/{row['receipt_id']}/pledges"
        ready: list[tuple[Asked, Member]] = []
        for bank in self._dice.sample(_BANKS, 2):
            drafted = self._client.draft(path, self._pledging(row, bank), _holder(row))
            if drafted is None:
                continue
            *others, last = self._missing(drafted[1], _holder(row))
            for member in others:
                self._client.sign(drafted[0], member)
            ready.append((drafted[0], last))
        hands = [
            threading.Thread(target=self._sign_or_leave, args=(self._twin(), *each))
            for each in ready
        ]
        for hand in hands:
            hand.start()
        for hand in hands:
            hand.join()
        self._wait([asked for asked, _ in ready])
        self._catalogue.give_back([row["receipt_id"]])

    def _release(self) -> None:
        self._about(_is_pledged, "releases", lambda _: {}, _pledgee)

    def _transfer(self) -> None:
        self._about(_is_free, "transfers", self._transferring, _holder)

    def _deliver(self) -> None:
        def body(row: Row) -> dict[str, Any]:
            part = self._dice.choice((row["quantity"], max(1, row["quantity"] // 2)))
            return {"quantity": part, "evidence": {"gate_pass": "GP-1"}}

        self._about(_is_open, "deliveries", body, _holder)

    def _split(self) -> None:
        def body(row: Row) -> dict[str, Any]:
            size = max(1, row["quantity"] // self._dice.randint(2, 5))
            return {"parts": [{"quantity": size, "content": _CONTENT}]}

        pool = self._catalogue.take_pool(self._dice, self._site.pools)
        if pool is not None:
            self._about(
                lambda row: _is_divisible(row) and row["pool_id"] == pool, "splits", body, _holder
            )
            self._catalogue.give_back([pool])

    def _merge(self) -> None:
        row = self._catalogue.take(self._dice, _is_free)
        if row is None:
            return
        other = self._catalogue.take(self._dice, lambda each: _is_like(each, row))
        if other is not None:
            path = f"/v1/receipts/{row['receipt_id']}/mergers"
            self._whole(path, {"absorbed_id": other["receipt_id"]}, _holder(row))
            self._catalogue.give_back([other["receipt_id"]])
        self._catalogue.give_back([row["receipt_id"]])

    def _extend(self) -> None:
        body = {"storage_until": _day(300 + self._dice.randint(1, 300))}
        self._about(_is_open, "extensions", lambda _: body, _holder)

    def _assign(self) -> None:
        def body(row: Row) -> dict[str, Any]:
            others = [bank.party for bank in _BANKS if bank.party != row["pledgee_id"]]
            return {"new_pledgee_id": self._dice.choice(others)}

        self._about(_is_pledged, "assignments", body, _pledgee)

    def _pledge_portfolio(self) -> None:
        self._about_many(_is_free, "/v1/pledge-portfolios", self._pledging, _holder)

    def _release_portfolio(self) -> None:
        self._about_many(_is_pledged, "/v1/release-portfolios", lambda _: {}, _pledgee)

    def _transfer_portfolio(self) -> None:
        self._about_many(_is_free, "/v1/transfer-portfolios", self._transferring, _holder)

    def _freeze(self) -> None:
        order = {"order": {"court": "1"}}
        self._about(_is_open, "freezes", lambda _: order, lambda _: AUTHORITY)

    def _unfreeze(self) -> None:
        order = {"order": {"court": "1"}}
        self._about(lambda row: row["frozen"], "unfreezes", lambda _: order, lambda _: AUTHORITY)

    def _invalidate(self) -> None:
        self._about(_is_free, "invalidations", lambda _: {"reason": {"text": "lost"}}, _holder)

    def _about(
        self,
        fits: Callable[[Row], bool],
        verb: str,
        body: Callable[[Row], Mapping[str, Any]],
        by: Callable[[Row], Member],
    ) -> None:
        row = self._catalogue.take(self._dice, fits)
        if row is None:
            return
        self._whole(f"/v1/receipts/{row['receipt_id']}/{verb}", body(row), by(row))
        self._catalogue.give_back([row["receipt_id"]])

    def _about_many(
        self,
        fits: Callable[[Row], bool],
        path: str,
        body: Callable[[Row], Mapping[str, Any]],
        by: Callable[[Row], Member],
    ) -> None:
        first = self._catalogue.take(self._dice, fits)
        if first is None:
            return
        rows = {first["receipt_id"]: first}
        for _ in range(self._dice.randint(1, 3)):
            other = self._catalogue.take(
                self._dice, lambda each: fits(each) and _is_like(each, first)
            )
            if other is not None:
                rows[other["receipt_id"]] = other
        self._whole(path, {"receipt_ids": sorted(rows), **body(first)}, by(first))
        self._catalogue.give_back(list(rows))

    def _whole(self, path: str, body: Mapping[str, Any], by: Member) -> None:
        """Have an act drafted, signed by all in any order, and wait for what becomes of it."""
        if self._dice.random() < _SHORT_DEADLINE_SHARE:
            soon = datetime.now(UTC) + timedelta(seconds=self._dice.randint(3, 20))
            body = {**body, "deadline": soon.replace(microsecond=0).isoformat()}
        drafted = self._client.draft(path, body, by)
        if drafted is None:
            return
        asked, answer = drafted
        for member in self._missing(answer, by):
            if self._client.sign(asked, member) is not Told.DRAFTED or asked.code is not None:
                break
        self._wait([asked])

    def _missing(self, answer: Mapping[str, Any], by: Member) -> list[Member]:
        """Return who has to sign, in any order. Who lost the receipt in a race is told no name."""
        signers = [each for each in answer["signers"] if not each["signed"]]
        members = [
            _ANYBODY.get(each["role"], by)
            if each["party_id"] is None
            else member_of(each["party_id"])
            for each in signers
        ]
        self._dice.shuffle(members)
        # One who is needed twice signs once.
        return list(dict.fromkeys(members))

    def _wait(self, acts: Sequence[Asked]) -> None:
        """Give accepted acts some time to be settled; what is slower is left to its fate."""
        until = time.monotonic() + _SETTLED_SECONDS
        for asked in acts:
            while asked.told is Told.ACCEPTED and time.monotonic() < until:
                if self._client.status(asked.act_id) not in ("signed", "assigned", "sent"):
                    break
                time.sleep(0.3)

    def _sign_or_leave(self, client: GoodClient, asked: Asked, member: Member) -> None:
        try:
            client.sign(asked, member)
        except Abandoned:
            return

    def _twin(self) -> GoodClient:
        """Return a client for a thread of its own: dice are not to be shared."""
        return client_of(
            self._site,
            self._client.journal,
            Random(self._dice.getrandbits(64)),
            self._client.over,
        )

    def _pledging(self, row: Row, bank: Member | None = None) -> dict[str, Any]:
        return {
            "pledgee_id": (bank or self._dice.choice(_BANKS)).party,
            "maturity": _day(90),
            "terms": {"amount": {"minor": 120_000_000, "currency": "CNY"}},
            "documents": [self._document("invoice")],
        }

    def _transferring(self, row: Row) -> dict[str, Any]:
        others = [each.party for each in _HOLDERS if each.party != row["holder_id"]]
        return {"transferee_id": self._dice.choice(others)}

    def _document(self, kind: str) -> dict[str, str]:
        self._serial += 1
        # Signs between digits do not tell papers apart.
        return {"kind": kind, "identifier": f"T{self._number}S{self._serial}"}


def client_of(site: Site, journal: Journal, dice: Random, over: threading.Event) -> GoodClient:
    """Return a client that knows all doors of a site."""
    return GoodClient(
        doors=site.fleet.doors,
        tokens=site.tokens,
        digester=site.ledger.digester,
        journal=journal,
        dice=dice,
        over=over,
    )


def _is_open(row: Row) -> bool:
    return not row["frozen"]


def _is_free(row: Row) -> bool:
    return not row["frozen"] and not row["encumbered"]


def _is_pledged(row: Row) -> bool:
    return not row["frozen"] and bool(row["encumbered"])


def _is_divisible(row: Row) -> bool:
    return not row["frozen"] and row["quantity"] > 10


def _is_like(row: Row, other: Row) -> bool:
    return (
        row["receipt_id"] != other["receipt_id"]
        and pool_of(ReceiptId(row["receipt_id"])) == pool_of(ReceiptId(other["receipt_id"]))
        and row["holder_id"] == other["holder_id"]
        and row["pledgee_id"] == other["pledgee_id"]
        and not row["frozen"]
    )


def _holder(row: Row) -> Member:
    return member_of(row["holder_id"])


def _pledgee(row: Row) -> Member:
    return member_of(row["pledgee_id"])


def _day(days: int) -> str:
    return (datetime.now(UTC) + timedelta(days=days)).date().isoformat()
