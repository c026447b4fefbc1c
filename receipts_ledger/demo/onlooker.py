"""Looks at the chain itself, past every gateway: words, transactions, refused acts.

What the story claims is checked here and not with whom it asked to do things.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from receipts_ledger.chain import decode, refusals, wire
from receipts_ledger.chain.deployment import Deployment
from receipts_ledger.chain.keys import keccak
from receipts_ledger.chain.rpc import Rpc
from receipts_ledger.chain.typed_data import Digester
from receipts_ledger.domain.act import Act
from receipts_ledger.domain.event import ActRefused, Event
from receipts_ledger.domain.ids import Hash32, PoolId, ReceiptId
from receipts_ledger.domain.party import Party
from receipts_ledger.domain.pool import Pool
from receipts_ledger.domain.receipt import Receipt


@dataclass(frozen=True, slots=True)
class MinedCall:
    """A mined transaction to the ledger: the acts in its calldata and what became of them."""

    tx_hash: str
    block_number: int
    succeeded: bool
    acts: tuple[Act, ...]
    digests: tuple[Hash32, ...]
    events: tuple[Event, ...]

    @property
    def refused(self) -> tuple[ActRefused, ...]:
        """The acts that the contract refused and put on record."""
        return tuple(event for event in self.events if isinstance(event, ActRefused))


class Onlooker:
    """Somebody with a node of the chain and the deployment file."""

    def __init__(self, rpc: Rpc, deployment: Deployment) -> None:
        self._rpc = rpc
        self._contract = deployment.contract
        self._digester = Digester(deployment.signing_domain())

    def head(self) -> int:
        """Return the number of the newest block."""
        return int(self._rpc.call("eth_blockNumber"), 16)

    def time(self) -> int:
        """Return the newest block's Unix time."""
        block = self._rpc.call("eth_getBlockByNumber", ["latest", False])
        return int(block["timestamp"], 16)

    def party(self, party_id: int) -> Party:
        """Return a party as the contract stores it."""
        return Party.from_word(self._word("partyWord(uint32)", party_id))

    def pool(self, pool_id: PoolId) -> Pool:
        """Return a pool as the contract stores it."""
        return Pool.from_word(self._word("poolWord(uint32)", pool_id))

    def receipt(self, receipt_id: ReceiptId) -> Receipt:
        """Return a receipt as the contract stores it."""
        return Receipt.from_word(self._word("receiptWord(uint64)", receipt_id))

    def has_receipt(self, receipt_id: ReceiptId) -> bool:
        """Tell whether the contract stores such a receipt."""
        return self._word("receiptWord(uint64)", receipt_id) != 0

    def calls(self, first: int, last: int) -> Iterator[MinedCall]:
        """Yield every transaction to the ledger in these blocks, read from calldata."""
        for number in range(first, last + 1):
            block = self._rpc.call("eth_getBlockByNumber", [hex(number), True])
            for transaction in block["transactions"]:
                if (transaction["to"] or "").lower() == self._contract:
                    yield self._call(transaction)

    def call(self, tx_hash: str) -> MinedCall:
        """Return one mined transaction."""
        return self._call(self._rpc.call("eth_getTransactionByHash", [tx_hash]))

    def _call(self, transaction: dict[str, Any]) -> MinedCall:
        tx_receipt = self._rpc.call("eth_getTransactionReceipt", [transaction["hash"]])
        acts = tuple(_acts(bytes.fromhex(transaction["input"][2:])))
        return MinedCall(
            tx_hash=transaction["hash"],
            # The receipt's: a node may show the transaction as pending a moment longer.
            block_number=int(tx_receipt["blockNumber"], 16),
            succeeded=tx_receipt["status"] == "0x1",
            acts=acts,
            digests=tuple(map(self._digester.digest, acts)),
            events=tuple(_event(log) for log in tx_receipt["logs"]),
        )

    def _word(self, view: str, argument: int) -> int:
        request = {
            "to": self._contract,
            "data": "0x" + (keccak(view.encode())[:4] + argument.to_bytes(32)).hex(),
        }
        return int(self._rpc.call("eth_call", [request, "latest"]), 16)


def rule_of(refused: ActRefused) -> str:
    """Return the name of the rule in an `ActRefused`."""
    found = refusals.decode(refused.reason)
    return "?" if found is None else found.code.value


def _acts(data: bytes) -> Iterator[Act]:
    """Yield the acts in calldata: selector, offset of the argument, its length, its bytes."""
    length = int.from_bytes(data[36:68])
    for signed in wire.decode_all(data[68 : 68 + length]):
        yield signed.act


def _event(log: dict[str, Any]) -> Event:
    topics = [bytes.fromhex(topic[2:]) for topic in log["topics"]]
    return decode.decode(topics, bytes.fromhex(log["data"][2:]))
