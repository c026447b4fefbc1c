"""Our decoder against web3's, on every log of a chain on which everything has happened."""

from collections.abc import Mapping
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from web3 import Web3

from receipts_ledger.chain.artifact import ledger_artifact
from receipts_ledger.chain.decode import Undecodable, decode, decode_plain
from receipts_ledger.chain.keys import keccak
from receipts_ledger.domain.event import Event
from receipts_ledger.domain.ids import Hash32, Version
from receipts_ledger.domain.party import Party
from receipts_ledger.domain.pool import Pool
from receipts_ledger.domain.receipt import Transfer
from tests.support.cast import TRADER_A, TRADER_B
from tests.support.later_life import live_on, seal_all
from tests.support.ledger_on_chain import FOREVER, TERMS, LedgerOnChain
from tests.support.story import tell

SIGNATURES = [
    f"{entry['name']}({','.join(member['type'] for member in entry['inputs'])})"
    for entry in ledger_artifact().abi
    if entry["type"] == "event" and entry["name"] != "EIP712DomainChanged"
]


@pytest.fixture
def ledgers(ledger_on_anvil: LedgerOnChain) -> tuple[LedgerOnChain, LedgerOnChain]:
    """A ledger on which everything has happened, and the one that it was sealed for."""
    tell(ledger_on_anvil)
    life = live_on(ledger_on_anvil)
    seal_all(ledger_on_anvil)
    heir = LedgerOnChain(ledger_on_anvil.rpc, predecessor=ledger_on_anvil.deployment.address)
    heir.admit(TRADER_A, TRADER_B)
    inherited = Transfer(life.merged, Version(2), TRADER_B.party, TERMS, FOREVER)
    heir.do(inherited, TRADER_A, TRADER_B)
    return ledger_on_anvil, heir


@pytest.fixture
def logs(ledgers: tuple[LedgerOnChain, LedgerOnChain]) -> list[dict[str, Any]]:
    """All their logs."""
    wanted = {"address": [one.deployment.contract for one in ledgers], "fromBlock": "0x0"}
    found: list[dict[str, Any]] = ledgers[0].rpc.call("eth_getLogs", [wanted])
    return found


def ours(log: Mapping[str, Any]) -> Event:
    topics = [bytes.fromhex(topic[2:]) for topic in log["topics"]]
    return decode(topics, bytes.fromhex(log["data"][2:]))


def plain(value: object) -> object:
    """Return a member of an event as the ABI knows it."""
    match value:
        case Party() | Pool():
            return value.to_word()
        case bytes():
            return value
        case str():
            return bytes.fromhex(value[2:])
        case int():
            return int(value)
        case _:
            raise AssertionError(f"no event has a member like {value!r}")


def test_every_log_is_read_as_web3_reads_it(
    ledgers: tuple[LedgerOnChain, LedgerOnChain], logs: list[dict[str, Any]]
) -> None:
    node = Web3(Web3.HTTPProvider(ledgers[0].rpc.url))
    addresses = [Web3.to_checksum_address(one.deployment.contract) for one in ledgers]
    contract = node.eth.contract(address=addresses[0], abi=ledger_artifact().abi)
    seen = set()
    for log, typed in zip(logs, node.eth.get_logs(_all_of(addresses)), strict=True):
        event = ours(log)
        name = type(event).__name__
        theirs = contract.events[name]().process_log(typed)
        members = [plain(getattr(event, field)) for field in event.__slots__]
        inputs = contract.events[name]().abi["inputs"]
        assert theirs["event"] == name
        assert members == [plain(theirs["args"][member["name"]]) for member in inputs]
        seen.add(type(event))
    assert seen == set(get_args(Event))


def _all_of(addresses: list[Any]) -> Any:
    return {"address": addresses, "fromBlock": 0}


def test_every_event_of_the_contract_is_known() -> None:
    names = {event.__name__ for event in get_args(Event)}
    assert {signature.partition("(")[0] for signature in SIGNATURES} == names


def test_log_that_is_cut_off_or_lengthened_is_refused(logs: list[dict[str, Any]]) -> None:
    for log in logs:
        shortened = [log | {"data": log["data"][:-2]}] if log["data"] != "0x" else []
        for bent in (
            *shortened,
            log | {"data": log["data"] + "00"},
            log | {"data": log["data"] + "00" * 32},
            log | {"topics": log["topics"][:1]},
            log | {"topics": []},
        ):
            with pytest.raises(Undecodable):
                ours(bent)


@given(
    st.sampled_from(SIGNATURES),
    st.lists(st.binary(min_size=32, max_size=32), max_size=3),
    st.binary(max_size=200) | st.binary(min_size=32, max_size=32).map(lambda word: word * 3),
)
def test_junk_under_a_known_name_is_read_or_refused_and_nothing_else(
    signature: str, others: list[bytes], body: bytes
) -> None:
    try:
        event = decode([keccak(signature.encode()), *others], body)
    except Undecodable:
        return
    assert type(event).__name__ == signature.partition("(")[0]


@given(st.binary(min_size=32, max_size=32), st.binary(max_size=100))
def test_unknown_name_is_refused(topic: bytes, body: bytes) -> None:
    with pytest.raises(Undecodable, match="unknown topic"):
        decode([topic], body)


PLAIN = [one for one in SIGNATURES if one.endswith("(uint64,uint128,bytes32)")]
words = st.binary(min_size=32, max_size=32)


@given(st.lists(st.tuples(st.sampled_from(PLAIN), words, words, words), min_size=1, max_size=6))
def test_columns_are_read_as_the_logs_are_one_by_one(
    rows: list[tuple[str, bytes, bytes, bytes]],
) -> None:
    signatures, receipts, states, commitments = zip(*rows, strict=True)
    kinds = [keccak(signature.encode()) for signature in signatures]
    assert decode_plain(kinds, receipts, states, commitments) == [
        decode([kind, receipt], state + commitment)
        for kind, receipt, state, commitment in zip(
            kinds, receipts, states, commitments, strict=True
        )
    ]


@pytest.mark.parametrize("signature", [*sorted({*SIGNATURES} - {*PLAIN}), "Unknown()"])
def test_columns_with_anything_else_among_them_are_not_read(signature: str) -> None:
    kinds = [keccak(PLAIN[0].encode()), keccak(signature.encode())]
    assert decode_plain(kinds, [bytes(32)] * 2, [bytes(32)] * 2, [Hash32(bytes(32))] * 2) is None
