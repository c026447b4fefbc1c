"""Whether a node is fit for a ledger: what is asked of it, what it answers, what to do.

Each check is a question of its own; one that fails leaves the others to be asked. Nothing
is sent and nothing is changed.
"""

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeAlias

from receipts_ledger.chain import gas
from receipts_ledger.chain.deployment import Deployment, verify
from receipts_ledger.chain.engines import Engine
from receipts_ledger.chain.headers import Header, hash_is_own
from receipts_ledger.chain.probes import (
    Probe,
    ask_oldest_state,
    batch_limit,
    block_proofs,
    proves_accounts,
    request_limit,
    revert_of_probe,
)
from receipts_ledger.chain.proofs import InconsistentNode
from receipts_ledger.chain.rpc import NodeAway, Rpc, RpcError, RpcErrorKind
from receipts_ledger.domain.finality import Finality
from receipts_ledger.errors import Fatal, LedgerError

_HEAD_PERIODS_MAX = 5
_SKEW_SECONDS_MAX = 15
_BATCH_CALLS_MIN = 10
_REQUEST_BYTES_MIN = 1 << 20
_OLD_BLOCKS = 300
_CLIQUE_VANITY_AND_SEAL_BYTES = 32 + 65
_ADDRESS_BYTES = 20
_LONG_RLP_LIST = 0xF8
_DISTRUST = "what the node says of events cannot be proved: ask a second node in audits"

_Json: TypeAlias = Mapping[str, Any]


class Verdict(StrEnum):
    """How a check went. What could not be asked is `undecided`."""

    OK = "ok"
    WARNING = "warning"
    MISSING = "missing"
    UNDECIDED = "undecided"


@dataclass(frozen=True, slots=True)
class Finding:
    """One check: what was seen, and what to do about it where that is not enough."""

    check: str
    verdict: Verdict
    seen: str
    todo: str = ""


def _ok(check: str, seen: str) -> Finding:
    return Finding(check, Verdict.OK, seen)


def _warn(check: str, seen: str, todo: str) -> Finding:
    return Finding(check, Verdict.WARNING, seen, todo)


def _missing(check: str, seen: str, todo: str) -> Finding:
    return Finding(check, Verdict.MISSING, seen, todo)


@dataclass(frozen=True, slots=True)
class Expected:
    """What the gateway is going to be told of the chain."""

    engine: Engine
    finality: Finality
    fee_mode: str
    batch_calls_max: int
    deployment: Deployment | None


class Examination:
    """The checks of one node."""

    def __init__(
        self, rpc: Rpc, expected: Expected, *, clock: Callable[[], float] = time.time
    ) -> None:
        self._rpc = rpc
        self._expected = expected
        self._clock = clock

    def findings(self) -> Iterator[Finding]:
        """Yield what every check has found. Raises NodeAway when there is no node at all."""
        self._rpc.call("eth_chainId")
        checks: dict[str, Callable[[], Finding]] = {
            "chain": self._chain,
            "client": self._client,
            "syncing": self._syncing,
            "head": self._head,
            "clock": self._node_clock,
            "ledger": self._ledger,
            "refusals": self._refusals,
            "block receipts": self._block_receipts,
            "block proofs": self._block_proofs,
            "state proofs": self._state_proofs,
            "old state": self._old_state,
            "finality": self._finality,
            "fees": self._fees,
            "block gas": self._block_gas,
            "batches": self._batches,
            "request size": self._request_size,
            "not needed": self._not_needed,
        }
        for name, check in checks.items():
            yield self._asked(name, check)

    def _asked(self, name: str, check: Callable[[], Finding]) -> Finding:
        try:
            return check()
        except RpcError as error:
            if error.kind is RpcErrorKind.METHOD_MISSING:
                return _missing(name, str(error), "the node has to answer this method")
            return Finding(name, Verdict.UNDECIDED, str(error), "ask again, or ask another node")
        except LedgerError as error:
            return Finding(name, Verdict.UNDECIDED, str(error), "ask again, or ask another node")
        except (KeyError, TypeError, ValueError, AttributeError):
            return _missing(
                name,
                "an answer does not have the form that it has to have",
                "something bends what the node says",
            )

    def _block(self, tag: str) -> _Json | None:
        block: _Json | None = self._rpc.call("eth_getBlockByNumber", [tag, False])
        return block

    def _latest(self) -> _Json:
        block = self._block("latest")
        if block is None:
            raise NodeAway("the node knows no latest block")
        return block

    def _chain(self) -> Finding:
        chain_id = int(self._rpc.call("eth_chainId"), 16)
        genesis = self._block("0x0")
        if genesis is None:
            return _missing("chain", f"chain id {chain_id}, no block 0", "let it finish syncing")
        seen = f"chain id {chain_id}, genesis {genesis['hash']}"
        deployment = self._expected.deployment
        if deployment is not None and (chain_id, genesis["hash"]) != (
            deployment.chain_id,
            deployment.genesis_hash,
        ):
            return _missing(
                "chain",
                seen,
                f"the deployment is on chain id {deployment.chain_id}, genesis "
                f"{deployment.genesis_hash}: use a node of that chain",
            )
        return _ok("chain", seen)

    def _client(self) -> Finding:
        return _ok("client", str(self._rpc.call("web3_clientVersion")))

    def _syncing(self) -> Finding:
        syncing = self._rpc.call("eth_syncing")
        if syncing is False:
            return _ok("syncing", "it is level with the chain")
        return _warn("syncing", "it is still syncing", "wait until it is level with the chain")

    def _head(self) -> Finding:
        latest = self._latest()
        age = self._clock() - int(latest["timestamp"], 16)
        seen = f"block {int(latest['number'], 16)}, {age:.0f} s old"
        period = self._expected.engine.block_seconds
        if not period or age <= _HEAD_PERIODS_MAX * period + _SKEW_SECONDS_MAX:
            return _ok("head", seen)
        return _warn(
            "head",
            seen,
            f"blocks should come every {period:g} s: do the validators live, has the node peers?",
        )

    def _node_clock(self) -> Finding:
        ahead = int(self._latest()["timestamp"], 16) - self._clock()
        if ahead <= _SKEW_SECONDS_MAX:
            return _ok("clock", "no block is from the future")
        return _warn(
            "clock",
            f"the latest block is {ahead:.0f} s ahead of this clock",
            "set both clocks by NTP: deadlines are counted by the chain's",
        )

    def _ledger(self) -> Finding:
        deployment = self._expected.deployment
        if deployment is None:
            return _ok("ledger", "not looked at: no deployment file was given")
        try:
            verify(self._rpc, deployment)
        except Fatal as error:
            return _missing("ledger", str(error), "use a node of this chain, or the right file")
        return _ok("ledger", f"{deployment.contract} is the ledger of this release")

    def _refusals(self) -> Finding:
        probe = revert_of_probe(self._rpc)
        todo = "the reasons of refusals are read from eth_call: let the node return revert data"
        match probe:
            case Probe.GIVEN:
                return _ok("refusals", "eth_call gives back the bytes of an error")
            case Probe.WITHHELD:
                return _missing("refusals", "eth_call says nothing of why it reverts", todo)
            case Probe.BENT:
                return _missing("refusals", "eth_call gives back other bytes than it should", todo)

    def _block_receipts(self) -> Finding:
        latest = self._latest()
        try:
            self._rpc.call("eth_getBlockReceipts", [latest["hash"]])
        except RpcError as error:
            if error.kind is not RpcErrorKind.METHOD_MISSING:
                raise
            # Whoever has no such method has to know each transaction's receipt.
            self._rpc.call("eth_getTransactionReceipt", ["0x" + bytes(32).hex()])
            return _warn(
                "block receipts",
                "no eth_getBlockReceipts",
                "it works without, one receipt at a time: catching up is slower",
            )
        return _ok("block receipts", "eth_getBlockReceipts answers by hash")

    def _block_proofs(self) -> Finding:
        proofs = block_proofs(self._rpc, self._expected.deployment)
        if proofs is None:
            if not hash_is_own(self._latest()):
                return _warn("block proofs", "header hashes follow no rule known here", _DISTRUST)
            return _warn(
                "block proofs",
                "header hashes follow; the latest blocks have no transaction to try the rest on",
                "deploy, and ask again with --deployment",
            )
        deployment = self._expected.deployment
        if deployment is not None and (lost := proofs.lacking(deployment.provable)):
            return _missing(
                "block proofs",
                f"{', '.join(lost)} could be proved on the day of the deployment",
                "this node bends its blocks: use another",
            )
        lacking = [name for name in ("headers", "receipts") if not getattr(proofs, name)]
        if lacking:
            return _warn(
                "block proofs",
                f"{' and '.join(lacking)} do not follow from their hashes by any rule known here",
                _DISTRUST,
            )
        return _ok("block proofs", "header hash and receipts root follow from what is given")

    def _state_proofs(self) -> Finding:
        header = Header.of(self._latest())
        try:
            is_proved = proves_accounts(self._rpc, header)
        except InconsistentNode as error:
            if header.number == 0:
                # Some engines make the first block before they know its state.
                return _ok("state proofs", "eth_getProof answers; there is no block to prove yet")
            return _missing("state proofs", str(error), "something bends what the node says")
        except RpcError as error:
            return _warn(
                "state proofs",
                f"no eth_getProof ({error.message})",
                "audits read the contract's storage without proof: audit by another node",
            )
        if not is_proved:
            return _missing(
                "state proofs", "nobody's account exists", "something bends what the node says"
            )
        return _ok("state proofs", "eth_getProof leads to the block's state root")

    def _old_state(self) -> Finding:
        deployment = self._expected.deployment
        head = int(self._latest()["number"], 16)
        oldest = deployment.block_number if deployment else max(0, head - _OLD_BLOCKS)
        if ask_oldest_state(self._rpc, oldest):
            return _ok("old state", f"state at block {oldest} is kept")
        return _warn(
            "old state",
            f"state at block {oldest} is not kept",
            "audits of a day that is past need an archive node; those of the head do not",
        )

    def _finality(self) -> Finding:
        finality = self._expected.finality
        try:
            block = self._block("finalized")
        except RpcError as error:
            block, words = None, f"no finalized tag ({error.message})"
        else:
            words = "the finalized tag is empty" if block is None else "the finalized tag is known"
        if finality.depth == 0 and _is_clique(self._latest()):
            return _missing(
                "finality",
                f"{finality}, but these are blocks of Clique, which takes some back",
                "set the engine to geth-clique, or the finality to depth:6",
            )
        if finality.depth is not None:
            return _ok("finality", f"{finality} needs no tag; {words}")
        if block is None:
            return _missing("finality", words, "set finality to instant (BFT) or depth:N (Clique)")
        behind = int(self._latest()["number"], 16) - int(block["number"], 16)
        return _ok("finality", f"{finality}: {words}, {behind} blocks behind the head")

    def _fees(self) -> Finding:
        base_fee = self._latest().get("baseFeePerGas")
        fee_mode = self._expected.fee_mode
        has_base_fee = base_fee is not None
        seen = f"base fee {int(base_fee, 16)} wei" if base_fee is not None else "no base fee"
        if fee_mode == "eip1559" and not has_base_fee:
            return _missing("fees", seen, "set the fee mode to legacy, or to zero")
        if fee_mode == "zero" and base_fee is not None and int(base_fee, 16) > 0:
            return _missing(
                "fees",
                seen,
                "a price of nothing is never mined here: set the fee mode to eip1559 and give "
                "the lanes funds, or run the chain with a base fee of zero",
            )
        return _ok("fees", f"{fee_mode} fits: {seen}")

    def _block_gas(self) -> Finding:
        limit = int(self._latest()["gasLimit"], 16)
        seen = f"a block has {limit} gas"
        if limit >= gas.TRANSACTION_GAS_MAX:
            return _ok("block gas", seen)
        return _warn(
            "block gas",
            f"{seen}, less than the {gas.TRANSACTION_GAS_MAX} of a full transaction",
            "fewer acts fit into a transaction, large portfolios into none: raise the gas limit",
        )

    def _batches(self) -> Finding:
        wanted = self._expected.batch_calls_max
        found = batch_limit(self._rpc, wanted)
        if found >= wanted:
            return _ok("batches", f"{found} calls in one request")
        seen = f"{found} calls in one request, {wanted} are wanted"
        if found >= _BATCH_CALLS_MIN:
            return _warn("batches", seen, "it works; catching up is slower")
        return _warn("batches", seen, "it works, and slowly: raise the node's batch limit")

    def _request_size(self) -> Finding:
        found = request_limit(self._rpc, _REQUEST_BYTES_MIN)
        if found >= _REQUEST_BYTES_MIN:
            return _ok("request size", f"{found} bytes are taken")
        return _missing(
            "request size",
            f"requests of {2 * found} bytes are turned down",
            f"a batch of acts may need {_REQUEST_BYTES_MIN}: raise the limit of node or proxy",
        )

    def _not_needed(self) -> Finding:
        return _ok(
            "not needed",
            "eth_getLogs, eth_feeHistory, filters, subscriptions, pending, debug_*, PUSH0",
        )


def _is_clique(block: Mapping[str, Any]) -> bool:
    """Tell Clique's headers by their vanity, signers and seal; those of BFT engines are lists."""
    extra = bytes.fromhex(block["extraData"][2:])
    signers, rest = divmod(len(extra) - _CLIQUE_VANITY_AND_SEAL_BYTES, _ADDRESS_BYTES)
    is_in_turn_or_not = int(block["difficulty"], 16) in (1, 2)
    return is_in_turn_or_not and signers >= 0 and rest == 0 and extra[0] < _LONG_RLP_LIST
