"""What the chain made of our acts: mined or refused, later final, or taken back.

An act is known by the transaction that our relayer put it into, never by its digest alone:
anybody may send an act's bytes with a signature missing, and the refusal that earns says
nothing about the act itself. Such a refusal is recorded all the same.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from operator import attrgetter
from typing import Any, TypeAlias
from uuid import NAMESPACE_OID, uuid5

from sqlalchemy import delete, select, update

from receipts_ledger.domain.block import BlockRef, LedgerBlock, LoggedEvent
from receipts_ledger.domain.event import ActRefused
from receipts_ledger.domain.ids import Hash32
from receipts_ledger.errors import Refused
from receipts_ledger.store.bulk import among
from receipts_ledger.store.tables import (
    act_receipts,
    acts,
    pledge_slots,
    refusals,
    relay_acts,
    relay_attempts,
)
from receipts_ledger.store.units import Found, Writer

ReadReason: TypeAlias = Callable[[bytes], Refused | None]
"""Reads the encoded rule in ActRefused; None for bytes that are no rule of ours."""

UNREADABLE = "Unreadable"
_TX_HASH: Callable[[LoggedEvent], Hash32] = attrgetter("tx_hash")
_PLEDGES = ("Pledge", "PledgePortfolio")


@dataclass(frozen=True, slots=True)
class _Refusal:
    """An act that the contract refused, and where that stands."""

    block: LedgerBlock
    logged: LoggedEvent
    event: ActRefused

    @property
    def refusal_id(self) -> str:
        """The refusal's name in the table."""
        return _refusal_id(self.block.hash, self.logged.log_index)


def settle(
    writer: Writer, blocks: Sequence[LedgerBlock], *, read_reason: ReadReason, now: datetime
) -> None:
    """Record what some blocks made of acts: theirs that were mined, and every refusal."""
    found = list(_refusals(blocks))
    _record(writer, found, read_reason)
    refused = {(refusal.logged.tx_hash, refusal.event.digest): refusal for refusal in found}
    blocks_of: dict[Hash32, LedgerBlock] = {}
    for block in blocks:
        blocks_of |= dict.fromkeys(map(_TX_HASH, block.events), block)
    carried: dict[Hash32, list[str]] = defaultdict(list)
    settled = []
    for row in _ours(writer, blocks_of):
        settled.append(row.act_id)
        refusal = refused.get((row.tx_hash, row.digest))
        if refusal is None:
            carried[row.tx_hash].append(row.act_id)
            continue
        writer.run(
            update(acts)
            .where(acts.c.act_id == row.act_id)
            .values(
                status="refused",
                refusal=_explained(refusal, read_reason),
                tx_hash=row.tx_hash,
                block_number=refusal.block.number,
                updated_at=now,
            )
        )
    for tx_hash, act_ids in carried.items():
        mined = update(acts).values(
            status="mined",
            refusal=None,
            tx_hash=tx_hash,
            block_number=blocks_of[tx_hash].number,
            updated_at=now,
        )
        for condition in among(acts.c.act_id, act_ids):
            writer.run(mined.where(condition))
    for condition in among(pledge_slots.c.act_id, settled):
        writer.run(delete(pledge_slots).where(condition))


def finalize(writer: Writer, finalized_number: int, now: datetime) -> None:
    """Make acts final that were mined in blocks that now are."""
    writer.run(
        update(acts)
        .where(acts.c.status == "mined", acts.c.block_number <= finalized_number)
        .values(status="final", updated_at=now)
    )


def take_back(writer: Writer, block: BlockRef, log_indexes: Sequence[int], now: datetime) -> None:
    """Undo what `settle` made of a block that is no longer there.

    Its acts count as sent: their bytes will go out again. `log_indexes` are those of the
    block's refusals.
    """
    of_block = acts.c.block_number == block.number
    pledges = select(acts.c.act_id).where(of_block, acts.c.kind.in_(_PLEDGES))
    slots = writer.rows(select(act_receipts).where(act_receipts.c.act_id.in_(pledges)))
    writer.run(
        update(acts)
        .where(of_block)
        .values(status="sent", refusal=None, tx_hash=None, block_number=None, updated_at=now)
    )
    for slot in slots:
        # Another pledge may have taken the slot meanwhile; then the contract decides.
        writer.insert_absent(
            pledge_slots, receipt_id=slot.receipt_id, act_id=slot.act_id, taken_at=now
        )
    refusal_ids = [_refusal_id(block.hash, log_index) for log_index in log_indexes]
    for condition in among(refusals.c.refusal_id, refusal_ids):
        writer.run(delete(refusals).where(condition))


def _refusals(blocks: Sequence[LedgerBlock]) -> Iterator[_Refusal]:
    for block in blocks:
        for logged in block.events:
            if isinstance(logged.event, ActRefused):
                yield _Refusal(block, logged, logged.event)


def _ours(writer: Writer, tx_hashes: Iterable[Hash32]) -> Iterator[Found]:
    """Yield the acts that our relayer put into these transactions."""
    query = (
        select(relay_attempts.c.tx_hash, acts.c.act_id, acts.c.digest)
        .join(relay_acts, relay_acts.c.transaction_id == relay_attempts.c.transaction_id)
        .join(acts, acts.c.act_id == relay_acts.c.act_id)
        # Even an act that has expired or was withdrawn here: what the chain did is done.
        .where(acts.c.status.not_in(("mined", "final")))
    )
    for condition in among(relay_attempts.c.tx_hash, tx_hashes):
        yield from writer.rows(query.where(condition))


def _record(writer: Writer, found: Sequence[_Refusal], read_reason: ReadReason) -> None:
    known: set[str] = set()
    for condition in among(refusals.c.refusal_id, [one.refusal_id for one in found]):
        known.update(writer.scalars(select(refusals.c.refusal_id).where(condition)))
    acts_by_digest: dict[Hash32, Found] = {}
    query = select(acts.c.digest, acts.c.act_id, acts.c.kind)
    for condition in among(acts.c.digest, {one.event.digest for one in found}):
        acts_by_digest |= {row.digest: row for row in writer.rows(query.where(condition))}
    writer.insert_many(
        refusals,
        [
            _row(one, acts_by_digest.get(one.event.digest), read_reason(one.event.reason))
            for one in found
            if one.refusal_id not in known
        ],
    )


def _row(refusal: _Refusal, act: Found | None, reason: Refused | None) -> tuple[object, ...]:
    block, logged, event = refusal.block, refusal.logged, refusal.event
    return (
        refusal.refusal_id,
        datetime.fromtimestamp(block.timestamp_seconds, UTC),
        "chain",
        None,
        act.kind if act else "relay",
        event.subject,
        reason.code if reason else UNREADABLE,
        reason.details if reason else None,
        event.digest,
        act.act_id if act else None,
        {
            "block_number": block.number,
            "block_hash": "0x" + block.hash.hex(),
            "tx_hash": "0x" + logged.tx_hash.hex(),
            "log_index": logged.log_index,
            "reason": "0x" + event.reason.hex(),
        },
    )


def _explained(refusal: _Refusal, read_reason: ReadReason) -> dict[str, Any]:
    reason = read_reason(refusal.event.reason)
    return {
        "code": reason.code if reason else UNREADABLE,
        "detail": reason.detail if reason else "",
        "details": reason.details if reason else {},
        "refusal_id": refusal.refusal_id,
    }


def _refusal_id(block_hash: Hash32, log_index: int) -> str:
    # From the place alone, so that reading a block again writes the same refusal.
    return str(uuid5(NAMESPACE_OID, f"{block_hash.hex()}/{log_index}"))
