"""`make faults`: the numbered cases, then a long storm; with --seed, that storm again alone."""

import argparse
import secrets
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.faults.storm.plan import LONG, SHORT, Plan
from tests.faults.storm.run import StormFailed, run

_FOLDER = Path(__file__).parent


def main() -> int:
    """Return 0 when everything held."""
    parser = argparse.ArgumentParser(prog="make faults", description=__doc__)
    parser.add_argument("--seed", type=int, help="bring the storm with this seed, and no cases")
    parser.add_argument("--short", action="store_true", help="the storm of `make test`")
    asked = parser.parse_args()
    # Wherever they lie, each bears its number.
    cases = [str(_FOLDER.parent), "-q", "-m", "fault", "--ignore", str(_FOLDER / "test_storm.py")]
    # In a process of its own: pytest minds what was imported before it could rewrite it.
    pytest = [sys.executable, "-m", "pytest", *cases]
    if asked.seed is None and (failed := subprocess.run(pytest, check=False).returncode):
        return failed
    seed = secrets.randbelow(10**6) if asked.seed is None else asked.seed
    plan = Plan(seed, SHORT if asked.short else LONG)
    folder = Path(tempfile.mkdtemp(prefix="rl-storm-"))
    print(f"storm with seed {seed}; logs of the replicas in {folder}", flush=True)
    try:
        report = run(plan, folder)
        print(report)
        faults = report.faults
    except StormFailed as failure:
        faults = [str(failure)]
    for fault in faults:
        print(f"WRONG: {fault}", file=sys.stderr)
    if faults:
        size = " --short" if asked.short else ""
        again = f'make faults FAULTS_ARGS="--seed {seed}{size}"'
        print(f"the same plan again: {again}", file=sys.stderr)
        return 1
    print("every act once or refused with a reason that is true; audit clean")
    return 0


if __name__ == "__main__":
    sys.exit(main())
