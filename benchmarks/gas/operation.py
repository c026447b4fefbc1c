"""What is measured, in the trade's words. A peer may have no such operation."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias


class Operation(StrEnum):
    """An operation, and how the reports call it."""

    DEPLOY = "deploy"
    ADMIT = "admit a party"
    OPEN_POOL = "open a pool"
    ATTEST = "attest"
    ISSUE_NEW_WORD = "issue 1, into a new word"
    ISSUE_SHARED_WORD = "issue 1, beside a neighbour"
    ISSUE_10 = "issue, batch of 10"
    ISSUE_50 = "issue, batch of 50"
    ISSUE_100 = "issue, batch of 100"
    TRANSFER = "transfer"
    PLEDGE = "pledge"
    PLEDGE_WITH_DOCUMENT = "pledge, with one document"
    RELEASE = "release"
    ASSIGN = "assign a pledge"
    DEFAULT = "declare default"
    CURE = "cure"
    ENFORCE = "enforce"
    DELIVER_PART = "deliver a part"
    DELIVER_PART_PLEDGED = "deliver a part, pledgee agreeing"
    DELIVER_FULL = "deliver in full"
    FREEZE = "freeze"
    UNFREEZE = "unfreeze"
    RELAY_50_TRANSFERS = "relay of 50 transfers, neighbours"
    RELAY_50_TRANSFERS_SCATTERED = "relay of 50 transfers, scattered"
    RELAY_50_PLEDGES = "relay of 50 pledges, neighbours"
    RELAY_50_PLEDGES_SCATTERED = "relay of 50 pledges, scattered"
    RELAY_50_RELEASES = "relay of 50 releases, neighbours"
    RELAY_50_RELEASES_SCATTERED = "relay of 50 releases, scattered"
    PORTFOLIO_50_PLEDGED = "portfolio of 50 pledged, neighbours"
    PORTFOLIO_50_PLEDGED_SCATTERED = "portfolio of 50 pledged, scattered"
    PORTFOLIO_50_RELEASED = "portfolio of 50 released, neighbours"
    PORTFOLIO_50_RELEASED_SCATTERED = "portfolio of 50 released, scattered"


@dataclass(frozen=True, slots=True)
class Spent:
    """Gas used by transactions that, together, did something `count` times."""

    gas: int
    count: int = 1

    @property
    def gas_each(self) -> int:
        """Gas for each, rounded up."""
        return -(-self.gas // self.count)


Bill: TypeAlias = Mapping[Operation, Spent]
