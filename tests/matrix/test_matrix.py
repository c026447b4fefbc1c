"""The contract answers every question of docs/acts.toml as the table says.

Every act is asked about a receipt, a pool or a party in every standing: with all signatures,
and with each of them missing. The rule and all its arguments have to be right.
"""

from collections.abc import Iterator

import pytest

from receipts_ledger.chain import refusals
from receipts_ledger.chain.local_node import anvil
from receipts_ledger.chain.rpc import Rpc, RpcError
from receipts_ledger.domain import consent
from receipts_ledger.domain.act import KIND_OF
from receipts_ledger.domain.ids import ReceiptId
from tests.matrix.asking import Question, about_party, about_pool, about_receipt
from tests.matrix.expecting import BEFORE_CONSENT, Answer, when_all_sign, when_missing
from tests.matrix.standings import World, build
from tests.matrix.table import Row, rows, standings
from tests.support.ledger_on_chain import LedgerOnChain

ROWS = list(rows())
CELLS = [
    pytest.param(row, standing, id=f"{row.name}-{standing}")
    for row in ROWS
    for standing in standings(row.subject)
]


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    """Ledgers on a node of their own: time goes on there."""
    with anvil() as node:
        rpc = Rpc(node.url)
        yield build(LedgerOnChain(rpc), LedgerOnChain(rpc))


def question(world: World, row: Row, standing: str) -> Question:
    if row.subject == "receipt":
        return about_receipt(row, world.receipts[standing])
    if row.subject == "pool":
        return about_pool(row, *world.pools[standing])
    return about_party(row, world.open_ledger, world.parties[standing])


def answer(asked: Question, signed: bytes) -> Answer:
    try:
        asked.ledger.simulate(signed)
    except RpcError as error:
        refused = refusals.decode(error.revert or b"")
        if refused is None:
            raise
        return refused.code.value, dict(refused.details)
    return None


@pytest.mark.parametrize(("row", "standing"), CELLS)
def test_contract_answers_as_the_table_says(world: World, row: Row, standing: str) -> None:
    asked = question(world, row, standing)
    assert answer(asked, asked.signed()) == when_all_sign(world, row, standing, asked)
    for signer in asked.signers:
        expected = when_missing(world, row, standing, asked, missing=signer)
        assert expected is not None
        assert answer(asked, asked.signed(without=signer)) == expected, signer.told


@pytest.mark.parametrize(("row", "standing"), CELLS)
def test_audit_asks_for_the_consents_of_the_table(world: World, row: Row, standing: str) -> None:
    if row.answer(standing) in BEFORE_CONSENT:
        return
    asked = question(world, row, standing)
    needs = consent.needed(asked.act, _words(asked) if row.subject == "receipt" else {})
    assert len(needs) == len(asked.signers)
    for need, signer in zip(needs, asked.signers, strict=True):
        member = signer.member
        assert need.key in (None, member.address)
        is_of_office = need.or_any & member.role != 0
        assert need.key or is_of_office or need.party in (None, member.party)
        assert is_of_office or need.role in member.role
        assert need.even_suspended == signer.even_suspended


def _words(asked: Question) -> dict[ReceiptId, int]:
    """Return the words of the receipts that an act names."""
    named = {getattr(asked.act, name, asked.about) for name in ("receipt_id", "substitute_id")}
    named |= {ref.receipt_id for ref in getattr(asked.act, "receipts", ())}
    return {ReceiptId(number): asked.ledger.word("receiptWord(uint64)", number) for number in named}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_act_tells_the_events_of_the_table(world: World, row: Row) -> None:
    passing = [standing for standing in standings(row.subject) if row.answer(standing) is None]
    told = [name for event in row.events for name in event.partition(",")[0].split(" or ")]
    asked = question(world, row, passing[0])
    rpc = asked.ledger.rpc
    snapshot = rpc.call("evm_snapshot")
    tx_receipt = asked.ledger.execute(asked.signed())
    happened = [type(event).__name__ for event in asked.ledger.events(tx_receipt)]
    assert rpc.call("evm_revert", [snapshot]) is True
    assert happened
    assert happened[0] == told[0]
    assert set(happened) <= set(told)


def test_every_kind_of_act_has_its_row() -> None:
    assert {row.kind for row in ROWS} == {act.__name__ for act in KIND_OF}


def test_every_standing_is_there(world: World) -> None:
    assert set(standings("receipt")) == world.receipts.keys()
    assert set(standings("pool")) == world.pools.keys()
    assert set(standings("party")) == world.parties.keys()
