"""An audit that goes on from the last signed report: only later blocks, on that auditor's word."""

import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import msgspec
import orjson
import pytest

from receipts_ledger.chain import audit_statement
from receipts_ledger.chain.artifact import ledger_artifact
from receipts_ledger.chain.frames import FrameFile, FrameWriter
from receipts_ledger.chain.keyfile import write_key
from receipts_ledger.chain.keys import keccak
from receipts_ledger.chain.local_node import LocalNode
from receipts_ledger.chain.state_file import ENTRIES, STATE_FILE, read_state
from receipts_ledger.chain.typed_data import SigningDomain
from receipts_ledger.cli.door import run as run_command
from receipts_ledger.domain.carried import Carried
from receipts_ledger.domain.ids import Hash32
from receipts_ledger.domain.ledger import Ledger
from receipts_ledger.services.audit.digests import state_digest
from receipts_ledger.services.audit.document import as_bytes, signed, statement
from tests.audit import lies
from tests.audit.conftest import scene_on
from tests.audit.forked import Fork
from tests.support.auditing import DIFFERENT, EQUAL, UNDECIDED, Outcome, Scene
from tests.support.cast import AUDITOR, BANK_A, BANK_C, STRANGER, Member
from tests.support.indexing import events_on_chain, folded, reorganise
from tests.support.lying_node import LyingNode

PASSWORD = "a long password"


@dataclass(frozen=True, slots=True)
class Earlier:
    """A signed report, the state that was written with it, and how to go on from both."""

    report: Path
    state: Path

    def options(self, auditor: Member = AUDITOR) -> list[str]:
        named = ["--since", str(self.report), "--state", str(self.state)]
        return [*named, "--auditor", "0x" + auditor.address.hex()]

    def moved(self, folder: Path) -> "Earlier":
        """Return copies that may be spoiled."""
        report, state = folder / "earlier.json", folder / "earlier.state"
        shutil.copyfile(self.report, report)
        shutil.copyfile(self.state, state)
        return Earlier(report, state)


@pytest.fixture(scope="session")
def keystore(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """The options by which the auditor signs."""
    folder = tmp_path_factory.mktemp("auditor")
    write_key(folder / "key.json", AUDITOR.private_key, PASSWORD)
    (folder / "password").write_text(PASSWORD + "\n")
    return ["--sign-with", str(folder / "key.json"), "--password", str(folder / "password")]


def audit_to(scene: Scene, block: int, folder: Path, keystore: list[str]) -> Earlier:
    """Audit to a block, and keep report and state."""
    folder.mkdir(exist_ok=True)
    made = Earlier(folder / "audit-report.json", folder / "ledger.state")
    options = ["--to", str(block), "--out", str(folder), "--write-state", str(made.state)]
    outcome = scene.audit(*options, *keystore)
    assert outcome.exit_code == EQUAL, outcome.complaint
    return made


@pytest.fixture(scope="session")
def middle(scene: Scene) -> int:
    return scene.head // 2


@pytest.fixture(scope="session")
def whole(
    scene: Scene, middle: int, keystore: list[str], tmp_path_factory: pytest.TempPathFactory
) -> Earlier:
    return audit_to(scene, middle, tmp_path_factory.mktemp("earlier"), keystore)


@pytest.fixture
def earlier(whole: Earlier, tmp_path: Path) -> Earlier:
    """A report up to the middle of the chain."""
    return whole.moved(tmp_path)


def go_on(scene: Scene, earlier: Earlier, *options: str, rpc: str | None = None) -> Outcome:
    return scene.audit(*earlier.options(), *options, rpc=rpc)


def test_audit_that_goes_on_comes_to_the_same_state(
    scene: Scene, earlier: Earlier, middle: int
) -> None:
    full, later = scene.audit().report, go_on(scene, earlier).report
    before = json.loads(earlier.report.read_bytes())
    assert later["verdict"] == "equal"
    assert (later["first_block"], later["head"]) == (middle + 1, full["head"])
    assert later["digests"]["state"] == full["digests"]["state"]
    assert later["proved"] == full["proved"]
    counts = later["counts"]
    for name in ("parties", "pools", "receipts_open", "receipts_closed", "storage_words"):
        assert counts[name] == full["counts"][name]
    for name in ("blocks", "transactions", "events", "signatures"):
        assert counts[name] + before["counts"][name] == full["counts"][name]
        assert counts[name] < full["counts"][name]


def test_report_says_from_where_it_goes_on_and_on_whose_word(
    scene: Scene, earlier: Earlier, middle: int
) -> None:
    before = json.loads(earlier.report.read_bytes())
    outcome = go_on(scene, earlier)
    since = outcome.report["since"]
    assert (
        since["head"] == before["head"] == {"number": middle, "hash": scene.block(middle)["hash"]}
    )
    assert since["auditor"] == "0x" + AUDITOR.address.hex()
    assert since["report_digest"] == before["signature"]["digest"]
    check = outcome.report["checks"][1]
    assert (check["code"], check["verdict"]) == ("since", "ON THEIR WORD")
    assert f"everything up to block {middle}" in check["check"]
    assert f"on the word of the auditor 0x{AUDITOR.address.hex()}" in check["check"]
    assert "there the head is what this one node says" in check["check"]
    assert "ON THEIR WORD" in outcome.printed
    assert scene.audit().report["since"] is None


@pytest.mark.parametrize("share", [0, 0.1, 0.3, 0.7, 0.9, 1])
def test_any_block_may_be_gone_on_from(
    scene: Scene, tmp_path: Path, keystore: list[str], share: float
) -> None:
    first = scene.ledger.deployment.block_number
    block = first + round(share * (scene.head - first))
    later = go_on(scene, audit_to(scene, block, tmp_path / "at", keystore))
    assert (later.exit_code, later.differences) == (EQUAL, [])
    assert later.report["counts"]["blocks"] == scene.head - block
    assert later.report["digests"]["state"] == scene.audit().report["digests"]["state"]


def test_audit_that_goes_on_from_the_head_itself_says_that_it_has_read_no_block(
    scene: Scene, tmp_path: Path, keystore: list[str]
) -> None:
    page = tmp_path / "page.html"
    later = go_on(scene, audit_to(scene, scene.head, tmp_path / "at", keystore), f"--html={page}")
    assert f"No block behind {scene.head} (0x" in later.text
    assert f"none behind {scene.head}" in page.read_text()


def test_audits_follow_one_another_night_after_night(
    scene: Scene, earlier: Earlier, middle: int, tmp_path: Path, keystore: list[str]
) -> None:
    next_night = Earlier(tmp_path / "audit-report.json", tmp_path / "next.state")
    options = ["--to", str(middle + 5), "--out", str(tmp_path)]
    go_on(scene, earlier, *options, "--write-state", str(next_night.state), *keystore)
    outcome = go_on(scene, next_night)
    assert outcome.exit_code == EQUAL
    assert outcome.report["since"]["unproved"] == []
    assert outcome.report["since"]["head"]["number"] == middle + 5
    assert outcome.report["digests"]["state"] == scene.audit().report["digests"]["state"]


def test_command_goes_on_too(
    scene: Scene, earlier: Earlier, tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    ledger = [f"--rpc={scene.node_url}", f"--deployment={scene.deployment_file}"]
    state = tmp_path / "new.state"
    options = [*earlier.options(), f"--write-state={state}", "--json"]
    assert run_command(["audit", *ledger, *options]) == EQUAL
    told = json.loads(capsysbinary.readouterr().out)
    assert told["since"]["head"]["number"] == told["first_block"] - 1
    digest = Hash32(bytes.fromhex(told["digests"]["carried"][2:]))
    assert read_state(state, digest).ledger == folded(events_on_chain(scene.ledger))


# What is wrong with the report.


def spoil(path: Path, old: bytes, new: bytes) -> None:
    content = path.read_bytes()
    assert old in content
    path.write_bytes(content.replace(old, new, 1))


def test_report_that_was_altered_is_not_gone_on_from(scene: Scene, earlier: Earlier) -> None:
    spoil(earlier.report, b'"receipts_open":', b'"receipts_open":1')
    line = go_on(scene, earlier).undecided_line
    assert "--since" in line
    assert "altered" in line


def test_report_that_is_not_that_auditors_is_not_gone_on_from(
    scene: Scene, earlier: Earlier
) -> None:
    line = scene.audit(*earlier.options(STRANGER)).undecided_line
    assert f"signed by 0x{AUDITOR.address.hex()}, not by 0x{STRANGER.address.hex()}" in line


def test_report_that_is_not_signed_is_not_gone_on_from(
    scene: Scene, tmp_path: Path, middle: int
) -> None:
    unsigned = audit_to(scene, middle, tmp_path / "unsigned", [])
    assert "not signed" in go_on(scene, unsigned).undecided_line


def rewritten(earlier: Earlier, change: Callable[[dict[str, Any]], object]) -> Earlier:
    """Let the auditor sign something else."""
    told = json.loads(earlier.report.read_bytes())
    change(told)
    contract = bytes.fromhex(told["ledger"]["contract"][2:])
    domain = SigningDomain(told["ledger"]["chain_id"], contract)  # type: ignore[arg-type]
    made = audit_statement.sign(AUDITOR.private_key, statement(told), domain)
    earlier.report.write_bytes(as_bytes(signed(told, made)))
    return earlier


def _other_verdict(told: dict[str, Any]) -> None:
    told |= {"verdict": "undecided", "exit_code": 2, "reason": "", "difference_count": 0}
    told |= {"head": None, "counts": None, "digests": None}


def _other_ledger(told: dict[str, Any]) -> None:
    told["ledger"]["chain_id"] += 1


def _without_state(told: dict[str, Any]) -> None:
    told["digests"]["carried"] = None


def _other_state(told: dict[str, Any]) -> None:
    told["digests"]["state"] = "0x" + "12" * 32


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (_other_verdict, "its verdict is undecided: audit from the deployment on"),
        (_other_ledger, "it is of another ledger than the deployment file's"),
        (_without_state, "it names no state: none was written with it"),
        (_other_state, "the state that it names is not the state that it tells of"),
    ],
)
def test_report_that_is_no_ground_is_not_gone_on_from(
    scene: Scene, earlier: Earlier, change: Callable[[dict[str, Any]], None], told: str
) -> None:
    assert told in go_on(scene, rewritten(earlier, change)).undecided_line


def test_what_was_not_proved_before_is_told_again(scene: Scene, earlier: Earlier) -> None:
    def unprove(told: dict[str, Any]) -> None:
        told["proved"] |= {"storage": False, "transactions": False}

    check = go_on(scene, rewritten(earlier, unprove)).report["checks"][1]
    assert "NOT PROVED there: transactions, storage" in check["check"]


@pytest.mark.parametrize(
    ("unproved", "told"),
    [(["transactions", "storage"], "transactions"), (None, "anything"), ("storage", "anything")],
)
def test_what_was_not_proved_the_night_before_last_is_not_forgotten(
    scene: Scene, earlier: Earlier, unproved: object, told: str
) -> None:
    rewritten(earlier, lambda told: told.update(since={"unproved": unproved}))
    outcome = go_on(scene, earlier)
    assert outcome.report["since"]["unproved"] == [told]
    assert outcome.report["checks"][1]["check"].endswith(f"NOT PROVED there: {told}")


# What is wrong with the state.


def test_state_that_was_cut_short_or_altered_is_refused(scene: Scene, earlier: Earlier) -> None:
    whole = earlier.state.read_bytes()
    for cut in (0, 5, 10, 60, len(whole) // 2, len(whole) - 1):
        earlier.state.write_bytes(whole[:cut])
        assert f"state file {earlier.state}: " in go_on(scene, earlier).undecided_line
    for place in range(0, len(whole), len(whole) // 12):
        bent = bytearray(whole)
        bent[place] ^= 1
        earlier.state.write_bytes(bent)
        assert f"state file {earlier.state}: " in go_on(scene, earlier).undecided_line


def resealed(state: Path, change: Callable[[list[bytes]], object]) -> None:
    """Write other entries into a state file, and seal it well."""
    frames = list(FrameFile(state, STATE_FILE).frames())
    state.unlink()
    writer = FrameWriter(state, STATE_FILE)
    for kind, content in frames:
        if kind == ENTRIES:
            entries = msgspec.msgpack.decode(content, type=list[bytes])
            writer.add(kind, msgspec.msgpack.encode(change(entries)))
        else:
            writer.add(kind, content)
    writer.seal({})


def _with_other_word(entries: list[bytes]) -> list[bytes]:
    return [entries[0][:-1] + bytes((entries[0][-1] ^ 1,)), *entries[1:]]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (_with_other_word, "its digest is 0x"),
        (lambda entries: entries[1:], "its digest is 0x"),
        (lambda entries: entries[:-1], "its digest is 0x"),
        (lambda entries: [entries[1], entries[0], *entries[2:]], None),
        (lambda entries: [*entries, b"\x0b" + bytes(64)], "there are no entries of kind 11"),
        (lambda entries: [*entries, b""], "an entry has not its length"),
        (lambda entries: [*entries, b"\x01" + bytes(63)], "an entry has not its length"),
        (lambda entries: [*entries, b"\x0a" + bytes(7)], "an entry has not its length"),
        (lambda _: 5, "a frame holds no entries"),
    ],
)
def test_state_that_was_sealed_anew_is_not_the_reports(
    scene: Scene, earlier: Earlier, change: Callable[[list[bytes]], object], told: str | None
) -> None:
    resealed(earlier.state, change)
    outcome = go_on(scene, earlier)
    if told is None:
        # The order of a file's entries says nothing: what they add up to has one order.
        assert outcome.exit_code == EQUAL
        return
    assert told in outcome.undecided_line


def test_state_of_another_report_is_refused(
    scene: Scene, earlier: Earlier, middle: int, tmp_path: Path
) -> None:
    other = audit_to(scene, middle - 1, tmp_path / "other", [])
    line = go_on(scene, replace(earlier, state=other.state)).undecided_line
    assert "its digest is 0x" in line
    assert "the report names 0x" in line
    nowhere = go_on(scene, replace(earlier, state=tmp_path / "nowhere")).undecided_line
    assert "cannot be read: No such file or directory" in nowhere


def test_state_that_was_forged_with_its_report_does_not_agree_with_the_contract(
    scene: Scene, earlier: Earlier
) -> None:
    def other_pledgee(entries: list[bytes]) -> list[bytes]:
        at = next(place for place, entry in enumerate(entries) if entry[0] == 8)
        forged = entries[at][:-1] + bytes((entries[at][-1] ^ 1,))
        return [*entries[:at], forged, *entries[at + 1 :]]

    resealed(earlier.state, other_pledgee)
    carried = Carried.of(
        entry
        for kind, content in FrameFile(earlier.state, STATE_FILE).frames()
        if kind == ENTRIES
        for entry in msgspec.msgpack.decode(content, type=list[bytes])
    )

    def follow(told: dict[str, Any]) -> None:
        told["digests"]["carried"] = "0x" + carried.digest().hex()
        told["digests"]["state"] = state_digest(carried.ledger)

    outcome = go_on(scene, rewritten(earlier, follow))
    assert outcome.exit_code == DIFFERENT
    assert {kind for kind, _, _ in outcome.differences} == {"storage"}


def test_state_is_the_same_after_a_journey_through_its_entries(scene: Scene) -> None:
    ledger = folded(events_on_chain(scene.ledger))
    names = (bytes(8), AUDITOR.address, bytes(32), bytes(40))
    keys = {BANK_A.party: [BANK_A.address, AUDITOR.address], BANK_C.party: [BANK_C.address]}
    carried = Carried(ledger, keys, names)
    again = Carried.of(carried.entries())
    assert again.ledger == ledger != Ledger()
    assert (dict(again.keys_of), tuple(again.cleared)) == (keys, names)
    assert again.digest() == carried.digest()


# What is wrong with the chain.


def test_report_of_another_branch_is_no_ancestor(
    own_anvil: LocalNode, tmp_path: Path, keystore: list[str]
) -> None:
    scene = scene_on(own_anvil, tmp_path)
    at_head = audit_to(scene, scene.head, tmp_path / "head", keystore)
    before = scene.block()["hash"]
    reorganise(scene.rpc, 1)
    line = go_on(scene, at_head).undecided_line
    assert f"the audit goes on from {before}" in line or f"goes on from block {scene.head}" in line
    scene.rpc.call("evm_mine")
    outcome = go_on(scene, at_head)
    assert "its parent is 0x" in outcome.undecided_line
    assert "but the audit goes on from block " in outcome.complaint
    assert outcome.report["block"] == scene.head


def test_node_that_forges_the_block_of_the_report_is_noticed(
    scene: Scene, earlier: Earlier, middle: int, lying: tuple[LyingNode, str]
) -> None:
    node, url = lying
    Fork(scene, middle).told_by(node)
    outcome = go_on(scene, earlier, rpc=url)
    assert f"but the audit goes on from block {middle}" in outcome.undecided_line
    assert outcome.report["block"] == middle + 1


def test_lie_in_a_later_block_is_found_out_and_one_in_an_earlier_is_not_looked_for(
    scene: Scene, earlier: Earlier, number: int, middle: int, lying: tuple[LyingNode, str]
) -> None:
    node, url = lying
    first = scene.ledger.deployment.block_number
    assert first < number
    node.bend = lies.of_block(number, lambda block: block | {"gasUsed": "0x1"})
    outcome = go_on(scene, earlier, rpc=url)
    assert (outcome.exit_code == UNDECIDED) is (number > middle)
    node.bend = lies.of_block(first + 1, lambda block: block | {"gasUsed": "0x1"})
    assert go_on(scene, earlier, rpc=url).exit_code == EQUAL


def test_head_before_the_reports_is_named(scene: Scene, earlier: Earlier, middle: int) -> None:
    line = go_on(scene, earlier, "--to", str(middle - 1)).undecided_line
    assert f"--since: the report ends at block {middle}, behind the head at {middle - 1}" in line


# What does not go together.


def test_options_belong_together(scene: Scene, earlier: Earlier) -> None:
    options = earlier.options()
    for missing in (0, 2, 4):
        some = options[:missing] + options[missing + 2 :]
        assert "--since, --state and --auditor belong together" in scene.audit(*some).undecided_line
    assert "--auditor" in scene.audit(*options[:4], "--auditor", "0x12").undecided_line
    assert "--bundle" in scene.audit(*options, "--export", "x").undecided_line
    assert "--no-proofs" in scene.audit(*options, "--no-proofs").undecided_line


def test_database_is_compared_from_the_beginning_only(
    scene: Scene, earlier: Earlier, indexed_sqlite_url: str
) -> None:
    outcome = scene.audit(*earlier.options(), database=indexed_sqlite_url)
    assert "a database is compared from its first block on" in outcome.undecided_line


def test_state_file_is_never_written_over(scene: Scene, earlier: Earlier) -> None:
    before = earlier.state.read_bytes()
    line = scene.audit("--write-state", str(earlier.state)).undecided_line
    assert f"--write-state: file {earlier.state} exists" in line
    assert earlier.state.read_bytes() == before
    nowhere = scene.audit("--write-state", "/nowhere/x").undecided_line
    assert "cannot be written: No such file or directory" in nowhere


@pytest.mark.usefixtures("undone")
def test_state_of_a_ledger_that_differs_is_not_kept(scene: Scene, tmp_path: Path) -> None:
    pool, *_ = scene.ledger.pools()
    base = ledger_artifact().slot("_pools").to_bytes(32)
    slot = "0x" + keccak(pool.to_bytes(32) + base).hex()
    contract = scene.ledger.deployment.contract
    scene.rpc.call("anvil_setStorageAt", [contract, slot, "0x" + "22" * 32])
    scene.rpc.call("evm_mine")
    outcome = scene.audit("--write-state", str(tmp_path / "x.state"))
    assert outcome.exit_code == DIFFERENT
    assert list(tmp_path.iterdir()) == []
    assert outcome.report["digests"]["carried"] is None


def test_manifest_of_a_state_file_says_of_which_block_it_is(earlier: Earlier, middle: int) -> None:
    first, *_ = FrameFile(earlier.state, STATE_FILE).frames()
    assert orjson.loads(first.content)["head"]["number"] == middle
