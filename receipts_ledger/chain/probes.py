"""Questions that show what a node can do. They change nothing and need no account."""

from enum import Enum, auto

from receipts_ledger.chain import answers
from receipts_ledger.chain.deployment import Deployment
from receipts_ledger.chain.headers import Header
from receipts_ledger.chain.keys import keccak
from receipts_ledger.chain.proofs import InconsistentNode, Proofs, well_formed
from receipts_ledger.chain.rpc import NodeAway, Rpc, RpcError, RpcErrorKind
from receipts_ledger.chain.trie_proofs import FalseProof, ProofReader
from receipts_ledger.domain.ids import Address

_BLOCKS_LOOKED_AT = 20
# The creation code copies what follows it into memory and reverts with it: an error like ours,
# without a contract. PUSH1 36, PUSH1 12, PUSH1 0, CODECOPY, PUSH1 36, PUSH1 0, REVERT.
_REVERTING = bytes.fromhex("6024600c60003960246000fd")
_ERROR = keccak(b"NotOpen(uint64)")[:4] + (7).to_bytes(32)


class Probe(Enum):
    """What became of bytes that should come back."""

    GIVEN = auto()
    WITHHELD = auto()
    BENT = auto()


def revert_of_probe(rpc: Rpc) -> Probe:
    """Revert with an error of our kind, by eth_call alone, and see whether it comes back."""
    try:
        rpc.call("eth_call", [{"data": "0x" + (_REVERTING + _ERROR).hex()}, "latest"])
    except RpcError as error:
        if not error.revert:
            return Probe.WITHHELD
        return Probe.GIVEN if error.revert == _ERROR else Probe.BENT
    return Probe.BENT


def block_proofs(rpc: Rpc, deployment: Deployment | None) -> Proofs | None:
    """Try to prove a block with transactions: the deployment's, or one of the latest."""
    if deployment is not None:
        block = rpc.call("eth_getBlockByHash", [deployment.block_hash, True])
    else:
        head = int(rpc.call("eth_blockNumber"), 16)
        numbers = range(head, max(-1, head - _BLOCKS_LOOKED_AT), -1)
        blocks = (rpc.call("eth_getBlockByNumber", [hex(number), True]) for number in numbers)
        block = next((block for block in blocks if block and block["transactions"]), None)
    if block is None:
        return None
    raw = rpc.raw_batch(
        [("eth_getTransactionReceipt", (each["hash"],)) for each in block["transactions"]]
    )
    return Proofs.possible_for(block, answers.tx_receipts(raw))


def proves_accounts(rpc: Rpc, header: Header) -> bool:
    """Tell whether eth_getProof leads from an account to the state root of a block.

    Raises RpcError where there is no such method, InconsistentNode for a false proof.
    """
    nobody = Address(keccak(b"receipts-ledger: an account that is not there")[12:])
    proof = rpc.call("eth_getProof", ["0x" + nobody.hex(), [], hex(header.number)])
    with well_formed(f"block {header.number}: the proof of an account", header.number):
        try:
            return ProofReader(header.state_root).value(nobody, proof["accountProof"]) is None
        except FalseProof as error:
            raise InconsistentNode(f"eth_getProof gives a false proof: {error}") from error


def ask_oldest_state(rpc: Rpc, number: int) -> bool:
    """Tell whether the node has kept the state of a block."""
    try:
        rpc.call("eth_getBalance", ["0x" + bytes(20).hex(), hex(number)])
    except RpcError as error:
        if error.kind is RpcErrorKind.METHOD_MISSING:
            raise
        return False
    return True


def batch_limit(rpc: Rpc, wanted: int) -> int:
    """Return how many calls the node answers in one request, up to what is wanted."""
    rpc.batch([("eth_chainId", ())] * wanted)
    return min(wanted, rpc.batch_calls("eth_chainId"))


def request_limit(rpc: Rpc, wanted_bytes: int) -> int:
    """Return how large a request the node takes, up to what is wanted."""
    size = wanted_bytes
    while size > 1:
        # To read code that nobody has asks for nothing but its own bytes.
        padding = "0x" + "00" * (size // 2)
        try:
            rpc.call("eth_call", [{"to": "0x" + bytes(20).hex(), "data": padding}, "latest"])
        except RpcError as error:
            # Other limits, as of a transaction's size or gas, are reached behind that one.
            if error.kind is not RpcErrorKind.RANGE_TOO_LARGE:
                return size
        except NodeAway:
            if size < wanted_bytes // 64:
                raise
        else:
            return size
        size //= 2
    return size
