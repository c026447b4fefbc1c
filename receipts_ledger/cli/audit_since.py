"""Where an audit goes on from: an earlier report that an auditor has signed, and its state."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from receipts_ledger.chain.deployment import Deployment
from receipts_ledger.chain.state_file import read_state
from receipts_ledger.cli.audit_check import checked
from receipts_ledger.domain.block import BlockRef
from receipts_ledger.domain.ids import Address, Hash32
from receipts_ledger.errors import Fatal
from receipts_ledger.services.audit.digests import state_digest
from receipts_ledger.services.audit.document import ledger_members
from receipts_ledger.services.audit.reading import BadReport
from receipts_ledger.services.audit.since import Earlier, Since

_ANYTHING = ("anything",)


@dataclass(frozen=True, slots=True)
class GoingOn:
    """Report, state file, and whose report it has to be."""

    report: Path
    state: Path
    auditor: Address


def going_on(
    report: Path | None, state: Path | None, auditor: Address | None, database_url: str | None
) -> GoingOn | None:
    """Return where to go on from, None for nowhere. Raises Fatal where something is missing."""
    if report is None and state is None and auditor is None:
        return None
    if report is None or state is None or auditor is None:
        raise Fatal("--since, --state and --auditor belong together")
    if database_url is not None:
        raise Fatal("--since: a database is compared from its first block on: leave out --db")
    return GoingOn(report, state, auditor)


def opened(asked: GoingOn, deployment: Deployment) -> Since:
    """Check report and state, and open them.

    Raises Fatal for a report that is altered, not that auditor's, not of this ledger or not of
    one that was equal, and for a state that is not the one that it names.
    """
    told = _report(asked)
    if told["verdict"] != "equal":
        raise _refused(asked, f"its verdict is {told['verdict']}: audit from the deployment on")
    if told["ledger"] != ledger_members(deployment.origin()):
        raise _refused(asked, "it is of another ledger than the deployment file's")
    digest = told["digests"].get("carried")
    if not isinstance(digest, str):
        raise _refused(asked, "it names no state: none was written with it")
    carried = read_state(asked.state, _hash32(asked, digest))
    if state_digest(carried.ledger) != told["digests"]["state"]:
        raise _refused(asked, "the state that it names is not the state that it tells of")
    head = BlockRef(told["head"]["number"], _hash32(asked, told["head"]["hash"]))
    return Since(
        Earlier(
            head,
            asked.auditor,
            told["signature"]["digest"],
            told["audited_at"],
            _text(told, "trust", "told"),
            _unproved(told),
        ),
        carried,
    )


def _report(asked: GoingOn) -> Mapping[str, Any]:
    try:
        return checked(asked.report, asked.auditor)
    except BadReport as error:
        raise _refused(asked, str(error)) from error


def _unproved(told: Mapping[str, Any]) -> tuple[str, ...]:
    """Return what the report, or one that it goes on from itself, has not proved."""
    proved = told.get("proved")
    if not isinstance(proved, dict):
        return _ANYTHING
    names = ("headers", "receipts", "transactions", "storage")
    own = tuple(name for name in names if proved.get(name) is not True)
    # The storage was compared whole again; of the blocks before nobody has read anything again.
    before = (name for name in _unproved_before(told.get("since")) if name != "storage")
    return tuple(dict.fromkeys((*before, *own)))


def _unproved_before(since: Any) -> tuple[str, ...]:
    if since is None:
        return ()
    found = since.get("unproved") if isinstance(since, dict) else None
    if not isinstance(found, list) or not all(isinstance(name, str) for name in found):
        return _ANYTHING
    return tuple(found)


def _text(told: Mapping[str, Any], *path: str) -> str:
    found: Any = told
    for name in path:
        found = found.get(name) if isinstance(found, dict) else None
    return found if isinstance(found, str) else "nothing is said of the head"


def _hash32(asked: GoingOn, text: str) -> Hash32:
    try:
        content = bytes.fromhex(text.removeprefix("0x"))
        if len(content) != len(Hash32(bytes(32))):
            raise ValueError(text)
    except ValueError as error:
        raise _refused(asked, f"{text!r} is no hash") from error
    return Hash32(content)


def _refused(asked: GoingOn, why: str) -> Fatal:
    return Fatal(f"--since: {asked.report}: {why}")
