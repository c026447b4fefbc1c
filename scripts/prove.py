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


@dataclass(frozen=True, slots=True)
class Part:
    """A command that shows one thing."""

    name: str
    shows: str
    command: Sequence[str]
    environment: Mapping[str, str] = field(default_factory=dict)

    def holds(self) -> bool:
        """Run the command; return False when it fails."""
        environment = os.environ | self.environment
        return subprocess.run(self.command, cwd=ROOT, env=environment, check=False).returncode == 0


PARTS = (
    Part(
        "slither",
        "every finding of the static analyser is answered",
        (PYTHON, "scripts/check_slither.py"),
    ),
    Part(
        "halmos",
        "what no act does and no word lets happen, whatever stands in storage and whoever signs",
        (PYTHON, "scripts/check_proofs.py"),
    ),
    Part(
        "invariants",
        "I1 to I12 over random acts by random signers, ten times as long as in make test",
        ("scripts/forge", "test", "--match-path", "tests/contracts/invariants/*"),
        {"FOUNDRY_INVARIANT_RUNS": "200"},
    ),
    Part(
        "consents",
        "no signature can be missing unnoticed (I9)",
        (PYTHON, "-m", "scripts.mutate", "--list", "tests/mutation/consents.toml"),
    ),
    Part(
        "digests",
        "the contract hashes what wallets show, for any act of any kind",
        (
            *(PYTHON, "-m", "pytest", "-q", "tests/chain/test_typed_data.py"),
            "--hypothesis-profile=long",
        ),
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
