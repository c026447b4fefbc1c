"""Run slither over the contracts, and hold what it finds against the answers that were given.

Answers stand in tests/proofs/slither.toml, one for each detector, with the places that it names.
A finding without an answer fails, and so does an answer to what is found no more.
"""

import json
import os
import subprocess
import sys
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
ANSWERS = ROOT / "tests" / "proofs" / "slither.toml"
BUILD = ROOT / "build" / "slither"
SLITHER = ROOT / ".venv-proofs" / "bin" / "slither"
CONTRACTS = ("contracts/ReceiptsLedger.sol", "contracts/RareActs.sol")


def main() -> int:
    """Return 0 when every finding is answered and every answer needed, 1 otherwise."""
    found = _places(_findings())
    answered = {
        (detector, place)
        for detector, told in tomllib.loads(ANSWERS.read_text("utf-8")).items()
        for place in told["found_in"]
    }
    for detector, place in sorted(found - answered):
        print(f"not answered: {detector}: {place}", file=sys.stderr)
    for detector, place in sorted(answered - found):
        print(f"answered, and found no more: {detector}: {place}", file=sys.stderr)
    if found != answered:
        return 1
    print(f"slither: {len(found)} findings, each answered")
    return 0


def _findings() -> Sequence[Mapping[str, Any]]:
    """Return what slither finds. Raises CalledProcessError when the contracts do not compile."""
    report = BUILD / "report.json"
    report.unlink(missing_ok=True)
    # crytic-compile asks forge for its settings, by that name.
    environment = os.environ | {"PATH": f"{ROOT / 'scripts'}{os.pathsep}{os.environ['PATH']}"}
    output = str(BUILD / "out")
    subprocess.run(
        [
            *("scripts/forge", "build", *CONTRACTS, "--ast", "--build-info"),
            *("--build-info-path", f"{output}/build-info", "--out", output),
            *("--cache-path", str(BUILD / "cache")),
        ],
        cwd=ROOT,
        env=environment,
        check=True,
        stdout=subprocess.DEVNULL,
    )
    ended = subprocess.run(
        [
            *(str(SLITHER), ".", "--compile-force-framework", "foundry"),
            *("--foundry-ignore-compile", "--foundry-out-directory", output),
            *("--filter-paths", "node_modules", "--json", str(report)),
        ],
        cwd=ROOT,
        env=environment,
        check=False,
        capture_output=True,
        text=True,
    )
    if not report.exists():
        sys.exit(f"slither wrote no report:\n{ended.stderr[-2_000:]}")
    told = json.loads(report.read_text("utf-8"))
    if told["error"]:
        sys.exit(f"slither: {told['error']}")
    findings: Sequence[Mapping[str, Any]] = told["results"]["detectors"]
    return findings


def _places(findings: Sequence[Mapping[str, Any]]) -> set[tuple[str, str]]:
    return {(each["check"], _name(each["elements"][0])) for each in findings}


def _name(element: Mapping[str, Any]) -> str:
    """Return `Contract.function(types)` or `Contract.function(types).variable`."""
    fields = element.get("type_specific_fields", {})
    own = fields.get("signature") or element["name"]
    parent = fields.get("parent")
    if parent is None or parent["type"] not in ("contract", "function"):
        return str(own)
    return f"{_name(parent)}.{own}"


if __name__ == "__main__":
    sys.exit(main())
