"""The bills as a table for the eye and as docs/gas.md. No figure here is typed by hand."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks.gas.budget import Verdict
from benchmarks.gas.compiler import ROOT, package_version
from benchmarks.gas.operation import Bill, Operation
from benchmarks.gas.peers import OPENZEPPELIN, TOKEN_REGISTRY
from benchmarks.markdown import markdown_table

DOCUMENT = ROOT / "docs" / "gas.md"
_TEXT = Path(__file__).with_name("document.md")

# Peers have no batch of these: beside each act of a batch stands their single transaction.
_ALONE: Mapping[Operation, Operation] = {
    Operation.ISSUE_SHARED_WORD: Operation.ISSUE_NEW_WORD,
    Operation.RELAY_50_TRANSFERS: Operation.TRANSFER,
    Operation.RELAY_50_TRANSFERS_SCATTERED: Operation.TRANSFER,
    Operation.RELAY_50_PLEDGES: Operation.PLEDGE,
    Operation.RELAY_50_PLEDGES_SCATTERED: Operation.PLEDGE,
    Operation.RELAY_50_RELEASES: Operation.RELEASE,
    Operation.RELAY_50_RELEASES_SCATTERED: Operation.RELEASE,
    Operation.PORTFOLIO_50_PLEDGED: Operation.PLEDGE,
    Operation.PORTFOLIO_50_PLEDGED_SCATTERED: Operation.PLEDGE,
    Operation.PORTFOLIO_50_RELEASED: Operation.RELEASE,
    Operation.PORTFOLIO_50_RELEASED_SCATTERED: Operation.RELEASE,
}
_HEADINGS = ("operation", "ours", "TradeTrust", "", "ERC-721", "", "bare word", "")
_NONE = "·"


@dataclass(frozen=True, slots=True)
class Bills:
    """What everybody paid."""

    ours: Bill
    tradetrust: Bill
    tradetrust_as_shipped: Bill
    erc721: Bill
    bare_word: Bill


def rows(bills: Bills) -> Iterator[tuple[str, ...]]:
    """Yield the cells of each operation: ours, then each peer's gas and ratio to ours."""
    for operation in Operation:
        ours = bills.ours[operation].gas_each
        cells = [operation.value, f"{ours:,}"]
        for peer in (bills.tradetrust, bills.erc721, bills.bare_word):
            cells += _beside(ours, peer, operation)
        yield tuple(cells)


def ratio(peer_gas: int, our_gas: int) -> str:
    """Return how many times as much the peer pays."""
    return f"{peer_gas / our_gas:.2f}x"


def print_report(bills: Bills, judged: Sequence[Verdict], console: Console) -> None:
    """Print the table and the budgets."""
    table = Table(title="Gas for each receipt; ratio: peer's / ours", title_justify="left")
    for index, heading in enumerate(_HEADINGS):
        table.add_column(heading, justify="left" if index == 0 else "right")
    for cells in rows(bills):
        table.add_row(*cells)
    console.print(table)
    budgets = Table(title="Budgets", title_justify="left")
    for heading in ("operation", "budget", "spent", ""):
        budgets.add_column(heading, justify="left" if heading == "operation" else "right")
    for verdict in judged:
        said = "[green]kept[/]" if verdict.is_kept else "[red]broken[/]"
        budgets.add_row(verdict.operation, f"{verdict.gas_max:,}", f"{verdict.gas_each:,}", said)
    console.print(budgets)


def write_document(bills: Bills, judged: Sequence[Verdict], client: str) -> None:
    """Write docs/gas.md."""
    headings = ("operation", "ours", "TradeTrust", "ratio", "ERC-721", "ratio", "bare", "ratio")
    shipped = (
        (
            operation.value,
            f"{spent.gas_each:,}",
            f"{bills.tradetrust_as_shipped[operation].gas_each:,}",
        )
        for operation, spent in bills.tradetrust.items()
    )
    budgets = (
        (
            verdict.operation.value,
            f"{verdict.gas_max:,}",
            f"{verdict.gas_each:,}",
            "kept" if verdict.is_kept else "**broken**",
        )
        for verdict in judged
    )
    text = _TEXT.read_text(encoding="utf-8").format(
        table=markdown_table(headings, rows(bills)),
        budgets=markdown_table(("operation", "budget", "spent", ""), budgets),
        shipped=markdown_table(("operation", "recompiled", "as shipped"), shipped),
        client=client,
        token_registry=f"{TOKEN_REGISTRY} {package_version(TOKEN_REGISTRY)}",
        openzeppelin=f"{OPENZEPPELIN} {package_version(OPENZEPPELIN)}",
    )
    DOCUMENT.write_text(text, encoding="utf-8")


def _beside(ours: int, peer: Bill, operation: Operation) -> tuple[str, str]:
    alone = _ALONE.get(operation)
    if operation in peer:
        gas = peer[operation].gas_each
        return f"{gas:,}", ratio(gas, ours)
    if alone is not None and alone in peer:
        gas = peer[alone].gas_each
        return f"{gas:,}*", ratio(gas, ours)
    return _NONE, _NONE
