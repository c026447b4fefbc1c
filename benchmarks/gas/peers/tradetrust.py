"""TradeTrust's registry: a title is a token that only its own escrow contract holds."""

from benchmarks.gas.compiler import Compiled, compile_contract, shipped
from benchmarks.gas.operation import ISSUES, PeerBill, Spent, Step
from benchmarks.gas.sender import Sender, gas_of, total
from receipts_ledger.chain.keys import keccak

PACKAGE = "@tradetrust-tt/token-registry"

_MINTER_ROLE = keccak(b"MINTER_ROLE")
_OWNER, _BUYER, _BANK = 0, 2, 3


def recompiled() -> tuple[Compiled, Compiled]:
    """Return the escrow factory and the registry from the sources in the package."""
    folder = f"benchmarks/node_modules/{PACKAGE}/contracts"
    return (
        compile_contract(f"{folder}/TitleEscrowFactory.sol", "TitleEscrowFactory"),
        compile_contract(f"{folder}/TradeTrustToken.sol", "TradeTrustToken"),
    )


def as_shipped() -> tuple[Compiled, Compiled]:
    """Return the same two as the bytecode in the package."""
    return (
        shipped(PACKAGE, "dist/artifacts/TitleEscrowFactory.sol/TitleEscrowFactory.json"),
        shipped(PACKAGE, "dist/artifacts/TradeTrustToken.sol/TradeTrustToken.json"),
    )


def tradetrust(sender: Sender, contracts: tuple[Compiled, Compiled]) -> PeerBill:
    """Lead one title through its life: mint, sale, to the bank and back, surrender, burn."""
    owner, buyer, bank = (sender.accounts[index] for index in (_OWNER, _BUYER, _BANK))
    factory_receipt = sender.deployed(contracts[0])
    factory = str(factory_receipt["contractAddress"])
    registry_receipt = sender.deployed(
        contracts[1], "(string,string,address)", "Titles", "TITLE", factory
    )
    registry = str(registry_receipt["contractAddress"])
    mint, transfer_holder = "mint(address,address,uint256,bytes)", "transferHolder(address,bytes)"
    sender.spend(registry, mint, owner, owner, 1, b"")
    bill = {
        Step.DEPLOY: Spent(gas_of(factory_receipt) + gas_of(registry_receipt)),
        Step.ISSUE: sender.spend(registry, mint, owner, owner, 2, b""),
    }
    escrow = "0x" + sender.look(registry, "ownerOf(uint256)", 2)[-20:].hex()
    bill[Step.TRANSFER] = sender.spend(
        escrow, "transferOwners(address,address,bytes)", buyer, buyer, b""
    )
    bill[Step.PLEDGE] = sender.spend(escrow, transfer_holder, bank, b"", sender=_BUYER)
    bill[Step.RELEASE] = sender.spend(escrow, transfer_holder, buyer, b"", sender=_BANK)
    bill[Step.DELIVER] = total(
        sender.spend(escrow, "returnToIssuer(bytes)", b"", sender=_BUYER),
        sender.spend(registry, "burn(uint256,bytes)", 2, b""),
    )
    minter = sender.deploy(compile_contract("benchmarks/contracts/TitleMinter.sol", "TitleMinter"))
    sender.spend(registry, "grantRole(bytes32,address)", _MINTER_ROLE, minter)
    # A hundred do not fit into one transaction.
    for step, first in ((Step.ISSUE_10, 1_000), (Step.ISSUE_50, 2_000)):
        count = ISSUES[step]
        spent = sender.spend(
            minter, "mintMany(address,address,uint256,uint256)", registry, owner, first, count
        )
        bill[step] = Spent(spent.gas, count)
    return bill
