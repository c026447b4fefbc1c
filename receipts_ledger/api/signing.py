"""Who signed what is in a history: as this gateway sent it, or as the chain has it.

An act that came by another way is read from the node's calldata, if that hashes to the
transaction's hash. What neither tells is told as unknown.
"""

from collections.abc import Mapping, Sequence

from receipts_ledger.api.answers.forms import hexadecimal
from receipts_ledger.api.answers.receipts import HistoryEntry, SignedOut, SignerOut
from receipts_ledger.api.services import Services
from receipts_ledger.domain.block import LoggedEvent
from receipts_ledger.domain.event import ActRefused, ReceiptEvent
from receipts_ledger.domain.ids import Address, Hash32, PartyId
from receipts_ledger.domain.party import Role
from receipts_ledger.domain.record import ActOnRecord
from receipts_ledger.domain.state import role_names
from receipts_ledger.errors import LedgerError
from receipts_ledger.services.past.signing import act_behind, owners
from receipts_ledger.store.bodies import event_of
from receipts_ledger.store.reads import past_signers
from receipts_ledger.store.units import Found, Reader

GATEWAY, CHAIN, UNKNOWN = "gateway", "chain", "unknown"


class Signing:
    """Reads first what the database knows; `tell` then asks the node for the rest."""

    def __init__(self, reader: Reader, rows: Sequence[Found], services: Services) -> None:
        self._services = services
        self._events = [_logged(row) for row in rows]
        blocks = {each.block_number for each in self._events}
        self._refusals = past_signers.refusals_in(reader, blocks)
        self._sent = past_signers.acts_of(reader, blocks, read_statement=services.statements.read)
        self._of_parties = past_signers.party_events(reader, max(blocks, default=0))

    def tell(self, entries: Sequence[HistoryEntry]) -> None:
        """Add to each entry who signed it. Entries of items and documents are those of an act."""
        behind = {
            place: (GATEWAY, act)
            for place, logged in self._of_acts()
            if (act := self._of_gateway(logged)) is not None
        }
        left = {logged.tx_hash for place, logged in self._of_acts() if place not in behind}
        on_chain = self._on_chain(sorted(left))
        for place, logged in self._of_acts():
            acts = on_chain.get(logged.tx_hash, ())
            if place not in behind and (act := self._behind(logged, acts)) is not None:
                behind[place] = CHAIN, act
        told = sorted(behind)
        asked = [(self._events[place], _keys(behind[place][1])) for place in told]
        speakers = dict(zip(told, owners(asked, self._of_parties), strict=True))
        for place, _ in self._of_acts():
            source, act = behind.get(place, (UNKNOWN, None))
            entries[place]["signed"] = self._told(source, act, speakers.get(place, {}))

    def _of_acts(self) -> list[tuple[int, LoggedEvent]]:
        return [
            (place, logged)
            for place, logged in enumerate(self._events)
            if isinstance(logged.event, ReceiptEvent | ActRefused)
        ]

    def _of_gateway(self, logged: LoggedEvent) -> ActOnRecord | None:
        sent = self._sent.get(logged.tx_hash, ())
        return self._behind(logged, [each.on_record for each in sent])

    def _on_chain(self, tx_hashes: Sequence[Hash32]) -> Mapping[Hash32, Sequence[ActOnRecord]]:
        if not tx_hashes:
            return {}
        try:
            return self._services.acts_sent(tx_hashes)
        except LedgerError:
            # A node that is away makes signers unknown, and the rest no less true.
            return {}

    def _behind(self, logged: LoggedEvent, acts: Sequence[ActOnRecord]) -> ActOnRecord | None:
        return act_behind(logged, acts, self._refusals.get(logged.tx_hash, ()))

    def _told(
        self,
        source: str,
        act: ActOnRecord | None,
        speakers: Mapping[Address, tuple[PartyId, Role]],
    ) -> SignedOut:
        if act is None:
            return SignedOut(source=UNKNOWN, act=None, digest=None, act_id=None, signers=[])
        return SignedOut(
            source=source,
            act=type(act.act).__name__,
            digest=hexadecimal(act.digest),
            act_id=self._act_id(act) if source == GATEWAY else None,
            signers=[_signer(key, speakers.get(key)) for key in _keys(act)],
        )

    def _act_id(self, act: ActOnRecord) -> str | None:
        ids = {each.on_record.digest: each.act_id for sent in self._sent.values() for each in sent}
        return ids.get(act.digest)


def _logged(row: Found) -> LoggedEvent:
    event = event_of(row.kind, row.body)
    return LoggedEvent(event, row.block_number, row.log_index, row.tx_hash, row.tx_index)


def _keys(act: ActOnRecord) -> tuple[Address, ...]:
    # A party in two places has signed in both.
    return tuple(dict.fromkeys(key for key in act.signers if key is not None))


def _signer(key: Address, speaker: tuple[PartyId, Role] | None) -> SignerOut:
    party_id, roles = (None, Role(0)) if speaker is None else speaker
    return SignerOut(key=hexadecimal(key), party_id=party_id, roles=list(role_names(roles)))
