"""`python -m benchmarks [gas|index|http]`: measure, print, write docs/.

Exit 1 if a mark is missed.
"""

import argparse
import sys
from collections.abc import Sequence

from rich.console import Console

_ALL = ("gas", "index", "http")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one benchmark, or all."""
    given = _parser().parse_args(arguments)
    console = Console(width=None if sys.stdout.isatty() else 140, highlight=False)
    passed = []
    for name in (given.what,) if given.what else _ALL:
        if name == "gas":
            from benchmarks.gas.run import run as run_gas

            passed.append(run_gas(console))
        elif name == "http":
            from benchmarks.http.run import run as run_http

            passed.append(run_http(console, rounds=given.rounds, only=given.only))
        else:
            from benchmarks.index.run import run as run_index

            passed.append(run_index(console, events=given.events, rounds=given.rounds))
    return 0 if all(passed) else 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks",
        description="Measure gas beside other ledgers and speed beside the usual tools.",
    )
    parser.add_argument("what", nargs="?", choices=_ALL, help="default: all")
    parser.add_argument("--events", type=_positive, default=200_000, help="length of the chain")
    parser.add_argument("--rounds", type=_positive, default=3, help="of each measurement")
    parser.add_argument("--only", default="", help="http: the rows that have this in their name")
    return parser


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"{text} is not above zero")
    return number


if __name__ == "__main__":
    sys.exit(main())
