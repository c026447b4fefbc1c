"""What parties held, lent against or stored, told: totals by pool, and one party's receipts."""

import sys
from collections.abc import Iterator, Mapping
from typing import Any

from receipts_ledger.cli.options import AskedMoment
from receipts_ledger.cli.output import console, print_json, print_wide_rows
from receipts_ledger.cli.past_run import LedgerPast
from receipts_ledger.cli.past_told import DIFFERENT, as_of, proof, tell_findings, verdict
from receipts_ledger.domain.books import Book, Books, Capacity, Holding, Total, uneven
from receipts_ledger.domain.ids import (
    PartyId,
    PoolId,
    pool_number,
    receipt_number,
    warehouse_of,
)
from receipts_ledger.domain.ledger import Ledger
from receipts_ledger.errors import NotFound
from receipts_ledger.services.past.replaying import Onlooker


def tell(
    source: LedgerPast,
    capacity: Capacity,
    party_id: int | None,
    at: AskedMoment | None,
    *,
    as_json: bool,
) -> int:
    """Tell one party's book, or everybody's totals, and return the exit code. Raises NotFound."""
    block = source.block(None if at is None else at.moment)
    past = source.replayed(block, lambda ledger: Onlooker())
    ledger = past.ledger
    if party_id is not None and party_id not in ledger.parties:
        raise NotFound("party", f"{party_id} {as_of(block)}")
    books = Books.of(ledger.receipts)
    wrong = list(uneven(books, ledger.pools, ledger.receipts))
    rows = list(_totals(books, capacity, party_id, ledger))
    receipts = [] if party_id is None else list(_receipts(PartyId(party_id), capacity, ledger))
    if as_json:
        answer = {
            "capacity": capacity.value,
            "party_id": party_id,
            "even": not wrong,
            "uneven": wrong,
            "totals": rows,
            **({} if party_id is None else {"receipts": receipts}),
        }
        print_json({**answer, **proof(source, block, past.report)})
    else:
        whose = f"{capacity} {party_id}" if party_id is not None else f"every {capacity}"
        _print(f"{whose} {as_of(block)}", rows)
        if receipts:
            _print("receipts", receipts)
        if not wrong:
            console().print(
                f"Holders, lenders and warehouses come out even in {len(ledger.pools)} pools.",
                soft_wrap=True,
            )
        for line in wrong:
            sys.stderr.write(f"receipts-ledger: {line}\n")
        tell_findings(past.report)
    return DIFFERENT if wrong else verdict(past.report)


def _totals(
    books: Books, capacity: Capacity, party_id: int | None, ledger: Ledger
) -> Iterator[dict[str, Any]]:
    totals = dict(books.totals[capacity])
    if capacity is Capacity.WAREHOUSE:
        # An empty pool is a place that an auditor counts too.
        for pool_id in ledger.pools:
            totals.setdefault((warehouse_of(pool_id), pool_id), Total())
    for (owner, pool_id), total in sorted(totals.items(), key=lambda each: each[0]):
        if party_id in (None, owner):
            yield _row(owner, pool_id, total, capacity, ledger)


def _row(
    owner: PartyId, pool_id: PoolId, total: Total, capacity: Capacity, ledger: Ledger
) -> dict[str, Any]:
    row: dict[str, Any] = {
        "party": owner,
        "pool": pool_number(pool_id),
        "receipts": total.receipts,
        "quantity": total.quantity,
        "in_default": total.quantity_in_default,
    }
    if capacity is not Capacity.LENDER:
        row["pledged_receipts"] = total.receipts_encumbered
        row["pledged"] = total.quantity_encumbered
        row["free"] = total.quantity - total.quantity_encumbered
    if capacity is Capacity.WAREHOUSE:
        pool = ledger.pools[pool_id]
        row["receipted"] = pool.quantity_receipted
        row["attested"] = pool.quantity_attested
        row["capacity"] = pool.quantity_capacity
        return row
    row["first_maturity"] = total.first_maturity
    row["last_maturity"] = total.last_maturity
    return row


def _receipts(party_id: PartyId, capacity: Capacity, ledger: Ledger) -> Iterator[dict[str, Any]]:
    for holding in Book.of(party_id, capacity, ledger.receipts.items()).holdings:
        yield _holding(holding)


def _holding(holding: Holding) -> dict[str, Any]:
    receipt = holding.receipt
    return {
        "receipt": receipt_number(holding.receipt_id),
        "holder": receipt.holder,
        "quantity": receipt.quantity,
        "pledgee": receipt.pledgee,
        "maturity": holding.maturity,
        "in_default": holding.is_in_default,
        "version": receipt.version,
    }


def _print(title: str, rows: list[dict[str, Any]]) -> None:
    columns: Mapping[str, Any] = rows[0] if rows else {}
    print_wide_rows(title, list(columns), [list(row.values()) for row in rows])
