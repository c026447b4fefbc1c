"""The bills as tables for the eye and as docs/gas.md. No figure here is typed by hand."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks.gas.acts import ROWS
from benchmarks.gas.budget import Verdict
from benchmarks.gas.comparison import NONE, Peer, lines
from benchmarks.gas.compiler import ROOT, package_version
from benchmarks.gas.operation import PeerBill
from benchmarks.gas.ours import OurBill, Way
from benchmarks.gas.peers.trex import IDENTITIES
from benchmarks.gas.snapshot import Change
from benchmarks.markdown import markdown_table

DOCUMENT = ROOT / "docs" / "gas.md"
_TEXT = Path(__file__).with_name("document.md")
_OURS = ("act", *(way.value for way in Way))
_BUDGETS = ("budget of", "at most", "spent", "")
_CHANGES = ("what", "old", "new", "")


@dataclass(frozen=True, slots=True)
class Bills:
    """What everybody paid. Beside the peers, two of them in another shape."""

    ours: OurBill
    peers: Sequence[Peer]
    tradetrust_as_shipped: PeerBill
    trex_with_claim: PeerBill

    def of(self, name: str) -> PeerBill:
        """Return a peer's bill."""
        return next(peer.bill for peer in self.peers if peer.name == name)


def our_rows(bill: OurBill) -> Iterator[tuple[str, ...]]:
    """Yield the cells of each act: what it costs each, in each way."""
    for row in ROWS:
        spent = (bill.acts.get((row.name, way)) for way in Way)
        yield row.name, *(f"{one.gas_each:,}" if one else NONE for one in spent)


def print_report(
    bills: Bills, judged: Sequence[Verdict], changed: Sequence[Change], console: Console
) -> None:
    """Print what costs what, the budgets, and what is not as the snapshot remembers it."""
    _print(console, "Gas for each receipt", _OURS, our_rows(bills.ours))
    headings = ("act", "ours", *(peer.name for peer in bills.peers))
    _print(console, "Beside peers (peer's / ours)", headings, lines(bills.ours, bills.peers))
    verdicts = (
        (
            verdict.what,
            f"{verdict.limit:,}",
            f"{verdict.spent:,}",
            "[green]kept[/]" if verdict.is_kept else "[red]broken[/]",
        )
        for verdict in judged
    )
    _print(console, "Budgets", _BUDGETS, verdicts)
    if bills.ours.unmeasured:
        console.print(f"Without a row in benchmarks/gas/acts.py: {_unmeasured(bills.ours)}")
    if not changed:
        console.print("No figure of ours differs from the snapshot.")
        return
    differing = ((c.what, _figure(c.old), _figure(c.new), c.percent) for c in changed)
    _print(console, "Differs from the snapshot (whole transactions)", _CHANGES, differing)


def write_document(bills: Bills, judged: Sequence[Verdict], client: str) -> None:
    """Write docs/gas.md."""
    budgets = (
        (
            verdict.what,
            f"{verdict.limit:,}",
            f"{verdict.spent:,}",
            "kept" if verdict.is_kept else "**broken**",
        )
        for verdict in judged
    )
    versions = ((peer.name, _packages(peer), peer.code) for peer in bills.peers)
    text = _TEXT.read_text(encoding="utf-8").format(
        ours=markdown_table(_OURS, our_rows(bills.ours)),
        peers=markdown_table(
            ("act", "ours", *(peer.name for peer in bills.peers)), lines(bills.ours, bills.peers)
        ),
        versions=markdown_table(("peer", "from npm", "code"), versions, words=3),
        budgets=markdown_table(_BUDGETS, budgets),
        shipped=_twice(bills.of("TradeTrust"), bills.tradetrust_as_shipped, "as shipped"),
        claims=_twice(bills.of("T-REX"), bills.trex_with_claim, "with one claim"),
        unmeasured=_unmeasured(bills.ours) or "none",
        runtime_bytes=f"{bills.ours.runtime_bytes:,}",
        deployment=f"{bills.ours.deployment.gas:,}",
        client=client,
        identities=f"{IDENTITIES} {package_version(IDENTITIES)}",
    )
    DOCUMENT.write_text(text, encoding="utf-8")


def _packages(peer: Peer) -> str:
    return ", ".join(f"{name} {package_version(name)}" for name in peer.packages) or NONE


def _twice(first: PeerBill, second: PeerBill, heading: str) -> str:
    rows = (
        (step.value, f"{spent.gas_each:,}", f"{second[step].gas_each:,}")
        for step, spent in first.items()
    )
    return markdown_table(("step", "in the table above", heading), rows)


def _print(
    console: Console, title: str, headings: Sequence[str], rows: Iterator[tuple[str, ...]]
) -> None:
    table = Table(title=title, title_justify="left")
    for index, heading in enumerate(headings):
        table.add_column(heading, justify="right" if index else "left")
    for cells in rows:
        table.add_row(*cells)
    console.print(table)


def _unmeasured(bill: OurBill) -> str:
    return ", ".join(kind.name.lower().replace("_", " ") for kind in bill.unmeasured)


def _figure(number: int | None) -> str:
    return NONE if number is None else f"{number:,}"
