"""The run: one node, all measurements, the tables, docs/gas.md, and the budgets' verdict."""

from rich.console import Console

from benchmarks.gas.budget import verdicts
from benchmarks.gas.ours import our_bill
from benchmarks.gas.peers import (
    bare_word,
    erc721,
    token_registry,
    token_registry_as_shipped,
    tradetrust,
)
from benchmarks.gas.report import Bills, print_report, write_document
from benchmarks.gas.sender import Sender
from receipts_ledger.chain.local_node import anvil
from receipts_ledger.chain.rpc import Rpc
from tests.support.ledger_on_chain import LedgerOnChain

# Noon of some day: dates are in what is signed, and a signature's zero bytes cost less gas.
_GENESIS_SECONDS = 1_800_014_400


def run(console: Console) -> bool:
    """Measure, print, write docs/gas.md; return whether every budget is kept."""
    with anvil("--timestamp", str(_GENESIS_SECONDS)) as node:
        rpc = Rpc(node.url)
        sender = Sender(rpc)
        bills = Bills(
            ours=our_bill(LedgerOnChain(rpc)),
            tradetrust=tradetrust(sender, token_registry()),
            tradetrust_as_shipped=tradetrust(sender, token_registry_as_shipped()),
            erc721=erc721(sender),
            bare_word=bare_word(sender),
        )
        client = str(rpc.call("web3_clientVersion"))
    judged = list(verdicts(bills.ours))
    print_report(bills, judged, console)
    write_document(bills, judged, client)
    return all(verdict.is_kept for verdict in judged)
