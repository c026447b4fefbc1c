"""Logs of the contract into events, by fixed offsets.

An ABI decoder costs tens of microseconds for each log; the layouts here are static, so
slices do. A test decodes the same logs with web3 and compares.
"""

from collections.abc import Callable, Sequence

from receipts_ledger.chain.keys import keccak
from receipts_ledger.domain.claim import DocumentUsed, ItemFreed, ItemReceipted
from receipts_ledger.domain.event import ActRefused, Event
from receipts_ledger.domain.ids import Address, Hash32, PartyId, PoolId, ReceiptId
from receipts_ledger.domain.party import (
    Admitted,
    KeyBound,
    KeyRevoked,
    Party,
    Reinstated,
    Suspended,
)
from receipts_ledger.domain.pledge import (
    Cured,
    Defaulted,
    Enforced,
    PledgeAssigned,
    Pledged,
    Released,
)
from receipts_ledger.domain.pool import Attested, Pool, PoolOpened
from receipts_ledger.domain.receipt import (
    Delivered,
    Issued,
    ReceiptFrozen,
    ReceiptUnfrozen,
    Transferred,
)

_WORD = 32
_Decoder = Callable[[Sequence[bytes], bytes], Event]


class Undecodable(ValueError):
    """A log of our contract that is none of its events."""


def decode(topics: Sequence[bytes], body: bytes) -> Event:
    """Return the event of a log. Raises Undecodable for any topic, length or value not ours."""
    decoder = _DECODERS.get(topics[0]) if topics else None
    if decoder is None:
        raise Undecodable(f"unknown topic {topics[0].hex() if topics else '(none)'}")
    try:
        return decoder(topics, body)
    except (ValueError, IndexError) as error:
        raise Undecodable(f"topic {topics[0].hex()}: {error}") from error


def _number(topic: bytes) -> int:
    return int.from_bytes(topic)


def _expect(body: bytes, words: int) -> None:
    if len(body) != words * 32:
        raise ValueError(f"{len(body)} bytes, not {words * 32}")


def _receipt_event(
    event: Callable[[ReceiptId, int, Hash32], Event],
) -> _Decoder:
    def decoder(topics: Sequence[bytes], body: bytes) -> Event:
        _expect(body, 2)
        word = int.from_bytes(body[:32])
        return event(ReceiptId(_number(topics[1])), word, Hash32(body[32:]))

    return decoder


def _party_event(event: Callable[[PartyId, Party, Hash32], Event]) -> _Decoder:
    def decoder(topics: Sequence[bytes], body: bytes) -> Event:
        _expect(body, 2)
        party = Party.from_word(int.from_bytes(body[:32]))
        return event(PartyId(_number(topics[1])), party, Hash32(body[32:]))

    return decoder


def _key_event(event: Callable[[PartyId, Party, Address], Event]) -> _Decoder:
    def decoder(topics: Sequence[bytes], body: bytes) -> Event:
        _expect(body, 2)
        party = Party.from_word(int.from_bytes(body[:32]))
        return event(PartyId(_number(topics[1])), party, Address(body[44:]))

    return decoder


def _admitted(topics: Sequence[bytes], body: bytes) -> Event:
    _expect(body, 3)
    party = Party.from_word(int.from_bytes(body[:32]))
    return Admitted(PartyId(_number(topics[1])), party, Address(body[44:64]), Hash32(body[64:]))


def _pool_opened(topics: Sequence[bytes], body: bytes) -> Event:
    _expect(body, 2)
    pool = Pool.from_word(int.from_bytes(body[:32]))
    return PoolOpened(PoolId(_number(topics[1])), pool, Hash32(body[32:]))


def _attested(topics: Sequence[bytes], body: bytes) -> Event:
    _expect(body, 3)
    pool = Pool.from_word(int.from_bytes(body[:32]))
    inspector = PartyId(int.from_bytes(body[32:64]))
    return Attested(PoolId(_number(topics[1])), pool, inspector, Hash32(body[64:]))


def _claim(event: Callable[[Hash32, ReceiptId], Event]) -> _Decoder:
    def decoder(topics: Sequence[bytes], body: bytes) -> Event:
        _expect(body, 0)
        return event(Hash32(topics[1]), ReceiptId(_number(topics[2])))

    return decoder


def _act_refused(topics: Sequence[bytes], body: bytes) -> Event:
    length = int.from_bytes(body[32:64])
    padded = -(-length // _WORD) * _WORD
    if int.from_bytes(body[:32]) != _WORD or len(body) != 2 * _WORD + padded:
        raise ValueError("reason is not ABI-encoded bytes")
    return ActRefused(Hash32(topics[1]), _number(topics[2]), body[64 : 64 + length])


_SIGNATURES: dict[str, _Decoder] = {
    "Admitted(uint32,uint256,address,bytes32)": _admitted,
    "Suspended(uint32,uint256,bytes32)": _party_event(Suspended),
    "Reinstated(uint32,uint256,bytes32)": _party_event(Reinstated),
    "KeyBound(uint32,uint256,address)": _key_event(KeyBound),
    "KeyRevoked(uint32,uint256,address)": _key_event(KeyRevoked),
    "PoolOpened(uint32,uint256,bytes32)": _pool_opened,
    "Attested(uint32,uint256,uint32,bytes32)": _attested,
    "Issued(uint64,uint128,bytes32)": _receipt_event(Issued),
    "Transferred(uint64,uint128,bytes32)": _receipt_event(Transferred),
    "Pledged(uint64,uint128,bytes32)": _receipt_event(Pledged),
    "Released(uint64,uint128,bytes32)": _receipt_event(Released),
    "PledgeAssigned(uint64,uint128,bytes32)": _receipt_event(PledgeAssigned),
    "Defaulted(uint64,uint128,bytes32)": _receipt_event(Defaulted),
    "Cured(uint64,uint128,bytes32)": _receipt_event(Cured),
    "Enforced(uint64,uint128,bytes32)": _receipt_event(Enforced),
    "Delivered(uint64,uint128,bytes32)": _receipt_event(Delivered),
    "ReceiptFrozen(uint64,uint128,bytes32)": _receipt_event(ReceiptFrozen),
    "ReceiptUnfrozen(uint64,uint128,bytes32)": _receipt_event(ReceiptUnfrozen),
    "ItemReceipted(bytes32,uint64)": _claim(ItemReceipted),
    "ItemFreed(bytes32,uint64)": _claim(ItemFreed),
    "DocumentUsed(bytes32,uint64)": _claim(DocumentUsed),
    "ActRefused(bytes32,uint64,bytes)": _act_refused,
}
_DECODERS: dict[bytes, _Decoder] = {
    keccak(signature.encode()): decoder for signature, decoder in _SIGNATURES.items()
}
