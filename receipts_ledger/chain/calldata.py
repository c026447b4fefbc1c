"""The acts in a transaction's calldata, and the two calls that carry them.

Reads as the contract's ABI decoder reads: an offset may point anywhere, bytes behind the
argument are ignored.
"""

from collections.abc import Iterator

from receipts_ledger.chain.keys import keccak
from receipts_ledger.chain.typed_data import Digester
from receipts_ledger.chain.wire import MalformedAct, Reading, read
from receipts_ledger.domain.ids import NO_HASH, Address, Hash32, PartyId
from receipts_ledger.domain.party import Admit, Role
from receipts_ledger.domain.record import Entry

EXECUTE = keccak(b"execute(bytes)")[:4]
RELAY = keccak(b"relay(bytes)")[:4]
FIRST_PARTY = PartyId(1)
FOUNDING_BYTES = 96
"""Behind the code of the creation stand three words: key, profile, predecessor."""

_ENTRY_OF = {EXECUTE: Entry.EXECUTE, RELAY: Entry.RELAY}
_WORD = 32


def call(selector: bytes, argument: bytes) -> bytes:
    """Return the calldata of `execute` or `relay`."""
    padding = bytes(-len(argument) % _WORD)
    return selector + (32).to_bytes(32) + len(argument).to_bytes(32) + argument + padding


def entry_of(calldata: bytes) -> Entry:
    """Return which of the two calls this is."""
    return _ENTRY_OF.get(calldata[:4], Entry.ELSEWHERE)


def acts_in(calldata: bytes, digester: Digester) -> Iterator[tuple[Reading, Hash32]]:
    """Yield the acts of an `execute` or `relay` in order, each with its digest.

    Raises MalformedAct.
    """
    stream = _argument(calldata)
    offset = 0
    while offset < len(stream):
        reading, offset = read(stream, offset)
        yield reading, NO_HASH if reading.act is None else digester.digest(reading.act)


def founding(init_code: bytes) -> tuple[Reading, Hash32]:
    """Return the admission of the first party, as the creation of the contract asks for it."""
    key, profile = init_code[-84:-64], init_code[-64:-32]
    act = Admit(FIRST_PARTY, Role.REGISTRAR, Address(key), Hash32(profile), deadline=0)
    return Reading(act, FIRST_PARTY, ()), NO_HASH


def _argument(calldata: bytes) -> bytes:
    start = 4 + int.from_bytes(calldata[4 : 4 + _WORD])
    length = int.from_bytes(calldata[start : start + _WORD])
    argument = calldata[start + _WORD : start + _WORD + length]
    if len(argument) != length:
        raise MalformedAct("the calldata ends before its argument does")
    return argument
