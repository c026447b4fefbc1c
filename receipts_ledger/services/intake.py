"""Takes acts in: drafts, then signatures, and with the last one the four gates.

1. The statement is the server's own, the signature canonical, its key that of a party whose
   consent is missing.
2. For a pledge, the receipt's one slot for a pledge under way. It is taken when all have
   signed and not before: a draft that nobody signs must not keep a holder from his other
   bank. Drafts may be many, one of them can be on its way.
3. The index, which may refuse a pledged receipt, with evidence, and may allow nothing.
4. The contract itself, asked by eth_call with the very bytes that will be relayed.

Each method but `ask` works in one transaction, which the caller holds open; `ask` goes to
the node and must be called when none is. Nothing here decides what the contract decides.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol
from uuid import UUID

from receipts_ledger.domain.act import Act
from receipts_ledger.domain.caller import Caller
from receipts_ledger.domain.consent import Need
from receipts_ledger.domain.ids import Address, Hash32, PartyId, ReceiptId, receipt_number
from receipts_ledger.domain.pending import ActStatus, PendingAct, consents_of, receipts_of
from receipts_ledger.domain.pledge import Pledge, PledgePortfolio
from receipts_ledger.domain.refusal import RefusalOnRecord
from receipts_ledger.domain.sealed import Sealed
from receipts_ledger.errors import RefusalCode, Refused, Retryable
from receipts_ledger.services.consents import places_of_key, refuse_strangers
from receipts_ledger.services.standing import Standing, refuse_if_pledged


class Statements(Protocol):
    """One ledger's signing domain: acts into digests and bytes, signatures into keys."""

    def digest(self, act: Act) -> Hash32: ...

    def write(self, act: Act, signatures: Sequence[bytes] = ()) -> bytes: ...

    def signer(self, digest: Hash32, signature: bytes) -> tuple[Address, bytes]: ...


class Judge(Protocol):
    """The contract, asked without being changed. Raises Retryable when nobody answers."""

    def simulate(self, wire: bytes) -> Refused | None: ...

    def simulate_all(self, wires: Sequence[bytes]) -> Sequence[Refused | Retryable | None]:
        """Judge several acts, each on its own; Retryable where there is no verdict."""


class KeptKeys(Protocol):
    """Keys that parties have left with the gateway. Each use is noted by who asked for it."""

    def sign(self, address: Address, digest: Hash32) -> bytes: ...


class ActLog(Protocol):
    """Acts on their way, within one open transaction."""

    def add(self, pending: PendingAct, contents: Sequence[Sealed]) -> PendingAct:
        """Write a draft down, or return the earlier one of the very same statement."""

    def find(self, act_id: str) -> PendingAct | None: ...

    def lock(self, act_id: str) -> PendingAct:
        """Return an act that nobody else changes meanwhile. Raises NotFound."""

    def put_signatures(self, pending: PendingAct) -> None: ...

    def take_slots(self, pending: PendingAct, at: datetime) -> ReceiptId | None:
        """Take the slots of all receipts, or return the first that another act has.

        Its own slots count as taken anew. One whose act has ended, or has waited too long
        between its last signature and the contract's answer, is free.
        """

    def settle(
        self, act_id: str, status: ActStatus, refusal: RefusalOnRecord | None, at: datetime
    ) -> None:
        """Change the status of a draft, and give its slots back when that is its end."""

    def kept_keys_of(self, party_id: PartyId) -> Sequence[Address]:
        """Return the keys that a party has left with the gateway."""

    def note_key_use(self, act_id: str, key: Address, api_token_id: str, at: datetime) -> None: ...


@dataclass(frozen=True, slots=True)
class Draft:
    """What somebody wants to be signed: the act, what it commits to, and who has to agree."""

    act: Act
    needs: tuple[Need, ...]
    contents: tuple[Sealed, ...] = ()


class ActRefused(Exception):
    """An act that is refused now that it is complete. `refused` is the rule."""

    def __init__(self, pending: PendingAct, refused: Refused) -> None:
        super().__init__(str(refused))
        self.pending = pending
        self.refused = refused


class Intake:
    """Where acts come in. One for each gateway; threads share it."""

    def __init__(
        self,
        statements: Statements,
        judge: Judge,
        kept_keys: KeptKeys,
        *,
        clock: Callable[[], datetime],
    ) -> None:
        self._statements = statements
        self._judge = judge
        self._kept_keys = kept_keys
        self._clock = clock

    def enter(
        self,
        act_id: UUID,
        make: Callable[[], Draft],
        caller: Caller,
        *,
        acts: ActLog,
        standing: Standing,
    ) -> PendingAct:
        """Write a draft down, signed at once if the gateway keeps the caller's key.

        The same `act_id` again returns what has become of the first: whoever repeats a
        request after a crash drafts nothing new.
        """
        known = acts.find(str(act_id))
        if known is not None:
            return known
        draft = make()
        refuse_strangers(draft.act, draft.needs, caller)
        now = self._clock()
        pending = PendingAct(
            act_id=str(act_id),
            act=draft.act,
            digest=self._statements.digest(draft.act),
            statement=self._statements.write(draft.act),
            status=ActStatus.DRAFT,
            consents=consents_of(draft.needs),
            created_by=caller.party_id,
            created_at=now,
            updated_at=now,
        )
        entered = acts.add(pending, draft.contents)
        if entered.act_id != pending.act_id:
            return entered
        signed = self._sign_with_kept_key(pending, caller, acts=acts, standing=standing)
        return pending if signed is None else self._pass_gates(signed, acts=acts, standing=standing)

    def sign(
        self,
        act_id: UUID,
        signature: bytes | None,
        caller: Caller,
        *,
        acts: ActLog,
        standing: Standing,
    ) -> PendingAct:
        """Add one signature; without one, that of the caller's kept key.

        Raises Refused, and ActRefused when the signature was the last one and a gate says
        no. An act that is complete already, but not yet judged, is judged again.
        """
        pending = acts.lock(str(act_id))
        self._expect_open(pending)
        if pending.is_complete:
            return self._pass_gates(pending, acts=acts, standing=standing)
        if signature is None:
            signed = self._sign_with_kept_key(pending, caller, acts=acts, standing=standing)
            if signed is None:
                raise Refused(
                    RefusalCode.NOT_YOUR_ROLE,
                    "the gateway keeps no key of yours that this act needs: send a signature",
                    field="signature",
                )
        else:
            key, compact = self._statements.signer(pending.digest, signature)
            places = places_of_key(pending, key, standing)
            signed = pending.signed(places, key, compact, self._clock())
            acts.put_signatures(signed)
        return self._pass_gates(signed, acts=acts, standing=standing)

    def ask(self, pending: PendingAct) -> Refused | None:
        """Ask the contract about a complete act. No transaction may be open meanwhile."""
        return self._judge.simulate(self._wire(pending))

    def ask_all(self, pending: Sequence[PendingAct]) -> Sequence[Refused | Retryable | None]:
        """Ask the contract about several; Retryable where it has given no verdict. As above."""
        return self._judge.simulate_all([self._wire(one) for one in pending])

    def accept(self, act_id: str, *, acts: ActLog) -> PendingAct:
        """Queue a complete act for the relayer. What another request has settled stays.

        Raises ActRefused when the slot has been lost meanwhile, after too long a wait for
        the contract's answer.
        """
        pending = acts.lock(act_id)
        if not pending.is_complete:
            return pending
        try:
            self._take_slots(pending, acts)
        except Refused as refused:
            raise ActRefused(pending, refused) from refused
        return self._settled(pending, ActStatus.SIGNED, None, acts)

    def refuse(self, pending: PendingAct, refusal: RefusalOnRecord, *, acts: ActLog) -> PendingAct:
        """Close a complete act that a gate has refused, with all its signatures on record.

        It stays closed even if the reason passes: what all have signed twice over must be
        drafted twice over, so that nobody is surprised by an old act coming true.
        """
        present = acts.lock(pending.act_id)
        if present.status is not ActStatus.DRAFT:
            return present
        acts.put_signatures(pending)
        return self._settled(present, ActStatus.REFUSED, refusal, acts)

    def withdraw(self, act_id: UUID, caller: Caller, *, acts: ActLog) -> PendingAct:
        """Take back an act that has not been queued: by its drafter or one of its signers."""
        pending = acts.lock(str(act_id))
        is_signer = any(c.party_id == caller.party_id for c in pending.consents)
        if not caller.is_operator and caller.party_id != pending.created_by and not is_signer:
            raise Refused(
                RefusalCode.NOT_YOUR_ROLE, "an act is withdrawn by its drafter or a signer"
            )
        if pending.status is not ActStatus.DRAFT or pending.is_complete:
            raise Refused(RefusalCode.ACT_CLOSED, f"the act is {_shown(pending)}")
        return self._settled(pending, ActStatus.WITHDRAWN, None, acts)

    def _settled(
        self, pending: PendingAct, status: ActStatus, refusal: RefusalOnRecord | None, acts: ActLog
    ) -> PendingAct:
        now = self._clock()
        acts.settle(pending.act_id, status, refusal, now)
        return replace(pending, status=status, updated_at=now)

    def _wire(self, pending: PendingAct) -> bytes:
        return self._statements.write(pending.act, pending.signatures)

    def _expect_open(self, pending: PendingAct) -> None:
        if pending.status is not ActStatus.DRAFT:
            raise Refused(RefusalCode.ACT_CLOSED, f"the act is {pending.status}")
        if pending.act.deadline < self._clock().timestamp():
            raise Refused(RefusalCode.ACT_CLOSED, "the act's deadline has passed")

    def _sign_with_kept_key(
        self, pending: PendingAct, caller: Caller, *, acts: ActLog, standing: Standing
    ) -> PendingAct | None:
        """Sign for a caller that is a party, never for the operator. None without a fitting key."""
        if caller.party_id is None or not caller.may_have_signed:
            return None
        for address in acts.kept_keys_of(caller.party_id):
            try:
                places = places_of_key(pending, address, standing)
            except Refused:
                continue
            now = self._clock()
            signature = self._kept_keys.sign(address, pending.digest)
            signed = pending.signed(places, address, signature, now)
            acts.put_signatures(signed)
            acts.note_key_use(pending.act_id, address, caller.api_token_id, now)
            return signed
        return None

    def _pass_gates(self, pending: PendingAct, *, acts: ActLog, standing: Standing) -> PendingAct:
        """Return the act, complete or not, after the gates that stand in the database."""
        if not pending.is_complete or not isinstance(pending.act, Pledge | PledgePortfolio):
            return pending
        try:
            self._take_slots(pending, acts)
            refuse_if_pledged(standing, receipts_of(pending.act))
        except Refused as refused:
            raise ActRefused(pending, refused) from refused
        return pending

    def _take_slots(self, pending: PendingAct, acts: ActLog) -> None:
        if not isinstance(pending.act, Pledge | PledgePortfolio):
            return
        taken = acts.take_slots(pending, self._clock())
        if taken is not None:
            raise Refused(
                RefusalCode.PLEDGE_UNDER_WAY,
                f"another pledge of receipt {receipt_number(taken)} is on its way",
                details={"receipt_id": taken},
            )


def _shown(pending: PendingAct) -> str:
    return "complete" if pending.is_complete else str(pending.status)
