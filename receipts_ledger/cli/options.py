"""What may be typed: receipt numbers, quantities, dates, files. Each says its own rule.

Parsing only. Whether an act is allowed is the ledger's to judge.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, TypeAlias, TypeVar
from uuid import UUID

import orjson
import typer

from receipts_ledger.client import Document
from receipts_ledger.domain import ids
from receipts_ledger.domain.moment import Moment, parse_moment
from receipts_ledger.domain.party import HOLDER_MAX, Role
from receipts_ledger.domain.receipt import QUANTITY_MAX

T = TypeVar("T")
E = TypeVar("E", bound=StrEnum)

CAPACITY_MAX = 2**56 - 1
_ADDRESS_CHARACTERS = 42
_HASH_CHARACTERS = 66


def _rule(rule: str) -> Callable[[Callable[[str], T]], Callable[[str], T]]:
    """Let a parser say its rule when it raises ValueError."""

    def told(parse: Callable[[str], T]) -> Callable[[str], T]:
        def parsed(text: str) -> T:
            try:
                return parse(text)
            except ValueError as error:
                raise typer.BadParameter(f"{text!r} is no {rule}") from error

        # Typer shows it in the help as the kind of value.
        parsed.__name__ = parse.__name__.strip("_")
        return parsed

    return told


@_rule("id of an act, such as 5f0c4e6e-8d0b-5c57-9b7e-2a4f3c1d0e9a")
def parse_act(text: str) -> str:
    return str(UUID(text))


@_rule("receipt number such as 12-1-000345")
def parse_receipt(text: str) -> ids.ReceiptId:
    return ids.parse_receipt_number(text)


@_rule("pool number such as 12-1: warehouse and index, each up to 65535")
def parse_pool(text: str) -> ids.PoolId:
    warehouse, _, index = text.partition("-")
    if not index:
        number = _digits(warehouse, 2**32 - 1)
        return ids.PoolId(number)
    return ids.pool_id(
        ids.PartyId(_digits(warehouse, ids.INDEX_MAX)), _digits(index, ids.INDEX_MAX)
    )


@_rule(f"party number from 1 to {HOLDER_MAX:,}")
def parse_party(text: str) -> ids.PartyId:
    return ids.PartyId(_digits(text, HOLDER_MAX, least=1))


@_rule(f"pool index from 0 to {ids.INDEX_MAX:,}")
def _index(text: str) -> int:
    return _digits(text, ids.INDEX_MAX)


@_rule(f"quantity: a whole number of base units from 1 to {QUANTITY_MAX:,}")
def _quantity(text: str) -> int:
    return _digits(text, QUANTITY_MAX, least=1)


@_rule(f"quantity: a whole number of base units from 0 to {CAPACITY_MAX:,}")
def _tonnage(text: str) -> int:
    return _digits(text, CAPACITY_MAX)


@_rule("amount: a whole number of the currency's smallest unit, from 1")
def _amount(text: str) -> int:
    return _digits(text, 2**53 - 1, least=1)


@_rule(f"date from {ids.EPOCH} to {ids.date_of(ids.DAY_MAX)}, written YYYY-MM-DD")
def _date(text: str) -> date:
    if len(text) != len("YYYY-MM-DD"):
        raise ValueError(text)
    when = date.fromisoformat(text)
    ids.day_of(when)
    return when


@_rule("moment in time with its zone, such as 2027-03-01T12:00:00Z")
def _moment(text: str) -> datetime:
    when = datetime.fromisoformat(text)
    if when.tzinfo is None:
        raise ValueError(text)
    return when.astimezone(UTC)


@dataclass(frozen=True, slots=True)
class AskedMoment:
    """A moment of the past, and how it was asked for."""

    text: str
    moment: Moment


def _asked_moment(text: str) -> AskedMoment:
    try:
        return AskedMoment(text, parse_moment(text))
    except ValueError as error:
        raise typer.BadParameter(str(error)) from error


@_rule("address: 0x and 40 hexadecimal digits")
def _address(text: str) -> ids.Address:
    if len(text) != _ADDRESS_CHARACTERS or not text.startswith("0x"):
        raise ValueError(text)
    return ids.Address(bytes.fromhex(text[2:]))


@_rule("hash: 0x and 64 hexadecimal digits")
def parse_hash(text: str) -> ids.Hash32:
    if len(text) != _HASH_CHARACTERS or not text.startswith("0x"):
        raise ValueError(text)
    return ids.Hash32(bytes.fromhex(text[2:]))


@_rule("document: its kind and its number, such as invoice:AB-123")
def _document(text: str) -> Document:
    kind, colon, identifier = text.partition(":")
    if not (kind.strip() and colon and identifier.strip()):
        raise ValueError(text)
    return Document(kind.strip(), identifier.strip())


@_rule(f"role: {', '.join(str(role.name).lower() for role in Role)}")
def _role(text: str) -> Role:
    try:
        return Role[text.upper()]
    except KeyError as error:
        raise ValueError(text) from error


def _content(text: str) -> dict[str, Any]:
    content = _json_in(text)
    if not isinstance(content, dict):
        raise typer.BadParameter(f"file {text} holds no JSON object")
    return content


def _items(text: str) -> list[dict[str, Any]]:
    items = _json_in(text)
    if not (isinstance(items, list) and all(isinstance(item, dict) for item in items)):
        raise typer.BadParameter(f"file {text} holds no JSON list of objects")
    return items


def _json_in(text: str) -> Any:
    try:
        return orjson.loads(Path(text).read_bytes())
    except OSError as error:
        raise typer.BadParameter(f"file {text}: {error.strerror}") from error
    except orjson.JSONDecodeError as error:
        said = str(error).partition(": line ")[0]
        raise typer.BadParameter(f"file {text} is no JSON: {said}") from error


def _digits(text: str, most: int, *, least: int = 0) -> int:
    # int() would take "1_000", " 7", "+7" and digits of other scripts.
    if not (text.isascii() and text.isdigit()):
        raise ValueError(text)
    number = int(text)
    if not least <= number <= most:
        raise ValueError(text)
    return number


ActArgument: TypeAlias = Annotated[
    str, typer.Argument(parser=parse_act, metavar="ACT", help="Id of the act.")
]
ReceiptArgument: TypeAlias = Annotated[
    ids.ReceiptId,
    typer.Argument(parser=parse_receipt, metavar="RECEIPT", help="Number such as 12-1-000345."),
]
ReceiptsArgument: TypeAlias = Annotated[
    list[int],
    typer.Argument(parser=parse_receipt, metavar="RECEIPT...", help="Numbers such as 12-1-000345."),
]
PoolOption: TypeAlias = Annotated[
    ids.PoolId,
    typer.Option("--pool", parser=parse_pool, metavar="POOL", help="Number such as 12-1."),
]
PoolArgument: TypeAlias = Annotated[
    ids.PoolId, typer.Argument(parser=parse_pool, metavar="POOL", help="Number such as 12-1.")
]
PartyArgument: TypeAlias = Annotated[
    ids.PartyId, typer.Argument(parser=parse_party, metavar="PARTY", help="Number of the party.")
]
RolesOption: TypeAlias = Annotated[
    list[Role],
    typer.Option("--role", parser=_role, metavar="ROLE", help="May be given again."),
]
Quantity: TypeAlias = Annotated[
    int,
    typer.Option(
        "--quantity", parser=_quantity, metavar="N", help="In base units of the commodity."
    ),
]
Attested: TypeAlias = Annotated[
    int,
    typer.Option(
        "--quantity", parser=_tonnage, metavar="N", help="In base units of the commodity."
    ),
]
Capacity: TypeAlias = Annotated[
    int,
    typer.Option(
        "--capacity", parser=_tonnage, metavar="N", help="In base units of the commodity."
    ),
]
StorageUntil: TypeAlias = Annotated[
    date,
    typer.Option("--storage-until", parser=_date, metavar="DATE", help="Last day of storage."),
]
Maturity: TypeAlias = Annotated[
    date,
    typer.Option("--maturity", parser=_date, metavar="DATE", help="Day on which the claim is due."),
]
Amount: TypeAlias = Annotated[
    int,
    typer.Option(
        "--amount",
        parser=_amount,
        metavar="N",
        help="Secured amount in the smallest unit of the currency (fen for CNY).",
    ),
]
Documents: TypeAlias = Annotated[
    list[Document] | None,
    typer.Option(
        "--document",
        parser=_document,
        metavar="KIND:NUMBER",
        help="Paper that backs the act, such as invoice:AB-123; may be given again.",
    ),
]
Deadline: TypeAlias = Annotated[
    datetime | None,
    typer.Option(
        "--deadline",
        parser=_moment,
        metavar="TIME",
        help="Last moment at which the act may be carried out (RFC 3339).",
    ),
]


def party_option(name: str, text: str) -> Any:
    """Return an option that takes a party's number."""
    return typer.Option(name, parser=parse_party, metavar="PARTY", help=text)


def receipt_option(name: str, text: str) -> Any:
    """Return an option that takes a receipt's number."""
    return typer.Option(name, parser=parse_receipt, metavar="RECEIPT", help=text)


def content_option(name: str, text: str) -> Any:
    """Return an option that takes a file with a JSON object."""
    return typer.Option(name, parser=_content, metavar="FILE", help=text)


def items_option(name: str, text: str) -> Any:
    """Return an option that takes a file with a JSON list of objects."""
    return typer.Option(name, parser=_items, metavar="FILE", help=text)


def choice_of(choices: type[E], what: str) -> Callable[[str], E]:
    """Return a parser for one of a few words."""
    words = ", ".join(choice.value for choice in choices)

    @_rule(f"{what}: {words}")
    def choose(text: str) -> E:
        return choices(text)

    return choose


def address_option(name: str, text: str) -> Any:
    """Return an option that takes the address of a key."""
    return typer.Option(name, parser=_address, metavar="ADDRESS", help=text)


def address_argument(text: str) -> Any:
    """Return an argument that is the address of a key."""
    return typer.Argument(parser=_address, metavar="ADDRESS", help=text)


def hash_option(name: str, text: str) -> Any:
    """Return an option that takes a 32-byte hash."""
    return typer.Option(name, parser=parse_hash, metavar="HASH", help=text)


def moment_option(name: str, text: str) -> Any:
    """Return an option that takes a moment in time."""
    return typer.Option(name, parser=_moment, metavar="TIME", help=text)


def asked_moment_option(name: str, text: str) -> Any:
    """Return an option that takes a moment of the past."""
    return typer.Option(name, parser=_asked_moment, metavar="MOMENT", help=text)


def index_option() -> Any:
    """Return the option for the index of a pool."""
    return typer.Option("--index", parser=_index, metavar="N", help="Index within the warehouse.")


AsJson: TypeAlias = Annotated[
    bool, typer.Option("--json", help="Print JSON, for programs; errors too.")
]
