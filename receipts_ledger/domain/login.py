"""The message with which a wallet logs in: EIP-4361, to the letter of its grammar.

Only the form lives here. Whether a message is meant for this gateway, is new and is signed,
is judged elsewhere.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from receipts_ledger.domain.ids import Address

MESSAGE_LENGTH_MAX = 4_096
CHAIN_ID_DIGITS_MAX = 18

_SENTENCE = " wants you to sign in with your Ethereum account:"
# RFC 3986, apart from its percent-encoding, which is `_ENCODED`.
_UNRESERVED = r"A-Za-z0-9\-._~"
_SUB_DELIMITERS = r"!$&'()*+,;="
_ENCODED = r"%[0-9A-Fa-f]{2}"
_PCHAR = rf"(?:[{_UNRESERVED}{_SUB_DELIMITERS}:@]|{_ENCODED})"
_HOST = rf"(?:\[[0-9A-Fa-f:.]+\]|(?:[{_UNRESERVED}{_SUB_DELIMITERS}]|{_ENCODED})+)"
_AUTHORITY = rf"(?:(?:[{_UNRESERVED}{_SUB_DELIMITERS}:]|{_ENCODED})*@)?{_HOST}(?::[0-9]*)?"
_SCHEME = r"[A-Za-z][A-Za-z0-9+\-.]*"
_AFTER = rf"(?:{_PCHAR}|/)*(?:\?(?:{_PCHAR}|[/?])*)?(?:#(?:{_PCHAR}|[/?])*)?"
_URI = rf"{_SCHEME}:(?://{_AUTHORITY}(?:/{_AFTER}|(?=[?#\n]|\Z){_AFTER})|{_AFTER})"
_STATEMENT = rf"[{_UNRESERVED}:/?#\[\]@{_SUB_DELIMITERS} ]+"
_MOMENT = (
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,9})?"
    r"(?:[Zz]|[+-][0-9]{2}:[0-9]{2})"
)
_GRAMMAR = re.compile(
    rf"(?:(?P<scheme>{_SCHEME})://)?(?P<domain>{_AUTHORITY}){_SENTENCE}\n"
    r"(?P<address>0x[0-9A-Fa-f]{40})\n"
    r"\n"
    rf"(?:(?P<statement>{_STATEMENT})\n)?"
    r"\n"
    rf"URI: (?P<uri>{_URI})\n"
    r"Version: 1\n"
    rf"Chain ID: (?P<chain_id>0|[1-9][0-9]{{0,{CHAIN_ID_DIGITS_MAX - 1}}})\n"
    r"Nonce: (?P<nonce>[A-Za-z0-9]{8,128})\n"
    rf"Issued At: (?P<issued_at>{_MOMENT})"
    rf"(?:\nExpiration Time: (?P<expires_at>{_MOMENT}))?"
    rf"(?:\nNot Before: (?P<not_before>{_MOMENT}))?"
    rf"(?:\nRequest ID: (?P<request_id>{_PCHAR}*))?"
    rf"(?P<resources>\nResources:(?:\n- {_URI})*)?",
    re.ASCII,
)


@dataclass(frozen=True, slots=True)
class LoginMessage:
    """What a wallet signs to log in. `None` and no resources: the line is not there."""

    domain: str
    address: Address
    uri: str
    chain_id: int
    nonce: str
    issued_at: datetime
    scheme: str | None = None
    statement: str | None = None
    expires_at: datetime | None = None
    not_before: datetime | None = None
    request_id: str | None = None
    resources: tuple[str, ...] = ()

    @classmethod
    def parse(cls, text: str, checksummed: Callable[[Address], str]) -> "LoginMessage":
        """Return the message in a text. Raises ValueError for any other text.

        `checksummed` writes an address as EIP-55 does, which is the only way it may stand here.
        """
        if len(text) > MESSAGE_LENGTH_MAX:
            raise ValueError(f"it is longer than {MESSAGE_LENGTH_MAX} characters")
        found = _GRAMMAR.fullmatch(text)
        if found is None:
            raise ValueError("it is no message of EIP-4361")
        part = found.groupdict()
        address = Address(bytes.fromhex(part["address"][2:]))
        if checksummed(address) != part["address"]:
            raise ValueError("the checksum of its address (EIP-55) is wrong")
        return cls(
            domain=part["domain"],
            address=address,
            uri=part["uri"],
            chain_id=int(part["chain_id"]),
            nonce=part["nonce"],
            issued_at=_moment(part["issued_at"]),
            scheme=part["scheme"],
            statement=part["statement"],
            expires_at=_optional_moment(part["expires_at"]),
            not_before=_optional_moment(part["not_before"]),
            request_id=part["request_id"],
            resources=_resources(part["resources"]),
        )

    def text(self, checksummed: Callable[[Address], str]) -> str:
        """Return the text that is signed."""
        scheme = "" if self.scheme is None else f"{self.scheme}://"
        lines = [f"{scheme}{self.domain}{_SENTENCE}", checksummed(self.address), ""]
        if self.statement is not None:
            lines.append(self.statement)
        lines += [
            "",
            f"URI: {self.uri}",
            "Version: 1",
            f"Chain ID: {self.chain_id}",
            f"Nonce: {self.nonce}",
            f"Issued At: {_written(self.issued_at)}",
        ]
        if self.expires_at is not None:
            lines.append(f"Expiration Time: {_written(self.expires_at)}")
        if self.not_before is not None:
            lines.append(f"Not Before: {_written(self.not_before)}")
        if self.request_id is not None:
            lines.append(f"Request ID: {self.request_id}")
        if self.resources:
            lines += ["Resources:", *(f"- {resource}" for resource in self.resources)]
        return "\n".join(lines)


def _moment(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text.upper()).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise ValueError(f"{text} is no moment") from error


def _optional_moment(text: str | None) -> datetime | None:
    return None if text is None else _moment(text)


def _written(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _resources(text: str | None) -> tuple[str, ...]:
    if text is None:
        return ()
    return tuple(line.removeprefix("- ") for line in text.split("\n")[2:])
