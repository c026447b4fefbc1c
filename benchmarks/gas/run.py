"""The run: one node, all measurements, the tables, docs/gas.md, the snapshot, and the verdict."""

from rich.console import Console

from benchmarks.gas.budget import verdicts
from benchmarks.gas.comparison import Peer
from benchmarks.gas.compiler import compiler_of, our_settings
from benchmarks.gas.ours import our_bill
from benchmarks.gas.peers import erc721, tradetrust, trex
from benchmarks.gas.peers.bare_word import bare_word
from benchmarks.gas.report import Bills, print_report, write_document
from benchmarks.gas.sender import Sender
from benchmarks.gas.snapshot import changes, figures, remember, remembered
from benchmarks.gas.stage import GENESIS_SECONDS
from receipts_ledger.chain.local_node import anvil
from receipts_ledger.chain.rpc import Rpc
from tests.support.ledger_on_chain import LedgerOnChain


def run(console: Console) -> bool:
    """Measure, print, write docs/gas.md and the snapshot; return whether every budget is kept."""
    with anvil("--timestamp", str(GENESIS_SECONDS)) as node:
        rpc = Rpc(node.url)
        sender = Sender(rpc)
        bills = Bills(
            ours=our_bill(LedgerOnChain(rpc)),
            peers=_peers(sender),
            tradetrust_as_shipped=tradetrust.tradetrust(sender, tradetrust.as_shipped()),
            trex_with_claim=trex.trex_with_claim(sender),
        )
        client = str(rpc.call("web3_clientVersion"))
    judged = list(verdicts(bills.ours))
    found = figures(bills.ours)
    print_report(bills, judged, list(changes(remembered(), found)), console)
    write_document(bills, judged, client)
    remember(found)
    return all(verdict.is_kept for verdict in judged)


def _peers(sender: Sender) -> tuple[Peer, ...]:
    recompiled = f"compiled here: {our_settings()}"
    shipped = f"as the package ships it: solc {compiler_of(trex.token_code())}"
    return (
        Peer(
            "TradeTrust",
            (tradetrust.PACKAGE,),
            recompiled,
            tradetrust.tradetrust(sender, tradetrust.recompiled()),
        ),
        Peer(
            "OpenZeppelin ERC-721",
            (erc721.OPENZEPPELIN,),
            recompiled,
            erc721.erc721(sender, erc721.openzeppelin()),
        ),
        Peer(
            "Solady ERC-721",
            (erc721.SOLADY,),
            recompiled,
            erc721.erc721(sender, erc721.solady()),
        ),
        Peer("T-REX", (trex.PACKAGE,), shipped, trex.trex(sender), batch_mark="†"),
        Peer("bare word", (), recompiled, bare_word(sender)),
    )
