"""What is usually done with web3.py, as its manual and eth-account's show it.

No proof, no state, no database: only what has to be done before any of these.
"""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from benchmarks.index.given import Given

if TYPE_CHECKING:
    from web3 import Web3


def decode(given: Given) -> Callable[[], int]:
    """get_logs and process_log."""
    from web3 import Web3

    def work() -> int:
        web3 = Web3(Web3.HTTPProvider(given.rpc_url))
        return sum(_events(web3, given))

    return work


def decode_and_recover(given: Given) -> Callable[[], int]:
    """The same, and each act's signers recovered from calldata.

    Only cutting calldata into acts and naming their fields is ours; web3.py cannot do it.
    """
    from eth_account import Account
    from eth_account.messages import encode_typed_data
    from web3 import Web3

    from receipts_ledger.chain import wire
    from receipts_ledger.chain.artifact import ledger_artifact
    from receipts_ledger.chain.deployment import Deployment
    from receipts_ledger.chain.typed_data import Digester

    deployment = Deployment.read(given.deployment_file)
    digester = Digester(deployment.signing_domain())

    def work() -> int:
        web3 = Web3(Web3.HTTPProvider(given.rpc_url))
        address = Web3.to_checksum_address(deployment.contract)
        contract = web3.eth.contract(address=address, abi=ledger_artifact().abi)
        for number in range(deployment.block_number, given.to_block + 1):
            block: Any = web3.eth.get_block(number, full_transactions=True)
            for transaction in block["transactions"]:
                if transaction.get("to") != address:
                    continue
                _, arguments = contract.decode_function_input(transaction["input"])
                (acts,) = arguments.values()
                for signed in wire.decode_all(acts):
                    message = encode_typed_data(full_message=digester.typed_data(signed.act))
                    for signature in signed.signatures:
                        Account.recover_message(message, signature=_with_v(signature))
        return sum(_events(web3, given))

    return work


def _events(web3: "Web3", given: Given) -> Iterator[int]:
    from receipts_ledger.chain.artifact import ledger_artifact
    from receipts_ledger.chain.deployment import Deployment
    from receipts_ledger.chain.keys import keccak

    deployment = Deployment.read(given.deployment_file)
    address = web3.to_checksum_address(deployment.contract)
    contract = web3.eth.contract(address=address, abi=ledger_artifact().abi)
    events = {}
    for entry in ledger_artifact().abi:
        if entry["type"] == "event":
            kinds = ",".join(field["type"] for field in entry["inputs"])
            topic = bytes(keccak(f"{entry['name']}({kinds})".encode()))
            events[topic] = contract.events[entry["name"]]()
    for block in range(deployment.block_number, given.to_block + 1):
        logs = web3.eth.get_logs({"address": address, "fromBlock": block, "toBlock": block})
        for log in logs:
            events[bytes(log["topics"][0])].process_log(log)
        yield len(logs)


def _with_v(signature: bytes) -> bytes:
    """Return r, s, v of r, vs."""
    v = 27 + (signature[32] >> 7)
    return signature[:32] + bytes((signature[32] & 0x7F,)) + signature[33:] + bytes((v,))
