"""Files made of frames: compressed, each with its length and digest, sealed by a last one.

Such a file can be written and read in one go without being held whole. One that was cut short,
altered, or added to is refused, and the place is named; so is one that would unpack into more
than it says. What is in the frames is others' matter.
"""

import hashlib
import secrets
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from struct import Struct
from typing import Any, BinaryIO, NamedTuple

import orjson

from receipts_ledger.errors import Fatal

FRAME_BYTES_MAX = 64 * 2**20
"""Of a frame unpacked. A block of any gas limit in use has less."""
END = b"E"

_START = Struct(">8sH")
_FRAME = Struct(">cII32s")
_LEVEL = 6
_SLACK_BYTES = 1024
_PARTIAL = ".partial"
_NO_FRAME = b""


class BadFile(Fatal):
    """A file that is not whole, not as it was written, or not of a form that we know."""


@dataclass(frozen=True, slots=True)
class Format:
    """A kind of file: how people call it, the eight bytes that it begins with, its version."""

    name: str
    magic: bytes
    version: int


class Frame(NamedTuple):
    """Its kind, one letter, and what is in it."""

    kind: bytes
    content: bytes


class FrameWriter:
    """Writes a new file. It appears under its name when it is sealed, and not before."""

    def __init__(self, path: Path, form: Format) -> None:
        """Begin. Raises Fatal where the file exists or cannot be written."""
        if path.exists():
            raise Fatal(f"file {path} exists")
        # A name of its own: two who write the same file would write into one another's.
        self._path = path
        self._part = path.with_name(f"{path.name}.{secrets.token_hex(4)}{_PARTIAL}")
        self._digest = hashlib.sha256()
        self._frames = 0
        try:
            self._file = self._part.open("wb")
        except OSError as error:
            raise Fatal(f"file {path} cannot be written: {error.strerror}") from error
        self._write(_START.pack(form.magic, form.version))

    def add(self, kind: bytes, content: bytes) -> None:
        """Write a frame. Raises Fatal for one that is too large."""
        if len(content) > FRAME_BYTES_MAX:
            raise Fatal(
                f"file {self._path}: a frame of {len(content):,} bytes is more than "
                f"{FRAME_BYTES_MAX:,}"
            )
        packed = zlib.compress(content, _LEVEL)
        head = _FRAME.pack(kind, len(packed), len(content), _seal(kind, packed, len(content)))
        self._write(head)
        self._write(packed)
        self._frames += 1

    def seal(self, members: Mapping[str, Any]) -> None:
        """End the file with a digest of all that it holds, and give it its name.

        Raises Fatal where it has come to be there meanwhile, or cannot be written.
        """
        sealed = {**members, "frames": self._frames, "digest": self._digest.hexdigest()}
        self.add(END, orjson.dumps(sealed))
        try:
            self._file.close()
            if self._path.exists():
                raise Fatal(f"file {self._path} exists")
            self._part.replace(self._path)
        except OSError as error:
            raise Fatal(f"file {self._path} cannot be written: {error.strerror}") from error

    def drop(self) -> None:
        """Leave nothing, unless it was sealed."""
        self._file.close()
        self._part.unlink(missing_ok=True)

    def _write(self, content: bytes) -> None:
        try:
            self._file.write(content)
        except OSError as error:
            raise Fatal(f"file {self._path} cannot be written: {error.strerror}") from error
        self._digest.update(content)


class FrameFile:
    """A file that is whole: looked through from end to end before anything in it is used."""

    def __init__(self, path: Path, form: Format) -> None:
        """Look through it. Raises BadFile naming the place at which it is not what was written."""
        self._path, self._form = path, form
        digest, kinds, sealed = hashlib.sha256(), list[bytes](), None
        for packed in self._packed():
            if sealed is not None:
                raise self.bad("more follows after its seal")
            if packed.kind != END:
                digest.update(packed.raw)
                kinds += [packed.kind] * bool(packed.kind)
                continue
            sealed = _members(self._unpacked(packed))
            if sealed is None:
                raise self.bad("its seal is none")
            if sealed.get("digest") != digest.hexdigest() or sealed.get("frames") != len(kinds):
                raise self.bad("its seal is of another file")
        if sealed is None:
            raise self.bad(f"cut short after frame {len(kinds)}: it has no seal")
        self.kinds: Sequence[bytes] = kinds
        """Of all its frames, in order."""
        self.sealed: Mapping[str, Any] = sealed
        """What the seal says besides."""

    def frames(self) -> Iterator[Frame]:
        """Yield the frames before the seal. Raises BadFile when the file has changed meanwhile."""
        for packed in self._packed():
            if packed.kind not in (_NO_FRAME, END):
                yield Frame(packed.kind, self._unpacked(packed))

    def bad(self, detail: str) -> BadFile:
        """Return the error for something that is not as it should be."""
        return BadFile(f"{self._form.name} {self._path}: {detail}")

    def _packed(self) -> Iterator["_Packed"]:
        try:
            with self._path.open("rb") as file:
                yield _Packed(_NO_FRAME, 0, b"", self._start(file), "its start")
                place = 0
                while head := file.read(_FRAME.size):
                    place += 1
                    yield self._frame(file, head, f"frame {place}")
        except OSError as error:
            raise self.bad(f"cannot be read: {error.strerror}") from error

    def _start(self, file: BinaryIO) -> bytes:
        start = file.read(_START.size)
        if len(start) < _START.size or _START.unpack(start)[0] != self._form.magic:
            raise self.bad(f"is no {self._form.name}")
        version = _START.unpack(start)[1]
        if version != self._form.version:
            kind = "a newer" if version > self._form.version else "an older"
            raise self.bad(
                f"is of version {version}, of {kind} release; this one reads version "
                f"{self._form.version}"
            )
        return start

    def _frame(self, file: BinaryIO, head: bytes, where: str) -> "_Packed":
        if len(head) < _FRAME.size:
            raise self.bad(f"cut short in {where}")
        kind, packed_size, size, seal = _FRAME.unpack(head)
        # Said before anything is read or unpacked: neither takes more room than a frame may.
        if size > FRAME_BYTES_MAX or packed_size > size + size // 100 + _SLACK_BYTES:
            raise self.bad(f"{where} says that it has {packed_size:,} bytes, unpacked {size:,}")
        packed = file.read(packed_size)
        if len(packed) < packed_size:
            raise self.bad(f"cut short in {where}")
        if _seal(kind, packed, size) != seal:
            raise self.bad(f"{where} was altered: its digest is another")
        return _Packed(kind, size, packed, head + packed, where)

    def _unpacked(self, packed: "_Packed") -> bytes:
        unpacking = zlib.decompressobj()
        try:
            content = unpacking.decompress(packed.content, packed.size + 1)
        except zlib.error as error:
            raise self.bad(f"{packed.where} cannot be unpacked") from error
        if len(content) != packed.size or not unpacking.eof or unpacking.unused_data:
            raise self.bad(
                f"{packed.where} does not unpack into the {packed.size:,} bytes that it says"
            )
        return content


class _Packed(NamedTuple):
    """A frame as it stands in the file; `raw` is all of it. The start of the file is none."""

    kind: bytes
    size: int
    content: bytes
    raw: bytes
    where: str


def _seal(kind: bytes, packed: bytes, size: int) -> bytes:
    digest = hashlib.sha256(kind + len(packed).to_bytes(4) + size.to_bytes(4))
    digest.update(packed)
    return digest.digest()


def _members(content: bytes) -> Mapping[str, Any] | None:
    try:
        members = orjson.loads(content)
    except orjson.JSONDecodeError:
        return None
    return members if isinstance(members, dict) else None
