"""What is paid, and what peers do that is near to an act of ours. A peer may have no such step."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Spent:
    """Gas used by transactions that, together, did something `count` times."""

    gas: int
    count: int = 1

    @property
    def gas_each(self) -> int:
        """Gas for each, rounded up."""
        return -(-self.gas // self.count)


class Step(StrEnum):
    """What a peer may be able to do. A batch is one transaction."""

    DEPLOY = "deploy"
    ADMIT = "admit a party"
    ISSUE = "issue 1"
    ISSUE_10 = "issue, batch of 10"
    ISSUE_50 = "issue, batch of 50"
    ISSUE_100 = "issue, batch of 100"
    TRANSFER = "transfer"
    TRANSFER_50 = "transfer, batch of 50"
    PLEDGE = "pledge"
    PLEDGE_50 = "pledge, batch of 50"
    RELEASE = "release"
    RELEASE_50 = "release, batch of 50"
    DELIVER_PART = "deliver a part"
    DELIVER = "deliver in full"
    DELIVER_50 = "deliver, batch of 50"
    FREEZE = "freeze"
    UNFREEZE = "unfreeze"


IN_BATCH: Mapping[Step, Step] = {
    Step.TRANSFER: Step.TRANSFER_50,
    Step.PLEDGE: Step.PLEDGE_50,
    Step.RELEASE: Step.RELEASE_50,
    Step.DELIVER: Step.DELIVER_50,
}
ISSUES: Mapping[Step, int] = {Step.ISSUE_10: 10, Step.ISSUE_50: 50, Step.ISSUE_100: 100}
PeerBill: TypeAlias = Mapping[Step, Spent]
