"""The command `doctor`: whether a node is fit for a ledger, and what it lacks."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, TypeAlias

import typer

from receipts_ledger.chain.engines import ENGINES
from receipts_ledger.cli.options import AsJson
from receipts_ledger.cli.output import console, print_json, print_rows

if TYPE_CHECKING:
    from receipts_ledger.chain.fitness import Finding

FIT, UNFIT, UNDECIDED = 0, 1, 2

EngineName: TypeAlias = Literal["generic", "anvil", "besu-qbft", "geth-clique"]
FeeMode: TypeAlias = Literal["eip1559", "legacy", "zero"]


def register(root: typer.Typer) -> None:
    """Add the command."""
    root.command(rich_help_panel="Gateway")(doctor)


def doctor(
    *,
    rpc: Annotated[
        str,
        typer.Option(
            envvar="RECEIPTS_LEDGER_RPC",
            metavar="URL",
            help="JSON-RPC of a node; of several, with commas between them.",
        ),
    ],
    deployment: Annotated[
        Path | None, typer.Option(metavar="FILE", help="The ledger that should be on it.")
    ] = None,
    engine: Annotated[
        EngineName,
        typer.Option(envvar="RECEIPTS_LEDGER_ENGINE", help="What it should be fit as."),
    ] = "generic",
    finality: Annotated[
        str | None,
        typer.Option(
            envvar="RECEIPTS_LEDGER_FINALITY", help="Finality to be set; else the engine's."
        ),
    ] = None,
    fee_mode: Annotated[
        FeeMode | None,
        typer.Option(
            envvar="RECEIPTS_LEDGER_FEE_MODE", help="Fee mode to be set; else the engine's."
        ),
    ] = None,
    timeout_seconds: Annotated[float, typer.Option(min=0.1, help="For each answer.")] = 10.0,
    as_json: AsJson = False,
) -> None:
    """Ask a node for all that a gateway needs, and say what is missing and what to do.

    Exit code 0: it is fit. 1: something is missing. 2: it could not be decided.

    For example: receipts-ledger doctor --rpc http://node:8545 --engine besu-qbft
    """
    from receipts_ledger.chain.deployment import Deployment
    from receipts_ledger.chain.fitness import Examination, Expected
    from receipts_ledger.chain.rpc import Rpc
    from receipts_ledger.domain.finality import Finality

    profile = ENGINES[engine]
    try:
        expected = Expected(
            engine=profile,
            finality=Finality.parse(finality or profile.finality),
            fee_mode=fee_mode or profile.fee_mode,
            batch_calls_max=profile.rpc_batch_calls_max,
            deployment=None if deployment is None else Deployment.read(deployment),
        )
        nodes = [Rpc(url.strip(), timeout_seconds=timeout_seconds) for url in rpc.split(",")]
    except ValueError as error:
        raise typer.BadParameter(str(error)) from error
    # By name: an address may hold a password or a key of its host.
    found = [(node.name, list(Examination(node, expected).findings())) for node in nodes]
    _show(found, as_json=as_json)
    raise typer.Exit(_code([finding for _, findings in found for finding in findings]))


def _show(found: Sequence[tuple[str, Sequence["Finding"]]], *, as_json: bool) -> None:
    if as_json:
        print_json(
            [{"node": name, **asdict(each)} for name, findings in found for each in findings]
        )
        return
    for name, findings in found:
        rows = [(each.check, each.verdict, each.seen) for each in findings]
        print_rows(name, ("check", "verdict", "seen"), rows)
        for finding in findings:
            if finding.todo:
                console().print(f"{finding.check}: {finding.todo}", markup=False)


def _code(findings: Iterable["Finding"]) -> int:
    verdicts = {finding.verdict.value for finding in findings}
    if "missing" in verdicts:
        return UNFIT
    return UNDECIDED if "undecided" in verdicts else FIT
