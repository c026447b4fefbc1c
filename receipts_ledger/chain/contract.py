"""The deployed contract, asked without being changed, and the calls that change it.

This is the one judge: no rule of the ledger is checked anywhere else before an act is sent.
"""

from collections.abc import Sequence
from typing import Any

from receipts_ledger.chain import calldata, gas, refusals
from receipts_ledger.chain import wire as wire_form
from receipts_ledger.chain.batches import Calls
from receipts_ledger.chain.keys import keccak
from receipts_ledger.chain.rpc import Rpc, RpcError, RpcErrorKind
from receipts_ledger.domain.ids import Address, Hash32
from receipts_ledger.errors import RefusalCode, Refused, Retryable

# The contract counts the sender's key as one more signature: nobody has this one.
NEUTRAL_SENDER = Address(keccak(b"receipts-ledger: nobody")[12:])

_DIGEST_OF = keccak(b"digestOf(bytes)")[:4]


class Contract:
    """A ledger's contract behind one node."""

    def __init__(self, rpc: Rpc, address: Address) -> None:
        self._rpc = rpc
        self._address = address

    def simulate(self, wire: bytes) -> Refused | None:
        """Return why the contract would refuse the act now, None when it would not.

        Raises Retryable when the node gives no verdict.
        """
        (verdict,) = self.simulate_all([wire])
        if isinstance(verdict, Retryable):
            raise verdict
        return verdict

    def simulate_all(self, wires: Sequence[bytes]) -> list[Refused | Retryable | None]:
        """Judge several acts, each on its own, as `simulate` does.

        Retryable stands for one on which the node gives no verdict. Raises Retryable when it
        gives none at all.
        """
        # Without a limit of ours: a node may refuse one that is above its blocks'.
        answers = self._asked(
            [("eth_call", (self._call(calldata.EXECUTE, wire), "latest")) for wire in wires]
        )
        return [_verdict(answer, None) for answer in answers]

    def simulate_each(self, wires: Sequence[tuple[bytes, int]]) -> list[Refused | Retryable | None]:
        """Judge several acts, each on its own, each with the gas that it is given.

        An act that needs more is refused as ActTooLarge; Retryable stands for one on which
        the node gives no verdict. Raises Retryable when it gives none at all.
        """
        answers = self._asked(
            [
                (
                    "eth_call",
                    (
                        self._call(calldata.EXECUTE, wire)
                        | {"gas": hex(gas.TRANSFER_GAS + gas_given)},
                        "latest",
                    ),
                )
                for wire, gas_given in wires
            ]
        )
        return [
            _verdict(answer, gas_given)
            for answer, (_, gas_given) in zip(answers, wires, strict=True)
        ]

    def digest_of(self, wire: bytes) -> Hash32:
        """Return the digest that the contract computes. Raises RpcError for a malformed act."""
        request = self._call(_DIGEST_OF, wire)
        return Hash32(bytes.fromhex(self._rpc.call("eth_call", [request, "latest"])[2:]))

    @property
    def transaction_gas_max(self) -> int:
        """More than this no transaction may ask for."""
        return gas.TRANSACTION_GAS_MAX

    def act_gas(self, wire: bytes) -> int:
        """Return the gas that an act may need in a batch."""
        return gas.act_gas(wire)

    def batch_gas(self, gas_of_acts: int) -> int:
        """Return the gas limit of a transaction with acts that may need so much."""
        return gas.batch_gas(gas_of_acts)

    def signed_form(self, statement: bytes, signatures: Sequence[bytes]) -> bytes:
        """Return an act with its signatures, given its form without them."""
        return wire_form.signed_form(statement, signatures)

    def relay_calldata(self, wires: Sequence[bytes]) -> bytes:
        """Return the calldata that relays acts, in their order."""
        return calldata.call(calldata.RELAY, b"".join(wires))

    def _asked(self, calls: Calls) -> list[Any]:
        """Return the node's answers. Raises Retryable when it turns all of them down at once."""
        try:
            return self._rpc.each(calls)
        except RpcError as error:
            if isinstance(error, Retryable):
                raise
            raise Retryable(f"the node gives no verdict: {error.message}") from error

    def _call(self, selector: bytes, argument: bytes) -> dict[str, str]:
        return {
            "from": "0x" + NEUTRAL_SENDER.hex(),
            "to": "0x" + self._address.hex(),
            "data": "0x" + calldata.call(selector, argument).hex(),
        }


def _verdict(answer: object, gas_given: int | None) -> Refused | Retryable | None:
    if not isinstance(answer, RpcError):
        return None
    if answer.revert:
        rule = refusals.decode(answer.revert)
        if rule is not None:
            return rule
        # A panic: the act asks for something that the contract cannot even compute.
        return Refused(
            RefusalCode.MALFORMED_ACT,
            f"the contract fails without naming a rule: 0x{answer.revert.hex()}",
        )
    # Without a word the contract reverts only where its gas runs out inside a precompile.
    if answer.kind in (RpcErrorKind.OUT_OF_GAS, RpcErrorKind.REVERTED):
        room = "a block has" if gas_given is None else gas_given
        return Refused(
            RefusalCode.ACT_TOO_LARGE,
            f"more gas is needed than {room}",
            details={} if gas_given is None else {"gas_given": gas_given},
        )
    return Retryable(f"the node gives no verdict: {answer.message}")
