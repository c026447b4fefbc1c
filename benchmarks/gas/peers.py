"""What other ledgers pay for the nearest thing they have.

Always their cheapest way: no remark, holders that hold already, the caller acting for
itself and paying itself.
"""

from benchmarks.gas.compiler import Compiled, compile_contract, shipped
from benchmarks.gas.operation import Bill, Operation, Spent
from benchmarks.gas.sender import Sender, gas_of, total
from receipts_ledger.chain.keys import keccak

TOKEN_REGISTRY = "@tradetrust-tt/token-registry"  # noqa: S105  (the name of a package)
OPENZEPPELIN = "@openzeppelin/contracts"

_BATCHES = {Operation.ISSUE_10: 10, Operation.ISSUE_50: 50, Operation.ISSUE_100: 100}
_MINTER_ROLE = keccak(b"MINTER_ROLE")
_COMMITMENT = keccak(b"commitment")
_OWNER, _BUYER, _BANK = 0, 2, 3


def token_registry() -> tuple[Compiled, Compiled]:
    """Return TradeTrust's escrow factory and registry from the sources in its package."""
    folder = f"benchmarks/node_modules/{TOKEN_REGISTRY}/contracts"
    return (
        compile_contract(f"{folder}/TitleEscrowFactory.sol", "TitleEscrowFactory"),
        compile_contract(f"{folder}/TradeTrustToken.sol", "TradeTrustToken"),
    )


def token_registry_as_shipped() -> tuple[Compiled, Compiled]:
    """Return the same two as the bytecode in the package."""
    return (
        shipped(TOKEN_REGISTRY, "dist/artifacts/TitleEscrowFactory.sol/TitleEscrowFactory.json"),
        shipped(TOKEN_REGISTRY, "dist/artifacts/TradeTrustToken.sol/TradeTrustToken.json"),
    )


def tradetrust(sender: Sender, contracts: tuple[Compiled, Compiled]) -> Bill:
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
        Operation.DEPLOY: Spent(gas_of(factory_receipt) + gas_of(registry_receipt)),
        Operation.ISSUE_NEW_WORD: sender.spend(registry, mint, owner, owner, 2, b""),
    }
    escrow = "0x" + sender.look(registry, "ownerOf(uint256)", 2)[-20:].hex()
    bill[Operation.TRANSFER] = sender.spend(
        escrow, "transferOwners(address,address,bytes)", buyer, buyer, b""
    )
    bill[Operation.PLEDGE] = sender.spend(escrow, transfer_holder, bank, b"", sender=_BUYER)
    bill[Operation.RELEASE] = sender.spend(escrow, transfer_holder, buyer, b"", sender=_BANK)
    bill[Operation.DELIVER_FULL] = total(
        sender.spend(escrow, "returnToIssuer(bytes)", b"", sender=_BUYER),
        sender.spend(registry, "burn(uint256,bytes)", 2, b""),
    )
    minter = sender.deploy(compile_contract("benchmarks/contracts/TitleMinter.sol", "TitleMinter"))
    sender.spend(registry, "grantRole(bytes32,address)", _MINTER_ROLE, minter)
    for operation, first in ((Operation.ISSUE_10, 1_000), (Operation.ISSUE_50, 2_000)):
        count = _BATCHES[operation]
        spent = sender.spend(
            minter, "mintMany(address,address,uint256,uint256)", registry, owner, first, count
        )
        bill[operation] = Spent(spent.gas, count)
    return bill


def erc721(sender: Sender) -> Bill:
    """Mint, sell, give to an escrow and take back, burn. The escrow is a plain account."""
    owner, buyer, escrow = (sender.accounts[index] for index in (_OWNER, _BUYER, _BANK))
    deployed = sender.deployed(
        compile_contract("benchmarks/contracts/MintableTitle.sol", "MintableTitle")
    )
    title = str(deployed["contractAddress"])
    mint, move = "mint(address,uint256)", "transferFrom(address,address,uint256)"
    # Everybody holds one already, so that no balance is written for the first time.
    for number, holder in enumerate((owner, buyer, escrow), start=1):
        sender.spend(title, mint, holder, number)
    bill = {
        Operation.DEPLOY: Spent(gas_of(deployed)),
        Operation.ISSUE_NEW_WORD: sender.spend(title, mint, owner, 10),
        Operation.TRANSFER: sender.spend(title, move, owner, buyer, 10),
        Operation.PLEDGE: total(
            sender.spend(title, "approve(address,uint256)", escrow, 10, sender=_BUYER),
            sender.spend(title, move, buyer, escrow, 10, sender=_BANK),
        ),
        Operation.RELEASE: sender.spend(title, move, escrow, buyer, 10, sender=_BANK),
        Operation.DELIVER_FULL: sender.spend(title, "burn(uint256)", 10, sender=_BUYER),
    }
    for operation, count in _BATCHES.items():
        spent = sender.spend(
            title, "mintMany(address,uint256,uint256)", owner, 1_000 * count, count
        )
        bill[operation] = Spent(spent.gas, count)
    return bill


def bare_word(sender: Sender) -> Bill:
    """Write a new word and an event, and change it and say so again."""
    deployed = sender.deployed(compile_contract("benchmarks/contracts/BareWord.sol", "BareWord"))
    contract = str(deployed["contractAddress"])
    write = "write(uint256,uint256,bytes32)"
    word = int.from_bytes(_COMMITMENT)
    new = sender.spend(contract, write, 1, word, _COMMITMENT)
    change = sender.spend(contract, write, 1, word - 1, _COMMITMENT)
    changes = (
        Operation.TRANSFER,
        Operation.PLEDGE,
        Operation.RELEASE,
        Operation.DELIVER_PART,
        Operation.DELIVER_FULL,
        Operation.FREEZE,
        Operation.UNFREEZE,
    )
    bill = {Operation.DEPLOY: Spent(gas_of(deployed)), Operation.ISSUE_NEW_WORD: new}
    bill |= dict.fromkeys(changes, change)
    for operation, count in _BATCHES.items():
        spent = sender.spend(
            contract,
            "writeMany(uint256,uint256,bytes32[])",
            1_000 * count,
            word,
            [keccak(index.to_bytes(8)) for index in range(count)],
        )
        bill[operation] = Spent(spent.gas, count)
    return bill
