"""An ERC-721 and nothing more, of whichever library: a contract of ours lets anybody mint."""

from benchmarks.gas.compiler import Compiled, compile_contract
from benchmarks.gas.operation import ISSUES, PeerBill, Spent, Step
from benchmarks.gas.sender import Sender, gas_of, total

OPENZEPPELIN = "@openzeppelin/contracts"
SOLADY = "solady"

_OWNER, _BUYER, _BANK = 0, 2, 3


def openzeppelin() -> Compiled:
    """Return the title made of OpenZeppelin's ERC-721."""
    return compile_contract("benchmarks/contracts/MintableTitle.sol", "MintableTitle")


def solady() -> Compiled:
    """Return the title made of Solady's ERC-721."""
    return compile_contract("benchmarks/contracts/LeanTitle.sol", "LeanTitle")


def erc721(sender: Sender, contract: Compiled) -> PeerBill:
    """Mint, sell, give to an escrow and take back, burn. The escrow is a plain account."""
    owner, buyer, escrow = (sender.accounts[index] for index in (_OWNER, _BUYER, _BANK))
    deployed = sender.deployed(contract)
    title = str(deployed["contractAddress"])
    mint, move = "mint(address,uint256)", "transferFrom(address,address,uint256)"
    # Everybody holds one already, so that no balance is written for the first time.
    for number, holder in enumerate((owner, buyer, escrow), start=1):
        sender.spend(title, mint, holder, number)
    bill = {
        Step.DEPLOY: Spent(gas_of(deployed)),
        Step.ISSUE: sender.spend(title, mint, owner, 10),
        Step.TRANSFER: sender.spend(title, move, owner, buyer, 10),
        Step.PLEDGE: total(
            sender.spend(title, "approve(address,uint256)", escrow, 10, sender=_BUYER),
            sender.spend(title, move, buyer, escrow, 10, sender=_BANK),
        ),
        Step.RELEASE: sender.spend(title, move, escrow, buyer, 10, sender=_BANK),
        Step.DELIVER: sender.spend(title, "burn(uint256)", 10, sender=_BUYER),
    }
    for step, count in ISSUES.items():
        spent = sender.spend(
            title, "mintMany(address,uint256,uint256)", owner, 1_000 * count, count
        )
        bill[step] = Spent(spent.gas, count)
    return bill
