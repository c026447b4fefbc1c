"""The ledger on which every act is measured, always the same: no act sees what another left.

One warehouse, one pool with the serial 1 issued, everybody admitted; each measurement begins
there and is undone.
"""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from receipts_ledger.chain.keys import keccak
from receipts_ledger.domain.act import Act
from receipts_ledger.domain.event import ActRefused
from receipts_ledger.domain.ids import Day, PartyId, ReceiptId, Version, pool_id, receipt_id
from receipts_ledger.domain.party import Role
from receipts_ledger.domain.receipt import Issue, NewReceipt, ReceiptRef
from tests.support.cast import (
    CAST,
    GUARDIAN,
    INSPECTOR,
    REGISTRAR,
    TRADER_A,
    WAREHOUSE_A,
    WAREHOUSE_B,
    Member,
)
from tests.support.ledger_on_chain import (
    EVIDENCE,
    FOREVER,
    LOT,
    MATURITY_DAYS,
    MINED_SECONDS_MAX,
    STORED_DAYS,
    LedgerOnChain,
)

NEWCOMER = Member("newcomer", PartyId(70_100), Role.HOLDER)
NOWHERE = ReceiptRef(ReceiptId(0), Version(0))

# Noon of some day: dates are in what is signed, and a signature's zero bytes cost less gas.
GENESIS_SECONDS = 1_800_014_400

_DAY_SECONDS = 86_400
_PURSE_WEI = 10**20
_POLL_SECONDS = 0.002
_ISSUED_AT_ONCE_MAX = 100


class Stage:
    """A ledger with its cast, and what the statements of the acts want to know of it."""

    def __init__(self, ledger: LedgerOnChain) -> None:
        self._ledger = ledger
        ledger.admit_cast()
        ledger.admit(GUARDIAN)
        self.pool = ledger.open_pool()
        self.other_pool = pool_id(WAREHOUSE_A.party, 2)
        self.own_pool = ledger.open_pool(WAREHOUSE_B)
        """Of a warehouse that may hold what it stores."""
        self.storage_day = Day(ledger.today + STORED_DAYS)
        self.maturity_day = Day(ledger.today + MATURITY_DAYS)
        self._next_serial = 1
        self.receipts(1)
        self._prepare_senders()

    @contextmanager
    def played(self) -> Iterator[None]:
        """Undo at the end whatever has been done, with the time that has passed."""
        before, next_serial = self._ledger.rpc.call("evm_snapshot"), self._next_serial
        yield
        self._wait_until_pool_is_empty()
        assert self._ledger.rpc.call("evm_revert", [before]) is True
        self._next_serial = next_serial

    def take_serials(self, count: int) -> int:
        """Return the first of so many serials that nobody else will use: new receipts' numbers."""
        first = self._next_serial
        self._next_serial += count
        return first

    def beside(self, one: ReceiptRef) -> ReceiptRef:
        """Return the receipt that lies ready beside one, new, for an act that takes two."""
        return ReceiptRef(ReceiptId(one.receipt_id + 1), Version(1))

    def receipts(self, count: int) -> list[ReceiptId]:
        """Issue so many receipts of TRADER_A."""
        first = self.take_serials(count)
        for start in range(first, first + count, _ISSUED_AT_ONCE_MAX):
            many = min(_ISSUED_AT_ONCE_MAX, first + count - start)
            new = NewReceipt(TRADER_A.party, LOT, self.storage_day, keccak(b"content"))
            act = Issue(self.pool, start, (new,) * many, (), EVIDENCE, FOREVER)
            self.relayed((self.signed(act, WAREHOUSE_A, INSPECTOR),))
        return [receipt_id(self.pool, first + index) for index in range(count)]

    def signed(self, act: Act, *signers: Member) -> bytes:
        """Return the wire form of an act with these signatures."""
        return self._ledger.sign(act, *signers)

    def relayed(self, wires: Sequence[bytes]) -> dict[str, Any]:
        """Relay acts, none of which may be refused; return the transaction's receipt."""
        return self._done(self._ledger.relay(*wires), len(wires))

    def executed(self, wire: bytes, sender: Member) -> dict[str, Any]:
        """Have a party send an act itself; return the transaction's receipt."""
        return self._done(self._ledger.execute(wire, sender="0x" + sender.address.hex()), 1)

    def wait_days(self, days: int) -> None:
        """Let days pass."""
        if days:
            self._ledger.rpc.call("evm_increaseTime", [days * _DAY_SECONDS])
            self._ledger.rpc.call("evm_mine")

    def _done(self, tx_receipt: dict[str, Any], count: int) -> dict[str, Any]:
        events = self._ledger.events(tx_receipt)
        assert tx_receipt["status"] == "0x1"
        assert len(events) >= count
        assert not any(isinstance(event, ActRefused) for event in events), events
        return tx_receipt

    def _wait_until_pool_is_empty(self) -> None:
        # Anvil strikes a mined transaction out of its pool a moment after the block is there.
        # Turned back before, it would strike out the next one of the same sender and nonce.
        deadline = time.monotonic() + MINED_SECONDS_MAX
        while self._ledger.rpc.call("txpool_status", [])["pending"] != "0x0":
            assert time.monotonic() < deadline, "the node's pool does not empty"
            time.sleep(_POLL_SECONDS)

    def _prepare_senders(self) -> None:
        rpc = self._ledger.rpc
        rpc.call("anvil_autoImpersonateAccount", [True])
        for member in (REGISTRAR, GUARDIAN, NEWCOMER, *CAST):
            rpc.call("anvil_setBalance", ["0x" + member.address.hex(), hex(_PURSE_WEI)])
