"""The acts: everything that can be asked of the ledger, and who has to agree."""

from enum import IntEnum
from typing import TypeAlias

from receipts_ledger.domain.change import (
    Cancel,
    Merge,
    Replace,
    Split,
    WriteDown,
)
from receipts_ledger.domain.party import (
    Admit,
    BindKey,
    CompleteRecovery,
    Recover,
    Reinstate,
    RevokeKey,
    Suspend,
    VetoRecovery,
)
from receipts_ledger.domain.pledge import (
    AssignPledge,
    Cure,
    Default,
    Enforce,
    Pledge,
    PledgePortfolio,
    Release,
    ReleasePortfolio,
    Substitute,
)
from receipts_ledger.domain.pool import (
    Attest,
    OpenPool,
    Pause,
    Resume,
    Seal,
)
from receipts_ledger.domain.receipt import (
    Deliver,
    ExtendStorage,
    Freeze,
    FromPaper,
    Invalidate,
    Issue,
    LiftClaim,
    NoteClaim,
    ToPaper,
    Transfer,
    TransferPortfolio,
    Unfreeze,
)

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
    | TransferPortfolio
    | Split
    | Merge
    | Substitute
    | ExtendStorage
    | Replace
    | Cancel
    | WriteDown
    | ToPaper
    | FromPaper
    | Invalidate
    | NoteClaim
    | LiftClaim
    | Recover
    | VetoRecovery
    | CompleteRecovery
    | Pause
    | Resume
    | Seal
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
    TRANSFER_PORTFOLIO = 21
    SPLIT = 22
    MERGE = 23
    SUBSTITUTE = 24
    EXTEND_STORAGE = 25
    REPLACE = 26
    CANCEL = 27
    WRITE_DOWN = 28
    TO_PAPER = 29
    FROM_PAPER = 30
    INVALIDATE = 31
    NOTE_CLAIM = 32
    LIFT_CLAIM = 33
    RECOVER = 34
    VETO_RECOVERY = 35
    COMPLETE_RECOVERY = 36
    PAUSE = 37
    RESUME = 38
    SEAL = 39


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
    TransferPortfolio: Kind.TRANSFER_PORTFOLIO,
    Split: Kind.SPLIT,
    Merge: Kind.MERGE,
    Substitute: Kind.SUBSTITUTE,
    ExtendStorage: Kind.EXTEND_STORAGE,
    Replace: Kind.REPLACE,
    Cancel: Kind.CANCEL,
    WriteDown: Kind.WRITE_DOWN,
    ToPaper: Kind.TO_PAPER,
    FromPaper: Kind.FROM_PAPER,
    Invalidate: Kind.INVALIDATE,
    NoteClaim: Kind.NOTE_CLAIM,
    LiftClaim: Kind.LIFT_CLAIM,
    Recover: Kind.RECOVER,
    VetoRecovery: Kind.VETO_RECOVERY,
    CompleteRecovery: Kind.COMPLETE_RECOVERY,
    Pause: Kind.PAUSE,
    Resume: Kind.RESUME,
    Seal: Kind.SEAL,
}
