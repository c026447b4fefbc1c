"""A pool's stock over time, told as lines, JSON, or CSV for an auditor's spreadsheet."""

import csv
import sys
from collections.abc import Iterable
from enum import StrEnum
from typing import Any

from receipts_ledger.cli.options import AskedMoment
from receipts_ledger.cli.output import print_json, print_wide_rows
from receipts_ledger.cli.past_run import LedgerPast
from receipts_ledger.cli.past_told import DIFFERENT, as_of, proof, tell_findings, verdict
from receipts_ledger.domain.ids import PoolId, pool_number, receipt_number
from receipts_ledger.domain.ledger import Ledger
from receipts_ledger.domain.moment import time_text
from receipts_ledger.errors import NotFound
from receipts_ledger.services.past.stock import DatedStep, StockBook

_SHOWN = (
    "block",
    "event",
    "receipt",
    "attested_change",
    "receipted_change",
    "attested",
    "receipted",
    "conserved",
)


class Form(StrEnum):
    """How it is told."""

    LINES = "lines"
    JSON = "json"
    CSV = "csv"


def tell(source: LedgerPast, pool_id: PoolId, at: AskedMoment | None, form: Form) -> int:
    """Tell how a pool's stock has changed, and return the exit code. Raises NotFound."""
    block = source.block(None if at is None else at.moment)

    def book(ledger: Ledger) -> StockBook:
        return StockBook(ledger, pool_id)

    past = source.replayed(block, book)
    number = pool_number(pool_id)
    steps = past.onlooker.steps
    if pool_id not in past.ledger.pools:
        raise NotFound("pool", f"{number} {as_of(block)}")
    rows = [_row(number, each) for each in steps]
    is_conserved = not any(each.step.breaches for each in steps)
    match form:
        case Form.JSON:
            answer = {"pool": number, "pool_id": pool_id, "conserved": is_conserved, "steps": rows}
            print_json({**answer, **proof(source, block, past.report)})
        case Form.CSV:
            _print_csv(rows)
        case Form.LINES:
            shown = [[row[column] for column in _SHOWN] for row in rows]
            print_wide_rows(f"stock of pool {number} {as_of(block)}", _SHOWN, shown)
    if form is not Form.JSON:
        _tell_breaches(steps)
        tell_findings(past.report)
    return verdict(past.report) if is_conserved else DIFFERENT


def _row(number: str, each: DatedStep) -> dict[str, Any]:
    step = each.step
    return {
        "pool": number,
        "block": each.block_number,
        "time": time_text(each.timestamp_seconds),
        "transaction": "0x" + each.tx_hash.hex(),
        "log_index": each.log_index,
        "event": each.event,
        "receipt": None if step.receipt_id is None else receipt_number(step.receipt_id),
        "attested_change": step.attested_change,
        "receipted_change": step.receipted_change,
        "capacity": step.capacity,
        "attested": step.attested,
        "receipted": step.receipted,
        "quantity_in_receipts": step.quantity_in_receipts,
        "conserved": not step.breaches,
    }


def _print_csv(rows: Iterable[dict[str, Any]]) -> None:
    writer: csv.DictWriter[str] | None = None
    for row in rows:
        if writer is None:
            writer = csv.DictWriter(sys.stdout, row.keys(), lineterminator="\n")
            writer.writeheader()
        writer.writerow(row | {"conserved": "yes" if row["conserved"] else "no"})


def _tell_breaches(steps: Iterable[DatedStep]) -> None:
    for each in steps:
        for breach in each.step.breaches:
            sys.stderr.write(f"receipts-ledger: block {each.block_number}: {breach}\n")
