"""What signers bind their consent to besides the change itself: a version, and a deadline.

A signature says yes to one version. Used on another it would say yes for ever: whoever kept
it could pledge a receipt again that has been released since.
"""

from collections.abc import Iterator

from receipts_ledger.domain.act import Act
from receipts_ledger.domain.change import Merge
from receipts_ledger.domain.ledger import Ledger
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
from receipts_ledger.domain.pledge import PledgePortfolio, ReleasePortfolio, Substitute
from receipts_ledger.domain.pool import Attest, OpenPool, Pause, Resume, Seal
from receipts_ledger.domain.receipt import Issue, TransferPortfolio, version_in


def overstepped(act: Act, before: Ledger, timestamp_seconds: int) -> Iterator[str]:
    """Yield how an act that was carried out goes beyond what was agreed to.

    Raises KeyError for an act on something unknown.
    """
    if timestamp_seconds > act.deadline:
        yield f"at {timestamp_seconds}, after its deadline {act.deadline}"
    for signed, found in _versions(act, before):
        if signed != found:
            yield f"on version {found}, though signed for version {signed}"


def _versions(act: Act, before: Ledger) -> Iterator[tuple[int, int]]:
    """Yield each version that was signed, and the one that the act has met.

    Of portfolios only those that differ.
    """
    match act:
        case Admit() | OpenPool() | Issue():
            # They name what is not there yet: numbers that nobody has, and the next serial.
            return
        case Suspend() | Reinstate() | BindKey() | RevokeKey():
            yield act.version, before.parties[act.party].version
        case Recover() | VetoRecovery() | CompleteRecovery():
            yield act.version, before.parties[act.party].version
        case Attest() | Pause() | Resume() | Seal():
            yield act.version, before.pools[act.pool].version
        case Merge():
            yield act.version, version_in(before.receipts[act.receipt_id])
            yield act.absorbed_version, version_in(before.receipts[act.absorbed_id])
        case Substitute():
            yield act.version, version_in(before.receipts[act.receipt_id])
            yield act.substitute_version, version_in(before.receipts[act.substitute_id])
        case PledgePortfolio() | ReleasePortfolio() | TransferPortfolio():
            receipts = before.receipts
            yield from [
                (version, found)
                for number, version in act.receipts
                if version != (found := version_in(receipts[number]))
            ]
        case _:
            yield act.version, version_in(before.receipts[act.receipt_id])
