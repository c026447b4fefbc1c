"""The statements of one ledger: act to digest, typed data and bytes, signature to key."""

from collections.abc import Sequence
from typing import Any

from receipts_ledger.chain import wire
from receipts_ledger.chain.keys import BadSignature, compact_signature, recover
from receipts_ledger.chain.typed_data import Digester, SigningDomain
from receipts_ledger.domain.act import Act
from receipts_ledger.domain.ids import Address, Hash32
from receipts_ledger.errors import RefusalCode, Refused


class Statements:
    """What can be stated to one contract on one chain. Threads may share it."""

    def __init__(self, domain: SigningDomain) -> None:
        self._digester = Digester(domain)
        self.domain = domain

    def digest(self, act: Act) -> Hash32:
        """Return the 32 bytes that signers sign."""
        return self._digester.digest(act)

    def typed_data(self, act: Act) -> dict[str, Any]:
        """Return the document that a wallet shows and signs."""
        return self._digester.typed_data(act)

    def write(self, act: Act, signatures: Sequence[bytes] = ()) -> bytes:
        """Return the wire form. Raises Refused when a member does not fit its field."""
        try:
            return wire.encode(act, signatures)
        except (ValueError, OverflowError) as error:
            raise Refused(RefusalCode.MALFORMED_ACT, str(error)) from error

    def read(self, statement: bytes) -> Act:
        """Return the act of an unsigned wire form. Raises ValueError for anything else."""
        signed, end = wire.decode(statement)
        if end != len(statement) or signed.signatures:
            raise wire.MalformedAct("a statement is one act without signatures")
        return signed.act

    def signer(self, digest: Hash32, signature: bytes) -> tuple[Address, bytes]:
        """Return the key behind a signature of 64 or 65 bytes, and its 64-byte form.

        Raises Refused for a malleable signature, or one that belongs to no key.
        """
        try:
            compact = compact_signature(signature)
            return recover(digest, compact), compact
        except BadSignature as error:
            raise Refused(RefusalCode.BAD_SIGNATURE, str(error), field="signature") from error
