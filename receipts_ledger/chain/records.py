"""A node's blocks as an auditor needs them: acts from calldata, events from logs, all proved.

Blocks without a log of the ledger are passed over only where their bloom, covered by the
header's hash, proves that there is none. Whatever the ledger does leaves a log.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any, TypeAlias

from receipts_ledger.chain.calldata import acts_in, entry_of, founding
from receipts_ledger.chain.deployment import Deployment
from receipts_ledger.chain.keys import BadSignature, recover
from receipts_ledger.chain.proofs import InconsistentNode, well_formed
from receipts_ledger.chain.raw_transactions import UnknownTransactionType, sender_of
from receipts_ledger.chain.reader import ChainReader, HeaderRead
from receipts_ledger.chain.reasons import reason_text
from receipts_ledger.chain.rpc import Rpc
from receipts_ledger.chain.tx_receipts import events_in
from receipts_ledger.chain.typed_data import Digester
from receipts_ledger.domain.block import LoggedEvent
from receipts_ledger.domain.ids import Address, Hash32
from receipts_ledger.domain.record import ActOnRecord, BlockRecord, Call, Entry

Json: TypeAlias = Mapping[str, Any]


class LedgerRecords:
    """Everything that a node has on record about one ledger."""

    def __init__(self, rpc: Rpc, deployment: Deployment, reader: ChainReader) -> None:
        self._rpc = rpc
        self._deployment = deployment
        self._reader = reader
        self._digester = Digester(deployment.signing_domain())

    def records(self, first: int, last: int) -> Iterator[BlockRecord]:
        """Yield the blocks from `first` to `last`. Raises InconsistentNode, UndecodableLog."""
        number = first
        for page in self._reader.header_pages(first, last):
            eventful = [
                read for read in page if read.tx_hashes and self._reader.may_log(read.header)
            ]
            loaded = dict(
                zip(
                    [read.header.number for read in eventful],
                    zip(self._reader.tx_receipts(eventful), self._whole(eventful), strict=True),
                    strict=True,
                )
            )
            for read in page:
                yield self._record(read, *loaded.pop(read.header.number, ((), None)))
                number += 1
        if number <= last:
            raise InconsistentNode(
                f"the node does not know block {number}, though it gave {last} as its head"
            )

    def signer(self, digest: Hash32, signature: bytes) -> Address | None:
        """Return the key that signed a digest, None when the signature belongs to none."""
        try:
            return recover(digest, signature)
        except BadSignature:
            return None

    def reason(self, refusal: bytes) -> str:
        """Return the rule behind a refusal, with its arguments."""
        return reason_text(refusal)

    def _whole(self, page: Sequence[HeaderRead]) -> list[Json]:
        blocks: list[Json | None] = self._rpc.batch(
            [("eth_getBlockByHash", ("0x" + read.header.hash.hex(), True)) for read in page]
        )
        whole = []
        for read, block in zip(page, blocks, strict=True):
            if block is None:
                raise InconsistentNode(
                    f"block {read.header.number}: the node has its header, but not the block"
                )
            whole.append(block)
        return whole

    def _record(
        self, read: HeaderRead, tx_receipts: Sequence[Json], block: Json | None
    ) -> BlockRecord:
        header = read.header
        is_proved = True
        calls: list[Call] = []
        if block is not None:
            with well_formed(f"block {header.number}"):
                is_proved = self._reader.proofs.check_transactions(
                    header, read.tx_hashes, block["transactions"]
                )
                events = events_in(header.number, tx_receipts, self._deployment.address)
                for tx_index, own in groupby(events, lambda event: event.tx_index):
                    calls.append(self._call(block["transactions"][tx_index], tuple(own)))
        return BlockRecord(
            number=header.number,
            hash=header.hash,
            parent_hash=header.parent_hash,
            timestamp_seconds=header.timestamp_seconds,
            receipts_root=header.receipts_root,
            are_transactions_proved=is_proved,
            calls=tuple(calls),
        )

    def _call(self, transaction: Json, events: tuple[LoggedEvent, ...]) -> Call:
        tx_hash = events[0].tx_hash
        calldata = bytes.fromhex(transaction["input"][2:])
        entry = Entry.ELSEWHERE
        acts: tuple[ActOnRecord, ...] = ()
        if transaction["to"] is None and transaction["hash"] == self._deployment.transaction_hash:
            entry, acts = Entry.CREATION, (founding(calldata),)
        elif (
            transaction["to"] is not None and transaction["to"].lower() == self._deployment.contract
        ):
            entry = entry_of(calldata)
            if entry is not Entry.ELSEWHERE:
                acts = tuple(acts_in(calldata, self._digester))
        return Call(entry, tx_hash, _sender(transaction), acts, events)


def _sender(transaction: Json) -> Address:
    try:
        return sender_of(transaction)
    except (BadSignature, UnknownTransactionType):
        # Unsigned by any rule we know: nobody's key, so that it counts as nobody's consent.
        return Address(bytes(20))
