"""A node of one's own: Anvil, or Ganache, for the demo, for trying things out, and for tests.

Nothing that runs in production starts a node or calls a method that only these nodes have.
"""

import os
import platform
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from receipts_ledger.chain.rpc import Rpc, RpcError
from receipts_ledger.errors import Fatal, Retryable

_START_SECONDS = 60.0
_POLL_SECONDS = 0.05
_STOP_SECONDS = 10.0
_MNEMONIC = "test test test test test test test test test test test junk"

# Public and worthless: the first accounts of the test mnemonic that every such node funds.
DEVELOPER_KEYS = tuple(
    bytes.fromhex(key)
    for key in (
        "ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80",
        "59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d",
        "5de4111afa1a4b94908f83103eb1f1706367c2e68ca870fc3fb9a804cdab365a",
        "7c852118294e51e653712a81e05800f419141751be58f605c371e15141b007a6",
        "47e179ec197488593b187f80a00eb0da91f1b9d0b13f8733639f19c30a34926a",
    )
)


class LocalNode:
    """A node process on a free loopback port, stopped on exit."""

    def __init__(self, command: Sequence[str], port: int) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self._process = subprocess.Popen(
            command,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            start_new_session=True,
            env=os.environ | {"NO_COLOR": "1"},
        )
        try:
            self._wait_until_up()
        except BaseException:
            self.stop()
            raise

    @property
    def pid(self) -> int:
        """The number of the node's process."""
        return self._process.pid

    def stop(self) -> None:
        """End the node and everything that it started."""
        if self._process.poll() is None:
            os.killpg(self._process.pid, signal.SIGTERM)
            try:
                self._process.wait(_STOP_SECONDS)
            except subprocess.TimeoutExpired:
                os.killpg(self._process.pid, signal.SIGKILL)
                self._process.wait()
        if self._process.stderr is not None:
            self._process.stderr.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def _wait_until_up(self) -> None:
        rpc = Rpc(self.url, timeout_seconds=5.0)
        deadline = time.monotonic() + _START_SECONDS
        while time.monotonic() < deadline:
            if self._process.poll() is not None:
                stderr = self._process.stderr
                said = stderr.read().decode(errors="replace").strip() if stderr else ""
                raise Fatal(f"the local node ended at its start: {said[-500:]}")
            try:
                rpc.call("eth_chainId")
            except (Retryable, RpcError):
                time.sleep(_POLL_SECONDS)
            else:
                return
        raise Fatal(f"the local node did not answer in {_START_SECONDS:.0f} s")


def anvil(*options: str, port: int = 0, mines_at_once: bool = True) -> LocalNode:
    """Start Anvil. Without `mines_at_once`, blocks come only when asked for (evm_mine)."""
    port = port or free_port()
    mining = () if mines_at_once else ("--no-mining",)
    fixed = ("--port", str(port), "--quiet", "--mnemonic", _MNEMONIC, "--order", "fifo")
    return LocalNode((str(anvil_binary()), *fixed, *mining, *options), port)


def ganache(*options: str, port: int = 0) -> LocalNode:
    """Start Ganache 7, which has no eth_getBlockReceipts."""
    port = port or free_port()
    script = _project_root() / "node_modules" / "ganache" / "dist" / "node" / "cli.js"
    if not script.is_file():
        raise Fatal(f"{script} is missing: run `make setup`")
    fixed = ("--server.port", str(port), "--wallet.mnemonic", _MNEMONIC, "--logging.quiet")
    return LocalNode((node_binary(), str(script), *fixed, *options), port)


def free_port() -> int:
    """Return a loopback TCP port that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def anvil_binary() -> Path:
    """Return the native Anvil that npm installed, or one on the PATH. Raises Fatal."""
    system = {"linux": "linux", "darwin": "darwin"}.get(sys.platform, sys.platform)
    machine = {"x86_64": "amd64", "aarch64": "arm64"}.get(platform.machine(), platform.machine())
    packaged = (
        _project_root() / "node_modules" / "@foundry-rs" / f"anvil-{system}-{machine}/bin/anvil"
    )
    if packaged.is_file():
        return packaged
    found = shutil.which("anvil")
    if found is None:
        raise Fatal("no anvil: run `make setup`, or put one on the PATH")
    return Path(found)


def node_binary() -> str:
    """Return the node of this environment, or the one on the PATH. Raises Fatal."""
    beside = Path(sys.executable).with_name("node")
    found = str(beside) if beside.is_file() else shutil.which("node")
    if found is None:
        raise Fatal("no node: run `make setup`, or put one on the PATH")
    return found


def _project_root() -> Path:
    return Path(__file__).resolve().parents[2]
