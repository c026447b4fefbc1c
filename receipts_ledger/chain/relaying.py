"""A node as the relayer uses it: counts, outcomes by hash, and sending, in its own words.

Nothing is repeated here. What may be sent again, and when, the relayer decides. What is no
answer to the question is raised as InconsistentNode.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from receipts_ledger.chain import gas
from receipts_ledger.chain.keys import address_of_private_key
from receipts_ledger.chain.proofs import well_formed
from receipts_ledger.chain.rpc import Rpc, RpcError, RpcErrorKind
from receipts_ledger.chain.transactions import TransactionType, Unsigned, sign
from receipts_ledger.domain.block import BlockRef
from receipts_ledger.domain.ids import Address, Hash32
from receipts_ledger.domain.lane import (
    Answer,
    Fees,
    Head,
    Purpose,
    Reply,
    SignedTransaction,
    TxOutcome,
)

_HASHES_A_BATCH = 100
_ANSWERS = {
    RpcErrorKind.ALREADY_KNOWN: Answer.TAKEN,
    RpcErrorKind.NONCE_TOO_LOW: Answer.NONCE_SPENT,
    RpcErrorKind.UNDERPRICED: Answer.FEE_TOO_LOW,
    RpcErrorKind.FEE_BELOW_BASE: Answer.FEE_TOO_LOW,
    RpcErrorKind.INSUFFICIENT_FUNDS: Answer.NO_FUNDS,
    RpcErrorKind.NOT_PERMITTED: Answer.NOT_PERMITTED,
    RpcErrorKind.GAS_TOO_HIGH: Answer.TOO_MUCH_GAS,
    RpcErrorKind.OUT_OF_GAS: Answer.TOO_MUCH_GAS,
}


class RelayNode:
    """One node."""

    def __init__(self, rpc: Rpc) -> None:
        self._rpc = rpc

    def head(self) -> Head:
        """Return the latest block."""
        block = self._rpc.call("eth_getBlockByNumber", ["latest", False])
        with well_formed("the latest block"):
            base_fee = block.get("baseFeePerGas")
            return Head(
                number=int(block["number"], 16),
                timestamp_seconds=int(block["timestamp"], 16),
                gas_limit=int(block["gasLimit"], 16),
                base_fee_wei=None if base_fee is None else int(base_fee, 16),
            )

    def has_block(self, block: BlockRef) -> bool:
        """Tell whether a block is one of the chain that the node is on now."""
        found = self._rpc.call("eth_getBlockByNumber", [hex(block.number), False])
        with well_formed(f"block {block.number}", block.number):
            return found is not None and bool(found["hash"] == "0x" + block.hash.hex())

    def nonce_of(self, lane: Address) -> int:
        """Return how many transactions of this key are in blocks."""
        return self._number("eth_getTransactionCount", lane)

    def balance_of(self, lane: Address) -> int:
        """Return what the key can pay, in wei."""
        return self._number("eth_getBalance", lane)

    def outcomes(self, tx_hashes: Sequence[Hash32]) -> Mapping[Hash32, TxOutcome]:
        """Return what became of transactions, without those that are in no block."""
        found: dict[Hash32, TxOutcome] = {}
        for start in range(0, len(tx_hashes), _HASHES_A_BATCH):
            asked = tx_hashes[start : start + _HASHES_A_BATCH]
            answers = self._rpc.batch(
                [("eth_getTransactionReceipt", ("0x" + tx_hash.hex(),)) for tx_hash in asked]
            )
            for tx_hash, answer in zip(asked, answers, strict=True):
                with well_formed(f"the receipt of transaction 0x{tx_hash.hex()}"):
                    # Some engines show a receipt without a block while it is pending.
                    if answer is not None and answer.get("blockHash") is not None:
                        found[tx_hash] = _outcome(tx_hash, answer)
        return found

    def send(self, raw: bytes) -> Reply:
        """Send signed bytes. Raises Retryable when no answer came: it may have got them."""
        try:
            self._rpc.call("eth_sendRawTransaction", ["0x" + raw.hex()])
        except RpcError as error:
            return Reply(_ANSWERS.get(error.kind, Answer.NOT_NOW), str(error))
        return Reply(Answer.TAKEN)

    def _number(self, method: str, lane: Address) -> int:
        answer = self._rpc.call(method, ["0x" + lane.hex(), "latest"])
        with well_formed(f"{method} of 0x{lane.hex()}"):
            return int(answer, 16)


def _outcome(tx_hash: Hash32, answer: Mapping[str, Any]) -> TxOutcome:
    block_hash = Hash32(bytes.fromhex(answer["blockHash"][2:]))
    block = BlockRef(int(answer["blockNumber"], 16), block_hash)
    return TxOutcome(tx_hash, block, has_failed=int(answer["status"], 16) == 0)


@dataclass(frozen=True, slots=True)
class LaneKey:
    """The private key of a lane. It pays for acts and has no voice in them."""

    private_key: bytes
    chain_id: int
    contract: Address
    transaction_type: TransactionType

    def __repr__(self) -> str:
        return f"LaneKey(0x{self.address.hex()})"

    @property
    def address(self) -> Address:
        """The key's address."""
        return address_of_private_key(self.private_key)

    @property
    def filler_gas(self) -> int:
        """What a transfer of nothing costs."""
        return gas.TRANSFER_GAS

    def sign(
        self, purpose: Purpose, *, nonce: int, calldata: bytes, gas_limit: int, fees: Fees
    ) -> SignedTransaction:
        """Sign a call of the contract, or a filler: a transfer of nothing to the key itself."""
        call = Unsigned(
            chain_id=self.chain_id,
            nonce=nonce,
            to=self.contract if purpose is Purpose.ACTS else self.address,
            calldata=calldata,
            gas_limit=gas_limit,
            fees=fees,
        )
        return sign(call, self.private_key, self.transaction_type)
