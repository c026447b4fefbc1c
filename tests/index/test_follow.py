"""The decision alone, driven through every history that Hypothesis can think of."""

from dataclasses import replace
from typing import TypeAlias

import pytest
from hypothesis import given
from hypothesis import strategies as st

from receipts_ledger.domain.block import BlockRef
from receipts_ledger.domain.cursor import Cursor
from receipts_ledger.domain.ids import Hash32
from receipts_ledger.services.follow import Action, Append, Halt, RollBack, Wait, decide


def _ref(number: int, branch: int = 0) -> BlockRef:
    return BlockRef(number, Hash32(branch.to_bytes(16) + number.to_bytes(16)))


CURSOR = Cursor(_ref(100), epoch=7, finalized=_ref(90))
OTHER = _ref(100, branch=1)


def test_next_block_that_follows_is_appended() -> None:
    action = decide(CURSOR, head=_ref(101), ours_at_head=None, parent_of_next=_ref(100).hash)
    assert action == Append()


def test_next_block_with_another_parent_takes_ours_back() -> None:
    action = decide(CURSOR, head=_ref(101), ours_at_head=None, parent_of_next=OTHER.hash)
    assert action == RollBack()


def test_missing_next_block_is_no_evidence() -> None:
    assert decide(CURSOR, head=_ref(105), ours_at_head=None, parent_of_next=None) == Wait()


def test_shorter_chain_that_agrees_with_ours_is_no_evidence() -> None:
    action = decide(CURSOR, head=_ref(95), ours_at_head=_ref(95).hash, parent_of_next=None)
    assert action == Wait()


def test_shorter_chain_that_contradicts_ours_takes_our_last_block_back() -> None:
    action = decide(CURSOR, head=_ref(95, 1), ours_at_head=_ref(95).hash, parent_of_next=None)
    assert action == RollBack()


def test_node_that_lies_before_our_first_block_is_no_evidence() -> None:
    assert decide(CURSOR, head=_ref(3), ours_at_head=None, parent_of_next=None) == Wait()


def test_last_block_above_finality_goes_and_the_final_one_stays() -> None:
    at_91 = replace(CURSOR, block=_ref(91))
    at_90 = replace(CURSOR, block=_ref(90))

    def told(cursor: Cursor) -> Action:
        parent = _ref(cursor.block.number, branch=1).hash
        return decide(cursor, head=_ref(92, 1), ours_at_head=None, parent_of_next=parent)

    assert told(at_91) == RollBack()
    action = told(at_90)
    assert isinstance(action, Halt)
    assert "block 90" in action.reason
    assert "final" in action.reason


Chain: TypeAlias = list[BlockRef]


@st.composite
def _histories(draw: st.DrawFn) -> list[Chain]:
    """Views of a chain by a node that grows, reorganises, and forgets its tip for a while."""
    chain: Chain = [_ref(number) for number in range(5)]
    views = [list(chain)]
    for branch in range(1, draw(st.integers(1, 12))):
        kept = max(1, len(chain) - draw(st.sampled_from((0, 0, 0, 1, 2, 3))))
        grown = [_ref(number, branch) for number in range(kept, kept + draw(st.integers(0, 4)))]
        chain = chain[:kept] + grown
        views.append(list(chain))
        if draw(st.booleans()):
            views.append(chain[: -draw(st.integers(1, 3))] or chain[:1])
    return [*views, chain]


@pytest.mark.fault(1)
@given(_histories(), st.integers(0, 6))
def test_any_history_ends_at_its_last_chain_or_halts_at_finality(
    views: list[Chain], depth: int
) -> None:
    ours: Chain = [views[0][0]]
    finalized = ours[0]
    for view in views:
        for _ in range(40):
            cursor = Cursor(ours[-1], 0, finalized)
            action = _decided(cursor, ours, view)
            match action:
                case Append():
                    ours.append(view[len(ours)])
                    final = max(0, min(len(view) - 1 - depth, len(ours) - 1))
                    if final > finalized.number:
                        finalized = ours[final]
                case RollBack():
                    assert ours[-1] not in view
                    ours.pop()
                    assert finalized in ours
                case Halt():
                    assert cursor.block == finalized
                    assert finalized not in view
                    return
                case Wait():
                    break
    last = views[-1]
    # Whoever has forgotten its tip proves nothing; else we are where the node is.
    assert ours[: len(last)] == last[: len(ours)]
    assert len(ours) >= len(last)


def _decided(cursor: Cursor, ours: Chain, view: Chain) -> Action:
    head = view[-1]
    after = cursor.block.number + 1
    return decide(
        cursor,
        head=head,
        ours_at_head=ours[head.number].hash if head.number < len(ours) else None,
        parent_of_next=view[after - 1].hash if after < len(view) else None,
    )
