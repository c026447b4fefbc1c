"""The results as tables for the eye and as docs/speed.md. No figure here is typed by hand."""

import os
import platform
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from importlib.metadata import version
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks.index.chain import (
    PORTFOLIO,
    PORTFOLIO_CYCLES,
    SINGLE_ACTS_RELAYED_TOGETHER,
    SINGLE_CYCLES,
    BuiltChain,
    Custom,
)
from benchmarks.index.result import Mark, Results
from benchmarks.index.task import OURS, THEIRS, Task
from benchmarks.markdown import markdown_table

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "speed.md"
_TEXT = Path(__file__).with_name("document.md")

_HEADINGS = (
    "chain",
    "work",
    "events",
    "events/s",
    "median",
    "CPU us/event",
    "node's",
    "database's",
    "peak MiB",
)
_RATIO_HEADINGS = (
    "chain",
    "work",
    "events/s: decode",
    "decode, recover",
    "CPU: decode",
    "decode, recover",
)
_WORDS = 2


def print_report(results: Results, marks: Sequence[Mark], console: Console) -> None:
    """Print what was measured, how it compares, and whether it is enough."""
    for title, headings, rows in (
        ("Work on whole chains, replay on parts of one too", _HEADINGS, _rows(results)),
        ("How many times better than web3.py", _RATIO_HEADINGS, _ratios(results)),
        ("Marks", ("mark", "wanted", "found", ""), _judged(marks)),
    ):
        table = Table(title=title, title_justify="left")
        for index, heading in enumerate(headings):
            table.add_column(heading, justify="left" if index < _WORDS else "right")
        for cells in rows:
            table.add_row(*cells)
        console.print(table)


def write_document(
    chains: Sequence[BuiltChain],
    results: Results,
    marks: Sequence[Mark],
    *,
    rounds: int,
    recovery_us: float,
) -> None:
    """Write docs/speed.md."""
    single, portfolios = (_signatures_of_event(chain) for chain in chains)
    text = _TEXT.read_text(encoding="utf-8").format(
        table=markdown_table(_HEADINGS, _rows(results), words=_WORDS),
        ratios=markdown_table(_RATIO_HEADINGS, _ratios(results), words=_WORDS),
        marks=markdown_table(("mark", "wanted", "found", ""), _judged(marks)),
        events=f"{max(chain.events_until(chain.head) for chain in chains):,}",
        single_signatures=f"{single:.2f}",
        portfolio_signatures=f"{portfolios:.2f}",
        recovery=f"{recovery_us:.0f}",
        recovery_event=f"{single * recovery_us:.0f}",
        receipts=f"{chains[0].receipts:,}",
        single_cycles=SINGLE_CYCLES,
        single_together=SINGLE_ACTS_RELAYED_TOGETHER,
        portfolio=PORTFOLIO,
        portfolio_cycles=PORTFOLIO_CYCLES,
        rounds=rounds,
        machine=f"{os.cpu_count()} x {_processor()}, {platform.system()}",
        software=", ".join(_software()),
    )
    DOCUMENT.write_text(text, encoding="utf-8")


def _signatures_of_event(chain: BuiltChain) -> float:
    return chain.signatures / chain.events_until(chain.head)


def _rows(results: Results) -> Iterator[tuple[str, ...]]:
    for custom, whole in results.whole.items():
        parts = results.shorter_replays if custom is Custom.ONE_BY_ONE else ()
        for series in (*whole.values(), *parts):
            has_server = series.task is Task.INDEX_POSTGRESQL
            yield (
                custom,
                series.task,
                f"{series.events:,}",
                f"{series.rate:,.0f}",
                f"{series.rate_median:,.0f}",
                f"{series.cpu_us:,.0f}",
                f"{series.node_cpu_us:,.0f}",
                f"{series.database_cpu_us:,.0f}" if has_server else "·",
                f"{series.peak_mib:,.0f}",
            )


def _ratios(results: Results) -> Iterator[tuple[str, ...]]:
    for custom in results.whole:
        for task in OURS:
            rates = (results.rate_ratio(custom, task, peer) for peer in THEIRS)
            times = (results.cpu_ratio(custom, task, peer) for peer in THEIRS)
            yield custom, task, *(f"{ratio:.1f}x" for ratio in (*rates, *times))


def _judged(marks: Iterable[Mark]) -> Iterator[tuple[str, ...]]:
    for mark in marks:
        yield mark.what, mark.wanted, mark.found, "met" if mark.is_met else "missed"


def _software() -> Iterator[str]:
    yield f"Python {platform.python_version()}"
    for package in ("web3", "coincurve", "sqlalchemy", "psycopg"):
        yield f"{package} {version(package)}"
    yield f"SQLite {sqlite3.sqlite_version}"


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()
