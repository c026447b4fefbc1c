"""The floor: one storage word and one event for each change, nothing judged."""

from benchmarks.gas.compiler import compile_contract
from benchmarks.gas.operation import ISSUES, PeerBill, Spent, Step
from benchmarks.gas.sender import Sender, gas_of
from receipts_ledger.chain.keys import keccak

_COMMITMENT = keccak(b"commitment")
_CHANGES = (
    Step.TRANSFER,
    Step.PLEDGE,
    Step.RELEASE,
    Step.DELIVER_PART,
    Step.DELIVER,
    Step.FREEZE,
    Step.UNFREEZE,
)


def bare_word(sender: Sender) -> PeerBill:
    """Write a new word and an event, and change it and say so again."""
    deployed = sender.deployed(compile_contract("benchmarks/contracts/BareWord.sol", "BareWord"))
    contract = str(deployed["contractAddress"])
    write = "write(uint256,uint256,bytes32)"
    word = int.from_bytes(_COMMITMENT)
    new = sender.spend(contract, write, 1, word, _COMMITMENT)
    change = sender.spend(contract, write, 1, word - 1, _COMMITMENT)
    bill = {Step.DEPLOY: Spent(gas_of(deployed)), Step.ISSUE: new}
    bill |= dict.fromkeys(_CHANGES, change)
    for step, count in ISSUES.items():
        spent = sender.spend(
            contract,
            "writeMany(uint256,uint256,bytes32[])",
            1_000 * count,
            word,
            [keccak(index.to_bytes(8)) for index in range(count)],
        )
        bill[step] = Spent(spent.gas, count)
    return bill
