"""What becomes of acts that our relayer sent, as the index sees them on the chain."""

from typing import Any

import pytest
from sqlalchemy import select, update

from receipts_ledger.chain import wire
from receipts_ledger.chain.local_node import LocalNode
from receipts_ledger.chain.rpc import Rpc
from receipts_ledger.domain.act import Act
from receipts_ledger.domain.ids import Address, ReceiptId
from receipts_ledger.domain.pledge import Pledge
from receipts_ledger.store.tables import (
    act_receipts,
    acts,
    lanes,
    pledge_slots,
    refusals,
    relay_acts,
    relay_attempts,
    relay_transactions,
)
from receipts_ledger.store.units import Database, Found, Writer
from tests.support.cast import BANK_A, BANK_B, TRADER_A, WAREHOUSE_A, Member
from tests.support.indexing import indexer, mine, reorganise, utc_now
from tests.support.ledger_on_chain import LedgerOnChain, ledger_with_receipts

LANE = Address(b"lane of this test !!")


@pytest.fixture
def ledger_and_receipts(own_anvil: LocalNode) -> tuple[LedgerOnChain, list[ReceiptId]]:
    return ledger_with_receipts(Rpc(own_anvil.url))


def relay_as_ours(
    ledger: LedgerOnChain, database: Database, pledges: list[tuple[Pledge, bytes]]
) -> dict[str, Any]:
    """Send pledges in one transaction, and note them as the gateway does."""
    tx_receipt = ledger.relay(*(signed for _, signed in pledges))
    tx_hash = bytes.fromhex(tx_receipt["transactionHash"][2:])
    with database.writing() as writer:
        writer.insert_absent(lanes, address=LANE, next_nonce=1, max_in_flight=16)
        (transaction,) = writer.returning(
            relay_transactions.insert()
            .values(
                lane=LANE,
                nonce=int.from_bytes(tx_hash[:4]),
                purpose="acts",
                status="sent",
                gas_limit=1,
                calldata=b"",
                created_at=utc_now(),
            )
            .returning(relay_transactions.c.transaction_id)
        )
        writer.insert(
            relay_attempts,
            tx_hash=tx_hash,
            transaction_id=transaction.transaction_id,
            raw=b"",
            max_fee=0,
            priority_fee=0,
            created_at=utc_now(),
            send_count=1,
        )
        for position, (act, _) in enumerate(pledges):
            act_id = note_act(ledger, database, act, writer)
            writer.insert(
                relay_acts,
                transaction_id=transaction.transaction_id,
                position=position,
                act_id=act_id,
            )
    return tx_receipt


def note_act(ledger: LedgerOnChain, database: Database, act: Pledge, writer: Writer) -> str:
    """Write an act under way, with its receipt and, if it is free, the pledge slot."""
    digest = ledger.digester.digest(act)
    act_id = digest.hex()[:36]
    writer.insert(
        acts,
        act_id=act_id,
        digest=digest,
        kind=type(act).__name__,
        subject=act.receipt_id,
        version=act.version,
        statement=wire.encode(act, ()),
        deadline=act.deadline,
        status="sent",
        created_at=utc_now(),
        updated_at=utc_now(),
    )
    writer.insert(act_receipts, act_id=act_id, receipt_id=act.receipt_id)
    writer.insert_absent(pledge_slots, receipt_id=act.receipt_id, act_id=act_id, taken_at=utc_now())
    return act_id


def pledge(
    ledger: LedgerOnChain, receipt: ReceiptId, bank: Member = BANK_A
) -> tuple[Pledge, bytes]:
    act = ledger.pledge_act(receipt, bank)
    return act, ledger.sign(act, TRADER_A, WAREHOUSE_A, bank)


def act_row(ledger: LedgerOnChain, database: Database, act: Act) -> Found:
    with database.reading() as reader:
        row = reader.first(select(acts).where(acts.c.digest == ledger.digester.digest(act)))
    assert row is not None
    return row


def slots(database: Database) -> list[int]:
    with database.reading() as reader:
        return sorted(reader.scalars(select(pledge_slots.c.receipt_id)))


def test_mined_act_names_its_transaction_and_gives_its_slot_back(
    ledger_and_receipts: tuple[LedgerOnChain, list[ReceiptId]], database: Database
) -> None:
    ledger, (first, *_) = ledger_and_receipts
    act, signed = pledge(ledger, first)
    tx_receipt = relay_as_ours(ledger, database, [(act, signed)])
    assert slots(database) == [first]
    reading = indexer(ledger, database, "depth:2")
    reading.catch_up()
    row = act_row(ledger, database, act)
    assert row.status == "mined"
    assert row.tx_hash == bytes.fromhex(tx_receipt["transactionHash"][2:])
    assert row.block_number == int(tx_receipt["blockNumber"], 16)
    assert slots(database) == []
    mine(ledger.rpc, 2)
    reading.catch_up()
    assert act_row(ledger, database, act).status == "final"


def test_refused_act_carries_the_rule_and_its_neighbour_is_mined(
    ledger_and_receipts: tuple[LedgerOnChain, list[ReceiptId]], database: Database
) -> None:
    ledger, (first, *_) = ledger_and_receipts
    winner, loser = pledge(ledger, first, BANK_A), pledge(ledger, first, BANK_B)
    relay_as_ours(ledger, database, [winner, loser])
    indexer(ledger, database).catch_up()
    assert act_row(ledger, database, winner[0]).status == "mined"
    refused = act_row(ledger, database, loser[0])
    assert (refused.status, refused.refusal["code"]) == ("refused", "AlreadyEncumbered")
    assert refused.refusal["details"] == {"receipt_id": first, "pledgee": BANK_A.party}
    with database.reading() as reader:
        (record,) = reader.rows(select(refusals))
    assert record.refusal_id == refused.refusal["refusal_id"]
    assert (record.act_id, record.verb) == (refused.act_id, "Pledge")


def test_refusal_that_an_outsider_earned_does_not_touch_the_act(
    ledger_and_receipts: tuple[LedgerOnChain, list[ReceiptId]], database: Database
) -> None:
    ledger, (first, *_) = ledger_and_receipts
    act, _ = pledge(ledger, first)
    with database.writing() as writer:
        note_act(ledger, database, act, writer)
    ledger.relay(ledger.sign(act, TRADER_A))
    indexer(ledger, database).catch_up()
    assert act_row(ledger, database, act).status == "sent"
    assert slots(database) == [first]
    with database.reading() as reader:
        (record,) = reader.rows(select(refusals))
    assert (record.source, record.code) == ("chain", "MissingConsent")


def test_act_in_a_block_that_went_is_under_way_again(
    ledger_and_receipts: tuple[LedgerOnChain, list[ReceiptId]], database: Database
) -> None:
    ledger, (first, *_) = ledger_and_receipts
    winner, loser = pledge(ledger, first, BANK_A), pledge(ledger, first, BANK_B)
    relay_as_ours(ledger, database, [winner, loser])
    reading = indexer(ledger, database)
    reading.catch_up()
    reorganise(ledger.rpc, 1)
    reading.catch_up()
    for act, _ in (winner, loser):
        row = act_row(ledger, database, act)
        assert (row.status, row.tx_hash, row.block_number, row.refusal) == (
            "sent",
            None,
            None,
            None,
        )
    assert slots(database) == [first]
    with database.reading() as reader:
        assert reader.rows(select(refusals)) == []


def test_act_that_expired_here_but_was_mined_is_mined(
    ledger_and_receipts: tuple[LedgerOnChain, list[ReceiptId]], database: Database
) -> None:
    ledger, (first, *_) = ledger_and_receipts
    act, signed = pledge(ledger, first)
    relay_as_ours(ledger, database, [(act, signed)])
    with database.writing() as writer:
        writer.run(update(acts).values(status="expired"))
    indexer(ledger, database).catch_up()
    assert act_row(ledger, database, act).status == "mined"
