"""Logs of the contract into events, by fixed offsets.

An ABI decoder costs tens of microseconds for each log; the layouts here are static, so
slices do. A test decodes the same logs with web3 and compares.
"""

from collections.abc import Callable, Iterable, Sequence

from receipts_ledger.chain.keys import keccak
from receipts_ledger.domain.change import (
    Absorbed,
    Cancelled,
    Divided,
    IssuedFrom,
    Merged,
    Replaced,
    WrittenDown,
)
from receipts_ledger.domain.claim import (
    DocumentUsed,
    ItemFreed,
    ItemReceipted,
    ItemsFreed,
    ItemsReceipted,
)
from receipts_ledger.domain.event import ActRefused, Event
from receipts_ledger.domain.ids import Address, Hash32, PartyId, PoolId, ReceiptId
from receipts_ledger.domain.party import (
    Admitted,
    KeyBound,
    KeyRevoked,
    Party,
    Recovered,
    RecoveryBegun,
    RecoveryVetoed,
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
    Substituted,
)
from receipts_ledger.domain.pool import (
    Attested,
    Pool,
    PoolBroughtOver,
    PoolOpened,
    PoolPaused,
    PoolResumed,
    PoolSealed,
)
from receipts_ledger.domain.receipt import (
    ClaimLifted,
    ClaimNoted,
    Delivered,
    Invalidated,
    Issued,
    PutOnPaper,
    ReceiptBroughtOver,
    ReceiptFrozen,
    ReceiptUnfrozen,
    StorageExtended,
    TakenOffPaper,
    Transferred,
)

_WORD = 32
_Decoder = Callable[[Sequence[bytes], bytes], Event]
_Plain = Callable[[ReceiptId, int, Hash32], Event]
PLAIN_TOPICS, PLAIN_WORDS = 2, 2
"""Of most events by far: what happened, to which receipt; its word, a commitment."""


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


def decode_plain(
    kinds: Iterable[bytes],
    receipts: Iterable[bytes],
    words: Iterable[bytes],
    commitments: Iterable[Hash32],
) -> list[Event] | None:
    """Return the events of logs of PLAIN_TOPICS and PLAIN_WORDS, which are given in columns.

    None where one of them is no such event: then each is to be decoded by itself.
    """
    made_as = [*map(_PLAIN.get, kinds)]
    if None in made_as:
        return None
    return [
        event(receipt, word, commitment)  # type: ignore[misc,arg-type]
        for event, receipt, word, commitment in zip(
            made_as,
            map(int.from_bytes, receipts),
            map(int.from_bytes, words),
            commitments,
            strict=True,
        )
    ]


def _number(topic: bytes) -> int:
    return int.from_bytes(topic)


def _expect(body: bytes, words: int) -> None:
    if len(body) != words * _WORD:
        raise ValueError(f"{len(body)} bytes, not {words * _WORD}")


def _receipt_event(event: _Plain) -> _Decoder:
    def decoder(topics: Sequence[bytes], body: bytes) -> Event:
        _expect(body, 2)
        word = int.from_bytes(body[:_WORD])
        return event(ReceiptId(_number(topics[1])), word, Hash32(body[_WORD:]))

    return decoder


def _pair_event(
    event: Callable[[ReceiptId, int, ReceiptId], Event],
) -> _Decoder:
    """Decode what ends one receipt for another."""

    def decoder(topics: Sequence[bytes], body: bytes) -> Event:
        _expect(body, 1)
        other = ReceiptId(_number(topics[2]))
        return event(ReceiptId(_number(topics[1])), int.from_bytes(body), other)

    return decoder


def _issued_from(topics: Sequence[bytes], body: bytes) -> Event:
    _expect(body, 2)
    number, origin = ReceiptId(_number(topics[1])), ReceiptId(_number(topics[2]))
    return IssuedFrom(number, int.from_bytes(body[:32]), Hash32(body[32:]), origin)


def _substituted(topics: Sequence[bytes], body: bytes) -> Event:
    _expect(body, 2)
    number, substitute = ReceiptId(_number(topics[1])), ReceiptId(_number(topics[2]))
    return Substituted(number, int.from_bytes(body[:32]), substitute, Hash32(body[32:]))


def _receipt_brought_over(topics: Sequence[bytes], body: bytes) -> Event:
    _expect(body, 1)
    return ReceiptBroughtOver(ReceiptId(_number(topics[1])), int.from_bytes(body))


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


def _entry(event: Callable[[PartyId, Party, Address, Hash32], Event]) -> _Decoder:
    """Decode what makes a key the first or the only one of a party."""

    def decoder(topics: Sequence[bytes], body: bytes) -> Event:
        _expect(body, 3)
        party = Party.from_word(int.from_bytes(body[:32]))
        return event(PartyId(_number(topics[1])), party, Address(body[44:64]), Hash32(body[64:]))

    return decoder


def _pool_event(event: Callable[[PoolId, Pool, Hash32], Event]) -> _Decoder:
    def decoder(topics: Sequence[bytes], body: bytes) -> Event:
        _expect(body, 2)
        pool = Pool.from_word(int.from_bytes(body[:32]))
        return event(PoolId(_number(topics[1])), pool, Hash32(body[32:]))

    return decoder


def _pool_brought_over(topics: Sequence[bytes], body: bytes) -> Event:
    _expect(body, 1)
    return PoolBroughtOver(PoolId(_number(topics[1])), Pool.from_word(int.from_bytes(body)))


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


def _page_event(event: Callable[[Hash32, ReceiptId, int], Event]) -> _Decoder:
    def decoder(topics: Sequence[bytes], body: bytes) -> Event:
        _expect(body, 1)
        return event(Hash32(topics[1]), ReceiptId(_number(topics[2])), int.from_bytes(body))

    return decoder


def _act_refused(topics: Sequence[bytes], body: bytes) -> Event:
    length = int.from_bytes(body[32:64])
    padded = -(-length // _WORD) * _WORD
    if int.from_bytes(body[:32]) != _WORD or len(body) != 2 * _WORD + padded:
        raise ValueError("reason is not ABI-encoded bytes")
    return ActRefused(Hash32(topics[1]), _number(topics[2]), body[64 : 64 + length])


_PLAIN_EVENTS = (
    Issued,
    Transferred,
    Pledged,
    Released,
    PledgeAssigned,
    Defaulted,
    Cured,
    Enforced,
    Delivered,
    ReceiptFrozen,
    ReceiptUnfrozen,
    Divided,
    Merged,
    Cancelled,
    WrittenDown,
    StorageExtended,
    PutOnPaper,
    TakenOffPaper,
    ClaimNoted,
    ClaimLifted,
    Invalidated,
)
_PLAIN_SIGNATURES: dict[str, _Plain] = {
    f"{event.__name__}(uint64,uint128,bytes32)": event for event in _PLAIN_EVENTS
}
_SIGNATURES: dict[str, _Decoder] = {
    signature: _receipt_event(event) for signature, event in _PLAIN_SIGNATURES.items()
} | {
    "Admitted(uint32,uint256,address,bytes32)": _entry(Admitted),
    "Suspended(uint32,uint256,bytes32)": _party_event(Suspended),
    "Reinstated(uint32,uint256,bytes32)": _party_event(Reinstated),
    "KeyBound(uint32,uint256,address)": _key_event(KeyBound),
    "KeyRevoked(uint32,uint256,address)": _key_event(KeyRevoked),
    "RecoveryBegun(uint32,uint256,address,bytes32)": _entry(RecoveryBegun),
    "RecoveryVetoed(uint32,uint256,bytes32)": _party_event(RecoveryVetoed),
    "Recovered(uint32,uint256,address,bytes32)": _entry(Recovered),
    "PoolOpened(uint32,uint256,bytes32)": _pool_event(PoolOpened),
    "PoolPaused(uint32,uint256,bytes32)": _pool_event(PoolPaused),
    "PoolResumed(uint32,uint256,bytes32)": _pool_event(PoolResumed),
    "PoolSealed(uint32,uint256,bytes32)": _pool_event(PoolSealed),
    "PoolBroughtOver(uint32,uint256)": _pool_brought_over,
    "Attested(uint32,uint256,uint32,bytes32)": _attested,
    "IssuedFrom(uint64,uint128,bytes32,uint64)": _issued_from,
    "Absorbed(uint64,uint128,uint64)": _pair_event(Absorbed),
    "Replaced(uint64,uint128,uint64)": _pair_event(Replaced),
    "Substituted(uint64,uint128,uint64,bytes32)": _substituted,
    "ReceiptBroughtOver(uint64,uint128)": _receipt_brought_over,
    "ItemReceipted(bytes32,uint64)": _claim(ItemReceipted),
    "ItemFreed(bytes32,uint64)": _claim(ItemFreed),
    "ItemsReceipted(bytes32,uint64,uint256)": _page_event(ItemsReceipted),
    "ItemsFreed(bytes32,uint64,uint256)": _page_event(ItemsFreed),
    "DocumentUsed(bytes32,uint64)": _claim(DocumentUsed),
    "ActRefused(bytes32,uint64,bytes)": _act_refused,
}
_DECODERS: dict[bytes, _Decoder] = {
    keccak(signature.encode()): decoder for signature, decoder in _SIGNATURES.items()
}
_PLAIN: dict[bytes, _Plain] = {
    keccak(signature.encode()): event for signature, event in _PLAIN_SIGNATURES.items()
}
