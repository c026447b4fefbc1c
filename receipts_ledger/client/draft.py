"""An act under way, as its signer reads it: from the bytes of the statement alone.

What the gateway says beside the bytes (typed data, digest, kind) is for display; nothing
here relies on it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from receipts_ledger.chain import wire
from receipts_ledger.domain.act import Act
from receipts_ledger.domain.content import Json, commit
from receipts_ledger.domain.ids import Hash32
from receipts_ledger.errors import Fatal

OVER = frozenset({"final", "refused", "expired", "withdrawn"})
"""Statuses after which nothing happens to an act any more."""


class Misdrafted(Fatal):
    """The gateway drafted something else than what was asked for. Nothing was signed."""


@dataclass(frozen=True, slots=True)
class Signer:
    """One consent that the act needs. Without a party, any active one in the role may sign."""

    position: int
    party_id: int | None
    role: str | int | None
    signed: bool


@dataclass(frozen=True, slots=True)
class Draft:
    """An act and where it stands. `answer` is the gateway's whole answer."""

    act_id: str
    act: Act
    status: str
    signers: tuple[Signer, ...]
    answer: Mapping[str, Any]

    @classmethod
    def of(cls, answer: Mapping[str, Any]) -> Self:
        """Read the gateway's answer. Raises Misdrafted when its statement is none."""
        try:
            stream = bytes.fromhex(str(answer["statement"]).removeprefix("0x"))
            signed, end = wire.decode(stream)
        except (KeyError, ValueError) as error:
            raise Misdrafted(f"the gateway's statement cannot be read: {error}") from error
        if end != len(stream) or signed.signatures:
            raise Misdrafted("the gateway's statement has something behind it")
        return cls(
            act_id=str(answer["act_id"]),
            act=signed.act,
            status=str(answer["status"]),
            signers=tuple(
                Signer(
                    position=int(signer["position"]),
                    party_id=signer.get("party_id"),
                    role=signer.get("role"),
                    signed=bool(signer["signed"]),
                )
                for signer in answer.get("signers", ())
            ),
            answer=answer,
        )

    @property
    def missing(self) -> tuple[Signer, ...]:
        """Those who have yet to sign."""
        return tuple(signer for signer in self.signers if not signer.signed)

    @property
    def is_over(self) -> bool:
        """Whether the act has come to its end, good or bad."""
        return self.status in OVER

    def expect(self, kind: type, **members: object) -> Self:
        """Return the draft itself. Raises Misdrafted naming the first member that differs."""
        if type(self.act) is not kind:
            raise Misdrafted(
                f"the gateway drafted {type(self.act).__name__} where {kind.__name__} was asked for"
            )
        for name, asked in members.items():
            drafted = getattr(self.act, name)
            if asked is not None and drafted != asked:
                raise Misdrafted(
                    f"the gateway drafted {name} {_shown(drafted)} where {_shown(asked)} "
                    "was asked for"
                )
        return self

    def expect_content(self, name: str, asked: Mapping[str, Json]) -> Self:
        """Make sure that the act commits to this content under the member `name`.

        Raises Misdrafted when the salts that the gateway shows do not lead from the asked
        content to the commitment in the statement.
        """
        commitment: Hash32 = getattr(self.act, name)
        return self.expect_commitment(name, commitment, asked)

    def expect_commitment(self, name: str, commitment: Hash32, asked: Mapping[str, Json]) -> Self:
        """Make sure that a commitment of the statement is one to this content."""
        shown = self.content_of(commitment)
        if shown is None:
            raise Misdrafted(f"the gateway does not show what {name} commits to")
        body, salts = shown
        try:
            root = commit(body, salts)
        except ValueError as error:
            raise Misdrafted(f"what the gateway shows for {name} is no content: {error}") from error
        if root != commitment:
            raise Misdrafted(f"the {name} of the statement is not what the gateway shows for it")
        for field, value in asked.items():
            if body.get(field) != value:
                raise Misdrafted(
                    f"the gateway drafted {name}.{field} {body.get(field)!r} "
                    f"where {value!r} was asked for"
                )
        return self

    def content_of(
        self, commitment: Hash32
    ) -> tuple[Mapping[str, Json], Mapping[str, bytes]] | None:
        """Return body and salts that the gateway shows for a commitment, None when none."""
        shown = self.answer.get("contents", {}).get("0x" + commitment.hex())
        if shown is None:
            return None
        salts = {
            name: bytes.fromhex(salt.removeprefix("0x")) for name, salt in shown["salts"].items()
        }
        return shown["body"], salts


def _shown(value: object) -> str:
    return "0x" + value.hex() if isinstance(value, bytes) else str(value)
