"""Commands of a gateway's operator: api tokens, paying keys, keys kept for parties."""

from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from receipts_ledger.cli import options
from receipts_ledger.cli.gateway import opened
from receipts_ledger.cli.output import console, print_json, print_members, print_rows
from receipts_ledger.cli.secret import password_in, secret_in
from receipts_ledger.domain.caller import Scope
from receipts_ledger.domain.ids import Address, PartyId

_PANEL = "Gateway"
_TOKEN_COLUMNS = ("api_token_id", "label", "party", "scopes", "expires", "last_used")

KeyFile = Annotated[
    Path | None, typer.Option("--key", metavar="FILE", help="Keystore to take; else a new key.")
]
Password = Annotated[
    Path | None,
    typer.Option(
        "--password", metavar="FILE", help="Its password in a file; without it you are asked."
    ),
]


def register(root: typer.Typer) -> None:
    """Add the groups of commands."""
    tokens = typer.Typer(help="Api tokens: who may ask the gateway.", no_args_is_help=True)
    tokens.command("create")(create)
    tokens.command("list")(list_tokens)
    tokens.command("revoke")(revoke)
    root.add_typer(tokens, name="tokens", rich_help_panel=_PANEL)
    lanes = typer.Typer(help="Lanes: the keys that pay for transactions.", no_args_is_help=True)
    lanes.command("list")(list_lanes)
    lanes.command("keep")(keep_lane)
    lanes.command("resume")(resume_lane)
    lanes.command("retire")(retire_lane)
    root.add_typer(lanes, name="lanes", rich_help_panel=_PANEL)
    root.command("keep-key", rich_help_panel=_PANEL)(keep_key)
    kept = typer.Typer(help="Kept keys: what the gateway signs with.", no_args_is_help=True)
    kept.command("list")(list_kept_keys)
    kept.command("rotate")(rotate_keystore_secret)
    root.add_typer(kept, name="kept-keys", rich_help_panel=_PANEL)


def create(
    *,
    label: Annotated[str, typer.Option(help="What it is for.")],
    party: Annotated[
        PartyId | None, options.party_option("--party", "Whose it is; without it, the operator's.")
    ] = None,
    expires: Annotated[
        datetime | None, options.moment_option("--expires", "When it ends; else never.")
    ] = None,
    scope: Annotated[
        list[Scope] | None,
        typer.Option(
            parser=options.choice_of(Scope, "scope"),
            metavar="SCOPE",
            help="What it is good for: read, write, sign; may be given often; else all three.",
        ),
    ] = None,
    as_json: options.AsJson = False,
) -> None:
    """Make an api token. Its secret is shown this once; the gateway keeps only a hash.

    For example: receipts-ledger tokens create --label "Bank A, office" --party 5
    """
    with opened() as house:
        made = house.make_api_token(
            party, label, expires_at=expires, scopes=frozenset(scope or Scope)
        )
    members = {"api_token_id": made.api_token_id, "party": party, "secret": made.secret}
    if as_json:
        print_json(members)
        return
    print_members(f"api token {label}", members)


def list_tokens(*, as_json: options.AsJson = False) -> None:
    """List the api tokens and sessions that are alive, and when each was last used.

    For example: receipts-ledger tokens list
    """
    with opened() as house:
        rows = [_token_row(row) for row in house.api_tokens()]
    if as_json:
        print_json(rows)
        return
    print_rows(
        "api tokens", _TOKEN_COLUMNS, [[row[name] for name in _TOKEN_COLUMNS] for row in rows]
    )


def _token_row(row: Any) -> dict[str, Any]:
    return {
        "api_token_id": row.token_id,
        "label": row.label,
        "party": row.party_id,
        "scopes": ", ".join(row.scopes),
        "key": None if row.key is None else "0x" + row.key.hex(),
        "expires": row.expires_at,
        "last_used": row.last_used_at,
    }


def revoke(
    *,
    api_token_id: Annotated[str, typer.Argument(metavar="ID", help="Id of the api token.")],
    as_json: options.AsJson = False,
) -> None:
    """End an api token, from the next request on.

    For example: receipts-ledger tokens revoke 95417a3f-aaf4-4a6e-9d37-f80bcbdb5c21
    """
    with opened() as house:
        house.revoke_api_token(api_token_id)
    if as_json:
        print_json({"api_token_id": api_token_id, "revoked": True})
        return
    console().print(f"api token {api_token_id} is no longer taken", markup=False)


def list_lanes(*, as_json: options.AsJson = False) -> None:
    """List the paying keys, their next nonces and funds, and what stops them.

    For example: receipts-ledger lanes list
    """
    with opened() as house:
        lanes = house.lanes.every()
        funds = {each.lane: each for each in house.lane_funds()}
    rows = [
        {
            "address": "0x" + lane.address.hex(),
            "next_nonce": lane.next_nonce,
            "in_flight_max": lane.in_flight_max,
            "balance_wei": str(funds[lane.address].balance_wei),
            "has_low_funds": funds[lane.address].is_low,
            "paused": lane.paused_reason,
        }
        for lane in lanes
    ]
    if as_json:
        print_json(rows)
        return
    for row in rows:
        print_members(f"lane {row['address']}", row)


def keep_lane(
    *, key: KeyFile = None, password: Password = None, as_json: options.AsJson = False
) -> None:
    """Take a paying key in, so that its funds pay for transactions.

    For example: receipts-ledger lanes keep --key payer.json
    """
    with opened() as house:
        address = house.keep_lane(_private_key(key, password))
    _show_address("lane", address, as_json=as_json)


def resume_lane(
    *,
    address: Annotated[Address, options.address_argument("The lane's address.")],
    as_json: options.AsJson = False,
) -> None:
    """Put a paused lane to work again, once its reason is gone.

    For example: receipts-ledger lanes resume 0x70997970c51812dc3a010c7d01b50e0d17dc79c8
    """
    with opened() as house:
        house.resume_lane(address)
    _show_address("lane", address, as_json=as_json)


def retire_lane(
    *,
    address: Annotated[Address, options.address_argument("The lane's address.")],
    as_json: options.AsJson = False,
) -> None:
    """End a lane, and forget its key once none of its transactions is under way.

    For example: receipts-ledger lanes retire 0x70997970c51812dc3a010c7d01b50e0d17dc79c8
    """
    with opened() as house:
        under_way = house.retire_lane(address)
    members = {"address": "0x" + address.hex(), "under_way": under_way, "forgotten": not under_way}
    if as_json:
        print_json(members)
        return
    hint = "say the same again once they are final" if under_way else None
    print_members("lane", {**members, "next": hint})


def list_kept_keys(*, as_json: options.AsJson = False) -> None:
    """List the keys that the gateway keeps, of parties and of lanes, without opening them.

    For example: receipts-ledger kept-keys list
    """
    with opened() as house:
        rows = [
            {"address": "0x" + row.address.hex(), "party": row.party_id, "since": row.created_at}
            for row in house.keystores.owners()
        ]
    if as_json:
        print_json(rows)
        return
    print_rows("kept keys", ("address", "party", "since"), [list(row.values()) for row in rows])


def rotate_keystore_secret(
    *,
    new_secret: Annotated[
        Path,
        typer.Option("--new-secret", metavar="FILE", help="File with the new keystore secret."),
    ],
    as_json: options.AsJson = False,
) -> None:
    """Lock all kept keys with another keystore secret, all or none. Stop the gateway first.

    For example: receipts-ledger kept-keys rotate --new-secret secrets/keystore-secret.new
    """
    secret = secret_in(new_secret, "--new-secret") or ""
    with opened() as house:
        count = house.rotate_keystore_secret(secret)
    if as_json:
        print_json({"kept_keys": count})
        return
    console().print(
        f"{count} kept keys are locked with the new secret: start the gateway with that one",
        markup=False,
    )


def keep_key(
    *,
    party: options.PartyArgument,
    key: KeyFile = None,
    password: Password = None,
    as_json: options.AsJson = False,
) -> None:
    """Keep a key for a party that cannot keep its own; the gateway signs when the party asks.

    For example: receipts-ledger keep-key 70001
    """
    with opened() as house:
        address = house.keep_key(party, None if key is None else _private_key(key, password))
    _show_address(f"key kept for party {party}", address, as_json=as_json)


def _private_key(key: Path | None, password: Path | None) -> bytes:
    from receipts_ledger.chain.keyfile import new_key, read_key

    if key is None:
        return new_key()
    return read_key(key, password_in(password))


def _show_address(title: str, address: Address, *, as_json: bool) -> None:
    members = {"address": "0x" + address.hex()}
    if as_json:
        print_json(members)
        return
    print_members(title, members)
