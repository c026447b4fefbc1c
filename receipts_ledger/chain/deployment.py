"""A deployed ledger: where it is, and how to tell that it is the one meant.

Chain id, genesis hash and code hash are compared before anything else is done with a
node: a gateway or an audit on the wrong chain is worse than none.
"""

import re
import time
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

import orjson
from eth_abi.abi import encode as encode_abi

from receipts_ledger.chain import answers
from receipts_ledger.chain.artifact import Artifact, ledger_artifact
from receipts_ledger.chain.keys import address_of_private_key, keccak
from receipts_ledger.chain.proofs import Proofs, well_formed
from receipts_ledger.chain.rpc import Rpc
from receipts_ledger.chain.transactions import TransactionType, Unsigned, sign
from receipts_ledger.chain.typed_data import SigningDomain
from receipts_ledger.domain.block import BlockRef
from receipts_ledger.domain.cursor import Origin
from receipts_ledger.domain.ids import Address, Hash32
from receipts_ledger.domain.lane import Fees
from receipts_ledger.errors import Fatal, Retryable

_DEPLOY_GAS = 14_000_000
_RECEIPT_POLL_SECONDS = 0.1
_RECEIPT_WAIT_SECONDS = 120.0
COUNT_MAX = 2**53 - 1
"""The largest whole number that every reader of JSON can hold."""
NO_ADDRESS = Address(bytes(20))


@dataclass(frozen=True, slots=True)
class Deployment:
    """The deployment file. Hashes and addresses in 0x-hex, lower case, as nodes give them."""

    chain_id: int
    genesis_hash: str
    contract: str
    block_number: int
    block_hash: str
    transaction_hash: str
    code_hash: str
    registrar_key: str
    provable: Proofs
    """What the engine's blocks prove. A node that later proves less has bent them."""

    @classmethod
    def read(cls, path: Path) -> "Deployment":
        """Read a deployment file. Raises Fatal naming what is wrong with it."""
        try:
            return cls.of(orjson.loads(path.read_bytes()))
        except OSError as error:
            raise Fatal(f"deployment file {path}: {error.strerror}") from error
        except KeyError as error:
            raise Fatal(f"deployment file {path} is no deployment: no {error.args[0]}") from error
        except orjson.JSONDecodeError as error:
            raise Fatal(f"deployment file {path} is no deployment: it is no JSON") from error
        except TypeError as error:
            raise Fatal(f"deployment file {path} is no deployment: no JSON object") from error
        except ValueError as error:
            raise Fatal(f"deployment file {path} is no deployment: {error}") from error

    @classmethod
    def of(cls, members: Any) -> "Deployment":
        """Read the members of a deployment file. Raises KeyError, TypeError or ValueError."""
        return cls(
            chain_id=_count(members, "chain_id"),
            genesis_hash=_hex(members, "genesis_hash", 32),
            contract=_hex(members, "contract", 20),
            block_number=_count(members, "block_number"),
            block_hash=_hex(members, "block_hash", 32),
            transaction_hash=_hex(members, "transaction_hash", 32),
            code_hash=_hex(members, "code_hash", 32),
            registrar_key=_hex(members, "registrar_key", 20),
            provable=_proofs(members["provable"]),
        )

    def write(self, path: Path) -> None:
        """Write the deployment file."""
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(orjson.dumps(asdict(self), option=orjson.OPT_INDENT_2) + b"\n")

    @property
    def address(self) -> Address:
        """The contract's 20 bytes."""
        return Address(bytes.fromhex(self.contract.removeprefix("0x")))

    def signing_domain(self) -> SigningDomain:
        """Return the EIP-712 domain of this ledger."""
        return SigningDomain(self.chain_id, self.address)

    def origin(self) -> Origin:
        """Return which ledger this is, as an index remembers it."""
        return Origin(
            self.chain_id,
            _hash32(self.genesis_hash),
            self.address,
            _hash32(self.code_hash),
            BlockRef(self.block_number, _hash32(self.block_hash)),
        )


def deploy(
    rpc: Rpc,
    *,
    private_key: bytes,
    registrar_key: Address,
    profile: Hash32,
    gas_price_wei: int | None = None,
    predecessor: Address = NO_ADDRESS,
) -> Deployment:
    """Deploy the ledger and wait until it is mined. The private key pays; it gets no right.

    `predecessor` is the ledger whose pools and receipts are to come over. `gas_price_wei` of
    None asks the node; 0 is for chains without fees. Raises RpcError, Retryable after two
    minutes without a block, Fatal if the creation failed.
    """
    artifact = ledger_artifact()
    sender = "0x" + address_of_private_key(private_key).hex()
    arguments = encode_abi(["address", "bytes32", "address"], [registrar_key, profile, predecessor])
    chain_id, nonce, price = rpc.batch(
        [("eth_chainId", ()), ("eth_getTransactionCount", (sender, "latest")), ("eth_gasPrice", ())]
    )
    price_wei = 2 * int(price, 16) if gas_price_wei is None else gas_price_wei
    creation = Unsigned(
        chain_id=int(chain_id, 16),
        nonce=int(nonce, 16),
        to=None,
        calldata=artifact.bytecode + arguments,
        gas_limit=_DEPLOY_GAS,
        fees=Fees(price_wei, price_wei),
    )
    signed = sign(creation, private_key, TransactionType.LEGACY)
    tx_hash = rpc.call("eth_sendRawTransaction", ["0x" + signed.raw.hex()])
    tx_receipt = _wait_for(rpc, tx_hash)
    if int(tx_receipt["status"], 16) != 1:
        raise Fatal(f"the creation of the contract failed in transaction {tx_hash}")
    contract = str(tx_receipt["contractAddress"]).lower()
    genesis, code = rpc.batch(
        [("eth_getBlockByNumber", ("0x0", False)), ("eth_getCode", (contract, "latest"))]
    )
    return Deployment(
        chain_id=int(chain_id, 16),
        genesis_hash=genesis["hash"],
        contract=contract,
        block_number=int(tx_receipt["blockNumber"], 16),
        block_hash=tx_receipt["blockHash"],
        transaction_hash=tx_hash,
        code_hash="0x" + keccak(bytes.fromhex(code[2:])).hex(),
        registrar_key="0x" + registrar_key.hex(),
        provable=_provable_in(rpc, tx_receipt["blockHash"]),
    )


def verify(rpc: Rpc, deployment: Deployment) -> None:
    """Make sure that the node serves the chain and the contract of the deployment file.

    Raises Fatal saying which of chain id, genesis block, deployment block, its transaction
    and code differs.
    """
    answers = rpc.batch(
        [
            ("eth_chainId", ()),
            ("eth_getBlockByNumber", ("0x0", False)),
            ("eth_getBlockByNumber", (hex(deployment.block_number), False)),
            ("eth_getCode", (deployment.contract, "latest")),
        ]
    )
    with well_formed("the chain id"):
        chain_id = int(answers[0], 16)
    with well_formed("block 0, the genesis block", 0):
        genesis_hash = _hash_of(answers[1])
    number = deployment.block_number
    with well_formed(f"block {number}, of the deployment", number):
        block, block_hash = answers[2], _hash_of(answers[2])
        has_transaction = block is not None and deployment.transaction_hash in block["transactions"]
    with well_formed("the ledger's code"):
        code = bytes.fromhex(answers[3][2:])
    for name, found, expected in (
        ("chain id", chain_id, deployment.chain_id),
        ("genesis hash", genesis_hash, deployment.genesis_hash),
        ("deployment block hash", block_hash, deployment.block_hash),
        ("code hash", "0x" + keccak(code).hex(), deployment.code_hash),
    ):
        if found != expected:
            raise Fatal(
                f"the node at {rpc.name} is not the ledger of the deployment file: "
                f"{name} is {found}, should be {expected}"
            )
    if not has_transaction:
        raise Fatal(
            f"the node at {rpc.name} is not the ledger of the deployment file: transaction "
            f"{deployment.transaction_hash} is not in the deployment block"
        )
    rare_acts = rare_acts_of(deployment.address)
    with well_formed("the code of the ledger's rare acts"):
        rare_code = bytes.fromhex(rpc.call("eth_getCode", ["0x" + rare_acts.hex(), "latest"])[2:])
    artifact = ledger_artifact()
    if not is_our_code(code, rare_code, deployment.address, artifact):
        raise Fatal(
            f"the code at {deployment.contract} is not the ReceiptsLedger of this release: "
            "use the release that it was deployed with"
        )
    immutables = artifact.ledger.immutables_in(code) or {}
    if any(immutables["PREDECESSOR"]):
        raise Fatal(
            f"the ledger at {deployment.contract} has taken over receipts from the ledger at "
            f"0x{immutables['PREDECESSOR'][12:].hex()}: this release reads first ledgers only"
        )


def is_still_reading(rpc: Rpc, deployment: Deployment) -> bool:
    """Tell whether the node is of the right chain, and has not come to the ledger's block yet."""
    chain_id, genesis, block = rpc.batch(
        [
            ("eth_chainId", ()),
            ("eth_getBlockByNumber", ("0x0", False)),
            ("eth_getBlockByNumber", (hex(deployment.block_number), False)),
        ]
    )
    with well_formed("which chain this is"):
        found = (int(chain_id, 16), _hash_of(genesis))
        return block is None and found == (deployment.chain_id, deployment.genesis_hash)


def rare_acts_of(contract: Address) -> Address:
    """Return where the first contract lies that the ledger has created."""
    rlp_of_creator_and_nonce = b"\xd6\x94" + contract + b"\x01"
    return Address(keccak(rlp_of_creator_and_nonce)[12:])


def is_our_code(code: bytes, rare_code: bytes, contract: Address, artifact: Artifact) -> bool:
    """Compare a ledger's code, and that of its rare acts, with the artifact.

    Of the immutables set at creation, the rare acts have to be those that the ledger has
    created itself, and both have to have the same predecessor.
    """
    found = artifact.ledger.immutables_in(code)
    rare_found = artifact.rare_acts.immutables_in(rare_code)
    return (
        found is not None
        and rare_found is not None
        and found["RARE_ACTS"][12:] == rare_acts_of(contract)
        and found["PREDECESSOR"] == rare_found["PREDECESSOR"]
    )


def _provable_in(rpc: Rpc, block_hash: str) -> Proofs:
    block = rpc.call("eth_getBlockByHash", [block_hash, True])
    if block is None:
        raise Retryable(f"the block of the deployment, {block_hash}, is gone: deploy again")
    raw = rpc.raw_batch(
        [("eth_getTransactionReceipt", (each["hash"],)) for each in block["transactions"]]
    )
    with well_formed("the deployment block's transactions and their receipts"):
        return Proofs.possible_for(block, answers.tx_receipts(raw))


def _proofs(members: Any) -> Proofs:
    if not isinstance(members, dict):
        raise ValueError(f"provable is {members!r}, no JSON object")
    named: dict[str, Any] = {each.name: members.get(each.name) for each in fields(Proofs)}
    for name, value in named.items():
        if type(value) is not bool:
            raise ValueError(f"provable is {members!r}: {name} is neither true nor false")
    return Proofs(**named)


def _count(members: Any, name: str) -> int:
    value = members[name]
    if type(value) is not int or not 0 <= value <= COUNT_MAX:
        raise ValueError(f"{name} is {value!r}, no whole number")
    return int(value)


def _hex(members: Any, name: str, size: int) -> str:
    value = members[name]
    if not isinstance(value, str) or not re.fullmatch(f"0x[0-9a-fA-F]{{{2 * size}}}", value):
        raise ValueError(f"{name} is {value!r}, not {size} bytes in 0x-hex")
    return value.lower()


def _hash32(text: str) -> Hash32:
    return Hash32(bytes.fromhex(text.removeprefix("0x")))


def _hash_of(block: Any) -> str | None:
    return None if block is None else str(block["hash"])


def _wait_for(rpc: Rpc, tx_hash: str) -> Any:
    deadline = time.monotonic() + _RECEIPT_WAIT_SECONDS
    while time.monotonic() < deadline:
        tx_receipt = rpc.call("eth_getTransactionReceipt", [tx_hash])
        if tx_receipt is not None:
            return tx_receipt
        time.sleep(_RECEIPT_POLL_SECONDS)
    raise Retryable(f"transaction {tx_hash} was not mined in {_RECEIPT_WAIT_SECONDS:.0f} s")
