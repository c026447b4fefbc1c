#!/usr/bin/env python
"""Audit a ledger from its chain: an auditor's own node and the deployment file are enough.

    audit_replay.py --rpc URL... --deployment FILE [--head HASH] [--db URL] [--json FILE]
        [--to BLOCK] [--no-proofs]

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
    from receipts_ledger.cli.audit_report import exit_code, print_audit, write_json
    from receipts_ledger.cli.audit_run import run_audit
    from receipts_ledger.cli.audit_undecided import write_undecided
    from receipts_ledger.errors import LedgerError

    try:
        if given.no_proofs:
            return _look(given)
        audited = run_audit(
            rpc_url=given.rpc[0],
            other_rpc_urls=given.rpc[1:],
            deployment_file=given.deployment,
            trusted_head=given.head,
            database_url=given.db,
            to_block=given.to,
            console=None if given.quiet else Console(stderr=True),
        )
    except LedgerError as error:
        if given.json is not None:
            try:
                write_undecided(error, given.deployment, given.json)
            except OSError as fault:
                return _undecided(f"--json: {given.json} cannot be written: {fault.strerror}")
        return _undecided(str(error))
    if given.json is not None:
        try:
            write_json(audited, given.json)
        except OSError as error:
            return _undecided(f"--json: {given.json} cannot be written: {error.strerror}")
    print_audit(audited, Console(highlight=False))
    return exit_code(audited)


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
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the report as JSON")
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


def _block_hash(text: str) -> bytes:
    if re.fullmatch("0x[0-9a-fA-F]{64}", text) is None:
        raise argparse.ArgumentTypeError(f"{text!r} is no hash: 0x and 64 hexadecimal digits")
    return bytes.fromhex(text[2:])


def _undecided(reason: str) -> int:
    sys.stderr.write(f"audit_replay.py: could not decide: {' '.join(reason.split())}\n")
    return UNDECIDED


if __name__ == "__main__":
    sys.exit(main())
