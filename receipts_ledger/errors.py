"""Every way to say no.

Refused is a rule, NotFound an unknown thing, Retryable the world, Fatal a reason to stop.
Nothing else is raised on purpose.
"""

from collections.abc import Mapping
from enum import StrEnum, unique
from typing import TypeAlias

Detail: TypeAlias = int | str | bool | None


@unique
class RefusalCode(StrEnum):
    """The rules. Those of the contract come first, in the order in which it checks them."""

    MALFORMED_ACT = "MalformedAct"
    DEADLINE_PASSED = "DeadlinePassed"
    UNKNOWN_POOL = "UnknownPool"
    UNKNOWN_RECEIPT = "UnknownReceipt"
    NOT_OPEN = "NotOpen"
    SEALED = "Sealed"
    UNKNOWN_PARTY = "UnknownParty"
    NOT_ENCUMBERED = "NotEncumbered"
    BAD_SIGNATURE = "BadSignature"
    UNKNOWN_KEY = "UnknownKey"
    PARTY_NOT_ACTIVE = "PartyNotActive"
    MISSING_CONSENT = "MissingConsent"
    SURPLUS_SIGNATURE = "SurplusSignature"
    WRONG_ROLE = "WrongRole"
    PARTY_EXISTS = "PartyExists"
    PARTY_NUMBER_OUT_OF_RANGE = "PartyNumberOutOfRange"
    CONFLICTING_ROLES = "ConflictingRoles"
    KEY_ALREADY_BOUND = "KeyAlreadyBound"
    KEY_NOT_BOUND = "KeyNotBound"
    TOO_MANY_KEYS = "TooManyKeys"
    PARTY_ACTIVE = "PartyActive"
    SELF_SUSPENSION = "SelfSuspension"
    VETOED = "Vetoed"
    NOT_IN_RECOVERY = "NotInRecovery"
    IN_RECOVERY = "InRecovery"
    POOL_EXISTS = "PoolExists"
    PREDECESSOR_NOT_SEALED = "PredecessorNotSealed"
    PAGED_NOT_SERIALISED = "PagedNotSerialised"
    INSPECTOR_NOT_INDEPENDENT = "InspectorNotIndependent"
    NUMBER_GAP = "NumberGap"
    EMPTY_ACT = "EmptyAct"
    OUT_OF_ORDER = "OutOfOrder"
    MIXED_PORTFOLIO = "MixedPortfolio"
    MIXED_GOODS = "MixedGoods"
    PAUSED = "Paused"
    NOT_PAUSED = "NotPaused"
    ZERO_QUANTITY = "ZeroQuantity"
    QUANTITY_OUT_OF_RANGE = "QuantityOutOfRange"
    DAY_OUT_OF_RANGE = "DayOutOfRange"
    ITEMS_MISSING = "ItemsMissing"
    SUM_MISMATCH = "SumMismatch"
    NOT_HOLDER = "NotHolder"
    SELF_TRANSFER = "SelfTransfer"
    NON_NEGOTIABLE = "NonNegotiable"
    SELF_PLEDGE = "SelfPledge"
    SELF_ASSIGNMENT = "SelfAssignment"
    ALREADY_ENCUMBERED = "AlreadyEncumbered"
    ENCUMBERED = "Encumbered"
    FROZEN = "Frozen"
    PAPER_OUTSTANDING = "PaperOutstanding"
    NOT_ON_PAPER = "NotOnPaper"
    THIRD_PARTY_CLAIM = "ThirdPartyClaim"
    NO_CLAIM = "NoClaim"
    NOT_FROZEN = "NotFrozen"
    ALREADY_IN_DEFAULT = "AlreadyInDefault"
    NOT_IN_DEFAULT = "NotInDefault"
    NOT_DUE = "NotDue"
    NOTICE_RUNNING = "NoticeRunning"
    STORAGE_EXPIRED = "StorageExpired"
    STORAGE_NOT_EXTENDED = "StorageNotExtended"
    MATURITY_AFTER_STORAGE = "MaturityAfterStorage"
    MATURITY_PASSED = "MaturityPassed"
    NO_TRADE_BACKGROUND = "NoTradeBackground"
    STALE_ATTESTATION = "StaleAttestation"
    CUSTOMS_NOT_CLEARED = "CustomsNotCleared"
    QUANTITY_INCREASED = "QuantityIncreased"
    OVER_DELIVERY = "OverDelivery"
    OVER_ATTESTED = "OverAttested"
    OVER_CAPACITY = "OverCapacity"
    BELOW_RECEIPTED = "BelowReceipted"
    STALE_VERSION = "StaleVersion"
    VERSIONS_EXHAUSTED = "VersionsExhausted"
    DOCUMENT_ALREADY_USED = "DocumentAlreadyUsed"
    ITEM_ALREADY_RECEIPTED = "ItemAlreadyReceipted"
    ITEM_NOT_IN_RECEIPT = "ItemNotInReceipt"

    # The gateway's own, which the chain cannot see.
    NOT_AUTHENTICATED = "NotAuthenticated"
    NOT_YOUR_ROLE = "NotYourRole"
    INVALID_REQUEST = "InvalidRequest"
    PROFILE_MISMATCH = "ProfileMismatch"
    ACT_TOO_LARGE = "ActTooLarge"
    PLEDGE_UNDER_WAY = "PledgeUnderWay"
    ACT_CLOSED = "ActClosed"
    ALREADY_SIGNED = "AlreadySigned"
    IDEMPOTENCY_KEY_MISSING = "IdempotencyKeyMissing"
    IDEMPOTENCY_KEY_REUSED = "IdempotencyKeyReused"
    REQUEST_RUNNING = "RequestRunning"
    BODY_TOO_LARGE = "BodyTooLarge"
    LOGIN_REFUSED = "LoginRefused"
    TOO_MANY_REQUESTS = "TooManyRequests"
    NO_STATE_PROOFS = "NoStateProofs"


class LedgerError(Exception):
    """Root of all errors that this package raises on purpose."""

    block_number: int | None = None
    """The block that the error is about, where it is about one."""


class Refused(LedgerError):
    """A rule says no. Trying the same again gives the same answer.

    `field` names the offending member of the request, `details` the arguments of the rule,
    `evidence` where on the chain the reason stands.
    """

    def __init__(
        self,
        code: RefusalCode,
        detail: str = "",
        *,
        field: str | None = None,
        details: Mapping[str, Detail] | None = None,
        evidence: Mapping[str, Detail] | None = None,
    ) -> None:
        super().__init__(f"{code}: {detail}" if detail else str(code))
        self.code = code
        self.detail = detail
        self.field = field
        self.details: dict[str, Detail] = dict(details or {})
        self.evidence: dict[str, Detail] | None = None if evidence is None else dict(evidence)


class NotFound(LedgerError):
    """No such thing, or none that the asker may know of."""

    def __init__(self, kind: str, name: object) -> None:
        super().__init__(f"no {kind} {name}")
        self.kind = kind
        self.name = str(name)


class Retryable(LedgerError):
    """The world is not ready: a node is away, a database is busy. The same may work later."""

    def __init__(self, detail: str, *, retry_after_seconds: int = 1) -> None:
        super().__init__(detail)
        self.detail = detail
        self.retry_after_seconds = retry_after_seconds


@unique
class BusyCode(StrEnum):
    """Why acts are not taken now, though nothing is wrong with them."""

    QUEUE_FULL = "QueueFull"
    NO_LANE_READY = "NoLaneReady"


class Busy(Retryable):
    """The gateway takes no more acts now. The same request may be sent again later."""

    def __init__(self, code: BusyCode, detail: str, *, retry_after_seconds: int) -> None:
        super().__init__(detail, retry_after_seconds=retry_after_seconds)
        self.code = code


class Fatal(LedgerError):
    """Going on would do harm: wrong chain, undecodable event, broken link below finality."""
