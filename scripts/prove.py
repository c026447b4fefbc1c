"""Prove what `make test` can only try: minutes to an hour, part after part.

Every part runs to its end, whatever became of those before it; what failed is said last.
"""

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PYTHON = sys.executable
HALMOS = ".venv-proofs/bin/halmos"
# How long the solver looks at a branch, and at what has to hold, in milliseconds.
_BRANCH_MS, _LAW_MS = "1000", "300000"
# The prover calls forge and its solvers by their names.
_PATH = os.pathsep.join(
    (str(ROOT / "scripts"), str(ROOT / ".venv-proofs" / "bin"), os.environ["PATH"])
)


@dataclass(frozen=True, slots=True)
class Part:
    """Commands, one after the other, that show one thing."""

    name: str
    shows: str
    commands: Sequence[Sequence[str]]
    environment: Mapping[str, str] = field(default_factory=dict)

    def holds(self) -> bool:
        """Run the commands; return False as soon as one fails."""
        return all(
            subprocess.run(
                command, cwd=ROOT, env=os.environ | self.environment, check=False
            ).returncode
            == 0
            for command in self.commands
        )


def _halmos(contract: str) -> tuple[str, ...]:
    return (
        *(HALMOS, "--forge-build-out", "build/proofs/out", "--contract", contract),
        *("--function", "testFuzz_", "--loop", "8"),
        *("--solver-timeout-branching", _BRANCH_MS, "--solver-timeout-assertion", _LAW_MS),
    )


PARTS = (
    Part(
        "slither",
        "every finding of the static analyser is answered",
        [(PYTHON, "scripts/check_slither.py")],
    ),
    Part(
        "halmos",
        "no field of a word touches another, and no receipt its neighbour, whatever stands there",
        [_halmos(contract) for contract in ("ReceiptWordTest", "PoolWordTest", "PartyWordTest")],
        {"FOUNDRY_PROFILE": "proofs", "PATH": _PATH},
    ),
    Part(
        "laws",
        "what no act does, whatever stands in storage and whoever signs",
        [(PYTHON, "scripts/check_laws.py")],
    ),
    Part(
        "invariants",
        "I1 to I12 over random acts by random signers, ten times as long as in make test",
        [("scripts/forge", "test", "--match-path", "tests/contracts/invariants/*")],
        {"FOUNDRY_INVARIANT_RUNS": "200"},
    ),
    Part(
        "consents",
        "no signature can be missing unnoticed (I9)",
        [(PYTHON, "-m", "scripts.mutate", "--list", "tests/mutation/consents.toml")],
    ),
    Part(
        "digests",
        "the contract hashes what wallets show, for any act of any kind",
        [
            (
                *(PYTHON, "-m", "pytest", "-q", "tests/chain/test_typed_data.py"),
                "--hypothesis-profile=long",
            )
        ],
    ),
)


def main() -> int:
    """Return 0 when everything holds, 1 when something does not."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("parts", nargs="*", help=", ".join(part.name for part in PARTS))
    wanted = parser.parse_args().parts
    unknown = sorted(set(wanted) - {part.name for part in PARTS})
    if unknown:
        parser.error(f"there is no part {', '.join(unknown)}")
    failed = []
    for part in PARTS:
        if wanted and part.name not in wanted:
            continue
        print(f"\n== {part.name}: {part.shows}", flush=True)
        began = time.monotonic()
        if not part.holds():
            failed.append(part.name)
        print(f"== {part.name}: {(time.monotonic() - began) / 60:.1f} minutes", flush=True)
    if failed:
        print(f"NOT PROVED: {', '.join(failed)}", file=sys.stderr)
        return 1
    print("\nproved")
    return 0


if __name__ == "__main__":
    sys.exit(main())
