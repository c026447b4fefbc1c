"""One party's hands on the ledger: draft, check, sign, wait."""

import time
from urllib.parse import quote

from receipts_ledger.chain.deployment import Deployment
from receipts_ledger.chain.keys import address_of_private_key, sign
from receipts_ledger.chain.typed_data import Digester
from receipts_ledger.client.draft import Draft, Misdrafted
from receipts_ledger.client.drafting import Drafting
from receipts_ledger.client.http import Http
from receipts_ledger.client.login import log_in
from receipts_ledger.client.problem import GatewayRefused, Problem
from receipts_ledger.client.reads import Answer
from receipts_ledger.client.subscriptions import Subscriptions
from receipts_ledger.domain.ids import Address
from receipts_ledger.errors import Fatal, RefusalCode, Retryable

_TIMEOUT_SECONDS = 30.0
_WAIT_SECONDS = 60.0
_POLL_SECONDS = 0.05
_POLL_SECONDS_MAX = 1.0
_UNTIL = {
    "mined": frozenset({"mined", "final"}),
    "final": frozenset({"final"}),
}


class LedgerClient(Drafting):
    """Talks to one gateway for one api token, and signs with one key if it has one.

    To sign, it needs the deployment file: a signature is bound to chain and contract, and
    which these are must not come from the gateway. Every draft that it returns has been
    compared with what was asked for; Misdrafted is raised where it differs. A rule that
    says no raises GatewayRefused, a thing that is not there GatewayNotFound, no answer
    Retryable.
    """

    def __init__(
        self,
        base_url: str,
        api_token: str | None,
        *,
        key: bytes | None = None,
        deployment: Deployment | None = None,
        timeout_seconds: float = _TIMEOUT_SECONDS,
    ) -> None:
        super().__init__(Http(base_url, api_token, timeout_seconds=timeout_seconds))
        self._key = key
        self._deployment = deployment
        self._digester = None if deployment is None else Digester(deployment.signing_domain())

    @property
    def address(self) -> Address | None:
        """The address of the key, None without one."""
        return None if self._key is None else address_of_private_key(self._key)

    @property
    def subscriptions(self) -> Subscriptions:
        """The webhooks of who asks."""
        return Subscriptions(self._http)

    def log_in(self) -> Answer:
        """Log in with the key, use the session from now on, and return it with its secret.

        Raises Misdrafted when the gateway offers another message than one for this key, chain
        and address: whoever signs that lets somebody else in. Fatal without key or deployment.
        """
        if self._key is None or self._deployment is None:
            raise Fatal("to log in, the client needs a key and the deployment file of the ledger")
        session = log_in(self._http, self._key, chain_id=self._deployment.chain_id)
        self._http.use(session["secret"])
        return session

    def log_out(self) -> None:
        """End the session in use."""
        self._http.delete("/v1/session")

    def act(self, act_id: str) -> Draft:
        """Return an act as its bytes say, for whoever is to sign it: look before you sign."""
        return Draft.of(self._http.get(f"/v1/acts/{quote(act_id, safe='')}"))

    def sign(self, draft: Draft) -> Draft:
        """Sign what the draft holds, with the digest computed here, and hand the signature in.

        Without a key of its own, the client asks the gateway to sign with the key that it
        keeps for the party.
        """
        body: dict[str, object] = {}
        if self._key is not None:
            body["signature"] = "0x" + self.signature(draft).hex()
        answer = self._http.post(f"/v1/acts/{draft.act_id}/signatures", body)
        return Draft.of(answer).expect(type(draft.act))

    def signature(self, draft: Draft) -> bytes:
        """Return the signature of the draft's statement; nothing is sent.

        Raises Misdrafted when the gateway names another digest than this side computes,
        Fatal without a key or a deployment.
        """
        if self._key is None or self._digester is None:
            raise Fatal("to sign, the client needs a key and the deployment file of the ledger")
        digest = self._digester.digest(draft.act)
        said = str(draft.answer.get("digest", "")).lower()
        if said != "0x" + digest.hex():
            raise Misdrafted(
                f"the gateway calls the statement {said or 'nothing'}, its digest here is "
                f"0x{digest.hex()}: wrong chain, wrong contract or wrong statement"
            )
        return sign(self._key, digest)

    def hand_in(self, act_id: str, signature: bytes) -> Draft:
        """Hand in a signature made elsewhere."""
        body = {"signature": "0x" + signature.hex()}
        return Draft.of(self._http.post(f"/v1/acts/{quote(act_id, safe='')}/signatures", body))

    def withdraw(self, act_id: str) -> Draft:
        """Take back an act that has not been sent."""
        return Draft.of(self._http.post(f"/v1/acts/{quote(act_id, safe='')}/withdrawal", {}))

    def wait(
        self, act_id: str, *, until: str = "mined", timeout_seconds: float = _WAIT_SECONDS
    ) -> Draft:
        """Return the act once it is `mined` or `final`.

        Raises GatewayRefused when a rule refused it meanwhile, Retryable when the time is
        up, Fatal when it expired or was withdrawn.
        """
        wanted = _UNTIL[until]
        deadline = time.monotonic() + timeout_seconds
        pause = _POLL_SECONDS
        while True:
            draft = self.act(act_id)
            if draft.status in wanted:
                return draft
            if draft.is_over:
                raise _end_of(draft)
            if time.monotonic() > deadline:
                raise Retryable(
                    f"act {act_id} is still {draft.status} after {timeout_seconds:.0f} s"
                )
            time.sleep(pause)
            pause = min(pause * 1.5, _POLL_SECONDS_MAX)


def _end_of(draft: Draft) -> Exception:
    refusal = draft.answer.get("refusal")
    known = {code.value: code for code in RefusalCode}
    if refusal is not None and refusal.get("code") in known:
        status = int(refusal.get("status", 409))
        return GatewayRefused(known[refusal["code"]], Problem.of(status, refusal))
    return Fatal(f"act {draft.act_id} is {draft.status}")
