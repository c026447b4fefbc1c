"""Transactions are the very bytes that another implementation signs."""

import time
from typing import Any

import pytest
from eth_account import Account
from hypothesis import given
from hypothesis import strategies as st

from receipts_ledger.chain.fees import FeeMarket, LegacyPrice, NoFee
from receipts_ledger.chain.keys import recover
from receipts_ledger.chain.local_node import DEVELOPER_KEYS, LocalNode, anvil
from receipts_ledger.chain.raw_transactions import raw_transaction, signed_in, signed_in_raw
from receipts_ledger.chain.roots import integer, rlp
from receipts_ledger.chain.rpc import Rpc
from receipts_ledger.chain.transactions import TransactionType, Unsigned, sign
from receipts_ledger.domain.ids import Address
from receipts_ledger.domain.lane import Fees

GWEI = 10**9
CAP = 1_000 * GWEI
_WEI = st.integers(0, 2**80)

unsigned = st.builds(
    Unsigned,
    chain_id=st.integers(1, 2**40),
    nonce=st.integers(0, 2**40),
    to=st.none() | st.binary(min_size=20, max_size=20).map(Address),
    calldata=st.binary(max_size=300),
    gas_limit=st.integers(0, 30_000_000),
    fees=st.builds(Fees, max_fee_wei=_WEI, priority_fee_wei=_WEI),
)
private_keys = st.binary(min_size=31, max_size=31).filter(any).map(lambda key: b"\0" + key)


@given(unsigned, private_keys)
def test_fee_market_transaction_is_that_of_eth_account(call: Unsigned, key: bytes) -> None:
    fees = {
        "type": 2,
        "maxFeePerGas": call.fees.max_fee_wei,
        "maxPriorityFeePerGas": call.fees.priority_fee_wei,
    }
    theirs = Account.sign_transaction(_fields(call) | fees, key)
    ours = sign(call, key, TransactionType.FEE_MARKET)
    assert ours.raw == bytes(theirs.raw_transaction)
    assert ours.tx_hash == bytes(theirs.hash)


@given(unsigned, private_keys)
def test_legacy_transaction_is_that_of_eth_account(call: Unsigned, key: bytes) -> None:
    theirs = Account.sign_transaction(_fields(call) | {"gasPrice": call.fees.max_fee_wei}, key)
    ours = sign(call, key, TransactionType.LEGACY)
    assert ours.raw == bytes(theirs.raw_transaction)
    assert ours.tx_hash == bytes(theirs.hash)


@given(unsigned, private_keys)
def test_parity_beside_a_legacy_signature_says_nothing_of_the_sender(
    call: Unsigned, key: bytes
) -> None:
    signed = Account.sign_transaction(_fields(call) | {"gasPrice": call.fees.max_fee_wei}, key)
    told = {
        "hash": "0x" + signed.hash.hex(),
        "type": "0x0",
        "nonce": hex(call.nonce),
        "gasPrice": hex(call.fees.max_fee_wei),
        "gas": hex(call.gas_limit),
        "to": None if call.to is None else "0x" + call.to.hex(),
        "value": "0x0",
        "input": "0x" + call.calldata.hex(),
        "v": hex(signed.v),
        "r": hex(signed.r),
        "s": hex(signed.s),
    }
    assert raw_transaction(told) == bytes(signed.raw_transaction)
    for parity in ("0x0", "0x1"):
        found = recover(*signed_in(told | {"yParity": parity}))
        assert "0x" + found.hex() == Account.from_key(key).address.lower()


@given(unsigned, private_keys, st.sampled_from(TransactionType))
def test_sender_is_found_in_the_bytes(call: Unsigned, key: bytes, kind: TransactionType) -> None:
    by_sender = signed_in_raw(sign(call, key, kind).raw)
    assert by_sender is not None
    assert "0x" + recover(*by_sender).hex() == Account.from_key(key).address.lower()


@pytest.mark.parametrize("v", [5, 2**300])
def test_bytes_that_are_signed_by_no_rule_are_signed_by_nobody(v: int) -> None:
    fields = [*map(integer, (1, 0, 21_000)), bytes(20), b"", b"", integer(v), b"\1", b"\1" * 40]
    assert signed_in_raw(rlp(fields)) is None


def test_node_takes_both_and_finds_the_sender() -> None:
    with anvil() as node:
        _send_both(node)


def _send_both(node: LocalNode) -> None:
    rpc = Rpc(node.url)
    chain_id = int(rpc.call("eth_chainId"), 16)
    for nonce, kind in enumerate(TransactionType):
        fees = Fees(100 * GWEI, GWEI)
        call = Unsigned(chain_id, nonce, Address(bytes(19) + b"\1"), b"", 21_000, fees)
        signed = sign(call, DEVELOPER_KEYS[0], kind)
        tx_hash = rpc.call("eth_sendRawTransaction", ["0x" + signed.raw.hex()])
        assert tx_hash == "0x" + signed.tx_hash.hex()
        while (sent := rpc.call("eth_getTransactionByHash", [tx_hash])) is None:
            time.sleep(0.01)
        assert sent["from"] == Account.from_key(DEVELOPER_KEYS[0]).address.lower()


def test_fee_market_offers_twice_the_base_fee_and_a_tip_below_its_cap() -> None:
    policy = FeeMarket(tip_wei=GWEI, cap_wei=CAP)
    assert policy.fees(7 * GWEI) == Fees(15 * GWEI, GWEI)
    assert policy.fees(None) == Fees(GWEI, GWEI)
    assert policy.fees(CAP) == Fees(CAP, GWEI)


@given(st.integers(0, CAP), st.integers(0, CAP), st.integers(0, 2 * CAP))
def test_replacement_raises_both_fees_by_an_eighth_or_is_not_made(
    tip: int, offered_tip: int, base_fee: int
) -> None:
    policy = FeeMarket(tip_wei=tip, cap_wei=CAP)
    offered = Fees(max(offered_tip, CAP // 2), offered_tip)
    raised = policy.raised(offered, base_fee)
    if raised is None:
        return
    assert raised.max_fee_wei <= CAP
    assert raised.max_fee_wei * 8 >= offered.max_fee_wei * 9
    assert raised.priority_fee_wei * 8 >= offered.priority_fee_wei * 9
    assert raised.priority_fee_wei > offered.priority_fee_wei


def test_legacy_price_follows_the_base_fee_up_to_its_cap() -> None:
    policy = LegacyPrice(price_wei=GWEI, cap_wei=10 * GWEI)
    assert policy.fees(None) == Fees(GWEI, GWEI)
    assert policy.fees(3 * GWEI) == Fees(3 * GWEI, 3 * GWEI)
    assert policy.raised(Fees(8 * GWEI, 8 * GWEI), None) == Fees(9 * GWEI, 9 * GWEI)
    assert policy.raised(Fees(9 * GWEI, 9 * GWEI), None) is None


def test_replacement_without_fees_offers_the_same_nothing() -> None:
    assert NoFee().raised(NoFee().fees(None), 7) == Fees(0, 0)


def _fields(call: Unsigned) -> dict[str, Any]:
    return {
        "chainId": call.chain_id,
        "nonce": call.nonce,
        "to": bytes(call.to or b""),
        "value": 0,
        "gas": call.gas_limit,
        "data": "0x" + call.calldata.hex(),
    }
