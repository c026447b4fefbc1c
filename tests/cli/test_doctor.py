"""The doctor finds a fit node fit, and names each thing that an unfit one lacks."""

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from receipts_ledger.chain.local_node import LocalNode, ganache
from receipts_ledger.chain.rpc import Rpc, RpcError
from receipts_ledger.cli.door import run
from tests.support.ledger_on_chain import LedgerOnChain, ledger_with_receipts
from tests.support.lying_node import LyingNode

Bend = Callable[[str, list[Any], Any], Any]


@pytest.fixture(autouse=True)
def _no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("RPC", "ENGINE", "FINALITY", "FEE_MODE"):
        monkeypatch.delenv(f"RECEIPTS_LEDGER_{name}", raising=False)


@pytest.fixture
def deployment(ledger_on_anvil: LedgerOnChain, tmp_path: Path) -> Path:
    file = tmp_path / "deployment.json"
    ledger_on_anvil.deployment.write(file)
    return file


@pytest.fixture
def bent(ledger_on_anvil: LedgerOnChain) -> Iterator[tuple[LyingNode, str]]:
    node = LyingNode(ledger_on_anvil.rpc)
    with node.serve() as url:
        yield node, url


class Examined:
    """What the doctor has said of a node."""

    def __init__(self, capsysbinary: pytest.CaptureFixture[bytes]) -> None:
        self._printed = capsysbinary
        self.code = -1
        self.findings: dict[str, dict[str, str]] = {}

    def __call__(self, url: str, *options: str) -> "Examined":
        self.code = run(["doctor", "--rpc", url, "--engine", "anvil", *options, "--json"])
        said = json.loads(self._printed.readouterr().out)
        self.findings = {finding["check"]: finding for finding in said}
        return self

    def verdicts(self) -> dict[str, str]:
        return {name: finding["verdict"] for name, finding in self.findings.items()}

    def troubles(self) -> dict[str, str]:
        return {name: said for name, said in self.verdicts().items() if said != "ok"}


@pytest.fixture
def examine(capsysbinary: pytest.CaptureFixture[bytes]) -> Examined:
    return Examined(capsysbinary)


def test_anvil_with_a_ledger_is_fit(
    ledger_on_anvil: LedgerOnChain, deployment: Path, examine: Examined
) -> None:
    said = examine(ledger_on_anvil.rpc.url, "--deployment", str(deployment))
    assert (said.code, said.troubles()) == (0, {})
    assert "leads to the block's state root" in said.findings["state proofs"]["seen"]


def test_ganache_is_fit_without_receipts_of_whole_blocks(examine: Examined, tmp_path: Path) -> None:
    with ganache() as node:
        ledger, _ = ledger_with_receipts(Rpc(node.url), 1)
        file = tmp_path / "of-ganache.json"
        ledger.deployment.write(file)
        said = examine(node.url, "--deployment", str(file))
        assert said.code == 0
        assert said.troubles().pop("block receipts") == "warning"
        assert set(said.troubles().values()) <= {"warning"}


def test_node_that_has_no_transactions_yet_is_fit(own_anvil: LocalNode, examine: Examined) -> None:
    said = examine(own_anvil.url)
    assert (said.code, said.troubles()) == (0, {"block proofs": "warning"})


def test_lines_for_people_say_what_to_do(
    own_anvil: LocalNode, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["doctor", "--rpc", own_anvil.url, "--engine", "besu-qbft"]) == 1
    printed = capsys.readouterr().out
    assert "missing" in printed
    assert "set the fee mode to eip1559" in " ".join(printed.split())


def test_what_is_secret_in_an_address_is_not_shown(
    own_anvil: LocalNode, capsys: pytest.CaptureFixture[str]
) -> None:
    secretive = own_anvil.url.replace("//", "//me:hidden@") + "/?key=hidden"
    for form in ([], ["--json"]):
        assert run(["doctor", "--rpc", secretive, "--engine", "anvil", *form]) == 0
        printed = capsys.readouterr().out
        assert "hidden" not in printed
        assert own_anvil.url.removeprefix("http://") in printed


def test_node_that_is_away_cannot_be_judged(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["doctor", "--rpc", "http://127.0.0.1:1"]) == 2
    assert "does not answer" in capsys.readouterr().err


_OF_CLIQUE = "0x" + "d883010d0e846765746888676f312e32312e39856c696e7578".ljust(64, "0") + "11" * 65
_OF_QBFT = "0x" + "f8" + "5f" + "a0" + "00" * (97 + 20 - 3)


def _without(*methods: str) -> Bend:
    def bend(method: str, params: list[Any], result: Any) -> Any:
        if method in methods:
            raise RpcError(-32601, f"the method {method} does not exist/is not available")
        return result

    return bend


def _in_blocks(**members: Any) -> Bend:
    def bend(method: str, params: list[Any], result: Any) -> Any:
        if method.startswith("eth_getBlockBy") and result:
            return {name: value for name, value in (result | members).items() if value is not None}
        return result

    return bend


def _at_tag(tag: str, answer: Any) -> Bend:
    def bend(method: str, params: list[Any], result: Any) -> Any:
        if method != "eth_getBlockByNumber" or params[0] != tag:
            return result
        if isinstance(answer, Exception):
            raise answer
        return answer

    return bend


def _instead(method_bent: str, answer: Any) -> Bend:
    def bend(method: str, params: list[Any], result: Any) -> Any:
        return answer if method == method_bent else result

    return bend


def _no_receipt_logs(method: str, params: list[Any], result: Any) -> Any:
    if method in ("eth_getTransactionReceipt", "eth_getBlockReceipts") and result:
        for tx_receipt in result if isinstance(result, list) else [result]:
            tx_receipt["cumulativeGasUsed"] = "0x1"
    return result


def _pruned(method: str, params: list[Any], result: Any) -> Any:
    if method == "eth_getBalance" and params[1] != "latest":
        raise RpcError(-32000, "missing trie node")
    return result


def _ahead(seconds: int) -> Bend:
    def bend(method: str, params: list[Any], result: Any) -> Any:
        if method.startswith("eth_getBlockBy") and result and params[0] == "latest":
            return result | {"timestamp": hex(int(time.time()) + seconds)}
        return result

    return bend


@pytest.mark.parametrize(
    ("bend", "options", "check", "verdict"),
    [
        (_without("eth_getBlockReceipts"), (), "block receipts", "warning"),
        (
            _without("eth_getBlockReceipts", "eth_getTransactionReceipt"),
            (),
            "block receipts",
            "missing",
        ),
        (_without("eth_getProof"), (), "state proofs", "warning"),
        (
            _instead("eth_getProof", {"accountProof": ["0xc0"]}),
            (),
            "state proofs",
            "missing",
        ),
        (_instead("eth_getProof", {}), (), "state proofs", "missing"),
        (_no_receipt_logs, (), "block proofs", "missing"),
        (_in_blocks(extraData="0x1234"), (), "block proofs", "missing"),
        (_pruned, (), "old state", "warning"),
        (_instead("eth_syncing", {"currentBlock": "0x1"}), (), "syncing", "warning"),
        (_at_tag("finalized", None), ("--finality", "tag:finalized"), "finality", "missing"),
        (_at_tag("finalized", None), ("--finality", "depth:6"), "finality", "ok"),
        (
            _at_tag("finalized", RpcError(-39001, "finalized block not found")),
            ("--finality", "tag:finalized"),
            "finality",
            "missing",
        ),
        (_in_blocks(extraData=_OF_CLIQUE, difficulty="0x2"), (), "finality", "missing"),
        (
            _in_blocks(extraData=_OF_CLIQUE, difficulty="0x2"),
            ("--engine", "geth-clique"),
            "finality",
            "ok",
        ),
        (_in_blocks(extraData=_OF_QBFT, difficulty="0x1"), (), "finality", "ok"),
        (_in_blocks(extraData=_OF_CLIQUE, difficulty="0x0"), (), "finality", "ok"),
        (_in_blocks(baseFeePerGas=None), (), "fees", "missing"),
        (_in_blocks(baseFeePerGas=None), ("--fee-mode", "legacy"), "fees", "ok"),
        (_in_blocks(baseFeePerGas="0x7"), ("--fee-mode", "zero"), "fees", "missing"),
        (_in_blocks(baseFeePerGas="0x0"), ("--fee-mode", "zero"), "fees", "ok"),
        (_in_blocks(gasLimit=hex(16_777_216)), (), "block gas", "ok"),
        (_in_blocks(gasLimit=hex(16_777_215)), (), "block gas", "warning"),
        (_in_blocks(timestamp="0x1"), ("--engine", "besu-qbft"), "head", "warning"),
        (_ahead(3600), (), "clock", "warning"),
        (_instead("eth_chainId", "0x2"), (), "chain", "missing"),
        (_at_tag("0x0", None), (), "chain", "missing"),
        (_instead("eth_getCode", "0x"), (), "ledger", "missing"),
        (_instead("web3_clientVersion", "Besu"), (), "client", "ok"),
        (_instead("eth_getBlockByNumber", 7), (), "head", "missing"),
    ],
)
def test_each_thing_that_is_missing_is_named(
    *,
    bent: tuple[LyingNode, str],
    deployment: Path,
    examine: Examined,
    bend: Bend,
    options: tuple[str, ...],
    check: str,
    verdict: str,
) -> None:
    node, url = bent
    node.bend = bend
    said = examine(url, "--deployment", str(deployment), *options)
    assert said.verdicts()[check] == verdict, said.findings[check]
    if verdict != "ok":
        assert said.findings[check]["todo"]
    expected = {"missing": 1, "undecided": 2}.get(verdict)
    assert expected is None or said.code in (1, expected)


def test_node_that_hides_why_is_unfit(bent: tuple[LyingNode, str], examine: Examined) -> None:
    node, url = bent
    node.withholds_reverts = True
    assert (examine(url).code, examine.troubles()) == (1, {"refusals": "missing"})


@pytest.mark.parametrize(("calls_max", "verdict"), [(256, "ok"), (255, "warning"), (1, "warning")])
def test_small_batches_are_told(
    bent: tuple[LyingNode, str], examine: Examined, calls_max: int, verdict: str
) -> None:
    node, url = bent
    node.limit = lambda asked: (413, b"") if len(asked) > calls_max else None
    said = examine(url)
    assert said.verdicts()["batches"] == verdict
    assert said.code == 0


def test_wrong_arguments_are_told_in_a_line(
    own_anvil: LocalNode, capsys: pytest.CaptureFixture[str]
) -> None:
    for wrong in (("--finality", "soon"), ("--engine", "quorum"), ("--fee-mode", "free")):
        assert run(["doctor", "--rpc", own_anvil.url, *wrong]) == 2
        assert capsys.readouterr().err.count("\n") == 1


def test_settings_show_addresses_without_what_is_secret_in_them(
    monkeypatch: pytest.MonkeyPatch, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    given = {
        "RPC": "https://us:er@node-1/v3/KEY,http://node-2:8545?key=KEY,http://node-3:8545",
        "DATABASE_URL": "postgresql://ledger:PASSWORD@db/ledger?sslmode=require",
        "DOCUMENT_KEY": "d" * 32,
        "KEYSTORE_SECRET": "k" * 32,
    }
    for name, value in given.items():
        monkeypatch.setenv(f"RECEIPTS_LEDGER_{name}", value)
    assert run(["settings", "--json"]) == 0
    shown = {row["setting"]: row["value"] for row in json.loads(capsysbinary.readouterr().out)}
    nodes = "https://us:(secret)@node-1/(secret),http://node-2:8545/(secret),http://node-3:8545"
    assert shown["rpc"] == nodes
    assert shown["database_url"] == "postgresql://ledger:(secret)@db/ledger?sslmode=require"
    assert shown["keystore_secret"] == "(secret)"
