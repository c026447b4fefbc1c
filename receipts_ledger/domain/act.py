"""The acts: everything that can be asked of the ledger, and who has to agree."""

from enum import IntEnum
from typing import TypeAlias

from receipts_ledger.domain.party import Admit, BindKey, Reinstate, RevokeKey, Suspend
from receipts_ledger.domain.pledge import (
    AssignPledge,
    Cure,
    Default,
    Enforce,
    Pledge,
    PledgePortfolio,
    Release,
    ReleasePortfolio,
)
from receipts_ledger.domain.pool import Attest, OpenPool
from receipts_ledger.domain.receipt import Deliver, Freeze, Issue, Transfer, Unfreeze

Act: TypeAlias = (
    Admit
    | Suspend
    | Reinstate
    | BindKey
    | RevokeKey
    | OpenPool
    | Attest
    | Issue
    | Transfer
    | Pledge
    | Release
    | Deliver
    | Freeze
    | Unfreeze
    | PledgePortfolio
    | ReleasePortfolio
    | AssignPledge
    | Default
    | Cure
    | Enforce
)


class Kind(IntEnum):
    """The kinds of act. The numbers are the wire form's."""

    ADMIT = 1
    SUSPEND = 2
    REINSTATE = 3
    BIND_KEY = 4
    REVOKE_KEY = 5
    OPEN_POOL = 6
    ATTEST = 7
    ISSUE = 8
    TRANSFER = 9
    PLEDGE = 10
    RELEASE = 11
    DELIVER = 12
    FREEZE = 13
    UNFREEZE = 14
    PLEDGE_PORTFOLIO = 15
    RELEASE_PORTFOLIO = 16
    ASSIGN_PLEDGE = 17
    DEFAULT = 18
    CURE = 19
    ENFORCE = 20


KIND_OF: dict[type, Kind] = {
    Admit: Kind.ADMIT,
    Suspend: Kind.SUSPEND,
    Reinstate: Kind.REINSTATE,
    BindKey: Kind.BIND_KEY,
    RevokeKey: Kind.REVOKE_KEY,
    OpenPool: Kind.OPEN_POOL,
    Attest: Kind.ATTEST,
    Issue: Kind.ISSUE,
    Transfer: Kind.TRANSFER,
    Pledge: Kind.PLEDGE,
    Release: Kind.RELEASE,
    Deliver: Kind.DELIVER,
    Freeze: Kind.FREEZE,
    Unfreeze: Kind.UNFREEZE,
    PledgePortfolio: Kind.PLEDGE_PORTFOLIO,
    ReleasePortfolio: Kind.RELEASE_PORTFOLIO,
    AssignPledge: Kind.ASSIGN_PLEDGE,
    Default: Kind.DEFAULT,
    Cure: Kind.CURE,
    Enforce: Kind.ENFORCE,
}
