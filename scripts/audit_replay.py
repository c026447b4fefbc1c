#!/usr/bin/env python
"""Audit a ledger from its chain: an auditor's own node and the deployment file are enough.

    audit_replay.py --rpc URL... --deployment FILE [--head HASH] [--db URL] [--to BLOCK]
        [--export BUNDLE] [--since REPORT --state FILE --auditor ADDRESS] [--write-state FILE]
        [--sign-with KEYSTORE --password FILE] [--out FOLDER] [--json|--html|--pdf FILE]
    audit_replay.py --bundle BUNDLE [--deployment FILE] [--head HASH] [--db URL] ...
    audit_replay.py --rpc URL --deployment FILE --no-proofs [--db URL] [--json FILE] [--to BLOCK]

Several nodes have to agree. A bundle holds all that an audit needs, and is audited without a
network. Exit code 0: everything agrees. 1: something differs. 2: it could
not be decided, because a node is away or contradicts itself or another one, or an argument is
wrong; one line says which, and the JSON names the block. 130: stopped by
Ctrl-C.
"""

import argparse
import re
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from rich.console import Console

if TYPE_CHECKING:
    from receipts_ledger.cli.audit_papers import Papers
    from receipts_ledger.cli.audit_run import Audited

UNDECIDED = 2
INTERRUPTED = 130


class _OneLineParser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        self.exit(UNDECIDED, f"{self.prog}: {message}\n")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one audit and return the exit code."""
    given = _given(arguments)
    try:
        return _audit(given)
    except Exception:
        # Python would end with 1, which here says that the ledger differs.
        traceback.print_exc()
        return _undecided("a fault of this program; the lines above say where")
    except KeyboardInterrupt:
        sys.stderr.write("audit_replay.py: stopped\n")
        return INTERRUPTED


def _audit(given: argparse.Namespace) -> int:
    from receipts_ledger.cli.audit_issue import issue
    from receipts_ledger.cli.audit_papers import Papers, Wanted
    from receipts_ledger.cli.audit_report import print_audit
    from receipts_ledger.errors import LedgerError

    wanted = Wanted(given.out, given.json, given.html, given.pdf)
    try:
        if given.no_proofs:
            return _look(given)
        papers = Papers(wanted, given.sign_with, given.password)
        console = None if given.quiet else Console(stderr=True)
        issued = issue(lambda: _audited(given, papers, console), papers, given.deployment)
        audited = issued.outcome()
    except LedgerError as error:
        return _undecided(str(error))
    print_audit(audited, Console(highlight=False))
    return issued.exit_code


def _audited(given: argparse.Namespace, papers: "Papers", console: Console | None) -> "Audited":
    from receipts_ledger.cli.audit_run import run_audit, run_export, run_verify
    from receipts_ledger.cli.audit_since import going_on

    if given.bundle is not None:
        return run_verify(
            bundle=given.bundle,
            deployment_file=given.deployment,
            trusted_head=given.head,
            database_url=given.db,
            to_block=given.to,
            console=console,
            auditor=papers.auditor,
        )
    if given.export is not None:
        return run_export(
            bundle=given.export,
            rpc_url=given.rpc[0],
            other_rpc_urls=given.rpc[1:],
            deployment_file=given.deployment,
            trusted_head=given.head,
            to_block=given.to,
            console=console,
            auditor=papers.auditor,
        )
    return run_audit(
        rpc_url=given.rpc[0],
        other_rpc_urls=given.rpc[1:],
        deployment_file=given.deployment,
        trusted_head=given.head,
        database_url=given.db,
        to_block=given.to,
        console=console,
        auditor=papers.auditor,
        going_on=going_on(given.since, given.state, given.auditor, given.db),
        state_file=given.write_state,
    )


def _given(arguments: Sequence[str] | None) -> argparse.Namespace:
    """Read the arguments, and see that they go together."""
    parser = _parser()
    given = parser.parse_args(arguments)
    given.rpc = given.rpc and [url for some in given.rpc for url in some.split(",")]
    if given.bundle is None:
        needed = {"--rpc": given.rpc, "--deployment": given.deployment}
        missing = [option for option, value in needed.items() if not value]
        if missing:
            parser.error(f"the following arguments are required: {', '.join(missing)}")
    elif given.rpc or given.export:
        parser.error("--bundle: what is in a bundle is read without a node, and not written again")
    others = (given.since, given.state, given.auditor, given.write_state)
    if (given.bundle or given.export) and any(each is not None for each in others):
        parser.error("--bundle, --export: a bundle is whole: no --since and no --write-state")
    papers = (given.out, given.html, given.pdf, given.sign_with, given.bundle, given.export)
    if given.no_proofs and any(each is not None for each in (*papers, *others)):
        parser.error("--no-proofs: what proves nothing is neither signed nor gone on from")
    if given.export is not None and given.db is not None:
        parser.error("--export: a database is compared when a ledger or a bundle is audited")
    return given


def _look(given: argparse.Namespace) -> int:
    from receipts_ledger.cli.quick_look import (
        exit_code,
        expect_no_trust,
        print_look,
        run_look,
        write_look,
    )

    expect_no_trust(trusted_head=given.head, nodes=len(given.rpc))
    looked = run_look(
        rpc_url=given.rpc[0],
        deployment_file=given.deployment,
        database_url=given.db,
        to_block=given.to,
        console=None if given.quiet else Console(stderr=True),
    )
    if given.json is not None:
        try:
            write_look(looked, given.json)
        except OSError as error:
            return _undecided(f"--json: {given.json} cannot be written: {error.strerror}")
    print_look(looked, Console(highlight=False))
    return exit_code(looked)


def _parser() -> argparse.ArgumentParser:
    parser = _OneLineParser(prog="audit_replay.py", description=__doc__.partition("\n")[0])
    parser.add_argument(
        "--rpc",
        action="append",
        metavar="URL",
        help="JSON-RPC of a node; given again, or with commas: nodes that must agree",
    )
    parser.add_argument("--deployment", type=Path, metavar="FILE")
    parser.add_argument("--bundle", type=Path, help="audit this file, without a network")
    parser.add_argument("--export", type=Path, metavar="BUNDLE", help="write such a file")
    parser.add_argument(
        "--head", type=_block_hash, metavar="HASH", help="end at this block, which you trust"
    )
    parser.add_argument("--db", metavar="URL", help="compare this database too, row by row")
    parser.add_argument(
        "--sign-with", type=Path, metavar="KEYSTORE", help="sign the report with this key"
    )
    parser.add_argument("--password", type=Path, metavar="FILE", help="the keystore's password")
    parser.add_argument(
        "--out", type=Path, metavar="FOLDER", help="write the report as JSON, HTML and PDF"
    )
    for kind in ("json", "html", "pdf"):
        parser.add_argument(
            f"--{kind}", type=Path, metavar="FILE", help=f"write the report as {kind.upper()}"
        )
    parser.add_argument("--since", type=Path, metavar="REPORT", help="go on from this report")
    parser.add_argument("--state", type=Path, metavar="FILE", help="the state written with it")
    parser.add_argument("--auditor", type=_address, metavar="ADDRESS", help="whose report it is")
    parser.add_argument("--write-state", type=Path, metavar="FILE", help="write the state")
    parser.add_argument("--to", type=_block_number, metavar="BLOCK", help="default: the head")
    parser.add_argument(
        "--no-proofs",
        action="store_true",
        help="a quick look at what one node claims: proves nothing, and says so",
    )
    parser.add_argument("--quiet", action="store_true", help="show no progress bar")
    return parser


def _block_number(text: str) -> int:
    if not (text.isascii() and text.isdigit()):
        raise argparse.ArgumentTypeError(f"{text!r} is no block number: digits only")
    return int(text)


def _address(text: str) -> bytes:
    if re.fullmatch("0x[0-9a-fA-F]{40}", text) is None:
        raise argparse.ArgumentTypeError(f"{text!r} is no address: 0x and 40 hexadecimal digits")
    return bytes.fromhex(text[2:])


def _block_hash(text: str) -> bytes:
    if re.fullmatch("0x[0-9a-fA-F]{64}", text) is None:
        raise argparse.ArgumentTypeError(f"{text!r} is no hash: 0x and 64 hexadecimal digits")
    return bytes.fromhex(text[2:])


def _undecided(reason: str) -> int:
    from receipts_ledger.cli.output import in_one_line

    sys.stderr.write(f"audit_replay.py: could not decide: {in_one_line(reason)}\n")
    return UNDECIDED


if __name__ == "__main__":
    sys.exit(main())
