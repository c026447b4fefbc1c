"""Who has to agree to an act: the consent matrix.

The contract decides by it; a draft asks by it; an auditor checks by it that the contract
did. Nothing here says whether an act keeps the other rules.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import assert_never

from receipts_ledger.domain.act import Act
from receipts_ledger.domain.change import Cancel, Merge, Replace, Split, WriteDown
from receipts_ledger.domain.ids import (
    Address,
    PartyId,
    ReceiptId,
    pool_of,
    warehouse_of,
)
from receipts_ledger.domain.ledger import Ledger
from receipts_ledger.domain.party import (
    Admit,
    BindKey,
    CompleteRecovery,
    Recover,
    Reinstate,
    RevokeKey,
    Role,
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
from receipts_ledger.domain.pool import Attest, OpenPool, Pause, Resume, Seal
from receipts_ledger.domain.receipt import (
    HOLDER_BITS,
    PLEDGEE_BITS,
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
    holder_in,
    pledgee_in,
)

ANY_ROLE = Role(0)
"""The number of the party decides, not a role."""


@dataclass(frozen=True, slots=True)
class Need:
    """One consent: by this party (None: any) in this role, or by this very key.

    Any party in the role `or_any` will do as well. A suspended party can agree only to
    what `even_suspended` allows.
    """

    role: Role
    party: PartyId | None
    key: Address | None = None
    or_any: Role = ANY_ROLE
    even_suspended: bool = False

    def __str__(self) -> str:
        if self.key is not None:
            return f"key 0x{self.key.hex()}"
        roles = " or ".join(role.name.lower() for role in (*self.role, *self.or_any) if role.name)
        if self.party is None:
            return f"any {roles}"
        return f"party {self.party}" + (f" ({roles})" if roles else "")


REGISTRAR = Need(Role.REGISTRAR, None)
INSPECTOR = Need(Role.INSPECTOR, None)
GUARDIAN = Need(Role.GUARDIAN, None)
AUTHORITY = Need(Role.AUTHORITY, None)


def needed(act: Act, words: Mapping[ReceiptId, int]) -> tuple[Need, ...]:  # noqa: PLR0911
    """Return the consents that an act needs, in the order of its signatures.

    `words` holds the receipts' words before the act. Raises KeyError for an unknown receipt.
    """
    match act:
        case Admit():
            return (REGISTRAR, Need(ANY_ROLE, None, key=act.key))
        case Suspend() | Reinstate():
            return (REGISTRAR,)
        case BindKey():
            return (REGISTRAR, Need(ANY_ROLE, act.party))
        case RevokeKey():
            return (Need(ANY_ROLE, act.party, or_any=Role.REGISTRAR),)
        case Recover():
            return (REGISTRAR, AUTHORITY, Need(ANY_ROLE, None, key=act.key))
        case VetoRecovery():
            return (Need(ANY_ROLE, act.party, even_suspended=True),)
        case CompleteRecovery():
            return (Need(ANY_ROLE, None, key=act.key),)
        case OpenPool():
            return (REGISTRAR, Need(Role.WAREHOUSE, warehouse_of(act.pool)))
        case Attest():
            return (INSPECTOR,)
        case Pause():
            return (GUARDIAN,)
        case Resume():
            return (REGISTRAR,)
        case Seal():
            return (REGISTRAR, AUTHORITY)
        case Issue():
            return (Need(Role.WAREHOUSE, warehouse_of(act.pool)), INSPECTOR)
        case Transfer():
            return (_holder(act.receipt_id, words), Need(Role.HOLDER, act.transferee))
        case TransferPortfolio():
            transferee = Need(Role.HOLDER, act.transferee)
            holders = dict.fromkeys([words[ref.receipt_id] & HOLDER_BITS for ref in act.receipts])
            return _of_each((Need(ANY_ROLE, holder_in(bits)), transferee) for bits in holders)
        case Pledge():
            return _pledge(act.receipt_id, act.pledgee, words)
        case PledgePortfolio():
            # One receipt for each holder and pool: what is needed for the others is the same.
            unlike = {
                (words[ref.receipt_id] & HOLDER_BITS, pool_of(ref.receipt_id)): ref.receipt_id
                for ref in act.receipts
            }
            return _of_each(_pledge(number, act.pledgee, words) for number in unlike.values())
        case Release():
            return (_releasing_pledgee(act.receipt_id, words),)
        case ReleasePortfolio():
            pledgees = dict.fromkeys([words[ref.receipt_id] & PLEDGEE_BITS for ref in act.receipts])
            return _of_each((_releasing(pledgee_in(bits)),) for bits in pledgees)
        case AssignPledge():
            return (_pledgee(act.receipt_id, words), Need(Role.LENDER, act.new_pledgee))
        case Default():
            return (_pledgee(act.receipt_id, words),)
        case Cure():
            return (_releasing_pledgee(act.receipt_id, words),)
        case Enforce():
            return (_pledgee(act.receipt_id, words), Need(Role.HOLDER, act.transferee))
        case Substitute():
            return (
                _holder(act.receipt_id, words),
                _warehouse(act.substitute_id),
                replace(_pledgee(act.receipt_id, words), role=Role.LENDER),
            )
        case Deliver() | Split() | Merge() | Replace() | ExtendStorage() | ToPaper() | FromPaper():
            return _owners(act.receipt_id, words)
        case Cancel() | NoteClaim():
            return (_warehouse(act.receipt_id),)
        case LiftClaim():
            return (replace(_warehouse(act.receipt_id), or_any=Role.AUTHORITY),)
        case WriteDown():
            return (_warehouse(act.receipt_id), INSPECTOR)
        case Invalidate():
            return (_holder(act.receipt_id, words),)
        case Freeze() | Unfreeze():
            return (AUTHORITY,)
        case _:
            assert_never(act)


def missing(needs: Iterable[Need], keys: Iterable[Address], ledger: Ledger) -> Iterator[Need]:
    """Yield the needs that none of these keys meets, by the parties as they stand."""
    signed = tuple(keys)
    for need in needs:
        for key in signed:
            if _meets(key, need, ledger):
                break
        else:
            yield need


def _meets(key: Address, need: Need, ledger: Ledger) -> bool:
    if need.key is not None:
        return key == need.key
    number = ledger.keys.get(key)
    if number is None:
        return False
    party = ledger.parties[number]
    if not party.is_active and not need.even_suspended:
        return False
    if need.or_any and need.or_any in party.roles:
        return True
    return need.party in (None, number) and need.role in party.roles


def _of_each(needs: Iterable[tuple[Need, ...]]) -> tuple[Need, ...]:
    """Return the needs of all receipts of a portfolio, which are those of the first, once each.

    The contract refuses portfolios of which this is not true; an auditor must not rely on it.
    """
    return tuple(dict.fromkeys(need for of_one in needs for need in of_one))


def _holder(receipt_id: ReceiptId, words: Mapping[ReceiptId, int]) -> Need:
    return Need(ANY_ROLE, holder_in(words[receipt_id]))


def _warehouse(receipt_id: ReceiptId) -> Need:
    return Need(Role.WAREHOUSE, warehouse_of(pool_of(receipt_id)))


def _pledge(
    receipt_id: ReceiptId, pledgee: PartyId, words: Mapping[ReceiptId, int]
) -> tuple[Need, ...]:
    return (_holder(receipt_id, words), _warehouse(receipt_id), Need(Role.LENDER, pledgee))


def _pledgee(receipt_id: ReceiptId, words: Mapping[ReceiptId, int]) -> Need:
    # A number that nobody has: no pledgee, nobody who could agree.
    return Need(ANY_ROLE, pledgee_in(words[receipt_id]) or PartyId(0))


def _releasing_pledgee(receipt_id: ReceiptId, words: Mapping[ReceiptId, int]) -> Need:
    return _releasing(pledgee_in(words[receipt_id]))


def _releasing(pledgee: PartyId | None) -> Need:
    return Need(ANY_ROLE, pledgee or PartyId(0), even_suspended=True)


def _owners(receipt_id: ReceiptId, words: Mapping[ReceiptId, int]) -> tuple[Need, ...]:
    """Return the needs of an act on which holder and warehouse agree, and a pledgee too."""
    needs = (_holder(receipt_id, words), _warehouse(receipt_id))
    pledgee = pledgee_in(words[receipt_id])
    return needs if pledgee is None else (*needs, Need(ANY_ROLE, pledgee))
