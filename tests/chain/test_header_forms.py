"""Headers as the engines have them, each with the hash that the `rlp` package makes of it.

Which bytes an engine hashes is written out here a second time, field by field: from the Yellow
Paper, EIP-225 (Clique), EIP-1559, 4895, 4844, 4788 and 7685, and for Besu's IBFT 2 and QBFT from
the codecs of their extra data. Two headers are those of public chains.
"""

from typing import Any, TypeAlias

import pytest
import rlp
from eth_utils.crypto import keccak
from rlp.sedes import big_endian_int

from receipts_ledger.chain.headers import Header, hash_is_own, raw_header, unknown_fields
from receipts_ledger.chain.proofs import InconsistentNode, Proofs

Json: TypeAlias = dict[str, Any]

NO_UNCLES = "0x1dcc4de8dec75d7aab85b567b6ccd41ad312451b948a7413f0a142fd40d49347"
NO_LEAVES = "0x56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421"
ZERO = "0x" + "00" * 32
BFT_MIX_HASH = "0x63746963616c2062797a616e74696e65206661756c7420746f6c6572616e6365"
VANITY = bytes(32)
SEALS = [bytes([number]) * 65 for number in (1, 2, 3)]
VALIDATORS = [bytes([number]) * 20 for number in (4, 5, 6, 7)]

MAINNET_GENESIS: Json = {
    "hash": "0xd4e56740f876aef8c010b86a40d5f56745a118d0906a34e69aec8c0db1cb8fa3",
    "parentHash": ZERO,
    "sha3Uncles": NO_UNCLES,
    "miner": "0x" + "00" * 20,
    "stateRoot": "0xd7f8974fb5ac78d9ac099b9ad5018bedc2ce0a72dad1827a1709da30580f0544",
    "transactionsRoot": NO_LEAVES,
    "receiptsRoot": NO_LEAVES,
    "logsBloom": "0x" + "00" * 256,
    "difficulty": "0x400000000",
    "number": "0x0",
    "gasLimit": "0x1388",
    "gasUsed": "0x0",
    "timestamp": "0x0",
    "extraData": "0x11bbe8db4e347b4e8c937c1c8370e4b5ed33adb3db69cbdb7a38e1e50b1b82fa",
    "mixHash": ZERO,
    "nonce": "0x0000000000000042",
    "size": "0x21c",
    "totalDifficulty": "0x400000000",
    "transactions": [],
    "uncles": [],
}
GOERLI_GENESIS = MAINNET_GENESIS | {
    "hash": "0xbf7e331f7f7c1dd2e05159666b3bf8bc7a8a3a9eb1d518969eab529dd9b88c1a",
    "stateRoot": "0x5d6cded585e73c4e322c30c2f782a336316f17dd85a4863b9d838d2d4b8b3008",
    "difficulty": "0x1",
    "gasLimit": "0xa00000",
    "timestamp": "0x5c51a607",
    "extraData": (
        "0x22466c6578692069732061207468696e6722202d204166726900000000000000"
        "e0a2bd4258d2768837baa26a28fe71dc079f84c7" + "00" * 65
    ),
    "nonce": "0x0000000000000000",
}

# A block in the middle of a permissioned chain; each form changes what it has of its own.
PLAIN = MAINNET_GENESIS | {
    "parentHash": "0x" + "21" * 32,
    "miner": "0x" + "22" * 20,
    "stateRoot": "0x" + "23" * 32,
    "transactionsRoot": "0x" + "24" * 32,
    "receiptsRoot": "0x" + "25" * 32,
    "logsBloom": "0x" + "00" * 200 + "10" + "00" * 55,
    "difficulty": "0x2",
    "number": "0x1e240",
    "gasLimit": "0x1c9c380",
    "gasUsed": "0x5208",
    "timestamp": "0x6a000000",
    "extraData": "0x",
    "nonce": "0x0000000000000000",
}
LONDON = {"baseFeePerGas": "0x7"}
SHANGHAI = LONDON | {"withdrawalsRoot": NO_LEAVES, "withdrawals": []}
CANCUN = SHANGHAI | {
    "blobGasUsed": "0x0",
    "excessBlobGas": "0x20000",
    "parentBeaconBlockRoot": "0x" + "26" * 32,
}
PRAGUE = CANCUN | {"requestsHash": "0x" + "27" * 32}


def _bft(others: Json, extra: object) -> Json:
    own = {
        "difficulty": "0x1",
        "mixHash": BFT_MIX_HASH,
        "extraData": "0x" + rlp.encode(extra).hex(),
    }
    return own | others


VOTE = [b"\x09" * 20, b"\xff"]
FORMS: dict[str, tuple[Json, bytes | None]] = {
    "before London": ({}, None),
    "vanity of 32 bytes": ({"extraData": "0x" + "aa" * 32}, None),
    "zero-fee chain after London": ({"baseFeePerGas": "0x0"}, None),
    "Clique, 97 bytes": ({"extraData": "0x" + (VANITY + SEALS[0]).hex()} | LONDON, None),
    "Clique, an epoch of four signers": (
        {"extraData": "0x" + (VANITY + b"".join(VALIDATORS) + SEALS[0]).hex()} | LONDON,
        None,
    ),
    "geth after Shanghai": ({"difficulty": "0x0"} | SHANGHAI, None),
    "geth after Cancun": ({"difficulty": "0x0"} | CANCUN, None),
    "geth after Prague": ({"difficulty": "0x0"} | PRAGUE, None),
    "anvil": ({"difficulty": "0x0", "totalDifficulty": "0x0"} | PRAGUE, None),
    "null where a fork has not come yet": (LONDON | dict.fromkeys(PRAGUE.keys() - LONDON), None),
    "IBFT 2, three seals": (
        _bft({}, [VANITY, VALIDATORS, b"", bytes(4), SEALS]),
        rlp.encode([VANITY, VALIDATORS, b""]),
    ),
    "IBFT 2, with a vote, in round 1": (
        _bft(LONDON, [VANITY, VALIDATORS, VOTE, b"\0\0\0\1", SEALS]),
        rlp.encode([VANITY, VALIDATORS, VOTE]),
    ),
    "QBFT, three seals": (
        _bft({}, [VANITY, VALIDATORS, [], b"", SEALS]),
        rlp.encode([VANITY, VALIDATORS, [], b"", []]),
    ),
    "QBFT, with a vote, in round 2, zero fee": (
        _bft({"baseFeePerGas": "0x0"}, [VANITY, VALIDATORS, VOTE, b"\x02", SEALS]),
        rlp.encode([VANITY, VALIDATORS, VOTE, b"", []]),
    ),
    "QBFT, validators in a contract, after Cancun": (
        _bft(CANCUN, [VANITY, [], [], b"", SEALS]),
        rlp.encode([VANITY, [], [], b"", []]),
    ),
}


def _by_package(block: Json, extra_hashed: bytes | None) -> bytes:
    """Return what is hashed, by the `rlp` package."""
    b = {
        name: bytes.fromhex(value[2:].rjust(len(value[2:]) + len(value) % 2, "0"))
        for name, value in block.items()
        if isinstance(value, str)
    }
    n = {name: big_endian_int.serialize(int.from_bytes(value)) for name, value in b.items()}
    fields = [
        *(b["parentHash"], b["sha3Uncles"], b["miner"], b["stateRoot"], b["transactionsRoot"]),
        *(b["receiptsRoot"], b["logsBloom"], n["difficulty"], n["number"], n["gasLimit"]),
        *(n["gasUsed"], n["timestamp"], b["extraData"] if extra_hashed is None else extra_hashed),
        *(b["mixHash"], b["nonce"]),
    ]
    if "baseFeePerGas" in b:
        fields.append(n["baseFeePerGas"])
    if "withdrawalsRoot" in b:
        fields.append(b["withdrawalsRoot"])
    if "blobGasUsed" in b:
        fields += [n["blobGasUsed"], n["excessBlobGas"], b["parentBeaconBlockRoot"]]
    if "requestsHash" in b:
        fields.append(b["requestsHash"])
    return bytes(rlp.encode(fields))


def form(name: str) -> tuple[Json, bytes]:
    """Return a block of an engine, and what is hashed of it."""
    own, extra_hashed = FORMS[name]
    block = PLAIN | own
    hashed = _by_package(block, extra_hashed)
    return block | {"hash": "0x" + keccak(hashed).hex()}, hashed


@pytest.mark.parametrize("block", [MAINNET_GENESIS, GOERLI_GENESIS], ids=["mainnet", "goerli"])
def test_header_of_a_public_chain_has_its_own_hash(block: Json) -> None:
    raw = raw_header(block)
    assert raw is not None
    assert "0x" + keccak(raw).hex() == block["hash"]
    assert Header.of_raw(raw) == Header.of(block)


@pytest.mark.parametrize("name", FORMS)
def test_header_of_every_engine_has_its_own_hash(name: str) -> None:
    block, hashed = form(name)
    assert raw_header(block) == hashed
    assert Header.of_raw(hashed) == Header.of(block)


@pytest.mark.parametrize("name", FORMS)
def test_no_field_that_is_hashed_can_be_altered(name: str) -> None:
    block, _ = form(name)
    beside = {"size", "totalDifficulty", "transactions", "uncles", "withdrawals"}
    for field, value in block.items():
        if field in beside or value is None:
            continue
        digit = "1" if value[-1] in "0x" else "0"
        altered = value + "01" if value == "0x" else value[:-1] + digit
        if field == "extraData" and FORMS[name][1] is not None:
            # The last bytes are of a seal, which no hash covers; the first ones are.
            altered = value[:20] + ("1" if value[20] == "0" else "0") + value[21:]
        assert not hash_is_own(block | {field: altered}), field


@pytest.mark.parametrize("name", [name for name in FORMS if "BFT" in name])
def test_seals_alone_may_differ_between_the_nodes_of_a_bft_chain(name: str) -> None:
    block, hashed = form(name)
    *others, round_number, _ = rlp.decode(bytes.fromhex(block["extraData"][2:]))
    other_seals = rlp.encode([*others, round_number, SEALS[:2]])
    assert raw_header(block | {"extraData": "0x" + other_seals.hex()}) == hashed


@pytest.mark.parametrize("name", [name for name in FORMS if "BFT" in name])
def test_validators_and_votes_of_a_bft_chain_cannot_differ(name: str) -> None:
    block, _ = form(name)
    vanity, _, *others = rlp.decode(bytes.fromhex(block["extraData"][2:]))
    other_validators = rlp.encode([vanity, VALIDATORS[:1], *others])
    assert not hash_is_own(block | {"extraData": "0x" + other_validators.hex()})


def test_field_of_a_fork_to_come_is_named_and_no_lie_is_spoken_of() -> None:
    block, hashed = form("geth after Prague")
    later = rlp.encode([*rlp.decode(hashed), b"\x66" * 32])
    newer = block | {"hash": "0x" + keccak(later).hex(), "blockAccessListHash": "0x" + "66" * 32}
    assert unknown_fields(newer) == ["blockAccessListHash"]
    everything = Proofs(headers=True, receipts=True, transactions=True)
    with pytest.raises(InconsistentNode, match="use a release that knows this fork") as caught:
        everything.check_header(newer)
    assert caught.value.block_number == int(PLAIN["number"], 16)
    # Bytes need no names: offline the same header is read.
    assert Header.of_raw(later).hash == keccak(later)


def test_known_fields_of_every_engine_are_none_to_come() -> None:
    for name in FORMS:
        assert unknown_fields(form(name)[0]) == []


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\x80",
        b"\xc0",
        rlp.encode([b"\x01"] * 15),
        rlp.encode([[b""]] * 15),
        rlp.encode([b"\x01" * 32] * 6 + [b"\x02" * 255] + [b""] * 8),
        rlp.encode([b"\x01" * 32] * 6 + [b"\x02" * 256] + [b""] * 7),
        rlp.encode([b"\x01" * 32] * 6 + [b"\x02" * 256] + [b""] * 8) + b"\0",
    ],
)
def test_bytes_that_are_no_header_are_refused(raw: bytes) -> None:
    with pytest.raises(ValueError, match=r"header|bloom"):
        Header.of_raw(raw)
