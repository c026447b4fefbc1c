"""One POST about a subscription: done once under its idempotency key, and shown as it then is.

The stored answer is empty: a secret must not lie in it. It is made again when the same
request comes again.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

from receipts_ledger.api.asking import authenticate, secret_hash_of, services_of
from receipts_ledger.api.posting import fingerprint, id_of, idempotency_key
from receipts_ledger.api.services import Services
from receipts_ledger.domain.caller import Caller, Scope
from receipts_ledger.domain.ids import Hash32
from receipts_ledger.errors import NotFound
from receipts_ledger.store import idempotency, subscriptions
from receipts_ledger.store.idempotency import RequestKey, StoredAnswer
from receipts_ledger.store.units import Found, Writer

_DONE = StoredAnswer(200, {}, b"")


@dataclass(frozen=True, slots=True)
class Subscribing:
    """One request to change a subscription of the caller's."""

    services: Services
    secret_hash: bytes
    key: str
    fingerprint: Hash32

    def admit(self) -> Caller:
        """Return the caller before anything is done. Raises Refused."""
        with self.services.database.reading() as reader:
            return authenticate(reader, self.secret_hash, Scope.WRITE, self.services)

    def create(self, add: Callable[[Writer, Caller, str], None]) -> Found:
        """Make a subscription, whose id follows from the request."""

        def work(writer: Writer, caller: Caller, subscription_id: str) -> bool:
            add(writer, caller, subscription_id)
            return True

        return self._once(None, work)

    def change(self, subscription_id: str, work: Callable[[Writer, Caller, str], bool]) -> Found:
        """Change a subscription of the caller's. Raises NotFound where `work` finds none."""
        return self._once(subscription_id, work)

    def _once(
        self, subscription_id: str | None, work: Callable[[Writer, Caller, str], bool]
    ) -> Found:
        services = self.services
        with services.database.writing() as writer:
            caller = authenticate(writer, self.secret_hash, Scope.WRITE, services)
            services.access.rates.write(caller.principal, None)
            request = RequestKey(caller.principal, self.key, self.fingerprint)
            its_id = subscription_id or str(id_of("subscription", request))
            if idempotency.claim(writer, request, services.clock()) is None:
                if not work(writer, caller, its_id):
                    raise NotFound("subscription", its_id)
                idempotency.answer(writer, request, _DONE, services.clock())
            row = subscriptions.find(writer, its_id, caller.party_id)
        if row is None:
            raise NotFound("subscription", its_id)
        return row


async def subscribing(request: Request) -> Subscribing:
    """Return the request. Raises Refused without api token or idempotency key."""
    secret_hash = secret_hash_of(request)
    return Subscribing(
        services_of(request),
        secret_hash,
        idempotency_key(request.headers.get("Idempotency-Key", "")),
        fingerprint(request.method, request.url.path, await request.body()),
    )


SubscribeDep = Annotated[Subscribing, Depends(subscribing)]
