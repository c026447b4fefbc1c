"""A good client: repeats what got no answer under the same key, at whichever replica is there."""

import threading
import uuid
from collections.abc import Mapping, Sequence
from random import Random
from typing import Any

import orjson
import urllib3

from receipts_ledger.chain.keys import sign
from receipts_ledger.chain.typed_data import Digester
from receipts_ledger.client.draft import Draft
from receipts_ledger.domain.ids import ReceiptId
from tests.faults.storm.journal import Asked, Journal, Told
from tests.faults.storm.site import OPERATOR
from tests.support.cast import Member

_TIMEOUT_SECONDS = 15.0
_PAUSE_SECONDS = 0.25
_RUNNING_MAX = 4
_ACCEPTED = 202
_REFUSED = range(400, 500)
_BUSY = 503
_RUNNING = "RequestRunning"


class Abandoned(Exception):
    """The storm is over before an answer came."""


class GoodClient:
    """Acts for all of the cast. Threads share nothing of it but the journal."""

    def __init__(
        self,
        *,
        doors: Sequence[str],
        tokens: Mapping[str, str],
        digester: Digester,
        journal: Journal,
        dice: Random,
        over: threading.Event,
    ) -> None:
        self.journal = journal
        self.dice = dice
        self._doors = doors
        self._tokens = tokens
        self._digester = digester
        self.over = over
        self._pool = urllib3.PoolManager(
            retries=False, timeout=urllib3.Timeout(total=_TIMEOUT_SECONDS)
        )

    def get(self, path: str, name: str) -> Any:
        """Ask until somebody answers; None for what is not there."""
        status, answer = self._repeated("GET", path, None, name)
        if status != 200:
            self.journal.complain(f"GET {path}: HTTP {status} {answer}")
            return None
        return answer

    def draft(self, path: str, body: Mapping[str, Any], member: Member) -> tuple[Asked, Any] | None:
        """Have an act drafted; None when it is refused."""
        status, answer = self._repeated("POST", path, body, member.name)
        if status != _ACCEPTED:
            self.journal.refuse_draft(str(answer.get("code")))
            return None
        draft = Draft.of(answer)
        asked = Asked(
            act_id=draft.act_id,
            kind=type(draft.act).__name__,
            statement=bytes.fromhex(answer["statement"][2:]),
            digest=self._digester.digest(draft.act),
            receipts=tuple(ReceiptId(each) for each in answer["receipt_ids"]),
        )
        if answer["digest"] != "0x" + asked.digest.hex():
            self.journal.complain(f"act {asked.act_id} has another digest than it should")
        return self.journal.enter(asked), answer

    def sign(self, asked: Asked, member: Member) -> Told:
        """Hand in one signature, and return what the act has become by it."""
        path = f"/v1/acts/{asked.act_id}/signatures"
        body = {"signature": "0x" + sign(member.private_key, asked.digest).hex()}
        status, answer = self._repeated("POST", path, body, member.name)
        code = None
        if status == _ACCEPTED:
            said = str(answer["status"])
        else:
            # Closed by an earlier request of ours, it may have come to a good end.
            said = self.status(asked.act_id)
            code = str(answer.get("code"))
            if code == "NotFound":
                self.journal.complain(
                    f"{member.name} has to sign {asked.kind} {asked.act_id}, but may not see it"
                )
        match said:
            case "draft":
                self.journal.close(asked, Told.DRAFTED, code)
            case "refused" | "expired" | "withdrawn":
                self.journal.close(asked, Told.REFUSED, code or said)
            case _:
                self.journal.close(asked, Told.ACCEPTED)
        return asked.told

    def status(self, act_id: str) -> str:
        """Return where an act stands, as the operator sees it."""
        answer = self.get(f"/v1/acts/{act_id}", OPERATOR)
        return "draft" if answer is None else str(answer["status"])

    def _repeated(
        self, method: str, path: str, body: Mapping[str, Any] | None, name: str
    ) -> tuple[int, Any]:
        """Repeat under one key until there is an answer that a client can rely on."""
        key = str(uuid.UUID(int=self.dice.getrandbits(128)))
        running = 0
        while True:
            status, answer = self._once(method, path, body, name, key)
            if status is not None and status < 500:
                if status not in _REFUSED or answer.get("code") != _RUNNING:
                    return status, answer
                running += 1
                if running % _RUNNING_MAX == 0:
                    # Whoever had it in hand may have died. A signature twice is one signature.
                    key = str(uuid.UUID(int=self.dice.getrandbits(128)))
            if self.over.wait(_PAUSE_SECONDS * self.dice.uniform(0.5, 2.0)):
                raise Abandoned(path)

    def _once(
        self, method: str, path: str, body: Mapping[str, Any] | None, name: str, key: str
    ) -> tuple[int | None, Any]:
        headers = {"Authorization": f"Bearer {self._tokens[name]}", "Idempotency-Key": key}
        if body is not None:
            headers["Content-Type"] = "application/json"
        try:
            response = self._pool.request(
                method,
                self.dice.choice(self._doors) + path,
                body=None if body is None else orjson.dumps(body),
                headers=headers,
            )
            answer = orjson.loads(response.data)
        except (urllib3.exceptions.HTTPError, orjson.JSONDecodeError) as error:
            self.journal.repeat(type(error).__name__)
            return None, {}
        status = int(response.status)
        if status > 499:
            self.journal.repeat(f"HTTP {status}")
            if status != _BUSY:
                self.journal.complain(f"{method} {path}: HTTP {status} {answer}")
        return status, answer
