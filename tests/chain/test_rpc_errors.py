"""What nodes say when they do not take a transaction, and what it means."""

import time
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from receipts_ledger.chain.local_node import DEVELOPER_KEYS, LocalNode, anvil, ganache
from receipts_ledger.chain.relaying import LaneKey, RelayNode
from receipts_ledger.chain.rpc import Rpc, RpcErrorKind, classify
from receipts_ledger.chain.transactions import TransactionType
from receipts_ledger.domain.ids import Address
from receipts_ledger.domain.lane import Answer, Fees, Purpose

GWEI = 10**9
SOON_SECONDS = 30.0
PRICE = Fees(100 * GWEI, GWEI)

# Words of engines that do not run here, from their sources.
SAID = {
    "already known": RpcErrorKind.ALREADY_KNOWN,
    "Known transaction": RpcErrorKind.ALREADY_KNOWN,
    "transaction already imported": RpcErrorKind.ALREADY_KNOWN,
    "nonce too low: next nonce 5, tx nonce 3": RpcErrorKind.NONCE_TOO_LOW,
    "Nonce too low": RpcErrorKind.NONCE_TOO_LOW,
    "Transaction nonce is too distant from current sender nonce": RpcErrorKind.NONCE_TOO_HIGH,
    "replacement transaction underpriced": RpcErrorKind.UNDERPRICED,
    "transaction underpriced: tip needed 1000000000": RpcErrorKind.UNDERPRICED,
    "max fee per gas less than block base fee: address 0x0": RpcErrorKind.FEE_BELOW_BASE,
    "insufficient funds for gas * price + value": RpcErrorKind.INSUFFICIENT_FUNDS,
    "Sender account not authorized to send transactions": RpcErrorKind.NOT_PERMITTED,
    "exceeds block gas limit": RpcErrorKind.GAS_TOO_HIGH,
    "Transaction gas limit exceeds block gas limit": RpcErrorKind.GAS_TOO_HIGH,
    "intrinsic gas too low: gas 20000, minimum needed 21000": RpcErrorKind.OUT_OF_GAS,
    "out of gas: not enough gas for reentrancy sentry": RpcErrorKind.OUT_OF_GAS,
    "execution reverted": RpcErrorKind.REVERTED,
    "txpool is full": RpcErrorKind.POOL_FULL,
    "AlreadyKnown": RpcErrorKind.ALREADY_KNOWN,
    "ALREADY_EXISTS: already known": RpcErrorKind.ALREADY_KNOWN,
    "OldNonce, Current nonce: 4, nonce of rejected tx: 2": RpcErrorKind.NONCE_TOO_LOW,
    "NonceTooFarInFuture": RpcErrorKind.NONCE_TOO_HIGH,
    "Nonce too high": RpcErrorKind.NONCE_TOO_HIGH,
    "FeeTooLowToCompete": RpcErrorKind.UNDERPRICED,
    "ReplacementNotAllowed": RpcErrorKind.UNDERPRICED,
    "INTERNAL_ERROR: could not replace existing tx": RpcErrorKind.UNDERPRICED,
    "INTERNAL_ERROR: fee too low": RpcErrorKind.UNDERPRICED,
    "Gas price below configured minimum gas price": RpcErrorKind.UNDERPRICED,
    "Gas price below current base fee": RpcErrorKind.FEE_BELOW_BASE,
    "Upfront cost exceeds account balance": RpcErrorKind.INSUFFICIENT_FUNDS,
    "InsufficientFunds, Account balance: 0": RpcErrorKind.INSUFFICIENT_FUNDS,
    "GasLimitExceeded, Gas limit: 30000000": RpcErrorKind.GAS_TOO_HIGH,
    "Intrinsic gas exceeds gas limit": RpcErrorKind.OUT_OF_GAS,
    "Sender 0x01 is not on the Account Allowlist": RpcErrorKind.NOT_PERMITTED,
    "batch too large": RpcErrorKind.RANGE_TOO_LARGE,
    "Number of requests in batch exceeds max batch size": RpcErrorKind.RANGE_TOO_LARGE,
    "batch limit 100 exceeded (can increase by --rpc.batch.limit)": RpcErrorKind.RANGE_TOO_LARGE,
    "response too large": RpcErrorKind.RANGE_TOO_LARGE,
    "Requested range exceeds maximum RPC range limit": RpcErrorKind.RANGE_TOO_LARGE,
    "15/second request limit reached": RpcErrorKind.RATE_LIMITED,
    "Unknown transaction": RpcErrorKind.OTHER,
    "something else": RpcErrorKind.OTHER,
}


@pytest.mark.parametrize("words", SAID)
def test_words_come_before_codes(words: str) -> None:
    for code in (-32000, -32603, 3):
        kind = classify(code, words)
        assert kind is SAID[words] or (code == 3 and kind is RpcErrorKind.REVERTED)


def test_sender_that_is_not_permitted_is_told_by_the_code_alone() -> None:
    assert classify(-32007, "something else") is RpcErrorKind.NOT_PERMITTED


@given(st.integers(), st.text())
def test_every_error_has_a_class(code: int, words: str) -> None:
    assert classify(code, words) in RpcErrorKind


@pytest.fixture(scope="module", params=["anvil", "ganache"])
def node(request: pytest.FixtureRequest) -> Iterator[LocalNode]:
    """A node that mines at once."""
    with anvil() if request.param == "anvil" else ganache() as started:
        yield started


class Sender:
    """A key and its node."""

    def __init__(self, node: LocalNode, private_key: bytes) -> None:
        self._rpc = Rpc(node.url)
        self._node = RelayNode(self._rpc)
        chain_id = int(self._rpc.call("eth_chainId"), 16)
        to = Address(bytes(19) + b"\1")
        self._key = LaneKey(private_key, chain_id, to, TransactionType.LEGACY)

    def nonce(self) -> int:
        return self._node.nonce_of(self._key.address)

    def send(self, nonce: int, *, gas_limit: int = 21_000, fees: Fees = PRICE) -> Answer:
        signed = self._key.sign(
            Purpose.FILLER, nonce=nonce, calldata=b"", gas_limit=gas_limit, fees=fees
        )
        return self._node.send(signed.raw).answer


def test_spent_nonce_is_told(anvil_node: LocalNode) -> None:
    """Of Anvil alone: Ganache carries out a transaction again whose nonce is spent."""
    sender = Sender(anvil_node, DEVELOPER_KEYS[4])
    nonce = sender.nonce()
    assert sender.send(nonce) is Answer.TAKEN
    deadline = time.monotonic() + SOON_SECONDS
    while sender.nonce() == nonce and time.monotonic() < deadline:
        time.sleep(0.01)
    assert sender.send(nonce) is Answer.NONCE_SPENT


def test_transaction_that_waits_already_is_taken(own_anvil: LocalNode) -> None:
    sender = Sender(own_anvil, DEVELOPER_KEYS[0])
    Rpc(own_anvil.url).call("evm_setAutomine", [False])
    assert sender.send(0) is Answer.TAKEN
    assert sender.send(0) is Answer.TAKEN


def test_offer_below_the_base_fee_is_too_low(node: LocalNode) -> None:
    sender = Sender(node, DEVELOPER_KEYS[1])
    assert sender.send(sender.nonce(), fees=Fees(1, 1)) is Answer.FEE_TOO_LOW


def test_empty_purse_is_no_funds(node: LocalNode) -> None:
    sender = Sender(node, bytes(31) + b"\7")
    assert sender.send(0) is Answer.NO_FUNDS


def test_more_gas_than_a_block_has_is_too_much(node: LocalNode) -> None:
    sender = Sender(node, DEVELOPER_KEYS[2])
    assert sender.send(sender.nonce(), gas_limit=40_000_000) is Answer.TOO_MUCH_GAS


def test_less_gas_than_any_transaction_needs_is_told(node: LocalNode) -> None:
    sender = Sender(node, DEVELOPER_KEYS[3])
    assert sender.send(sender.nonce(), gas_limit=20_000) is Answer.TOO_MUCH_GAS
