"""Show over the compiled ledger, for every state and every act, what tests/contracts/proofs says.

A law (check_) holds when the prover finds no exception to it and has left out no turn of a loop.
A denial (refute_) says that acts of a kind change nothing: it has to be refuted, or the laws of
that kind would be laws about nothing.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
BUILD = ROOT / "build" / "proofs"
CONTRACT = "ReceiptProofs"
HALMOS = ROOT / ".venv-proofs" / "bin" / "halmos"
# How long the solver looks at a branch, and at what has to hold. A branch that it gives up is
# followed both ways, which costs more than the second.
_BRANCH_MS, _LAW_MS = "1000", "300000"
# More turns than any loop over one act, or over the keys of its party, takes.
_TURNS = "8"
_HOLDS, _REFUTED = 0, 1


def main() -> int:
    """Return 0 when all laws hold and all denials are refuted, 1 otherwise."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("names", nargs="*", help="functions to look at, instead of all")
    wanted = parser.parse_args().names
    # The prover would take an artifact that no source makes any more for one that holds.
    shutil.rmtree(BUILD, ignore_errors=True)
    _run([str(ROOT / "scripts" / "forge"), "build", "--ast"])
    known = _functions()
    unknown = sorted(set(wanted) - set(known))
    if unknown:
        parser.error(f"there is no {', '.join(unknown)}")
    names = wanted or known
    workers = min(os.cpu_count() or 1, len(names))
    with ThreadPoolExecutor(workers) as pool:
        verdicts = [
            verdict
            for found in pool.map(_verdicts, range(workers), (names[i::workers] for i in range(workers)))
            for verdict in found
        ]
    wrong = [name for name in names if not _is_as_it_should_be(name, verdicts)]
    for name in wrong:
        print(f"not shown: {name}; see build/proofs/*.log", file=sys.stderr)
    if wrong:
        return 1
    print(f"laws: {len(names)} shown")
    return 0


def _functions() -> list[str]:
    artifact = BUILD / "out" / f"{CONTRACT}.sol" / f"{CONTRACT}.json"
    abi = json.loads(artifact.read_text("utf-8"))["abi"]
    names = [entry["name"] for entry in abi if entry["type"] == "function"]
    return [name for name in names if name.startswith(("check_", "refute_"))]


def _verdicts(worker: int, names: Sequence[str]) -> Sequence[Mapping[str, Any]]:
    """Return what the prover says of each function, as far as it came."""
    report = BUILD / f"{worker}.json"
    log = BUILD / f"{worker}.log"
    with log.open("w", encoding="utf-8") as output:
        _run(
            [
                *(str(HALMOS), "--contract", CONTRACT, "--match-test", f"^({'|'.join(names)})\\("),
                *("--forge-build-out", "build/proofs/out", "--json-output", str(report)),
                *("--loop", _TURNS, "--early-exit", "-v"),
                *("--solver-timeout-branching", _BRANCH_MS),
                *("--solver-timeout-assertion", _LAW_MS),
            ],
            output=output,
        )
    if not report.exists():
        return []
    told = json.loads(report.read_text("utf-8"))["test_results"]
    return [verdict for verdicts in told.values() for verdict in verdicts]


def _is_as_it_should_be(name: str, verdicts: Sequence[Mapping[str, Any]]) -> bool:
    (verdict,) = [each for each in verdicts if each["name"] == f"{name}()"] or [None]
    if verdict is None:
        return False
    if name.startswith("refute_"):
        return bool(verdict["exitcode"] == _REFUTED)
    return bool(verdict["exitcode"] == _HOLDS and verdict["num_bounded_loops"] == 0)


def _run(command: Sequence[str], output: Any = None) -> None:
    # The prover calls forge and its solvers by their names.
    path = os.pathsep.join((str(ROOT / "scripts"), str(HALMOS.parent), os.environ["PATH"]))
    environment = os.environ | {"FOUNDRY_PROFILE": "proofs", "PATH": path}
    subprocess.run(
        command, cwd=ROOT, env=environment, check=False, stdout=output, stderr=subprocess.STDOUT
    )


if __name__ == "__main__":
    sys.exit(main())
