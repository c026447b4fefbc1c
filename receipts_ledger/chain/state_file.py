"""State files: what an audit carries on to the next one, as of its head. The form: docs/audit.md.

The file is believed as far as a signed report names the digest of what is in it, and no further.
"""

from collections.abc import Iterator
from pathlib import Path

import msgspec
import orjson

from receipts_ledger.chain.frames import Format, FrameFile, FrameWriter
from receipts_ledger.domain.block import BlockRef
from receipts_ledger.domain.carried import Carried
from receipts_ledger.domain.ids import Hash32

STATE_FILE = Format("state file", b"WRLSTATE", 1)
MANIFEST, ENTRIES = b"M", b"S"

_ENTRIES_A_FRAME = 10_000
_DECODER = msgspec.msgpack.Decoder(list[bytes])


def write_state(path: Path, carried: Carried, head: BlockRef) -> None:
    """Write a state into a new file. Raises Fatal where it exists or cannot be written."""
    writer = FrameWriter(path, STATE_FILE)
    try:
        manifest = {"head": {"number": head.number, "hash": "0x" + head.hash.hex()}}
        writer.add(MANIFEST, orjson.dumps(manifest))
        entries: list[bytes] = []
        for entry in carried.entries():
            entries.append(entry)
            if len(entries) == _ENTRIES_A_FRAME:
                writer.add(ENTRIES, msgspec.msgpack.encode(entries))
                entries = []
        writer.add(ENTRIES, msgspec.msgpack.encode(entries))
        writer.seal({})
    finally:
        writer.drop()


def read_state(path: Path, digest: Hash32) -> Carried:
    """Read a state of which a report names the digest. Raises BadFile for any other."""
    file = FrameFile(path, STATE_FILE)
    try:
        carried = Carried.of(_entries(file))
    except (ValueError, OverflowError) as error:
        raise file.bad(f"it holds no state: {error}") from error
    found = carried.digest()
    if found != digest:
        raise file.bad(f"its digest is 0x{found.hex()}, the report names 0x{digest.hex()}")
    return carried


def _entries(file: FrameFile) -> Iterator[bytes]:
    for kind, content in file.frames():
        if kind == ENTRIES:
            try:
                yield from _DECODER.decode(content)
            except msgspec.DecodeError as error:
                raise file.bad(f"a frame holds no entries: {error}") from error
