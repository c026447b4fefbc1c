"""The results as tables for the eye and as docs/speed.md. No figure here is typed by hand."""

import os
import platform
import re
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import orjson
from rich.console import Console
from rich.table import Table

from benchmarks.index.chain import (
    CONFIRMATIONS,
    PORTFOLIO,
    PORTFOLIO_CYCLES,
    SINGLE_ACTS_RELAYED_TOGETHER,
    SINGLE_CYCLES,
    BuiltChain,
    Custom,
)
from benchmarks.index.marks import Mark
from benchmarks.index.result import NotMeasured, Results
from benchmarks.index.task import OURS, Task
from benchmarks.markdown import markdown_table

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "speed.md"
_TEXT = Path(__file__).with_name("document.md")
_PEERS = Path(__file__).with_name("peers")

_HEADINGS = (
    *("work", "events", "events/s", "best", "CPU us/event", "node's", "database's", "peak MB"),
)
_GROWTH_HEADINGS = ("work", "events", "events/s", "CPU us/event", "peak MB")
_MARK_HEADINGS = ("mark", "wanted", "found", "")
_BESIDE = {
    Custom.IN_PORTFOLIOS: (Task.SUBSQUID, Task.PONDER, Task.CRYO, Task.WEB3, Task.NODE),
    Custom.ONE_BY_ONE: (Task.WEB3, Task.WEB3_SIGNATURES, Task.NODE),
}
# The client that looks at no log takes next to no processor time: nothing to stand beside.
_BESIDE_BY_CPU = (Task.SUBSQUID, Task.PONDER, Task.CRYO, Task.WEB3)
_ADDRESSES = re.compile(r"\b[a-z+]+://\S+|(?<![\w.])/[\w./@-]+")


@dataclass(frozen=True, slots=True)
class Circumstances:
    """How the run went, and what else the machine did."""

    rounds: int
    neighbours: float
    """Processors that other programs used, on average."""
    minutes: float
    recovery_us: float
    postgresql: Sequence[str]


def print_report(results: Results, marks: Sequence[Mark], console: Console) -> None:
    """Print what was measured, how it compares, and whether it is enough."""
    for custom in results.whole:
        _print(f"A chain, {custom}", _HEADINGS, rows(results, custom), console)
    _print("As the chain grows", _GROWTH_HEADINGS, _growth(results), console)
    for custom in results.whole:
        title = f"Events/s beside others, {custom}"
        _print(title, _ratio_headings(custom), _rate_ratios(results, custom), console)
    _print("Marks", _MARK_HEADINGS, _judged(marks), console)
    for absent in results.not_measured():
        console.print(f"{absent.task}: {absent.reason}")


def write_document(
    chains: Sequence[BuiltChain],
    results: Results,
    marks: Sequence[Mark],
    circumstances: Circumstances,
) -> None:
    """Write docs/speed.md."""
    chain_of = {chain.custom: chain for chain in chains}
    portfolios, single = chain_of[Custom.IN_PORTFOLIOS], chain_of[Custom.ONE_BY_ONE]
    single_signatures = _signatures_of_event(single)
    text = _TEXT.read_text(encoding="utf-8").format(
        portfolios=markdown_table(_HEADINGS, rows(results, Custom.IN_PORTFOLIOS)),
        single=markdown_table(_HEADINGS, rows(results, Custom.ONE_BY_ONE)),
        not_measured=not_measured(results),
        rate_ratios=markdown_table(
            _ratio_headings(Custom.IN_PORTFOLIOS), _rate_ratios(results, Custom.IN_PORTFOLIOS)
        ),
        cpu_ratios=markdown_table(("work", *_BESIDE_BY_CPU), _cpu_ratios(results)),
        single_ratios=markdown_table(
            _ratio_headings(Custom.ONE_BY_ONE), _rate_ratios(results, Custom.ONE_BY_ONE)
        ),
        growth=markdown_table(_GROWTH_HEADINGS, _growth(results)),
        marks=markdown_table(_MARK_HEADINGS, _judged(marks)),
        events=f"{portfolios.events_until(portfolios.head):,}",
        receipts=f"{portfolios.receipts:,}",
        blocks=f"{portfolios.head:,}",
        single_events=f"{single.events_until(single.head):,}",
        single_receipts=f"{single.receipts:,}",
        confirmations=CONFIRMATIONS,
        single_signatures=f"{single_signatures:.2f}",
        portfolio_signatures=f"{_signatures_of_event(portfolios):.2f}",
        recovery=f"{circumstances.recovery_us:.0f}",
        recovery_event=f"{single_signatures * circumstances.recovery_us:.0f}",
        single_cycles=SINGLE_CYCLES,
        single_together=SINGLE_ACTS_RELAYED_TOGETHER,
        portfolio=PORTFOLIO,
        portfolio_cycles=PORTFOLIO_CYCLES,
        rounds=circumstances.rounds,
        neighbours=f"{circumstances.neighbours:.1f}",
        minutes=f"{circumstances.minutes:.0f}",
        postgresql=", ".join(f"`{setting}`" for setting in circumstances.postgresql),
        machine=f"{os.cpu_count()} x {_processor()}, {platform.system()}",
        software=", ".join(_software()),
        peers=", ".join(_peers()),
    )
    DOCUMENT.write_text(text, encoding="utf-8")


def rows(results: Results, custom: Custom) -> Iterator[tuple[str, ...]]:
    """Yield what was measured on a whole chain. What could not be measured keeps its row."""
    for found in results.whole[custom].values():
        if isinstance(found, NotMeasured):
            yield found.task, "not measured", *("·",) * (len(_HEADINGS) - 2)
            continue
        yield (
            found.task,
            f"{found.events:,}",
            f"{found.rate:,.0f}",
            f"{found.rate_best:,.0f}",
            f"{found.cpu_us:,.0f}",
            f"{found.node_cpu_us:,.0f}",
            f"{found.database_cpu_us:,.0f}" if found.task.has_server else "·",
            f"{found.peak_mb:,.0f}",
        )


def not_measured(results: Results) -> str:
    """Return why there are no figures, in Markdown; nothing when there are all."""
    lines = (f"- **{one.task}** {_without_addresses(one.reason)}" for one in results.not_measured())
    said = "\n".join(lines)
    return f"\nNot measured in this run:\n\n{said}\n" if said else ""


def _print(
    title: str, headings: Sequence[str], rows: Iterable[Sequence[str]], console: Console
) -> None:
    table = Table(title=title, title_justify="left")
    for index, heading in enumerate(headings):
        table.add_column(heading, justify="right" if index else "left")
    for cells in rows:
        table.add_row(*cells)
    console.print(table)


def _signatures_of_event(chain: BuiltChain) -> float:
    return chain.signatures / chain.events_until(chain.head)


def _without_addresses(text: str) -> str:
    """Return what a program said without the places that it names: they are nobody's business."""
    return _ADDRESSES.sub("…", text)


def _growth(results: Results) -> Iterator[tuple[str, ...]]:
    for task, parts in results.parts.items():
        whole = results.series(Custom.IN_PORTFOLIOS, task)
        for series in (*parts, *(() if whole is None else (whole,))):
            yield (
                task,
                f"{series.events:,}",
                f"{series.rate:,.0f}",
                f"{series.cpu_us:,.0f}",
                f"{series.peak_mb:,.0f}",
            )


def _ratio_headings(custom: Custom) -> tuple[str, ...]:
    return ("work", *_BESIDE[custom])


def _rate_ratios(results: Results, custom: Custom) -> Iterator[tuple[str, ...]]:
    for task in OURS:
        yield task, *(_times(results.rate_ratio(custom, task, peer)) for peer in _BESIDE[custom])


def _cpu_ratios(results: Results) -> Iterator[tuple[str, ...]]:
    for task in OURS:
        ratios = (
            results.cpu_ratio_with_servers(Custom.IN_PORTFOLIOS, task, peer)
            for peer in _BESIDE_BY_CPU
        )
        yield task, *map(_times, ratios)


def _times(ratio: float | None) -> str:
    if ratio is None:
        return "·"
    return f"{ratio:.1f}x" if ratio >= 1 else f"{ratio:.2f}x"


def _judged(marks: Iterable[Mark]) -> Iterator[tuple[str, ...]]:
    for mark in marks:
        yield mark.what, mark.wanted, mark.found, mark.verdict


def _software() -> Iterator[str]:
    yield f"Python {platform.python_version()}"
    for package in ("web3", "coincurve", "sqlalchemy", "psycopg"):
        yield f"{package} {version(package)}"
    yield f"SQLite {sqlite3.sqlite_version}"


def _peers() -> Iterator[str]:
    """Yield what the peers' manifests pin."""
    for manifest in sorted(_PEERS.glob("*/package.json")):
        for package, pinned in orjson.loads(manifest.read_bytes())["dependencies"].items():
            yield f"{package} {pinned}"
    yield (
        (_PEERS / "cryo/requirements.in").read_text(encoding="utf-8").split()[0].replace("==", " ")
    )


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()
