"""A ledger's chain in one file: exported from a node, verified without one, refused if bent."""

import json
import struct
import zlib
from collections.abc import Callable
from dataclasses import asdict, replace
from functools import partial
from hashlib import sha256
from itertools import pairwise
from pathlib import Path
from typing import Any

import msgspec
import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from receipts_ledger.chain.artifact import ledger_artifact
from receipts_ledger.chain.bundle import BLOCKS, BUNDLE, MANIFEST, NODES, Bundle, BundleWriter
from receipts_ledger.chain.deployment import Deployment
from receipts_ledger.chain.frames import FRAME_BYTES_MAX, BadFile, Format, FrameFile, FrameWriter
from receipts_ledger.chain.keys import keccak
from receipts_ledger.chain.local_node import anvil
from receipts_ledger.chain.raw_blocks import RawBlock
from receipts_ledger.chain.rpc import Rpc
from receipts_ledger.cli.door import run as run_command
from receipts_ledger.domain.ids import NO_HASH
from receipts_ledger.errors import Fatal
from tests.audit import lies
from tests.audit.forked import Fork
from tests.audit.tampering import tamper
from tests.support.auditing import DIFFERENT, EQUAL, UNDECIDED, Outcome, Scene, run
from tests.support.ledger_on_chain import LedgerOnChain
from tests.support.lying_node import LyingNode

START = struct.Struct(">8sH")
HEAD = struct.Struct(">cII32s")
SAME = ("counts", "refusals", "differences", "first_block", "head", "ledger", "proved", "verdict")


@pytest.fixture(scope="session")
def whole(scene: Scene, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The bytes of a bundle of the scene."""
    bundle = tmp_path_factory.mktemp("bundle") / "ledger.bundle"
    assert scene.audit("--export", str(bundle)).exit_code == EQUAL
    return bundle.read_bytes()


@pytest.fixture
def bundle(whole: bytes, tmp_path: Path) -> Path:
    path = tmp_path / "ledger.bundle"
    path.write_bytes(whole)
    return path


def verify(bundle: Path, *options: str) -> Outcome:
    return run(["--bundle", str(bundle), *options], bundle.with_name("report.json"))


def reason(bundle: Path) -> str:
    """Why a bundle is refused. Asserts that it is, and that nothing is claimed."""
    return verify(bundle).undecided_line


def test_bundle_audits_as_its_chain_does(scene: Scene, bundle: Path) -> None:
    from_chain, offline = scene.audit().report, verify(bundle).report
    assert {name: offline[name] for name in SAME} == {name: from_chain[name] for name in SAME}
    assert offline["trust"]["basis"] == "bundle"
    first, *others = offline["checks"]
    assert first["verdict"] == "ON TRUST"
    assert "the head is what the bundle says" in first["check"]
    assert others == from_chain["checks"][1:]


def test_bundle_is_verified_to_the_head_that_the_auditor_names(scene: Scene, bundle: Path) -> None:
    head = str(scene.block()["hash"])
    outcome = verify(bundle, "--head", head, "--deployment", str(scene.deployment_file))
    assert (outcome.exit_code, outcome.report["trust"]["basis"]) == (EQUAL, "named")
    other = str(scene.block(scene.head - 1)["hash"])
    line = verify(bundle, "--head", other).undecided_line
    assert f"it ends at block {scene.head}, {head}: not at --head" in line


def test_part_of_a_chain_can_be_put_into_a_bundle(scene: Scene, tmp_path: Path) -> None:
    part = tmp_path / "part.bundle"
    number = scene.head // 2
    exported = scene.audit("--export", str(part), "--to", str(number))
    assert exported.exit_code == EQUAL
    assert verify(part).report["head"]["number"] == number
    assert verify(part).report["counts"] == exported.report["counts"]


def test_commands_export_and_verify(
    scene: Scene, tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    file = tmp_path / "ledger.bundle"
    ledger = [f"--rpc={scene.node_url}", f"--deployment={scene.deployment_file}"]
    assert run_command(["audit", "export", str(file), *ledger]) == EQUAL
    assert b"EQUAL" in capsysbinary.readouterr().out
    assert run_command(["audit", "verify", str(file), "--json"]) == EQUAL
    assert json.loads(capsysbinary.readouterr().out)["verdict"] == "equal"
    file.write_bytes(file.read_bytes()[:-1])
    assert run_command(["audit", "verify", str(file), "--json"]) == UNDECIDED
    told = capsysbinary.readouterr()
    assert json.loads(told.out)["verdict"] == "undecided"
    assert told.err.count(b"\n") == 1


def test_database_is_compared_with_a_bundle(
    scene: Scene, bundle: Path, indexed_sqlite_url: str, tmp_path: Path
) -> None:
    assert verify(bundle, "--db", indexed_sqlite_url).exit_code == EQUAL
    part = tmp_path / "part.bundle"
    scene.audit("--export", str(part), "--to", str(scene.head - 1))
    line = verify(part, "--db", indexed_sqlite_url).undecided_line
    assert "they can be compared at one block only" in line
    tamper(indexed_sqlite_url, "UPDATE parties SET is_active = 0 WHERE party_id = 6")
    assert verify(bundle, "--db", indexed_sqlite_url).exit_code == DIFFERENT


@pytest.mark.usefixtures("undone")
def test_bundle_of_a_ledger_that_differs_differs_too(scene: Scene, tmp_path: Path) -> None:
    pool, *_ = scene.ledger.pools()
    base = ledger_artifact().slot("_pools").to_bytes(32)
    slot = "0x" + keccak(pool.to_bytes(32) + base).hex()
    contract = scene.ledger.deployment.contract
    scene.rpc.call("anvil_setStorageAt", [contract, slot, "0x" + "22" * 32])
    scene.rpc.call("evm_mine")
    file = tmp_path / "forged.bundle"
    exported = scene.audit("--export", str(file))
    offline = verify(file)
    assert (exported.exit_code, offline.exit_code) == (DIFFERENT, DIFFERENT)
    assert offline.differences == exported.differences != []


def test_node_without_proofs_of_storage_leaves_that_question_open(
    scene: Scene, lying: tuple[LyingNode, str], tmp_path: Path
) -> None:
    node, url = lying
    node.bend = lies.refusing("eth_getProof")
    file = tmp_path / "ledger.bundle"
    assert scene.audit("--export", str(file), rpc=url).exit_code == EQUAL
    report = verify(file).report
    assert report["proved"]["storage"] is False
    (verdict,) = (each["verdict"] for each in report["checks"] if each["code"] == "storage")
    assert verdict == "not done"


def test_node_that_lies_leaves_no_bundle(
    scene: Scene, number: int, lying: tuple[LyingNode, str], tmp_path: Path
) -> None:
    node, url = lying
    for bend in (
        lies.of_block(number, lambda block: block | {"gasUsed": "0x1"}),
        lies.of_block(number, lambda block: lies.emptied(block, block["parentHash"])),
        lies.of_receipts(number, lambda tx_receipts: tx_receipts[:-1]),
        lies.of_whole_block(number, lambda block: block | {"transactions": []}),
        lies.of_whole_block(number, lambda _: None),
        lies.of_answers("eth_getProof", lambda proof: proof | {"accountProof": []}),
    ):
        node.bend = bend
        outcome = scene.audit("--export", str(tmp_path / "x.bundle"), rpc=url)
        assert outcome.report["verdict"] == "undecided", outcome.undecided_line
        assert outcome.report["block"] in (number, number + 1, scene.head)
        assert list(tmp_path.iterdir()) == []


def test_bundle_is_never_written_over(scene: Scene, bundle: Path, whole: bytes) -> None:
    line = scene.audit("--export", str(bundle)).undecided_line
    assert f"file {bundle} exists" in line
    assert bundle.read_bytes() == whole
    nowhere = scene.audit("--export", "/nowhere/ledger.bundle").undecided_line
    assert "cannot be written: No such file or directory" in nowhere


def test_two_who_write_one_file_do_not_write_into_one_another(tmp_path: Path) -> None:
    path = tmp_path / "x"
    first, second = FrameWriter(path, BUNDLE), FrameWriter(path, BUNDLE)
    for writer, content in ((first, b"first"), (second, b"second, and longer")):
        writer.add(b"M", content)
    first.seal({})
    with pytest.raises(Fatal, match=f"file {path} exists"):
        second.seal({})
    for writer in (first, second):
        writer.drop()
    assert [content for _, content in FrameFile(path, BUNDLE).frames()] == [b"first"]
    assert list(tmp_path.iterdir()) == [path]


def test_options_of_chain_and_bundle_do_not_mix(scene: Scene, bundle: Path) -> None:
    assert "--bundle" in verify(bundle, "--rpc", scene.node_url).undecided_line
    assert "--bundle" in verify(bundle, "--export", "x").undecided_line
    assert "--export" in scene.audit("--export", "x", "--db", "sqlite:///x").undecided_line


# What has become of the bytes.


def places(whole: bytes) -> list[int]:
    """Where each frame begins, and the end."""
    at, found = START.size, []
    while at < len(whole):
        found.append(at)
        at += HEAD.size + HEAD.unpack_from(whole, at)[1]
    return [*found, at]


def test_bundle_that_was_cut_short_is_refused_wherever_it_was_cut(
    bundle: Path, whole: bytes
) -> None:
    cuts = {0, 1, 9, 10, 11, len(whole) - 1}
    cuts |= {at + moved for at in places(whole)[:-1] for moved in (0, 1, HEAD.size, HEAD.size + 1)}
    cuts |= set(range(12, len(whole), len(whole) // 25))
    for cut in sorted(cuts):
        bundle.write_bytes(whole[:cut])
        line = reason(bundle)
        assert "cut short" in line or "is no bundle" in line, cut


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(place=st.integers(min_value=0), bit=st.integers(0, 7))
def test_bundle_in_which_any_bit_was_flipped_is_refused(
    bundle: Path, whole: bytes, place: int, bit: int
) -> None:
    bent = bytearray(whole)
    bent[place % len(whole)] ^= 1 << bit
    bundle.write_bytes(bent)
    assert f"bundle {bundle}: " in reason(bundle)


def test_bit_flipped_in_any_field_of_any_frame_is_noticed(bundle: Path, whole: bytes) -> None:
    begin = places(whole)[:-1]
    for at in begin:
        for place in (at, at + 1, at + 4, at + 5, at + 8, at + 9, at + 40, at + HEAD.size):
            bent = bytearray(whole)
            bent[place] ^= 1
            bundle.write_bytes(bent)
            assert "frame" in reason(bundle), (at, place)


def test_rubbish_behind_a_bundle_is_noticed(bundle: Path, whole: bytes) -> None:
    bundle.write_bytes(whole + b"rubbish")
    assert "cut short in frame" in reason(bundle)
    last = places(whole)[-2]
    bundle.write_bytes(whole + whole[last:])
    assert "more follows after its seal" in reason(bundle)


def test_frames_left_out_doubled_or_in_another_order_are_noticed(
    bundle: Path, whole: bytes
) -> None:
    begin = places(whole)
    frames = [whole[at:end] for at, end in pairwise(begin)]
    start = whole[: START.size]
    *inner, seal = frames
    for other in (inner[1:], inner[:1] + inner[2:], [*inner, inner[-1]], inner[::-1]):
        bundle.write_bytes(start + b"".join(other) + seal)
        assert "its seal is of another file" in reason(bundle)


def test_file_that_is_no_bundle_is_named(tmp_path: Path) -> None:
    for content in (b"", b"{}", b"\0" * 10, b"SQLite format 3\0" * 100):
        (tmp_path / "x").write_bytes(content)
        assert "is no bundle" in reason(tmp_path / "x")
    assert "cannot be read: No such file or directory" in reason(tmp_path / "nowhere")
    assert "cannot be read: Is a directory" in reason(tmp_path)


def test_bundle_of_another_version_asks_for_the_release(bundle: Path, whole: bytes) -> None:
    bundle.write_bytes(START.pack(BUNDLE.magic, BUNDLE.version + 1) + whole[START.size :])
    assert "is of version 2, of a newer release; this one reads version 1" in reason(bundle)
    bundle.write_bytes(START.pack(BUNDLE.magic, 0) + whole[START.size :])
    assert "is of version 0, of an older release" in reason(bundle)


# What somebody writes who can seal a file.


def rewritten(bundle: Path, to: Path, change: Callable[[bytes, bytes], bytes]) -> Path:
    """Write a bundle anew, each frame as a forger would have it, and seal it well."""
    file = FrameFile(bundle, BUNDLE)
    writer = FrameWriter(to, BUNDLE)
    blocks = 0
    for kind, content in file.frames():
        changed = change(kind, content)
        writer.add(kind, changed)
        if kind == BLOCKS:
            blocks += _count(changed, file.sealed["blocks"])
    writer.seal({"blocks": blocks, "nodes": file.sealed["nodes"]})
    return to


def _count(content: bytes, otherwise: int) -> int:
    try:
        return len(msgspec.msgpack.decode(content))
    except (msgspec.DecodeError, TypeError):
        return otherwise


def with_blocks(bundle: Path, to: Path, change: Callable[[list[RawBlock]], list[RawBlock]]) -> Path:
    def of_frame(kind: bytes, content: bytes) -> bytes:
        if kind != BLOCKS:
            return content
        blocks = msgspec.msgpack.decode(content, type=list[RawBlock])
        return msgspec.msgpack.encode(change(blocks))

    return rewritten(bundle, to, of_frame)


def eventful(blocks: list[RawBlock]) -> int:
    """The place of a block with contents, behind the first."""
    return next(place for place in range(1, len(blocks)) if blocks[place].tx_receipts)


def _altered(
    field: str, change: Callable[[list[bytes]], list[bytes]]
) -> Callable[[list[RawBlock]], list[RawBlock]]:
    def alter(blocks: list[RawBlock]) -> list[RawBlock]:
        at = eventful(blocks)
        changed = msgspec.structs.replace(blocks[at], **{field: change(getattr(blocks[at], field))})
        return [*blocks[:at], changed, *blocks[at + 1 :]]

    return alter


def _flip(items: list[bytes]) -> list[bytes]:
    first = bytearray(items[0])
    first[-1] ^= 1
    return [bytes(first), *items[1:]]


CONTENTS: dict[str, Callable[[list[bytes]], list[bytes]]] = {
    "withhold": lambda items: items[:-1],
    "add": lambda items: [*items, items[-1]],
    "alter": _flip,
    "empty": lambda _: [],
}


@pytest.mark.parametrize("how", CONTENTS)
@pytest.mark.parametrize("field", ["transactions", "tx_receipts"])
def test_contents_that_were_changed_and_sealed_again_are_false_by_their_roots(
    scene: Scene, bundle: Path, tmp_path: Path, field: str, how: str
) -> None:
    bent = with_blocks(bundle, tmp_path / "bent", _altered(field, CONTENTS[how]))
    outcome = verify(bent)
    assert "root 0x" in outcome.undecided_line
    number = outcome.report["block"]
    assert f"bundle {bent}: block {number}: its " in outcome.complaint
    first = scene.ledger.deployment.block_number
    assert number == first + eventful(msgspec.msgpack.decode(_first(bundle), type=list[RawBlock]))


def _first(bundle: Path) -> bytes:
    return next(content for kind, content in FrameFile(bundle, BUNDLE).frames() if kind == BLOCKS)


def _swapped(blocks: list[RawBlock]) -> list[RawBlock]:
    return [*blocks[:4], blocks[5], blocks[4], *blocks[6:]]


def _flipped_header(blocks: list[RawBlock]) -> list[RawBlock]:
    header = bytearray(blocks[5].header)
    header[100] ^= 1
    return [*blocks[:5], msgspec.structs.replace(blocks[5], header=bytes(header)), *blocks[6:]]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda blocks: blocks[1:], "stands in its place"),
        (lambda blocks: [*blocks[:5], *blocks[6:]], "stands in its place"),
        (lambda blocks: [*blocks[:5], blocks[5], *blocks[5:]], "stands in its place"),
        (_swapped, "stands in its place"),
        (_flipped_header, "its parent is 0x"),
        (lambda blocks: [*blocks, blocks[-1]], "stands in its place"),
        (lambda blocks: blocks[:-1], "the head to end at is 0x"),
        (lambda _: [], "the blocks end nowhere"),
        (lambda blocks: [RawBlock(b"", [], []), *blocks[1:]], "is not of the form of a block"),
    ],
)
def test_headers_that_were_changed_and_sealed_again_do_not_link(
    bundle: Path,
    tmp_path: Path,
    change: Callable[[list[RawBlock]], list[RawBlock]],
    told: str,
) -> None:
    assert told in reason(with_blocks(bundle, tmp_path / "bent", change))


def test_contents_in_a_block_without_logs_are_too_much(bundle: Path, tmp_path: Path) -> None:
    def fill(blocks: list[RawBlock]) -> list[RawBlock]:
        empty = next(at for at, block in enumerate(blocks) if not block.tx_receipts)
        filled = msgspec.structs.replace(blocks[empty], transactions=[b"\x01"])
        return [*blocks[:empty], filled, *blocks[empty + 1 :]]

    line = reason(with_blocks(bundle, tmp_path / "bent", fill))
    assert "has contents, though its bloom rules the ledger out" in line


def test_state_that_was_left_out_or_changed_is_no_proof(bundle: Path, tmp_path: Path) -> None:
    def cut(kind: bytes, content: bytes) -> bytes:
        if kind != NODES:
            return content
        return msgspec.msgpack.encode(msgspec.msgpack.decode(content, type=list[bytes])[:-1])

    def bend(kind: bytes, content: bytes) -> bytes:
        if kind != NODES:
            return content
        return msgspec.msgpack.encode(_flip(msgspec.msgpack.decode(content, type=list[bytes])))

    line = reason(rewritten(bundle, tmp_path / "cut", cut))
    assert "the proof of the contract's" in line
    assert "is false" in line
    assert _UNASKED in reason(rewritten(bundle, tmp_path / "bent", bend))


_UNASKED = "nodes of tries lead to no word of the contract's at its head, or stand there twice"


def _with_nodes(change: Callable[[list[bytes]], list[bytes]]) -> Callable[[bytes, bytes], bytes]:
    def alter(kind: bytes, content: bytes) -> bytes:
        if kind != NODES:
            return content
        return msgspec.msgpack.encode(change(msgspec.msgpack.decode(content, type=list[bytes])))

    return alter


@pytest.mark.parametrize(
    "change",
    [
        lambda nodes: [*nodes, *(b"%07d" % number for number in range(100_000))],
        lambda nodes: [*(b"%07d" % number for number in range(100_000)), *nodes],
        lambda nodes: [*nodes, nodes[-1]],
        lambda nodes: [*nodes, b"\x80"],
        lambda nodes: [*nodes, b""],
    ],
    ids=["many behind", "many before", "twice", "empty trie", "empty"],
)
def test_nodes_that_nothing_asks_for_are_refused_and_not_held(
    bundle: Path, tmp_path: Path, change: Callable[[list[bytes]], list[bytes]]
) -> None:
    bent = rewritten(bundle, tmp_path / "bent", _with_nodes(change))
    assert _UNASKED in reason(bent)


def test_nodes_may_be_in_any_order(bundle: Path, tmp_path: Path) -> None:
    bent = rewritten(bundle, tmp_path / "bent", _with_nodes(lambda nodes: nodes[::-1]))
    assert verify(bent).exit_code == EQUAL


def _headed(told: dict[str, Any], number: object) -> dict[str, Any]:
    return told | {"head": told["head"] | {"number": number}}


def _deployed(told: dict[str, Any], **changed: object) -> dict[str, Any]:
    return told | {"deployment": told["deployment"] | changed}


def _manifest(change: Callable[[dict[str, object]], object]) -> Callable[[bytes, bytes], bytes]:
    def alter(kind: bytes, content: bytes) -> bytes:
        return orjson.dumps(change(orjson.loads(content))) if kind == MANIFEST else content

    return alter


NO_NUMBERS: list[object] = ["abc", None, True, 1.5, -1, [], 2**53, 2**63]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda told: told | {"genesis": "0xc0"}, "does not hash to the deployment's"),
        (lambda told: told | {"head": {"number": 1, "hash": "0x" + "11" * 32}}, "block"),
        (lambda told: told | {"head": {"number": "1"}}, "its first frame is none of a ledger"),
        *((partial(_headed, number=number), "is no number of blocks") for number in NO_NUMBERS),
        (lambda told: _deployed(told, block_number=2**62), "no whole number"),
        (lambda told: {"head": told["head"]}, "its first frame is none of a ledger"),
        (lambda _: [], "its first frame is none of a ledger"),
        (lambda _: None, "its first frame is none of a ledger"),
    ],
)
def test_first_frame_that_is_none_of_a_ledger_is_named(
    bundle: Path, tmp_path: Path, change: Callable[[dict[str, object]], object], told: str
) -> None:
    assert told in reason(rewritten(bundle, tmp_path / "bent", _manifest(change)))


def test_frames_that_hold_something_else_are_named(bundle: Path, tmp_path: Path) -> None:
    for name, wanted in (("blocks", BLOCKS), ("nodes", NODES)):
        for content in (b"", b"\xc1", b"\x01", msgspec.msgpack.encode([[1, 2, 3]])):
            bent = tmp_path / name
            bent.unlink(missing_ok=True)
            rewritten(bundle, bent, _instead(wanted, content))
            assert f"bundle {bent}: a frame holds no {name}" in reason(bent)


def _instead(wanted: bytes, content: bytes) -> Callable[[bytes, bytes], bytes]:
    return lambda kind, own: content if kind == wanted else own


def test_frames_of_another_kind_are_those_of_no_bundle(bundle: Path, tmp_path: Path) -> None:
    writer = FrameWriter(tmp_path / "bent", BUNDLE)
    for kind, content in FrameFile(bundle, BUNDLE).frames():
        writer.add(kind, content)
    writer.add(b"X", b"rubbish")
    writer.seal({"blocks": 1, "nodes": 1})
    assert "not those of a bundle" in reason(tmp_path / "bent")
    FrameWriter(tmp_path / "empty", BUNDLE).seal({"blocks": 0, "nodes": 0})
    assert "not those of a bundle" in reason(tmp_path / "empty")


def test_seal_that_counts_other_blocks_is_noticed(bundle: Path, tmp_path: Path) -> None:
    file = FrameFile(bundle, BUNDLE)
    writer = FrameWriter(tmp_path / "bent", BUNDLE)
    for kind, content in file.frames():
        writer.add(kind, content)
    count = file.sealed["blocks"]
    writer.seal({"blocks": count + 1, "nodes": file.sealed["nodes"]})
    assert f"it has {count} blocks, its seal says {count + 1}" in reason(tmp_path / "bent")


def test_file_of_another_kind_is_no_bundle(tmp_path: Path) -> None:
    FrameWriter(tmp_path / "x", Format("other", b"OTHERONE", 1)).seal({})
    assert "is no bundle" in reason(tmp_path / "x")


def test_bundle_of_another_ledger_is_refused(scene: Scene, bundle: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.json"
    with anvil() as node:
        LedgerOnChain(Rpc(node.url)).deployment.write(other)
    line = verify(bundle, "--deployment", str(other)).undecided_line
    assert "it is not of the ledger of the deployment file: other " in line
    true = scene.ledger.deployment
    for field, changed in {
        "contract": replace(true, contract="0x" + "12" * 20),
        "chain_id": replace(true, chain_id=5),
    }.items():
        changed.write(other)
        line = verify(bundle, "--deployment", str(other)).undecided_line
        assert f"it is not of the ledger of the deployment file: other {field}" in line


def test_ledger_that_a_bundle_names_falsely_is_not_found_in_its_blocks(
    scene: Scene, bundle: Path, tmp_path: Path
) -> None:
    true = scene.ledger.deployment

    def renamed(changed: Deployment) -> Callable[[bytes, bytes], bytes]:
        return _manifest(lambda told: told | {"deployment": asdict(changed)})

    other = "0x" + "12" * 32
    origin = rewritten(bundle, tmp_path / "origin", renamed(replace(true, block_hash=other)))
    assert f"the ledger was deployed in {other}" in reason(origin)
    # Of a contract that did nothing, the blocks hold contents that they should not hold.
    contract = rewritten(
        bundle, tmp_path / "contract", renamed(replace(true, contract="0x" + "12" * 20))
    )
    assert "has contents, though its bloom rules the ledger out" in reason(contract)
    # Signatures are made for one chain: for another one they are those of nobody.
    chain = rewritten(bundle, tmp_path / "chain", renamed(replace(true, chain_id=5)))
    assert verify(chain).exit_code == DIFFERENT
    code = rewritten(bundle, tmp_path / "code", renamed(replace(true, code_hash=other)))
    assert "is for other code than the deployment file's" in reason(code)


# What would take all memory.


def _raw_frame(kind: bytes, packed: bytes, size: int, said: int | None = None) -> bytes:
    length = len(packed) if said is None else said
    seal = sha256(kind + length.to_bytes(4) + size.to_bytes(4) + packed).digest()
    return HEAD.pack(kind, length, size, seal) + packed


@pytest.mark.parametrize(
    ("frame", "told"),
    [
        (
            _raw_frame(MANIFEST, zlib.compress(bytes(2**20)), 1000),
            "does not unpack into the 1,000 bytes that it says",
        ),
        (
            _raw_frame(MANIFEST, zlib.compress(bytes(2**20)), FRAME_BYTES_MAX + 1),
            f"unpacked {FRAME_BYTES_MAX + 1:,}",
        ),
        (_raw_frame(MANIFEST, b"", 2**32 - 1), "unpacked 4,294,967,295"),
        (_raw_frame(MANIFEST, b"", 10, said=2**32 - 1), "says that it has 4,294,967,295 bytes"),
        (_raw_frame(MANIFEST, b"rubbish", 10), "cannot be unpacked"),
        (_raw_frame(MANIFEST, zlib.compress(b"12345"), 6), "does not unpack into the 6 bytes"),
        (_raw_frame(MANIFEST, zlib.compress(b"12345") + b"6", 5), "does not unpack into the 5"),
        (_raw_frame(MANIFEST, zlib.compress(b"12345")[:-1], 5), "does not unpack into the 5"),
    ],
)
def test_frame_that_unpacks_into_something_else_is_refused_unread(
    tmp_path: Path, frame: bytes, told: str
) -> None:
    content = START.pack(BUNDLE.magic, BUNDLE.version) + frame
    digest = sha256(content).hexdigest()
    seal = orjson.dumps({"blocks": 1, "nodes": 0, "frames": 1, "digest": digest})
    content += _raw_frame(b"E", zlib.compress(seal), len(seal))
    (tmp_path / "bomb").write_bytes(content)
    assert told in reason(tmp_path / "bomb")


_MANY = 3 * 2**20
_EMPTY_BLOCK, _EMPTY_BYTES = b"\x93\xc4\x00\x90\x90", b"\xc4\x00"


def _array(count: int, element: bytes) -> bytes:
    return b"\xdd" + count.to_bytes(4) + element * count


@pytest.mark.parametrize(
    ("wanted", "content", "told"),
    [
        (BLOCKS, _array(_MANY // 5, _EMPTY_BLOCK), "is more than one of many things may have"),
        (NODES, _array(_MANY // 2, _EMPTY_BYTES), "is more than one of many things may have"),
        *(
            (BLOCKS, b"\x91\x93\xc4\x00" + lists, "more contents than its bytes can hold")
            for lists in (
                _array(_MANY // 2, _EMPTY_BYTES) + b"\x90",
                b"\x90" + _array(_MANY // 2, _EMPTY_BYTES),
            )
        ),
    ],
    ids=["blocks", "nodes", "transactions", "receipts"],
)
def test_frame_of_very_many_small_things_is_refused_unread(
    bundle: Path, tmp_path: Path, wanted: bytes, content: bytes, told: str
) -> None:
    bent = rewritten(bundle, tmp_path / "bomb", _instead(wanted, content))
    with pytest.raises(BadFile, match=told):
        _read_whole(Bundle(bent))


def test_large_block_has_a_frame_of_its_own(bundle: Path, tmp_path: Path) -> None:
    whole = Bundle(bundle)
    large = RawBlock(b"\x01" * 600, [b"\x02" * _MANY, b"\x03" * 100], [b"\x04" * 400])
    writer = BundleWriter(tmp_path / "large", whole.deployment, whole.genesis, whole.head)
    small = RawBlock(b"\x01" * 600, [], [])
    for block in (small, large, small):
        writer.add_block(block)
    writer.seal()
    assert _read_whole(Bundle(tmp_path / "large")) == [small, large, small]


def _read_whole(bundle: Bundle) -> list[RawBlock]:
    blocks = list(bundle.up_to(bundle.head))
    bundle.nodes(NO_HASH)
    return blocks


def test_frame_that_is_too_large_is_not_written(tmp_path: Path) -> None:
    writer = FrameWriter(tmp_path / "x", BUNDLE)
    with pytest.raises(Exception, match="a frame of 67,108,865 bytes is more than"):
        writer.add(BLOCKS, bytes(FRAME_BYTES_MAX + 1))
    writer.drop()
    assert list(tmp_path.iterdir()) == []


def test_bundle_is_of_a_forged_chain_as_a_node_may_be_and_a_trusted_head_tells(
    scene: Scene, number: int, lying: tuple[LyingNode, str], tmp_path: Path
) -> None:
    node, url = lying
    Fork(scene, number).told_by(node)
    file = tmp_path / "forged.bundle"
    assert scene.audit("--export", str(file), rpc=url).exit_code == EQUAL
    assert verify(file).report["checks"][0]["verdict"] == "ON TRUST"
    line = verify(file, "--head", str(scene.block()["hash"])).undecided_line
    assert "not at --head" in line


def test_bundle_says_of_which_ledger_it_is(scene: Scene, bundle: Path) -> None:
    opened = Bundle(bundle)
    assert opened.deployment == Deployment.read(scene.deployment_file)
    assert opened.head.number == scene.head
