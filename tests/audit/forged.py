"""What somebody leaves who can change the state of a chain, and how it is found."""

from receipts_ledger.domain.act import Act
from receipts_ledger.domain.effect import events_of
from receipts_ledger.domain.event import Event
from tests.support.auditing import DIFFERENT, Scene
from tests.support.cast import Member
from tests.support.indexing import events_on_chain, folded


def effect(scene: Scene, act: Act, inspector: Member | None = None) -> list[Event]:
    """Return what an act leaves if it is carried out now."""
    before = folded(events_on_chain(scene.ledger))
    counted_by = None if inspector is None else inspector.party
    return list(events_of(act, before, day=scene.ledger.today, inspector=counted_by))


def found(scene: Scene, *, kind: str) -> list[tuple[str, str]]:
    """Audit, and return subject and detail of all differences, which are of one kind."""
    outcome = scene.audit()
    assert outcome.exit_code == DIFFERENT, outcome.complaint
    assert {each for each, _, _ in outcome.differences} == {kind}, outcome.differences
    return [(subject, detail) for _, subject, detail in outcome.differences]


def only(scene: Scene, *, kind: str) -> tuple[str, str]:
    """Audit, and return the one difference."""
    (one,) = found(scene, kind=kind)
    return one
