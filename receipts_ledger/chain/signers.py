"""Many signatures at once: who signed each. The one costly thing in an audit.

libsecp256k1 lets go of Python's lock while it computes, so threads share the work out.
"""

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import chain
from types import TracebackType
from typing import Self, TypeAlias

from receipts_ledger.chain.keys import BadSignature, recover
from receipts_ledger.domain.ids import Address, Hash32

THREADS_MAX = 8
_SHARE = 32

Signed: TypeAlias = tuple[Hash32, bytes]
"""A digest, and a signature of it."""


class Signers:
    """Recovers signers on all cores. Close it, or use it as a context."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(min(os.cpu_count() or 1, THREADS_MAX), "signers")

    def of(self, signed: Sequence[Signed]) -> list[Address | None]:
        """Return who signed, in order; None where a signature belongs to no key."""
        if len(signed) <= _SHARE:
            return _of_share(signed)
        return list(self.begun(signed))

    def begun(self, signed: Sequence[Signed]) -> Iterator[Address | None]:
        """Begin, and return who signed, in order, as soon as each is asked for and known."""
        if len(signed) <= _SHARE:
            return iter(_of_share(signed))
        shares = [signed[start : start + _SHARE] for start in range(0, len(signed), _SHARE)]
        return chain.from_iterable(self._threads.map(_of_share, shares))

    def close(self) -> None:
        """End the threads."""
        self._threads.shutdown()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def _of_share(share: Sequence[Signed]) -> list[Address | None]:
    return [signer(digest, signature) for digest, signature in share]


def signer(digest: Hash32, signature: bytes) -> Address | None:
    """Return who signed, None where the signature belongs to no key."""
    try:
        return recover(digest, signature)
    except BadSignature:
        return None
