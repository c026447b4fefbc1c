"""cryo: logs to Parquet files as they are, nothing decoded, no state kept."""

import subprocess
from pathlib import Path

from benchmarks.index.given import Given
from benchmarks.index.peers.environment import environment
from benchmarks.index.peers.installed import python_of
from benchmarks.index.peers.peer import Start
from benchmarks.index.states import Found
from benchmarks.index.task import Task
from benchmarks.index.watch import Command

_OUTPUT = "logs"
_COUNT = """
import pathlib, sys, pyarrow.parquet
files = pathlib.Path(sys.argv[1]).glob("*.parquet")
print(sum(pyarrow.parquet.read_metadata(file).num_rows for file in files))
"""


class Cryo:
    """Ends by itself when its files are written."""

    task = Task.CRYO

    def install(self) -> None:
        """Install what its lock file names. Raises Absent."""
        python_of(Path(__file__).parent)

    def start(self, given: Given, scratch: Path) -> Start:
        """Return how it starts: its files go to a folder in `scratch`."""
        source = Path(__file__).parent
        variables = {**environment(given, scratch), "OUTPUT_FOLDER": str(scratch / _OUTPUT)}
        arguments = (str(python_of(source)), str(source / "take.py"))
        return Start(Command(arguments, scratch, variables))

    def found(self, given: Given, scratch: Path) -> Found:
        """Return how many rows its files have."""
        python = str(python_of(Path(__file__).parent))
        counted = subprocess.run(
            [python, "-c", _COUNT, str(scratch / _OUTPUT)], check=True, stdout=subprocess.PIPE
        )
        return Found(int(counted.stdout), None)
