"""What was sent to the ledger: transactions, the acts in their calldata, and who signed those.

Nodes tell of transactions in JSON, bundles hold their bytes; from here on they are the same.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from itertools import groupby, islice
from operator import attrgetter

from receipts_ledger.chain.artifact import ledger_artifact
from receipts_ledger.chain.calldata import FOUNDING_BYTES, acts_in, entry_of, founding
from receipts_ledger.chain.deployment import Deployment
from receipts_ledger.chain.headers import Header
from receipts_ledger.chain.signers import Signed, Signers, signer
from receipts_ledger.chain.typed_data import Digester
from receipts_ledger.chain.wire import MalformedAct, Reading
from receipts_ledger.domain.block import LoggedEvent
from receipts_ledger.domain.ids import Address, Hash32
from receipts_ledger.domain.record import ActOnRecord, BlockRecord, Call, Entry
from receipts_ledger.errors import Fatal

NOBODY = Address(bytes(20))
"""Who has sent what is unsigned by any rule we know, so that it counts as nobody's consent."""
PORTION_GAS = 5_000_000
PORTION_BLOCKS_MAX = 128
"""So many blocks are taken together, or so much gas: whatever is in them, gas was paid for it.
Enough signatures for the threads that recover them, and little to hold."""
_WORD = 32


class OtherCode(Fatal):
    """The creation is not the one meant: other code, a predecessor, or another registrar."""

    def __init__(self, detail: str, *, block_number: int) -> None:
        super().__init__(detail)
        self.block_number = block_number


@dataclass(frozen=True, slots=True)
class SentTransaction:
    """A transaction, as far as it matters here. `to` is None for the creation of a contract.

    `by_sender` says what its sender signed, None where no rule we know says what that is.
    """

    tx_hash: Hash32
    to: Address | None
    calldata: bytes
    by_sender: Callable[[], Signed | None]


@dataclass(frozen=True, slots=True)
class SentCall:
    """A call of which the signers are not yet known."""

    entry: Entry
    tx_hash: Hash32
    by_sender: Callable[[], Signed | None]
    acts: tuple[tuple[Reading, Hash32], ...]
    events: tuple[LoggedEvent, ...]

    def signed(self) -> Iterator[Signed]:
        """Yield all that was signed in the acts, in their order."""
        for reading, digest in self.acts:
            for signature in reading.signatures:
                yield digest, signature


@dataclass(frozen=True, slots=True)
class SentBlock:
    """A block and the calls in it."""

    header: Header
    is_proved: bool
    calls: tuple[SentCall, ...] = ()


class Calls:
    """Reads calls to one ledger."""

    def __init__(self, deployment: Deployment) -> None:
        self._deployment = deployment
        self._creation = Hash32(bytes.fromhex(deployment.transaction_hash[2:]))
        self._digester = Digester(deployment.signing_domain())

    def made_by(
        self, events: Iterable[LoggedEvent], transactions: Mapping[int, SentTransaction]
    ) -> Iterator[SentCall]:
        """Yield the calls that have left a block's events. Transactions go by their place."""
        for tx_index, own in groupby(events, attrgetter("tx_index")):
            yield self._call(transactions[tx_index], tuple(own))

    def _call(self, sent: SentTransaction, events: tuple[LoggedEvent, ...]) -> SentCall:
        entry = Entry.ELSEWHERE
        acts: tuple[tuple[Reading, Hash32], ...] = ()
        if sent.to is None and sent.tx_hash == self._creation:
            _expect_our_code(sent, events[0].block_number)
            self._expect_our_registrar(sent, events[0].block_number)
            entry, acts = Entry.CREATION, (founding(sent.calldata),)
        elif sent.to == self._deployment.address:
            entry = entry_of(sent.calldata)
            if entry is not Entry.ELSEWHERE:
                acts = tuple(self._acts_in(sent.calldata))
        return SentCall(entry, sent.tx_hash, sent.by_sender, acts, events)

    def _expect_our_registrar(self, sent: SentTransaction, block_number: int) -> None:
        """Raise OtherCode unless the first key that speaks for all is the deployment file's."""
        key = sent.calldata[-FOUNDING_BYTES:][_WORD - len(NOBODY) : _WORD]
        if "0x" + key.hex() != self._deployment.registrar_key:
            raise OtherCode(
                f"block {block_number}: transaction 0x{sent.tx_hash.hex()} created the ledger for "
                f"the registrar's key 0x{key.hex()}, the deployment file names "
                f"{self._deployment.registrar_key}",
                block_number=block_number,
            )

    def _acts_in(self, calldata: bytes) -> Iterator[tuple[Reading, Hash32]]:
        # The contract goes no further than this either. If it did, nothing explains the events
        # that follow, and the replay says so.
        with suppress(MalformedAct):
            yield from acts_in(calldata, self._digester)


def signed(blocks: Iterable[SentBlock], signers: Signers) -> Iterator[BlockRecord]:
    """Yield the records of blocks, in their order.

    While some are taken in, the signatures of those behind them are recovered.
    """
    before: Iterator[BlockRecord] = iter(())
    for portion in _portions(blocks):
        keys = signers.begun(
            [each for block in portion for call in block.calls for each in call.signed()]
        )
        yield from before
        before = _records(portion, keys)
    yield from before


def _portions(blocks: Iterable[SentBlock]) -> Iterator[list[SentBlock]]:
    """Yield blocks together that are not much, and one that is much by itself."""
    portion: list[SentBlock] = []
    gas = 0
    for block in blocks:
        portion.append(block)
        gas += block.header.gas_used
        if gas >= PORTION_GAS or len(portion) == PORTION_BLOCKS_MAX:
            yield portion
            portion, gas = [], 0
    if portion:
        yield portion


def _records(portion: Sequence[SentBlock], keys: Iterator[Address | None]) -> Iterator[BlockRecord]:
    for block in portion:
        header = block.header
        yield BlockRecord(
            number=header.number,
            hash=header.hash,
            parent_hash=header.parent_hash,
            timestamp_seconds=header.timestamp_seconds,
            receipts_root=header.receipts_root,
            are_transactions_proved=block.is_proved,
            calls=tuple([_call(call, keys) for call in block.calls]),
        )


def _call(call: SentCall, keys: Iterator[Address | None]) -> Call:
    acts = [
        ActOnRecord(
            reading.act,
            reading.subject,
            digest,
            tuple(islice(keys, len(reading.signatures))),
        )
        for reading, digest in call.acts
    ]
    by_sender = call.by_sender
    return Call(
        call.entry, call.tx_hash, cache(lambda: _sender(by_sender())), tuple(acts), call.events
    )


def _sender(by_sender: Signed | None) -> Address:
    found = None if by_sender is None else signer(*by_sender)
    return found or NOBODY


def _expect_our_code(sent: SentTransaction, block_number: int) -> None:
    """Raise OtherCode unless the creation ran this release's code, and so made its contracts.

    What code lies on the chain follows from it, without a node's word.
    """
    if sent.calldata[:-FOUNDING_BYTES] != ledger_artifact().bytecode:
        raise OtherCode(
            f"block {block_number}: transaction 0x{sent.tx_hash.hex()} created the ledger from "
            "other code than this release's: use the release that it was deployed with",
            block_number=block_number,
        )
    if any(predecessor := sent.calldata[-_WORD:]):
        raise OtherCode(
            f"block {block_number}: the ledger has taken over receipts from the ledger at "
            f"0x{predecessor[12:].hex()}: this release reads first ledgers only",
            block_number=block_number,
        )
