#!/usr/bin/env python
"""Audit a ledger from its chain: an auditor's own node and the deployment file are enough.

    audit_replay.py --rpc URL... --deployment FILE [--head HASH] [--db URL] [--to BLOCK]
        [--sign-with KEYSTORE --password FILE] [--out FOLDER] [--json|--html|--pdf FILE]

Several nodes have to agree. Exit code 0: everything agrees. 1: something differs. 2: it could
not be decided, because a node is away or contradicts itself or another one, or an argument is
wrong; one line says which, and the JSON names the block.
"""

import argparse
import re
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from rich.console import Console

UNDECIDED = 2


class _OneLineParser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        self.exit(UNDECIDED, f"{self.prog}: {message}\n")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one audit and return the exit code."""
    given = _parser().parse_args(arguments)
    try:
        return _audit(given)
    except Exception:
        # Python would end with 1, which here says that the ledger differs.
        traceback.print_exc()
        return _undecided("a fault of this program; the lines above say where")


def _audit(given: argparse.Namespace) -> int:
    from receipts_ledger.cli.audit_issue import issue
    from receipts_ledger.cli.audit_papers import Papers, Wanted
    from receipts_ledger.cli.audit_report import print_audit
    from receipts_ledger.cli.audit_run import run_audit
    from receipts_ledger.errors import LedgerError

    wanted = Wanted(given.out, given.json, given.html, given.pdf)
    try:
        papers = Papers(wanted, given.sign_with, given.password)
        issued = issue(
            lambda: run_audit(
                rpc_url=given.rpc[0],
                other_rpc_urls=given.rpc[1:],
                deployment_file=given.deployment,
                trusted_head=given.head,
                database_url=given.db,
                to_block=given.to,
                console=None if given.quiet else Console(stderr=True),
                auditor=papers.auditor,
            ),
            papers,
            given.deployment,
        )
        audited = issued.outcome()
    except LedgerError as error:
        return _undecided(str(error))
    print_audit(audited, Console(highlight=False))
    return issued.exit_code


def _parser() -> argparse.ArgumentParser:
    parser = _OneLineParser(prog="audit_replay.py", description=__doc__.partition("\n")[0])
    parser.add_argument(
        "--rpc",
        required=True,
        action="append",
        metavar="URL",
        help="JSON-RPC of a node; given again: nodes that must agree",
    )
    parser.add_argument("--deployment", required=True, type=Path, metavar="FILE")
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
    parser.add_argument("--to", type=_block_number, metavar="BLOCK", help="default: the head")
    parser.add_argument("--quiet", action="store_true", help="show no progress bar")
    return parser


def _block_number(text: str) -> int:
    if not (text.isascii() and text.isdigit()):
        raise argparse.ArgumentTypeError(f"{text!r} is no block number: digits only")
    return int(text)


def _block_hash(text: str) -> bytes:
    if re.fullmatch("0x[0-9a-fA-F]{64}", text) is None:
        raise argparse.ArgumentTypeError(f"{text!r} is no hash: 0x and 64 hexadecimal digits")
    return bytes.fromhex(text[2:])


def _undecided(reason: str) -> int:
    sys.stderr.write(f"audit_replay.py: could not decide: {' '.join(reason.split())}\n")
    return UNDECIDED


if __name__ == "__main__":
    sys.exit(main())
