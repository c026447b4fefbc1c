"""First act: who takes part, where goods lie, and how much of them an inspector has seen."""

from receipts_ledger.client import Draft
from receipts_ledger.demo.cast import Member
from receipts_ledger.demo.hands import in_parallel, refusal_of
from receipts_ledger.demo.records import expect_refused_on_chain
from receipts_ledger.demo.stage import Pile, Stage
from receipts_ledger.demo.story import Step
from receipts_ledger.domain.content import Json
from receipts_ledger.domain.ids import NO_HASH, pool_number
from receipts_ledger.domain.pool import OpenPool
from receipts_ledger.errors import RefusalCode

_ATTESTATION_DAYS = 30


def admit_everybody(stage: Stage, step: Step) -> None:
    """Admit all parties: registrar and the new key sign; the registrar hands both in."""
    registrar = stage.hands.of(stage.cast.registrar)

    def admit(member: Member) -> Draft:
        draft = registrar.admit(
            member.party_id, member.roles, member.address, {"name": member.name}
        )
        registrar.sign(draft)
        return registrar.hand_in(draft.act_id, stage.hands.of(member).signature(draft))

    drafts = in_parallel(admit, stage.cast.newcomers)
    for draft in drafts:
        registrar.wait(draft.act_id)
    for member in stage.cast.newcomers:
        expect_admitted(stage, step, member)
    count = len(stage.cast.newcomers)
    step.saw(f"{count} parties admitted, {len(stage.cast.warehouses)} of them the warehouses")
    step.left(f"block {stage.chain.head()}")


def expect_admitted(stage: Stage, step: Step, member: Member) -> None:
    """Make sure that a member stands on the chain, active, in its roles, with its one key."""
    party = stage.chain.party(member.party_id)
    step.check(
        party.is_active and party.roles == member.roles and party.key_count == 1,
        f"{member.name} stands on the chain as {party}",
    )


def open_pools(stage: Stage, step: Step) -> None:
    """Open a pool for each row of the report and have it counted."""
    opened = [pile for pile in stage.piles if pile.capacity]

    def open_and_attest(pile: Pile) -> None:
        _open(stage, pile)
        _attest(stage, pile)

    in_parallel(open_and_attest, opened)
    for pile in opened:
        pool = stage.chain.pool(pile.pool_id)
        step.equal(pool.quantity_capacity, pile.capacity, f"capacity of {_name(pile)}")
        step.equal(pool.quantity_attested, pile.attested, f"attested in {_name(pile)}")
    tonnes = sum(pile.stock.deliverable_t for pile in opened)
    step.saw(f"{len(opened)} pools opened, {tonnes:,} t attested")
    step.left(f"block {stage.chain.head()}")


def open_empty_pool(stage: Stage, step: Step) -> None:
    """Try to open a pool for a row that reports no metal and no room."""
    pile = next(pile for pile in stage.piles if not pile.capacity)
    refused = refusal_of(lambda: _open(stage, pile))
    step.check(refused is not None, f"{_name(pile)} was opened over 0 t")
    if refused is not None:
        step.equal(refused.code, RefusalCode.INVALID_REQUEST, "the code")
        step.equal(refused.problem.field, "capacity", "the field")
        step.saw(f"API: {refused.code} ({refused.problem.field}), HTTP {refused.problem.status}")

    act = OpenPool(
        pile.pool_id,
        0,
        _ATTESTATION_DAYS,
        is_serialised=False,
        is_paged=False,
        is_bonded=False,
        is_non_negotiable=False,
        description=NO_HASH,
        deadline=stage.deadline(),
    )
    signed = stage.outsider.signed(act, stage.cast.registrar.key, pile.warehouse.key)
    relayed = stage.chain.call(stage.outsider.relay(signed))
    expect_refused_on_chain(stage, step, relayed, RefusalCode.ZERO_QUANTITY)
    step.equal(stage.chain.pool(pile.pool_id).quantity_capacity, 0, "capacity on the chain")
    step.saw(_name(pile))


def _open(stage: Stage, pile: Pile) -> Draft:
    registrar = stage.cast.registrar
    draft = stage.hands.of(registrar).open_pool(
        pile.warehouse.party_id,
        pile.pool_id & 0xFFFF,
        commodity=pile.stock.commodity.profile,
        place=f"{pile.stock.region}, {pile.stock.warehouse}",
        capacity=pile.capacity,
        attestation_days=_ATTESTATION_DAYS,
    )
    return stage.hands.do(draft, registrar, pile.warehouse)


def _attest(stage: Stage, pile: Pile) -> Draft:
    inspector = stage.cast.inspector
    evidence: dict[str, Json] = {
        "method": "full count",
        "week_ending": pile.stock.week_ending.isoformat(),
        "deliverable_tonnes": pile.stock.deliverable_t,
    }
    draft = stage.hands.of(inspector).attest(pile.pool_id, pile.attested, evidence)
    return stage.hands.do(draft, inspector)


def _name(pile: Pile) -> str:
    return f"{pool_number(pile.pool_id)} {pile.stock.warehouse} {pile.stock.metal}"
