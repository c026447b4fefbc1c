"""The acts in transactions that anybody has sent, as a node gives them and their hashes prove.

A transaction that does not hash to the hash it was asked by is no answer. Whether it went through
is not said here: events say that.
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from itertools import islice
from typing import Any

from receipts_ledger.chain.calldata import acts_in, entry_of
from receipts_ledger.chain.deployment import Deployment
from receipts_ledger.chain.keys import keccak
from receipts_ledger.chain.raw_transactions import UnknownTransactionType, raw_transaction
from receipts_ledger.chain.rpc import Rpc
from receipts_ledger.chain.signers import Signers
from receipts_ledger.chain.typed_data import Digester
from receipts_ledger.chain.wire import MalformedAct, Reading
from receipts_ledger.domain.ids import Hash32
from receipts_ledger.domain.record import ActOnRecord, Entry


class SentActs:
    """Acts sent to one ledger, by the transactions that carried them."""

    def __init__(self, rpc: Rpc, deployment: Deployment) -> None:
        self._rpc = rpc
        self._contract = deployment.contract
        self._digester = Digester(deployment.signing_domain())

    def of(self, tx_hashes: Sequence[Hash32]) -> dict[Hash32, tuple[ActOnRecord, ...]]:
        """Return the acts in these transactions, in order, each with the keys that signed it.

        A transaction that the node does not have, or gives as another one, is left out. Raises
        RpcError or Retryable when the node does not answer.
        """
        asked = [("eth_getTransactionByHash", ("0x" + each.hex(),)) for each in tx_hashes]
        found = self._rpc.batch(asked) if asked else []
        readings = {
            tx_hash: self._acts_in(transaction)
            for tx_hash, transaction in zip(tx_hashes, found, strict=True)
            if _is_itself(tx_hash, transaction)
        }
        with Signers() as signers:
            keys = iter(
                signers.of(
                    [
                        (digest, signature)
                        for acts in readings.values()
                        for reading, digest in acts
                        for signature in reading.signatures
                    ]
                )
            )
        return {
            tx_hash: tuple(
                [
                    ActOnRecord(
                        reading.act,
                        reading.subject,
                        digest,
                        tuple(islice(keys, len(reading.signatures))),
                    )
                    for reading, digest in acts
                ]
            )
            for tx_hash, acts in readings.items()
        }

    def _acts_in(self, transaction: Mapping[str, Any]) -> list[tuple[Reading, Hash32]]:
        calldata = bytes.fromhex(transaction["input"][2:])
        to = transaction["to"]
        if to is None or to.lower() != self._contract or entry_of(calldata) is Entry.ELSEWHERE:
            return []
        acts: list[tuple[Reading, Hash32]] = []
        with suppress(MalformedAct):
            acts.extend(acts_in(calldata, self._digester))
        return acts


def _is_itself(tx_hash: Hash32, transaction: Any) -> bool:
    if not isinstance(transaction, dict):
        return False
    try:
        return keccak(raw_transaction(transaction)) == tx_hash
    except (UnknownTransactionType, KeyError, TypeError, ValueError):
        return False
