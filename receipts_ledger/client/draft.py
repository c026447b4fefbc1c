"""An act under way, as its signer reads it: from the bytes of the statement alone.

What the gateway says beside the bytes (typed data, digest, kind) is for display; nothing
here relies on it.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

from receipts_ledger.chain import wire
from receipts_ledger.client.goods import Document
from receipts_ledger.domain.act import Act
from receipts_ledger.domain.content import Json, commit
from receipts_ledger.domain.ids import NO_HASH, Hash32
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
            signers=signers_of(answer),
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

    @property
    def tx_hash(self) -> str | None:
        """The transaction that carried the act, None while there is none."""
        transaction = self.answer.get("transaction")
        return None if transaction is None else str(transaction["hash"])

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

    def expect_content(
        self, name: str, asked: Mapping[str, Json], *, added: Collection[str] = ()
    ) -> Self:
        """Make sure that the act commits to this content under the member `name`.

        `added` are fields that the gateway puts beside those asked for. Raises Misdrafted
        when the salts that the gateway shows do not lead from the content to the commitment
        in the statement.
        """
        return self.expect_commitment(name, getattr(self.act, name), asked, added=added)

    def expect_commitment(
        self,
        name: str,
        commitment: Hash32,
        asked: Mapping[str, Json],
        *,
        added: Collection[str] = (),
    ) -> Self:
        """Make sure that a commitment of the statement is one to this content."""
        body = self.content_of(name, commitment)
        given = {field: value for field, value in body.items() if field not in added}
        for field in sorted(given.keys() | asked.keys()):
            if given.get(field) != asked.get(field):
                raise Misdrafted(
                    f"the gateway drafted {name}.{field} {given.get(field)!r} "
                    f"where {asked.get(field)!r} was asked for"
                )
        return self

    def expect_documents(self, name: str, asked: Sequence[Document]) -> Self:
        """Make sure that the act uses up these papers and no others.

        Their fingerprints are keyed by the gateway's secret; what can be checked is that the
        content under `name` ties each of them to a paper that was asked for.
        """
        used: tuple[Hash32, ...] = getattr(self.act, "documents", ())
        listed = self.content_of(name, getattr(self.act, name)).get("documents", ())
        expected = [
            {**document.to_json(), "fingerprint": "0x" + mark.hex()}
            for document, mark in zip(asked, used, strict=False)
        ]
        if len(used) != len(asked) or listed != expected:
            raise Misdrafted(f"the gateway drafted other documents than the {len(asked)} asked for")
        return self

    def content_of(self, name: str, commitment: Hash32) -> Mapping[str, Json]:
        """Return what a commitment of the statement stands for, checked against it.

        Raises Misdrafted when the gateway does not show it, or shows something else.
        """
        if commitment == NO_HASH:
            return {}
        shown = self.answer.get("contents", {}).get("0x" + commitment.hex())
        if shown is None:
            raise Misdrafted(f"the gateway does not show what {name} commits to")
        try:
            salts = {
                field: bytes.fromhex(salt.removeprefix("0x"))
                for field, salt in shown["salts"].items()
            }
            body: Mapping[str, Json] = shown["body"]
            root = commit(body, salts)
        except (KeyError, AttributeError, TypeError, ValueError) as error:
            raise Misdrafted(f"what the gateway shows for {name} is no content: {error}") from error
        if root != commitment or body.keys() != salts.keys():
            raise Misdrafted(f"the {name} of the statement is not what the gateway shows for it")
        return body


def signers_of(answer: Mapping[str, Any]) -> tuple[Signer, ...]:
    """Return whose consents an act needs, as the gateway lists them."""
    return tuple(
        Signer(
            position=int(signer["position"]),
            party_id=signer.get("party_id"),
            role=signer.get("role"),
            signed=bool(signer["signed"]),
        )
        for signer in answer.get("signers", ())
    )


def _shown(value: object) -> str:
    return "0x" + value.hex() if isinstance(value, bytes) else str(value)
