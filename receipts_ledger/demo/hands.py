"""How the members of the story act: each with its own client, key and api token."""

from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from receipts_ledger.chain.deployment import Deployment
from receipts_ledger.client import Draft, GatewayRefused, LedgerClient
from receipts_ledger.demo.cast import Member
from receipts_ledger.domain.ids import PartyId
from receipts_ledger.errors import Fatal

T = TypeVar("T")
R = TypeVar("R")

_THREADS = 8


class Hands:
    """The clients of all members. A member without an api token signs, others hand in."""

    def __init__(
        self, gateway_url: str, deployment: Deployment, api_tokens: Mapping[PartyId, str]
    ) -> None:
        self.gateway_url = gateway_url
        self._deployment = deployment
        self._api_tokens = api_tokens
        self._clients: dict[PartyId, LedgerClient] = {}

    def of(self, member: Member) -> LedgerClient:
        """Return a member's client."""
        if member.party_id not in self._clients:
            self._clients[member.party_id] = LedgerClient(
                self.gateway_url,
                self._api_tokens.get(member.party_id),
                key=member.key,
                deployment=self._deployment,
            )
        return self._clients[member.party_id]

    def api_token_of(self, member: Member) -> str:
        """Return a member's api token."""
        return self._api_tokens[member.party_id]

    def agree(self, draft: Draft, *members: Member) -> Draft:
        """Let members sign: each reads the act itself and compares it with what it was told."""
        for member in members:
            client = self.of(member)
            own = client.act(draft.act_id)
            if own.act != draft.act:
                raise Fatal(f"{member.name} was shown another act than was drafted")
            draft = client.sign(own)
        return draft

    def do(self, draft: Draft, *members: Member) -> Draft:
        """Let members sign, and wait until the act is mined."""
        self.agree(draft, *members)
        return self.of(members[0]).wait(draft.act_id)


def refusal_of(attempt: Callable[[], object]) -> GatewayRefused | None:
    """Return with what the gateway refused an attempt, None when it let it pass."""
    try:
        attempt()
    except GatewayRefused as refused:
        return refused
    return None


def in_parallel(act: Callable[[T], R], all_of: Iterable[T], *, threads: int = _THREADS) -> list[R]:
    """Return the results in order; the first error is raised when all have ended."""
    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(act, all_of))
