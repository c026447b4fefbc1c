"""What a refusal must have left: an answer, a row that the auditor sees, an event on the chain."""

import time
from typing import Any

from receipts_ledger.client import GatewayRefused
from receipts_ledger.demo.onlooker import MinedCall, rule_of
from receipts_ledger.demo.stage import Stage
from receipts_ledger.demo.story import Step
from receipts_ledger.errors import RefusalCode

_INDEX_SECONDS_MAX = 20.0
_POLL_SECONDS = 0.2


def expect_refusal(
    stage: Stage,
    step: Step,
    refused: GatewayRefused | None,
    code: RefusalCode,
    *,
    status: int | None = None,
) -> None:
    """Check the gateway's answer, and the row that it says it has written."""
    if refused is None:
        step.check(False, f"the gateway let pass what {code} should refuse")
        return
    step.equal(refused.code, code, "the code")
    if status is not None:
        step.equal(refused.problem.status, status, "the HTTP status")
    row = _row(stage, refusal_id=refused.problem.refusal_id)
    if row is None:
        step.check(False, f"refusal {refused.problem.refusal_id} is not on record")
    else:
        step.equal(row["code"], code.value, "the code on record")
    step.saw(f"API: {refused.code}, HTTP {refused.problem.status}")
    step.left(f"refusal {refused.problem.refusal_id}")


def expect_refused_on_chain(
    stage: Stage, step: Step, relayed: MinedCall, code: RefusalCode
) -> None:
    """Check that a relay left `ActRefused` with this rule and nothing else, and was indexed."""
    rules = [rule_of(refused) for refused in relayed.refused]
    step.equal(rules, [code.value], "what relay left")
    step.equal(len(relayed.events), 1, "the number of events of the relay")
    step.saw(f"relay: ActRefused({code})")
    step.left(f"tx {relayed.tx_hash}")
    digest = "0x" + relayed.digests[0].hex()
    row = _row(stage, digest=digest, source="chain")
    if row is None:
        step.check(False, "the gateway's index has no row of the refused act")
        return
    step.equal(row["code"], code.value, "the code on record")
    step.left(f"refusal {row['refusal_id']}")


def _row(stage: Stage, **columns: str | None) -> dict[str, Any] | None:
    """Return the row of the refusals with these values, once it is there."""
    auditor = stage.hands.of(stage.cast.auditor)
    deadline = time.monotonic() + _INDEX_SECONDS_MAX
    while True:
        for row in auditor.refusals():
            if all(row[name] == value for name, value in columns.items()):
                return row
        if time.monotonic() > deadline:
            return None
        time.sleep(_POLL_SECONDS)
