"""An act that a unit of work has at hand is shown as it would be read, and to no more parties."""

from dataclasses import fields
from typing import Any

import pytest
from httpx2 import Response

from receipts_ledger.domain.party import Role
from receipts_ledger.domain.pending import PendingAct
from receipts_ledger.store.acts import StoredActs
from receipts_ledger.store.reads.acts import ActRow, act, known
from receipts_ledger.store.reads.sight import Sight
from receipts_ledger.store.tables import acts
from tests.support.cast import BANK_A, BANK_B, INSPECTOR, TRADER_A, TRADER_B, WAREHOUSE_A, Member
from tests.support.gateway import OPERATOR, Gateway, issue_body, pledge_body
from tests.support.requests import COPPER

_WHO: tuple[Member, ...] = (TRADER_A, TRADER_B, WAREHOUSE_A, INSPECTOR, BANK_A, BANK_B)
_SIGHTS = (
    Sight(None),
    *(Sight(member.party, int(member.role)) for member in _WHO),
    # Who is none of those that are named, and has a role that is asked for.
    *(Sight(BANK_B.party, int(role)) for role in Role),
)


@pytest.fixture
def pending(gateway: Gateway) -> list[PendingAct]:
    """Acts drafted by the operator and by parties, some with a signature, some withdrawn."""
    receipt, pledged, other = gateway.issue(COPPER, 3)
    gateway.ledger.pledge(pledged, BANK_A)
    gateway.index()
    of_receipt = f"/v1/receipts/{receipt}"
    drafted = [
        _drafted(gateway.door(by).post(path, body))
        for by, path, body in (
            (WAREHOUSE_A, "/v1/receipts", issue_body(gateway, COPPER)),
            (TRADER_A, f"{of_receipt}/transfers", {"transferee_id": TRADER_B.party}),
            (OPERATOR, f"{of_receipt}/pledges", pledge_body(gateway, BANK_B)),
            (BANK_A, f"/v1/receipts/{pledged}/releases", {}),
            # Of two receipts, which are read in another order.
            (TRADER_A, f"/v1/receipts/{other}/mergers", {"absorbed_id": receipt}),
        )
    ]
    gateway.sign(drafted[0], INSPECTOR)
    gateway.sign(drafted[2], BANK_B)
    gateway.door(TRADER_A).post(f"/v1/acts/{drafted[1]['act_id']}/withdrawal", {})
    with gateway.database.writing() as writer:
        stored = StoredActs(writer, gateway.statements.read)
        found = [stored.find(row.act_id) for row in gateway.rows(acts)]
    return [one for one in found if one is not None]


def _drafted(answer: Response) -> dict[str, Any]:
    assert answer.status_code == 202, answer.text
    act_drafted: dict[str, Any] = answer.json()
    return act_drafted


def test_it_is_shown_as_it_is_read_and_to_nobody_else(
    gateway: Gateway, pending: list[PendingAct]
) -> None:
    shown = 0
    for one in pending:
        for sight in _SIGHTS:
            at_hand = known(one, sight)
            if at_hand is None:
                continue
            shown += 1
            with gateway.database.reading() as reader:
                read = act(reader, one.act_id, sight)
            assert read is not None
            assert (at_hand.consents, at_hand.receipt_ids) == (read.consents, read.receipt_ids)
            for member in fields(ActRow):
                assert getattr(at_hand.row, member.name) == getattr(read.row, member.name)
    assert shown > len(pending)
