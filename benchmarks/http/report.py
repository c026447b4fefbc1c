"""The results as tables for the eye and as docs/http-speed.md. No figure here is typed by hand."""

import os
import platform
import re
import sqlite3
import subprocess
from collections.abc import Callable, Iterable, Iterator, Sequence
from importlib.metadata import version
from pathlib import Path
from statistics import median

from rich.console import Console
from rich.table import Table

from benchmarks.http.minting import CLIENTS, CROWDS
from benchmarks.http.result import Mark, Results, Round
from benchmarks.http.wrk import Answered
from benchmarks.markdown import markdown_table

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "http-speed.md"
_TEXT = Path(__file__).with_name("document.md")

_HEADINGS = (
    *("route", "engine", "connections", "ratio", "least", "greatest", "answers/s", "bare/s"),
    *("p50 ms", "p99 ms", "bare p50", "bare p99", "with a row/s", "of it"),
)
_MINTING = (
    *("engine", "issues of", "receipts", "transactions", "gateway/s"),
    *("alone: transactions", "clients", "receipts/s", "ratio", "least", "greatest"),
)
_WORDS = 2


def print_report(results: Results, marks: Sequence[Mark], console: Console) -> None:
    """Print what was measured, how it compares, and whether it is enough."""
    for title, headings, rows in (
        ("Beside a bare route", _HEADINGS, _rows(results)),
        ("Minting", _MINTING, _minted(results)),
        ("Marks", ("mark", "wanted", "found", ""), _judged(marks)),
    ):
        table = Table(title=title, title_justify="left")
        for index, heading in enumerate(headings):
            table.add_column(heading, justify="left" if index < _WORDS else "right")
        for cells in rows:
            table.add_row(*cells)
        console.print(table)


def write_document(results: Results, marks: Sequence[Mark], *, rounds: int, seconds: float) -> None:
    """Write docs/http-speed.md."""
    text = _TEXT.read_text(encoding="utf-8").format(
        table=markdown_table(_HEADINGS, _rows(results), words=_WORDS),
        minting=markdown_table(_MINTING, _minted(results)),
        marks=markdown_table(("mark", "wanted", "found", ""), _judged(marks)),
        clients=CLIENTS,
        crowds=", ".join(map(str, CROWDS[:-1])) + f" and {CROWDS[-1]}",
        rounds=rounds,
        seconds=f"{seconds:g}",
        load=f"{os.getloadavg()[2]:.1f}",
        machine=f"{os.cpu_count()} x {_processor()}, {platform.system()}",
        software=", ".join(_software()),
    )
    DOCUMENT.write_text(text, encoding="utf-8")


def _rows(results: Results) -> Iterator[tuple[str, ...]]:
    for case, rounds in results.rounds.items():
        ratios = [one.ratio for one in rounds]
        yield (
            case.route,
            case.engine,
            str(case.connections),
            *(f"{ratio:.2f}" for ratio in (median(ratios), min(ratios), max(ratios))),
            f"{_middle(rounds, lambda one: one.ours.rate):,.0f}",
            f"{_middle(rounds, lambda one: one.bare.rate):,.0f}",
            *_latencies(rounds, lambda one: one.ours),
            *_latencies(rounds, lambda one: one.bare),
            *_beside_kept(rounds),
        )


def _latencies(rounds: Sequence[Round], answered: Callable[[Round], Answered]) -> tuple[str, str]:
    return (
        f"{_middle(rounds, lambda one: answered(one).p50_ms):.2f}",
        f"{_middle(rounds, lambda one: answered(one).p99_ms):.2f}",
    )


def _beside_kept(rounds: Sequence[Round]) -> tuple[str, str]:
    rates = [one.kept.rate for one in rounds if one.kept is not None]
    shares = [one.share_of_kept for one in rounds if one.share_of_kept is not None]
    if not rates:
        return "·", "·"
    return f"{median(rates):,.0f}", f"{median(shares):.2f}"


def _middle(rounds: Sequence[Round], figure: Callable[[Round], float]) -> float:
    return median(figure(one) for one in rounds)


def _minted(results: Results) -> Iterator[tuple[str, ...]]:
    for minting, series in results.minted.items():
        ratios = [one.ratio for one in series]
        yield (
            minting.engine,
            "1 receipt" if minting.together == 1 else f"{minting.together} receipts",
            f"{series[0].receipts:,}",
            f"{median(one.transactions for one in series):.0f}",
            f"{median(one.receipts / one.gateway_seconds for one in series):,.0f}",
            f"{median(one.node_transactions for one in series):.0f}",
            f"{median(one.node_clients for one in series):.0f}",
            f"{median(one.receipts / one.node_seconds for one in series):,.0f}",
            *(f"{ratio:.2f}" for ratio in (median(ratios), min(ratios), max(ratios))),
        )


def _judged(marks: Iterable[Mark]) -> Iterator[tuple[str, ...]]:
    for mark in marks:
        yield mark.what, mark.wanted, mark.found, "met" if mark.is_met else "missed"


def _software() -> Iterator[str]:
    yield f"Python {platform.python_version()}"
    for package in ("fastapi", "uvicorn", "uvloop", "httptools", "sqlalchemy", "psycopg"):
        yield f"{package} {version(package)}"
    yield f"SQLite {sqlite3.sqlite_version}"
    said = subprocess.run(["wrk", "-v"], capture_output=True, text=True, check=False).stdout
    found = re.search(r"wrk (\S+)", said)
    yield f"wrk {found[1] if found else '(unknown)'}"


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()
