"""Members of requests: each with its type, its limits, and how JSON writes it.

Limits are those of the field on the chain. Nothing is coerced: a number in quotes is no
number, `1.0` is no integer, and a date is a string of ten characters.
"""

import re
from datetime import datetime
from typing import Annotated, Any, cast
from uuid import UUID

from fastapi import Path
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

from receipts_ledger.chain.wallets import checksummed
from receipts_ledger.domain.ids import (
    EPOCH,
    INDEX_MAX,
    RECEIPT_ID_MAX,
    Address,
    Day,
    PartyId,
    PoolId,
    ReceiptId,
    day_of,
    parse_receipt_number,
)
from receipts_ledger.domain.moment import parse_moment
from receipts_ledger.domain.party import HOLDER_MAX, INSTITUTION_MAX
from receipts_ledger.domain.receipt import QUANTITY_MAX, VERSION_MAX

POOL_ID_MAX = 2**32 - 1
QUANTITY_IN_POOL_MAX = 2**56 - 1
AMOUNT_MINOR_MAX = 2**53 - 1
NAME_LENGTH_MAX = 200
DOCUMENTS_MAX = 32
RECEIPTS_IN_ACT_MAX = 200
ITEMS_IN_RECEIPT_MAX = 200
PARTS_MAX = 100

# No control characters: PostgreSQL cannot store the first, and people cannot see the others.
_PLAIN = r"^[^\x00-\x1f\x7f]*$"
_RFC_3339 = re.compile(
    r"\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(\.\d{1,9})?([Zz]|[+-]\d{2}:\d{2})", re.ASCII
)
_UUID = re.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII)
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


class Asked(BaseModel):
    """A request body: strict, and closed to members that nobody asked for."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


def _refuse(rule: str, detail: str) -> PydanticCustomError:
    # The type is the rule's name and the text is ours: both are constants here.
    return PydanticCustomError(cast(Any, rule), cast(Any, detail))


def _day(value: object) -> Day:
    if not isinstance(value, str) or not _DATE.fullmatch(value):
        raise _refuse("date", "is no date such as 2027-03-31")
    try:
        return day_of(datetime.fromisoformat(value).date())
    except ValueError as error:
        raise _refuse("ledger_day", f"lies outside of {EPOCH} to 2064-11-08") from error


def _moment(value: object) -> int:
    if not isinstance(value, str) or not _RFC_3339.fullmatch(value):
        raise _refuse("date_time", "is no moment such as 2027-03-31T12:00:00Z")
    try:
        return int(datetime.fromisoformat(value.upper()).timestamp())
    except (ValueError, OverflowError) as error:
        raise _refuse("date_time", "is no moment such as 2027-03-31T12:00:00Z") from error


def _address(value: object) -> Address:
    if not isinstance(value, str) or not re.fullmatch("0x[0-9a-fA-F]{40}", value, re.ASCII):
        raise _refuse("address", "is no address: 0x and 40 hexadecimal digits")
    address = Address(bytes.fromhex(value[2:]))
    digits = value[2:]
    if digits not in (digits.lower(), digits.upper()) and value != checksummed(address):
        raise _refuse("address_checksum", "is mistyped: its checksum (EIP-55) is wrong")
    if not any(address):
        raise _refuse("address", "is the address of nobody")
    return address


def _signature(value: object) -> bytes:
    if not isinstance(value, str) or not re.fullmatch(
        "0x([0-9a-fA-F]{128}|[0-9a-fA-F]{130})", value, re.ASCII
    ):
        raise _refuse("signature", "is no signature: 0x and 64 or 65 bytes in hexadecimal")
    return bytes.fromhex(value[2:])


def _receipt(value: object) -> ReceiptId:
    if isinstance(value, str):
        try:
            return parse_receipt_number(value)
        except ValueError as error:
            raise _refuse("receipt_number", "is no receipt number such as 12-1-000345") from error
    if isinstance(value, bool) or not isinstance(value, int):
        raise _refuse("receipt_number", "is no receipt number such as 12-1-000345")
    if not 0 <= value <= RECEIPT_ID_MAX:
        raise _refuse("receipt_number", "is no unsigned 64-bit number")
    return ReceiptId(value)


_RECEIPT_SCHEMA = {
    "anyOf": [
        {"type": "integer", "minimum": 0, "maximum": RECEIPT_ID_MAX},
        {"type": "string", "pattern": r"^(0|[1-9][0-9]{0,18}|[0-9]{1,4}-[0-9]{1,4}-[0-9]{1,9})$"},
    ]
}

PartyField = Annotated[PartyId, Field(strict=True, ge=1, le=HOLDER_MAX)]
InstitutionField = Annotated[PartyId, Field(strict=True, ge=1, le=INSTITUTION_MAX)]
PoolField = Annotated[PoolId, Field(strict=True, ge=0, le=POOL_ID_MAX)]
IndexField = Annotated[int, Field(strict=True, ge=0, le=INDEX_MAX)]
VersionField = Annotated[int, Field(strict=True, ge=1, le=2**16 - 1)]
ReceiptVersionField = Annotated[int, Field(strict=True, ge=1, le=VERSION_MAX)]
QuantityField = Annotated[int, Field(strict=True, ge=1, le=QUANTITY_MAX)]
PoolQuantityField = Annotated[int, Field(strict=True, ge=0, le=QUANTITY_IN_POOL_MAX)]
CapacityField = Annotated[int, Field(strict=True, ge=1, le=QUANTITY_IN_POOL_MAX)]
AttestationDaysField = Annotated[int, Field(strict=True, ge=1, le=255)]
ReceiptField = Annotated[ReceiptId, BeforeValidator(_receipt), WithJsonSchema(_RECEIPT_SCHEMA)]
DayField = Annotated[
    Day,
    BeforeValidator(_day),
    WithJsonSchema(
        {
            "type": "string",
            "format": "date",
            "pattern": r"^20[2-5][0-9]-[0-9]{2}-[0-9]{2}$",
            "examples": ["2027-03-31"],
        }
    ),
]
DeadlineField = Annotated[
    int,
    BeforeValidator(_moment),
    WithJsonSchema(
        {
            "type": "string",
            "format": "date-time",
            "description": "RFC 3339, at most 366 days ahead; by default in a week.",
        }
    ),
]
AddressField = Annotated[
    Address,
    BeforeValidator(_address),
    WithJsonSchema({"type": "string", "pattern": "^0x(?!0{40})[0-9a-f]{40}$"}),
]
SignatureField = Annotated[
    bytes,
    BeforeValidator(_signature),
    WithJsonSchema({"type": "string", "pattern": "^0x([0-9a-f]{128}|[0-9a-f]{130})$"}),
]
PlainText = Annotated[
    str, Field(strict=True, min_length=1, max_length=NAME_LENGTH_MAX, pattern=_PLAIN)
]
Currency = Annotated[str, Field(strict=True, pattern="^[A-Z]{3}$", examples=["CNY"])]
AmountMinor = Annotated[int, Field(strict=True, ge=1, le=AMOUNT_MINOR_MAX)]


def _decimal(value: object) -> object:
    """Read the digits of a path or query, and nothing that merely looks like a number."""
    if not isinstance(value, str):
        return value
    if not re.fullmatch("[0-9]{1,20}", value, re.ASCII):
        raise _refuse("integer", "is no decimal number")
    return int(value)


def _truth(value: object) -> object:
    if value not in ("true", "false"):
        raise _refuse("boolean", "is neither true nor false")
    return value == "true"


def _uuid(value: object) -> UUID:
    if not isinstance(value, str) or not _UUID.fullmatch(value):
        raise _refuse("uuid", "is no id such as 5f0c4e6e-8d0b-5c57-9b7e-2a4f3c1d0e9a")
    return UUID(value)


def decimal(least: int, most: int, description: str = "") -> tuple[object, ...]:
    """Return what makes a decimal number of a path or query, within limits."""
    said = {"type": "integer", "minimum": least, "maximum": most}
    # Behind a validator of ours the limits would be checked, but not be documented.
    return (
        BeforeValidator(_decimal),
        Field(ge=least, le=most),
        WithJsonSchema(said | ({"description": description} if description else {})),
    )


def _past_moment(value: object) -> object:
    # Paths take plain values only: it stays a text, of which it is known that it can be read.
    try:
        parse_moment(str(value))
    except ValueError as error:
        raise _refuse(
            "moment",
            "is no block number, block hash, date such as 2026-03-31, or time such as "
            "2026-03-31T12:00:00Z",
        ) from error
    return value


_MOMENT = (
    BeforeValidator(_past_moment),
    WithJsonSchema(
        {
            "type": "string",
            # Of days that every month has.
            "pattern": r"^([0-9]{1,18}|0x[0-9a-f]{64}|20[2-5][0-9]-(0[1-9]|1[0-2])-"
            r"(0[1-9]|1[0-9]|2[0-8])(T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]Z)?)$",
            "examples": ["2026-03-31", "90211", "2026-03-31T12:00:00Z"],
            "description": "Block number or hash, date (its end, UTC), or RFC 3339 time.",
        }
    ),
)

MomentPath = Annotated[str, *_MOMENT, Path()]
MomentQuery = Annotated[str, *_MOMENT]
PartyPath = Annotated[PartyId, *decimal(1, HOLDER_MAX), Path()]
PoolPath = Annotated[PoolId, *decimal(0, POOL_ID_MAX), Path()]
ReceiptPath = Annotated[
    ReceiptId,
    BeforeValidator(_receipt),
    WithJsonSchema(_RECEIPT_SCHEMA),
    Path(description="Decimal, or as people write it: 12-1-000345."),
]
ActPath = Annotated[
    UUID, BeforeValidator(_uuid), WithJsonSchema({"type": "string", "format": "uuid"})
]
PartyQuery = Annotated[PartyId, *decimal(1, HOLDER_MAX)]
PoolQuery = Annotated[PoolId, *decimal(0, POOL_ID_MAX)]
TruthQuery = Annotated[bool, BeforeValidator(_truth), WithJsonSchema({"type": "boolean"})]
