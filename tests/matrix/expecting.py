"""What the contract has to answer, by the table: the rule, and arguments that name the thing."""

from collections.abc import Callable
from typing import TypeAlias

from receipts_ledger.domain.ids import PoolId
from receipts_ledger.domain.receipt import Receipt
from receipts_ledger.errors import Detail
from tests.matrix.asking import Question, Signer
from tests.matrix.standings import PARTIES, Standing, World
from tests.matrix.table import Row
from tests.support.cast import TRADER_A
from tests.support.ledger_on_chain import NOTICE_DAYS

Answer: TypeAlias = tuple[str, dict[str, Detail]] | None
"""None when the act passes."""

BEFORE_CONSENT = {
    "UnknownReceipt",
    "UnknownPool",
    "UnknownParty",
    "NotOpen",
    "Sealed",
    "NotEncumbered",
}


def when_all_sign(world: World, row: Row, standing: str, asked: Question) -> Answer:
    """Return the answer to the act with every consent that it needs."""
    rule = row.answer(standing)
    if rule is None:
        return None
    name, _, culprit = rule.partition(" ")
    if row.subject == "receipt":
        return name, _about_receipt(world.receipts[standing], name, culprit)
    if row.subject == "pool":
        return name, {"pool": asked.about}
    if name == "NoticeRunning":
        last_day = asked.ledger.party(PARTIES[standing].party).notice_day
        return name, {"subject": asked.about, "last_day": last_day}
    return name, {"party": asked.about}


def when_missing(
    world: World, row: Row, standing: str, asked: Question, *, missing: Signer
) -> Answer:
    """Return the answer when one has not signed."""
    name, _, culprit = (row.answer(standing) or "").partition(" ")
    told = [signer.told.partition(",")[0] for signer in asked.signers]
    place = next(i for i, signer in enumerate(asked.signers) if signer.member == missing.member)
    if name in BEFORE_CONSENT or (name == "PartyNotActive" and culprit in told[:place]):
        return when_all_sign(world, row, standing, asked)
    first = asked.signers[place]
    instead, _, whose = row.without.get(told[place], "MissingConsent").partition(" ")
    if instead == "UnknownKey":
        return instead, {"key": "0x" + asked.signers[-1].member.address.hex()}
    if not whose:
        return instead, {"party": first.party, "role": int(first.role)}
    party = asked.signers[told.index(whose)].member.party
    if name == "PartyNotActive" and culprit == whose:
        # The signature that stands in the place is looked at: first whether its party may act.
        return name, {"party": party}
    return instead, {"party": party, "role": int(first.role)}


def _about_receipt(at: Standing, name: str, culprit: str) -> dict[str, Detail]:
    if name in ("Sealed", "Paused"):
        return {"pool": at.receipt >> 32}
    if name == "PartyNotActive":
        whose = {"holder": at.holder, "warehouse": at.warehouse, "pledgee": at.pledgee}[culprit]
        return {"party": whose.party}
    if name == "NotHolder":
        wanted = TRADER_A if culprit == "substitute" else at.warehouse
        return {"receipt_id": at.receipt, "party": wanted.party}
    if name == "StaleAttestation":
        pool = PoolId(at.receipt >> 32)
        return {"pool": pool, "attestation_day": at.ledger.pool(pool).attestation_day}
    further = _FURTHER.get(name)
    if further is None:
        return {"receipt_id": at.receipt}
    return further(at, at.ledger.receipt(at.receipt))


def _last_day_of_notice(receipt: Receipt) -> int:
    assert receipt.maturity_day is not None
    return receipt.maturity_day + NOTICE_DAYS


_FURTHER: dict[str, Callable[[Standing, Receipt], dict[str, Detail]]] = {
    "VersionsExhausted": lambda at, _: {"subject": at.receipt},
    "NoticeRunning": lambda at, is_: {"subject": at.receipt, "last_day": _last_day_of_notice(is_)},
    "NotOpen": lambda at, is_: {"receipt_id": at.receipt, "status": int(is_.status)},
    "Encumbered": lambda at, is_: {"receipt_id": at.receipt, "pledgee": is_.pledgee},
    "AlreadyEncumbered": lambda at, is_: {"receipt_id": at.receipt, "pledgee": is_.pledgee},
    "StorageExpired": lambda at, is_: {"receipt_id": at.receipt, "storage_day": is_.storage_day},
    "AlreadyInDefault": lambda at, is_: {
        "receipt_id": at.receipt,
        "default_day": is_.maturity_day,
    },
    "NotDue": lambda at, is_: {"receipt_id": at.receipt, "maturity_day": is_.maturity_day},
    # Of the receipt that is to secure the claim from now on.
    "MaturityPassed": lambda at, is_: {"receipt_id": at.spare, "maturity_day": is_.maturity_day},
    "MaturityAfterStorage": lambda at, is_: {
        "receipt_id": at.receipt,
        "maturity_day": at.ledger.today + 1,
        "storage_day": is_.storage_day,
    },
}
