"""Show what tests/contracts/proofs says, for every state and every act, of the compiled contracts.

A law (check_, testFuzz_) holds when the prover finds no exception to it and has left out no turn
of a loop. A denial (refute_) says that acts of a kind change nothing: it has to be refuted, or the
laws of that kind would be laws about nothing.
"""

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import IO

ROOT = Path(__file__).resolve().parents[1]
BUILD = ROOT / "build" / "proofs"
HALMOS = ROOT / ".venv-proofs" / "bin" / "halmos"
# What forge tries with some words, the prover shows for all of them.
SOURCES = {
    "ReceiptProofs": "ReceiptProofs.sol",
    "ReceiptWordTest": "Words.t.sol",
    "PoolWordTest": "Words.t.sol",
    "PartyWordTest": "Words.t.sol",
}
_LAWS, _DENIAL = ("check_", "testFuzz_"), "refute_"
# How long the solver looks at a branch, and at what has to hold. A branch that it gives up is
# followed both ways, which costs more than the second.
_BRANCH_MS, _LAW_MS = "1000", "300000"
# More turns than any loop over one act, or over the keys of its party, takes.
_TURNS = "8"
_HOLDS, _REFUTED = 0, 1


@dataclass(frozen=True, slots=True)
class Claim:
    """A function of Solidity that the prover looks at."""

    contract: str
    name: str

    @property
    def log(self) -> Path:
        """What the prover has printed about it."""
        return BUILD / f"{self.contract}.{self.name}.log"

    def is_shown(self) -> bool:
        """Run the prover; return False also when it could not decide."""
        report = self.log.with_suffix(".json")
        report.unlink(missing_ok=True)
        with self.log.open("w", encoding="utf-8") as log:
            _run(
                [
                    *(str(HALMOS), "--contract", self.contract, "--match-test", f"^{self.name}\\("),
                    *("--forge-build-out", "build/proofs/out", "--json-output", str(report)),
                    *("--loop", _TURNS, "--early-exit", "-v"),
                    *("--solver-timeout-branching", _BRANCH_MS),
                    *("--solver-timeout-assertion", _LAW_MS),
                ],
                output=log,
            )
        if not report.exists():
            return False
        (verdicts,) = json.loads(report.read_text("utf-8"))["test_results"].values()
        (verdict,) = verdicts
        if self.name.startswith(_DENIAL):
            return bool(verdict["exitcode"] == _REFUTED)
        return bool(verdict["exitcode"] == _HOLDS and verdict["num_bounded_loops"] == 0)


def main() -> int:
    """Return 0 when all laws hold and all denials are refuted, 1 otherwise."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("names", nargs="*", help="functions to look at, instead of all")
    wanted = parser.parse_args().names
    if _run([str(ROOT / "scripts" / "forge"), "build", "--ast"]) != 0:
        return 1
    known = [claim for contract in SOURCES for claim in _claims(contract)]
    unknown = sorted(set(wanted) - {claim.name for claim in known})
    if unknown:
        parser.error(f"there is no {', '.join(unknown)}")
    claims = [claim for claim in known if not wanted or claim.name in wanted]
    missing = []
    # Each has a run of its own, so that a core which has done with a short one takes the next.
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for claim, is_shown in zip(claims, pool.map(Claim.is_shown, claims), strict=True):
            print(f"{'shown' if is_shown else 'NOT SHOWN'}: {claim.name}", flush=True)
            if not is_shown:
                missing.append(claim)
    for claim in missing:
        print(f"not shown: {claim.name}; see {claim.log.relative_to(ROOT)}", file=sys.stderr)
    return 1 if missing else 0


def _claims(contract: str) -> list[Claim]:
    artifact = BUILD / "out" / SOURCES[contract] / f"{contract}.json"
    abi = json.loads(artifact.read_text("utf-8"))["abi"]
    names = [entry["name"] for entry in abi if entry["type"] == "function"]
    return [Claim(contract, name) for name in names if name.startswith((*_LAWS, _DENIAL))]


def _run(command: Sequence[str], output: IO[str] | None = None) -> int:
    # The prover calls forge and its solvers by their names.
    path = os.pathsep.join((str(ROOT / "scripts"), str(HALMOS.parent), os.environ["PATH"]))
    environment = os.environ | {"FOUNDRY_PROFILE": "proofs", "PATH": path}
    return subprocess.run(
        command, cwd=ROOT, env=environment, check=False, stdout=output, stderr=output
    ).returncode


if __name__ == "__main__":
    sys.exit(main())
