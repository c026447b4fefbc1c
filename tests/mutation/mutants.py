"""The bugs that are sown on purpose: each a sentence, a place, and the test that has to notice.

Nothing here runs anything.
"""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
LIST = Path(__file__).with_name("mutants.toml")
AREAS = ("codec", "consent", "rules", "events")


class Unsound(Exception):
    """The list cannot be carried out; the message says why, one line for each fault."""


@dataclass(frozen=True, slots=True)
class TestName:
    """One test: the file that it stands in, and its name there."""

    __test__ = False

    file: str
    name: str

    @property
    def is_solidity(self) -> bool:
        """True for a test of forge, False for one of pytest."""
        return self.file.endswith(".sol")

    def __str__(self) -> str:
        return f"{self.file}::{self.name}"


@dataclass(frozen=True, slots=True)
class Mutant:
    """One bug: in `file`, `old` becomes `new`. `name` says what goes wrong."""

    area: str
    name: str
    file: str
    old: str
    new: str
    killed_by: TestName
    is_quick: bool

    def sown_in(self, tree: Path) -> None:
        """Put the bug into a tree."""
        path = tree / self.file
        text = path.read_text("utf-8")
        path.write_text(text.replace(self.old, self.new), "utf-8")


def read(path: Path) -> tuple[Mutant, ...]:
    """Return the mutants of a list. Raises Unsound when one of them is not understood."""
    try:
        areas = tomllib.loads(path.read_text("utf-8"))
        return tuple(_mutant(area, each) for area in areas for each in areas[area])
    except (tomllib.TOMLDecodeError, KeyError, TypeError, ValueError) as error:
        raise Unsound(f"{path.name}: {type(error).__name__}: {error}") from error


def expect_sound(mutants: Sequence[Mutant], tree: Path) -> None:
    """Raise Unsound unless each mutant can be sown in one place of this tree."""
    faults = [f"{mutant.name}: {fault}" for mutant in mutants for fault in _faults(mutant, tree)]
    names = [mutant.name for mutant in mutants]
    faults += [f"{name}: named twice" for name in sorted(set(names)) if names.count(name) > 1]
    if faults:
        raise Unsound("\n".join(faults))


def _faults(mutant: Mutant, tree: Path) -> list[str]:
    faults = []
    if mutant.area not in AREAS:
        faults.append(f"there is no area {mutant.area}")
    count = _text(tree / mutant.file).count(mutant.old)
    if count != 1:
        faults.append(f"its text stands {count} times in {mutant.file}, not once")
    if mutant.old == mutant.new:
        faults.append("it changes nothing")
    declared = "function" if mutant.killed_by.is_solidity else "def"
    name = mutant.killed_by.name.partition("[")[0]
    if f"{declared} {name}(" not in _text(tree / mutant.killed_by.file):
        faults.append(f"there is no test {mutant.killed_by}")
    return faults


def _text(path: Path) -> str:
    return path.read_text("utf-8") if path.is_file() else ""


def _mutant(area: str, members: Mapping[str, Any]) -> Mutant:
    file, _, name = members["killed_by"].partition("::")
    unknown = members.keys() - {"name", "file", "old", "new", "killed_by", "quick"}
    if unknown or not name or PurePosixPath(members["file"]).is_absolute():
        raise ValueError(f"{members['name']}: not understood")
    return Mutant(
        area=area,
        name=members["name"],
        file=members["file"],
        old=members["old"],
        new=members["new"],
        killed_by=TestName(file, name),
        is_quick=members.get("quick", False),
    )
