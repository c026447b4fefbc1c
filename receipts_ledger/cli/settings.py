"""The command `settings`: what is in force, and where each value comes from. No secret is shown."""

import re

import typer

from receipts_ledger.cli.options import AsJson
from receipts_ledger.cli.output import print_json, print_rows


def register(root: typer.Typer) -> None:
    """Add the command."""
    root.command(rich_help_panel="Gateway")(settings)


def settings(*, as_json: AsJson = False) -> None:
    """Show the settings of this environment: given, from the engine's profile, or the default.

    For example: RECEIPTS_LEDGER_ENGINE=besu-qbft receipts-ledger settings
    """
    from receipts_ledger.config import Settings, is_secret, origin_of

    found = Settings.read()
    rows = [
        {
            "setting": name,
            "value": "(secret)" if is_secret(field) else _shown(str(getattr(found, name))),
            "origin": origin_of(found, name),
        }
        for name, field in Settings.model_fields.items()
    ]
    if as_json:
        print_json(rows)
        return
    print_rows("settings", ("setting", "value", "origin"), [tuple(row.values()) for row in rows])


def _shown(value: str) -> str:
    """Return a value without what addresses may hold: a password, or a host's key in the path."""
    without_password = re.sub(r"//([^/@:\s]*):[^/@\s]*@", r"//\1:(secret)@", value)
    return re.sub(r"(https?://[^\s,/?]+)[/?][^\s,]+", r"\1/(secret)", without_password)
