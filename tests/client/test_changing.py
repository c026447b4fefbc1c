"""Every later act as a verb: what the gateway drafts is what was asked for, member by member."""

import json
from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from receipts_ledger.client import Draft, LedgerClient, Misdrafted, NewGoods, NewPart
from receipts_ledger.domain.act import Act
from receipts_ledger.domain.change import Cancel, Merge, Replace, Split, WriteDown
from receipts_ledger.domain.change import NewPart as Part
from receipts_ledger.domain.content import Json
from receipts_ledger.domain.ids import (
    NO_HASH,
    Address,
    Hash32,
    PartyId,
    PoolId,
    ReceiptId,
    Version,
    day_of,
)
from receipts_ledger.domain.item import Mark, words_of
from receipts_ledger.domain.party import CompleteRecovery, Recover, VetoRecovery
from receipts_ledger.domain.pledge import Substitute
from receipts_ledger.domain.pool import OpenPool, Pause, Resume, Seal
from receipts_ledger.domain.receipt import (
    Deliver,
    ExtendStorage,
    FromPaper,
    Invalidate,
    Issue,
    LiftClaim,
    NewReceipt,
    NoteClaim,
    ReceiptRef,
    ToPaper,
    TransferPortfolio,
)
from receipts_ledger.domain.sealed import Sealed, seal
from tests.client.test_draft import answer
from tests.client.test_http import Server, server

__all__ = ["server"]

POOL = PoolId(12 << 16 | 1)
RECEIPT, OTHER = ReceiptId(POOL << 32 | 7), ReceiptId(POOL << 32 | 8)
VERSION = Version(3)
UNTIL = datetime(2033, 5, 18, tzinfo=UTC)
DEADLINE = int(UNTIL.timestamp())
DAY = date(2033, 1, 1)
KEY = Address(b"\x07" * 20)
SAID: dict[str, Json] = {"text": "as agreed"}
AMOUNT: dict[str, Json] = {"amount": {"minor": 5_000, "currency": "CNY"}}
GOODS: dict[str, Json] = {"brand": "疆南", "grade": "31"}
BALES: list[dict[str, Json]] = [
    {"gin": "65001", "lot_number": "L1", "bale_number": n} for n in (1, 2)
]
WORDS = words_of([Mark(Hash32(b"\x01" * 32), bit) for bit in (1, 2)])
THREE_BALES = words_of([Mark(Hash32(b"\x01" * 32), bit) for bit in (1, 2, 3)])
KEYS = (Hash32(b"\x01" * 32), Hash32(b"\x02" * 32))
SOLD = seal("terms", SAID)
WHY = seal("reason", SAID)
WHY_BALES = seal("reason", {**SAID, "items": BALES})
COUNTED = seal("evidence", SAID)
COUNTED_BALES = seal("evidence", {**SAID, "items": BALES})
ON_PAPER = seal("paper", SAID)
CLAIMED = seal("claim", SAID)
SECURED = seal("terms", AMOUNT)
STORED = seal("content", {**GOODS, "commodity": "cotton-bale", "items": BALES})
PLACE = seal("description", {"commodity": "tin-ingot", "place": "shed 1", "base_unit": "KGM"})
NAMES_NO_DOCUMENT = seal("evidence", {**SAID, "documents": []})


@dataclass(frozen=True)
class Case:
    """A verb, the act that a gateway should draft for it, and what the verb leaves open."""

    ask: Callable[[LedgerClient], Draft]
    act: Any
    contents: tuple[Sealed, ...] = ()
    left_open: tuple[str, ...] = ()


CASES = [
    Case(
        lambda client: client.split(
            RECEIPT, [NewPart(1_000, GOODS, BALES)], version=VERSION, deadline=UNTIL
        ),
        Split(
            RECEIPT, VERSION, 500, 9, (Part(1_000, STORED.commitment, WORDS),), NO_HASH, DEADLINE
        ),
        (STORED,),
        # What remains and which number comes next is for the ledger to say.
        ("remaining", "first_serial", "content"),
    ),
    Case(
        lambda client: client.merge(RECEIPT, OTHER, items=BALES, version=VERSION, deadline=UNTIL),
        Merge(RECEIPT, VERSION, OTHER, Version(1), WORDS, NO_HASH, DEADLINE),
        left_open=("absorbed_version", "content"),
    ),
    Case(
        lambda client: client.replace(
            RECEIPT, 900, GOODS, items=BALES, version=VERSION, deadline=UNTIL
        ),
        Replace(RECEIPT, VERSION, 9, 900, WORDS, STORED.commitment, DEADLINE),
        (STORED,),
        ("serial",),
    ),
    Case(
        lambda client: client.cancel(RECEIPT, SAID, items=BALES, version=VERSION, deadline=UNTIL),
        Cancel(RECEIPT, VERSION, WORDS, WHY_BALES.commitment, DEADLINE),
        (WHY_BALES,),
    ),
    Case(
        lambda client: client.write_down(
            RECEIPT, 900, SAID, items=BALES, version=VERSION, deadline=UNTIL
        ),
        WriteDown(RECEIPT, VERSION, 900, WORDS, COUNTED_BALES.commitment, DEADLINE),
        (COUNTED_BALES,),
    ),
    Case(
        lambda client: client.deliver(
            RECEIPT, 900, SAID, items=BALES, version=VERSION, deadline=UNTIL
        ),
        Deliver(RECEIPT, VERSION, 900, WORDS, (), COUNTED_BALES.commitment, DEADLINE),
        (COUNTED_BALES,),
    ),
    Case(
        lambda client: client.extend_storage(
            RECEIPT, storage_until=DAY, terms=SAID, version=VERSION, deadline=UNTIL
        ),
        ExtendStorage(RECEIPT, VERSION, day_of(DAY), SOLD.commitment, DEADLINE),
        (SOLD,),
    ),
    Case(
        lambda client: client.to_paper(RECEIPT, SAID, version=VERSION, deadline=UNTIL),
        ToPaper(RECEIPT, VERSION, ON_PAPER.commitment, DEADLINE),
        (ON_PAPER,),
    ),
    Case(
        lambda client: client.from_paper(RECEIPT, SAID, version=VERSION, deadline=UNTIL),
        FromPaper(RECEIPT, VERSION, ON_PAPER.commitment, DEADLINE),
        (ON_PAPER,),
    ),
    Case(
        lambda client: client.note_claim(RECEIPT, SAID, version=VERSION, deadline=UNTIL),
        NoteClaim(RECEIPT, VERSION, CLAIMED.commitment, DEADLINE),
        (CLAIMED,),
    ),
    Case(
        lambda client: client.lift_claim(RECEIPT, SAID, version=VERSION, deadline=UNTIL),
        LiftClaim(RECEIPT, VERSION, WHY.commitment, DEADLINE),
        (WHY,),
    ),
    Case(
        lambda client: client.invalidate(RECEIPT, SAID, version=VERSION, deadline=UNTIL),
        Invalidate(RECEIPT, VERSION, WHY.commitment, DEADLINE),
        (WHY,),
    ),
    Case(
        lambda client: client.substitute(
            RECEIPT, OTHER, terms=AMOUNT, version=VERSION, deadline=UNTIL
        ),
        Substitute(RECEIPT, VERSION, OTHER, Version(1), SECURED.commitment, DEADLINE),
        (SECURED,),
        ("substitute_version",),
    ),
    Case(
        lambda client: client.transfer_portfolio(
            [OTHER, RECEIPT], PartyId(5), terms=SAID, deadline=UNTIL
        ),
        TransferPortfolio(
            (ReceiptRef(RECEIPT, VERSION), ReceiptRef(OTHER, VERSION)),
            PartyId(5),
            SOLD.commitment,
            DEADLINE,
        ),
        (SOLD,),
    ),
    Case(
        lambda client: client.recover(PartyId(5), KEY, SAID, deadline=UNTIL),
        Recover(PartyId(5), VERSION, KEY, COUNTED.commitment, DEADLINE),
        (COUNTED,),
        ("version",),
    ),
    Case(
        lambda client: client.veto_recovery(PartyId(5), SAID, deadline=UNTIL),
        VetoRecovery(PartyId(5), VERSION, WHY.commitment, DEADLINE),
        (WHY,),
        ("version",),
    ),
    Case(
        lambda client: client.complete_recovery(PartyId(5), KEY, SAID, deadline=UNTIL),
        CompleteRecovery(PartyId(5), VERSION, KEY, COUNTED.commitment, DEADLINE),
        (COUNTED,),
        ("version",),
    ),
    Case(
        lambda client: client.pause(POOL, SAID, deadline=UNTIL),
        Pause(POOL, VERSION, WHY.commitment, DEADLINE),
        (WHY,),
        ("version",),
    ),
    Case(
        lambda client: client.resume(POOL, SAID, deadline=UNTIL),
        Resume(POOL, VERSION, WHY.commitment, DEADLINE),
        (WHY,),
        ("version",),
    ),
    Case(
        lambda client: client.seal_pool(POOL, SAID, deadline=UNTIL),
        Seal(POOL, VERSION, WHY.commitment, DEADLINE),
        (WHY,),
        ("version",),
    ),
    Case(
        lambda client: client.open_pool(
            PartyId(12),
            1,
            commodity="tin-ingot",
            place="shed 1",
            capacity=10**6,
            attestation_days=30,
            bonded=True,
            deadline=UNTIL,
        ),
        OpenPool(
            POOL,
            10**6,
            30,
            is_serialised=False,
            is_paged=False,
            is_bonded=True,
            is_non_negotiable=False,
            description=PLACE.commitment,
            deadline=DEADLINE,
        ),
        (PLACE,),
        # Said by the commodity's profile.
        ("is_serialised", "is_paged"),
    ),
    Case(
        lambda client: client.issue(
            POOL,
            [NewGoods(PartyId(5), 900, DAY, GOODS, BALES)],
            documents=[],
            evidence=SAID,
            deadline=UNTIL,
        ),
        Issue(
            POOL,
            9,
            (NewReceipt(PartyId(5), 900, day_of(DAY), STORED.commitment, WORDS),),
            (),
            NAMES_NO_DOCUMENT.commitment,
            DEADLINE,
        ),
        (STORED, NAMES_NO_DOCUMENT),
        ("first_serial",),
    ),
]
NAMED = [pytest.param(case, id=type(case.act).__name__) for case in CASES]


def _altered(act: Any, name: str) -> Act:
    """Return an act in which one member is another."""
    value = getattr(act, name)
    others: dict[type, Callable[[Any], Any]] = {
        bool: lambda truth: not truth,
        int: lambda number: number + 1,
        bytes: lambda word: type(word)(bytes(len(word) - 1) + b"\x01"),
        tuple: _other_list,
    }
    changed: Act = replace(act, **{name: others[type(value)](value)})
    return changed


def _other_list(values: tuple[Any, ...]) -> tuple[Any, ...]:
    match values:
        case (bytes(), *_):
            return THREE_BALES
        case (NewReceipt() | Part(), *_):
            return (replace(values[0], quantity=values[0].quantity + 1),)
        case (ReceiptRef(), *_):
            return values[:1]
        case _:
            return (NO_HASH,)


ALTERED = [
    pytest.param(case, member.name, id=f"{type(case.act).__name__}.{member.name}")
    for case in CASES
    for member in fields(case.act)
    if member.name not in case.left_open
]


@pytest.fixture
def client(server: Server) -> LedgerClient:
    return LedgerClient(server.url, None)


def _told(server: Server, act: Act, *contents: Sealed, pool: str = '{"paged": true}') -> None:
    server.answers.append((202, json.dumps(answer(act, *contents)).encode()))
    # Asked for where an act names items.
    server.answers.append((200, pool.encode()))


@pytest.mark.parametrize("case", NAMED)
def test_what_was_asked_for_is_taken(case: Case, server: Server, client: LedgerClient) -> None:
    _told(server, case.act, *case.contents)

    assert case.ask(client).act == case.act


@pytest.mark.parametrize(("case", "member"), ALTERED)
def test_another_act_than_was_asked_for_is_not_signed_for(
    case: Case, member: str, server: Server, client: LedgerClient
) -> None:
    _told(server, _altered(case.act, member), *case.contents)

    with pytest.raises(Misdrafted):
        case.ask(client)


@pytest.mark.parametrize("case", NAMED)
def test_another_kind_of_act_is_not_signed_for(
    case: Case, server: Server, client: LedgerClient
) -> None:
    _told(server, next(other.act for other in CASES if type(other.act) is not type(case.act)))

    with pytest.raises(Misdrafted, match="drafted"):
        case.ask(client)


@pytest.mark.parametrize(
    "case",
    [
        pytest.param(case, id=type(case.act).__name__)
        for case in CASES
        if any("items" in one.body for one in case.contents)
    ],
)
def test_other_items_than_were_asked_for_are_not_signed_for(
    case: Case, server: Server, client: LedgerClient
) -> None:
    (said,) = (one for one in case.contents if "items" in one.body)
    other = seal(said.kind, {**said.body, "items": [BALES[0], {**BALES[1], "bale_number": 3}]})
    (name,) = (
        member.name
        for member in fields(case.act)
        if getattr(case.act, member.name) == said.commitment or member.name in ("parts", "receipts")
    )
    inner = getattr(case.act, name)
    changed: Any = other.commitment
    if isinstance(inner, tuple):
        changed = (replace(inner[0], content=other.commitment),)
    _told(server, replace(case.act, **{name: changed}), other, *case.contents)

    with pytest.raises(Misdrafted, match=r"items"):
        case.ask(client)


@pytest.mark.parametrize(
    ("words", "paged"),
    [
        (WORDS[:1], "true"),
        (THREE_BALES, "true"),
        ((*WORDS, *KEYS), "true"),
        (KEYS[:1], "false"),
        ((*KEYS, *KEYS[:1]), "false"),
        (words_of([Mark(KEYS[0], 1), Mark(KEYS[1], 1)]), "false"),
    ],
)
def test_more_or_fewer_items_than_were_asked_for_are_not_signed_for(
    words: tuple[Hash32, ...], paged: str, server: Server, client: LedgerClient
) -> None:
    merge = Merge(RECEIPT, VERSION, OTHER, Version(1), words, NO_HASH, DEADLINE)
    _told(server, merge, pool=f'{{"paged": {paged}}}')

    with pytest.raises(Misdrafted, match="other items than the 2"):
        client.merge(RECEIPT, OTHER, items=BALES)


def test_items_that_stand_by_themselves_are_a_word_each(
    server: Server, client: LedgerClient
) -> None:
    merge = Merge(RECEIPT, VERSION, OTHER, Version(1), KEYS, NO_HASH, DEADLINE)
    _told(server, merge, pool='{"paged": false}')

    assert client.merge(RECEIPT, OTHER, items=BALES).act == merge
