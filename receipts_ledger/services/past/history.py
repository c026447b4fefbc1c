"""Everything that has happened to some receipts, with who signed it and what it changed."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, field

from receipts_ledger.domain.block import LoggedEvent
from receipts_ledger.domain.claim import (
    DocumentUsed,
    ItemFreed,
    ItemReceipted,
    ItemsFreed,
    ItemsReceipted,
)
from receipts_ledger.domain.event import ActRefused, Event, ReceiptEvent
from receipts_ledger.domain.ids import Address, Hash32, PartyId, ReceiptId
from receipts_ledger.domain.ledger import Ledger
from receipts_ledger.domain.party import Role
from receipts_ledger.domain.pending import receipts_of
from receipts_ledger.domain.receipt import Receipt
from receipts_ledger.domain.record import ActOnRecord, BlockRecord, Call, Entry
from receipts_ledger.domain.state import Changed, State, changed, receipt_state
from receipts_ledger.services.past.kinship import related
from receipts_ledger.services.past.replaying import Onlooker


@dataclass(frozen=True, slots=True)
class Signer:
    """A key that stands behind an act, and whose it was before the act. None: nobody's."""

    key: Address
    party_id: PartyId | None
    roles: Role


@dataclass(frozen=True, slots=True)
class Happened:
    """One event of a receipt. `act` is None where no act on record explains it.

    `signers` are those of the statement, `sender` who sent the transaction: if a party, it counts
    as one more signature. `refusal` is the rule by which an act was refused; it changed nothing.
    """

    receipt_id: ReceiptId
    block_number: int
    block_hash: Hash32
    timestamp_seconds: int
    tx_hash: Hash32
    log_index: int
    event: Event
    act: str | None
    digest: Hash32 | None
    signers: tuple[Signer, ...]
    signatures_of_nobody: int
    sender: Signer
    changes: tuple[Changed, ...]
    related: tuple[tuple[str, ReceiptId], ...]
    refusal: str | None


@dataclass(slots=True)
class _UnderWay:
    """The act of which the events are being applied."""

    on_record: ActOnRecord | None
    signers: tuple[Signer, ...]
    sender: Signer


@dataclass(slots=True)
class Chronicle(Onlooker):
    """Follows a replay and writes down what happens to some receipts."""

    ledger: Ledger
    reason: Callable[[bytes], str]
    receipt_ids: Collection[ReceiptId]
    happened: list[Happened] = field(default_factory=list)
    _states: dict[ReceiptId, State] = field(default_factory=dict)
    _block: BlockRecord | None = None
    _under_way: _UnderWay | None = None

    def begin(self, block: BlockRecord) -> None:
        """Note where the events that follow stand."""
        self._block = block

    def attend(self, act: ActOnRecord | None, call: Call, before: Ledger) -> None:
        """Note who has signed, and as whom."""
        keys = [key for key in act.signers if key is not None] if act is not None else []
        signers = tuple(_signer(key, before) for key in keys)
        # The first party is admitted by whoever creates the ledger: nobody signs for it.
        sender = _signer(call.sender, before)
        if call.entry is Entry.CREATION:
            sender = Signer(call.sender, None, Role(0))
        self._under_way = _UnderWay(act, signers, sender)

    def see(self, logged: LoggedEvent) -> None:
        """Write down what an event was to each of the receipts."""
        for receipt_id in self._concerned(logged.event):
            if receipt_id in self.receipt_ids:
                self._write(receipt_id, logged)

    def _concerned(self, event: Event) -> tuple[ReceiptId, ...]:
        if isinstance(event, ReceiptEvent):
            return (event.receipt_id,)
        match event:
            case ItemReceipted() | ItemFreed() | ItemsReceipted() | ItemsFreed():
                return (event.receipt_id,)
            case DocumentUsed():
                return (event.subject,)
            case ActRefused():
                on_record = self._under_way.on_record if self._under_way else None
                act = None if on_record is None else on_record.act
                others = () if act is None else receipts_of(act)
                return tuple(dict.fromkeys((ReceiptId(event.subject), *others)))
            case _:
                return ()

    def _write(self, receipt_id: ReceiptId, logged: LoggedEvent) -> None:
        block, under_way = self._block, self._under_way
        if block is None or under_way is None:
            raise RuntimeError("an event came before its block and act")
        event, on_record = logged.event, under_way.on_record
        act = None if on_record is None else on_record.act
        changes: tuple[Changed, ...] = ()
        word = self.ledger.receipts.get(receipt_id)
        if isinstance(event, ReceiptEvent) and word is not None:
            after = receipt_state(Receipt.from_word(word))
            changes = changed(self._states.get(receipt_id), after)
            self._states[receipt_id] = after
        name = type(act).__name__ if act is not None else None
        if act is None and isinstance(event, ActRefused):
            name = "MalformedAct"
        self.happened.append(
            Happened(
                receipt_id=receipt_id,
                block_number=block.number,
                block_hash=block.hash,
                timestamp_seconds=block.timestamp_seconds,
                tx_hash=logged.tx_hash,
                log_index=logged.log_index,
                event=event,
                act=name,
                digest=None if on_record is None else on_record.digest,
                signers=under_way.signers,
                signatures_of_nobody=0 if on_record is None else on_record.signers.count(None),
                sender=under_way.sender,
                changes=changes,
                related=tuple(related(event, act)),
                refusal=self.reason(event.reason) if isinstance(event, ActRefused) else None,
            )
        )


def _signer(key: Address, before: Ledger) -> Signer:
    party_id = before.keys.get(key)
    roles = Role(0) if party_id is None else before.parties[party_id].roles
    return Signer(key, party_id, roles)
