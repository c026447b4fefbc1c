"""A receipt, pool or party as it was, told to people and to programs; and how far it is proved."""

import sys
from collections.abc import Mapping
from typing import Any

from receipts_ledger.cli.options import AskedMoment
from receipts_ledger.cli.output import print_json, print_members
from receipts_ledger.cli.past_run import LedgerPast
from receipts_ledger.domain.ids import (
    PartyId,
    PoolId,
    ReceiptId,
    pool_number,
    pool_of,
    receipt_number,
    warehouse_of,
)
from receipts_ledger.domain.ledger import Ledger
from receipts_ledger.domain.moment import TimedBlock
from receipts_ledger.domain.receipt import ENCUMBERED_BIT, Receipt
from receipts_ledger.domain.state import party_state, pool_state, receipt_state
from receipts_ledger.errors import NotFound
from receipts_ledger.services.audit import Report
from receipts_ledger.services.past.replaying import Past
from receipts_ledger.services.past.traced import Traced

EQUAL = 0
DIFFERENT = 1

_FINDINGS_SHOWN_MAX = 20


def tell_receipt(
    source: LedgerPast, receipt_id: ReceiptId, at: AskedMoment | None, *, as_json: bool
) -> int:
    """Tell how a receipt was, and return the exit code. Raises NotFound where it was not yet."""
    block, past = _traced(source, at)
    number = receipt_number(receipt_id)
    word = past.ledger.receipts.get(receipt_id)
    if word is None:
        raise _not_there("receipt", number, block)
    row = past.onlooker.receipt(receipt_id)
    pool_id = pool_of(receipt_id)
    members: dict[str, Any] = {
        "number": number,
        "receipt_id": receipt_id,
        "pool": pool_number(pool_id),
        "warehouse_id": warehouse_of(pool_id),
        **receipt_state(Receipt.from_word(word)),
        "encumbered_since_block": row["pledged_at_block"] if word & ENCUMBERED_BIT else None,
        "origin": _number(row["origin_id"]),
        "item_count": _item_count(past.ledger, receipt_id),
        "content_commitment": _hex(row["content"]),
        "terms_commitment": _hex(row["terms"]),
        **_last_change(row),
    }
    return tell(
        f"receipt {number}", {"receipt": members}, source, block, past.report, as_json=as_json
    )


def tell_pool(source: LedgerPast, pool_id: PoolId, at: AskedMoment | None, *, as_json: bool) -> int:
    """Tell how a pool was, and return the exit code. Raises NotFound where it was not yet."""
    block, past = _traced(source, at)
    number = pool_number(pool_id)
    pool = past.ledger.pools.get(pool_id)
    if pool is None:
        raise _not_there("pool", number, block)
    row = past.onlooker.pool(pool_id)
    members = {
        "number": number,
        "pool_id": pool_id,
        "warehouse_id": warehouse_of(pool_id),
        **pool_state(pool),
        "inspector_id": row["inspector_id"],
        "description_commitment": _hex(row["description"]),
        "evidence_commitment": _hex(row["evidence"]),
        **_last_change(row),
    }
    return tell(f"pool {number}", {"pool": members}, source, block, past.report, as_json=as_json)


def tell_party(
    source: LedgerPast, party_id: PartyId, at: AskedMoment | None, *, as_json: bool
) -> int:
    """Tell how a party was, and return the exit code. Raises NotFound where it was not yet."""
    block, past = _traced(source, at)
    party = past.ledger.parties.get(party_id)
    if party is None:
        raise _not_there("party", party_id, block)
    row = past.onlooker.party(party_id)
    keys = sorted(key for key, owner in past.ledger.keys.items() if owner == party_id)
    members = {
        "party_id": party_id,
        **party_state(party),
        "keys": [_hex(key) for key in keys],
        "recovery_key": _hex(party.recovery_key),
        "profile_commitment": _hex(row["profile"]),
        **_last_change(row),
    }
    return tell(
        f"party {party_id}", {"party": members}, source, block, past.report, as_json=as_json
    )


def tell(
    title: str,
    answer: Mapping[str, Any],
    source: LedgerPast,
    block: TimedBlock,
    report: Report,
    *,
    as_json: bool,
) -> int:
    """Tell an answer of one thing, and return the exit code."""
    if as_json:
        print_json({**answer, **proof(source, block, report)})
        return verdict(report)
    ((_, members),) = answer.items()
    print_members(f"{title} {as_of(block)}", members)
    tell_findings(report)
    return verdict(report)


def proof(source: LedgerPast, block: TimedBlock, report: Report) -> dict[str, Any]:
    """Return which block an answer is of, and what the replay up to there has found."""
    return {
        "as_of": {"number": block.number, "hash": _hex(block.hash), "time": block.time},
        "ledger": {
            "chain_id": source.deployment.chain_id,
            "contract": source.deployment.contract,
        },
        "trust": {"basis": report.trust.basis.value, "told": report.trust.in_words()},
        "replay": {
            "verdict": "equal" if report.is_clean else "different",
            "first_block": report.first_block,
            "blocks": report.blocks,
            "events": report.events,
            "signatures": report.signatures,
            "difference_count": report.found.total(),
            "differences": [
                {
                    "kind": finding.kind.value,
                    "subject": finding.subject,
                    "detail": finding.detail,
                    "block": finding.block_number,
                }
                for finding in report.findings
            ],
        },
    }


def as_of(block: TimedBlock) -> str:
    """Return of which block an answer is."""
    return f"as of block {block.number}, {block.time}"


def tell_findings(report: Report) -> None:
    """Say on stderr what the replay has found, if it has found anything."""
    if report.is_clean:
        return
    shown = report.findings[:_FINDINGS_SHOWN_MAX]
    for finding in shown:
        where = "" if finding.block_number is None else f" (block {finding.block_number})"
        sys.stderr.write(f"receipts-ledger: {finding.subject}: {finding.detail}{where}\n")
    total = report.found.total()
    more = f", {total - len(shown)} of them not listed" if total > len(shown) else ""
    sys.stderr.write(
        f"receipts-ledger: DIFFERENT: the replay up to there has {total} differences{more}; "
        "what is told above rests on a chain that contradicts itself\n"
    )


def verdict(report: Report) -> int:
    """Return the exit code."""
    return EQUAL if report.is_clean else DIFFERENT


def _traced(source: LedgerPast, at: AskedMoment | None) -> tuple[TimedBlock, Past[Traced]]:
    block = source.block(None if at is None else at.moment)
    return block, source.replayed(block, Traced)


def _not_there(kind: str, name: object, block: TimedBlock) -> NotFound:
    return NotFound(kind, f"{name} {as_of(block)}")


def _item_count(ledger: Ledger, receipt_id: ReceiptId) -> int:
    items = sum(owner == receipt_id for owner in ledger.receipt_of_item.values())
    return items + sum(
        bits.bit_count()
        for (_, owner), bits in ledger.items_of_receipt.items()
        if owner == receipt_id
    )


def _last_change(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "last_change_block": row["block_number"],
        "last_change_transaction": _hex(row["tx_hash"]),
    }


def _number(receipt_id: Any) -> str | None:
    return None if receipt_id is None else receipt_number(receipt_id)


def _hex(content: Any) -> str | None:
    return None if content is None else "0x" + content.hex()
