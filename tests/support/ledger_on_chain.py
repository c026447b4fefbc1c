"""A ledger deployed on a real node, and hands to act on it without any gateway."""

import time
from collections.abc import Sequence
from typing import Any

from receipts_ledger.chain import decode, keys, wire
from receipts_ledger.chain.deployment import NO_ADDRESS, Deployment, deploy
from receipts_ledger.chain.local_node import DEVELOPER_KEYS
from receipts_ledger.chain.rpc import Rpc
from receipts_ledger.chain.typed_data import Digester
from receipts_ledger.domain.act import Act
from receipts_ledger.domain.event import Event
from receipts_ledger.domain.ids import (
    Address,
    Day,
    Hash32,
    PartyId,
    PoolId,
    ReceiptId,
    Version,
    day_at,
    pool_id,
    receipt_id,
)
from receipts_ledger.domain.party import Admit, Party
from receipts_ledger.domain.pledge import Default, Pledge, Release
from receipts_ledger.domain.pool import Attest, OpenPool, Pool
from receipts_ledger.domain.receipt import Issue, NewReceipt, Receipt
from tests.support.cast import (
    BANK_A,
    CAST,
    INSPECTOR,
    REGISTRAR,
    TRADER_A,
    WAREHOUSE_A,
    Member,
)

GAS = 16_000_000
FOREVER = 4_000_000_000
MINED_SECONDS_MAX = 30.0
LOT = 25_000
STORED_DAYS = 300
MATURITY_DAYS = 90
NOTICE_DAYS = 10
TERMS = Hash32(keys.keccak(b"terms"))
EVIDENCE = Hash32(keys.keccak(b"evidence"))

_DAY_SECONDS = 86_400
_EXECUTE = keys.keccak(b"execute(bytes)")[:4]
_RELAY = keys.keccak(b"relay(bytes)")[:4]


class LedgerOnChain:
    """Deploys the contract and sends acts to it as any outsider could."""

    def __init__(self, rpc: Rpc, predecessor: Address = NO_ADDRESS) -> None:
        self.rpc = rpc
        self.deployment: Deployment = deploy(
            rpc,
            private_key=DEVELOPER_KEYS[0],
            registrar_key=REGISTRAR.address,
            profile=keys.keccak(b"registrar"),
            predecessor=predecessor,
        )
        self.digester = Digester(self.deployment.signing_domain())
        self._payer = "0x" + keys.address_of_private_key(DEVELOPER_KEYS[1]).hex()

    @property
    def today(self) -> Day:
        """The ledger day of the latest block."""
        return day_at(
            int(self.rpc.call("eth_getBlockByNumber", ["latest", False])["timestamp"], 16)
        )

    def sign(self, act: Act, *signers: Member) -> bytes:
        """Return the wire form of an act, signed in the given order."""
        digest = self.digester.digest(act)
        return wire.encode(act, [keys.sign(member.private_key, digest) for member in signers])

    def relay(self, *wires: bytes, sender: str | None = None) -> dict[str, Any]:
        """Send wire forms through relay and return the transaction's receipt."""
        return self._send(_RELAY, b"".join(wires), sender)

    def execute(self, signed: bytes, sender: str | None = None) -> dict[str, Any]:
        """Send one wire form through execute and return the transaction's receipt."""
        return self._send(_EXECUTE, signed, sender)

    def do(self, act: Act, *signers: Member) -> dict[str, Any]:
        """Sign and execute; the transaction must succeed."""
        tx_receipt = self.execute(self.sign(act, *signers))
        assert tx_receipt["status"] == "0x1", act
        return tx_receipt

    def events(self, tx_receipt: dict[str, Any]) -> list[Event]:
        """Return the ledger's events in a transaction's receipt."""
        return [
            decode.decode(
                [bytes.fromhex(topic[2:]) for topic in log["topics"]],
                bytes.fromhex(log["data"][2:]),
            )
            for log in tx_receipt["logs"]
        ]

    def admit(self, *members: Member) -> None:
        """Admit members by the registrar, each with its own key, in one relay."""
        acts = (
            Admit(m.party, m.role, m.address, keys.keccak(m.name.encode()), FOREVER)
            for m in members
        )
        wires = [
            self.sign(act, REGISTRAR, member) for act, member in zip(acts, members, strict=True)
        ]
        for start in range(0, len(wires), 50):
            self.relay(*wires[start : start + 50])

    def admit_cast(self) -> None:
        """Admit everybody of the cast."""
        self.admit(*CAST)

    def open_pool(
        self,
        warehouse: Member = WAREHOUSE_A,
        index: int = 1,
        *,
        capacity: int = 10**9,
        attested: int = 10**8,
        is_serialised: bool = False,
    ) -> PoolId:
        """Open a pool and have it counted."""
        pool = pool_id(warehouse.party, index)
        opening = OpenPool(
            pool, capacity, 30, is_serialised, False, False, False, EVIDENCE, FOREVER
        )
        self.do(opening, REGISTRAR, warehouse)
        self.do(Attest(pool, Version(1), attested, EVIDENCE, FOREVER), INSPECTOR)
        return pool

    def issue(
        self,
        pool: PoolId,
        count: int = 1,
        *,
        holder: Member = TRADER_A,
        warehouse: Member = WAREHOUSE_A,
        quantity: int = LOT,
    ) -> list[ReceiptId]:
        """Issue receipts in one act and return their numbers."""
        first = self.pool(pool).next_serial
        new = NewReceipt(
            holder.party, quantity, Day(self.today + STORED_DAYS), keys.keccak(b"content")
        )
        act = Issue(pool, first, (new,) * count, (), EVIDENCE, FOREVER)
        self.do(act, warehouse, INSPECTOR)
        return [receipt_id(pool, first + index) for index in range(count)]

    def pledge_act(
        self,
        receipt: ReceiptId,
        bank: Member = BANK_A,
        *,
        documents: Sequence[Hash32] = (),
        due_in_days: int = MATURITY_DAYS,
    ) -> Pledge:
        """Return a pledge of the receipt at its present version."""
        version = self.receipt(receipt).version
        maturity = Day(self.today + due_in_days)
        return Pledge(receipt, version, bank.party, maturity, TERMS, tuple(documents), FOREVER)

    def pledge(
        self,
        receipt: ReceiptId,
        bank: Member = BANK_A,
        *,
        holder: Member = TRADER_A,
        warehouse: Member = WAREHOUSE_A,
        due_in_days: int = MATURITY_DAYS,
    ) -> dict[str, Any]:
        """Pledge a receipt."""
        act = self.pledge_act(receipt, bank, due_in_days=due_in_days)
        return self.do(act, holder, warehouse, bank)

    def release(self, receipt: ReceiptId, bank: Member = BANK_A) -> dict[str, Any]:
        """Release a receipt."""
        version = self.receipt(receipt).version
        return self.do(Release(receipt, version, TERMS, FOREVER), bank)

    def default(self, receipt: ReceiptId, bank: Member = BANK_A) -> dict[str, Any]:
        """Declare that what a receipt secures was not paid."""
        version = self.receipt(receipt).version
        return self.do(Default(receipt, version, TERMS, FOREVER), bank)

    def let_days_pass(self, days: int) -> None:
        """Go on to a later day."""
        self.rpc.call("evm_increaseTime", [days * _DAY_SECONDS])
        self.rpc.call("evm_mine")

    def receipt(self, receipt: ReceiptId) -> Receipt:
        """Read a receipt from the contract."""
        return Receipt.from_word(self.word("receiptWord(uint64)", receipt))

    def pool(self, pool: PoolId) -> Pool:
        """Read a pool from the contract."""
        return Pool.from_word(self.word("poolWord(uint32)", pool))

    def pools(self) -> list[PoolId]:
        """Return every pool, by the events of the contract."""
        topic = "0x" + keys.keccak(b"PoolOpened(uint32,uint256,bytes32)").hex()
        wanted = {"address": self.deployment.contract, "fromBlock": "0x0", "topics": [topic]}
        logs = self.rpc.call("eth_getLogs", [wanted])
        return [PoolId(int(log["topics"][1], 16)) for log in logs]

    def party(self, party: PartyId) -> Party:
        """Read a party from the contract."""
        return Party.from_word(self.word("partyWord(uint32)", party))

    def word(self, view: str, argument: int) -> int:
        """Call a view of one argument that returns one word."""
        call = keys.keccak(view.encode())[:4] + argument.to_bytes(32)
        return int(self._call(call), 16)

    def simulate(self, signed: bytes) -> str:
        """Call execute without sending; raises RpcError with the revert bytes."""
        return self._call(_calldata(_EXECUTE, signed))

    def wait_for(self, tx_hash: str) -> dict[str, Any]:
        """Return the receipt of a transaction once it is mined."""
        deadline = time.monotonic() + MINED_SECONDS_MAX
        while time.monotonic() < deadline:
            tx_receipt: dict[str, Any] | None = self.rpc.call(
                "eth_getTransactionReceipt", [tx_hash]
            )
            if tx_receipt is not None:
                return tx_receipt
            time.sleep(0.005)
        raise AssertionError(f"{tx_hash} was not mined")

    def _call(self, calldata: bytes) -> str:
        request = {"to": self.deployment.contract, "data": "0x" + calldata.hex()}
        return str(self.rpc.call("eth_call", [request, "latest"]))

    def _send(self, selector: bytes, argument: bytes, sender: str | None) -> dict[str, Any]:
        request = {
            "from": sender or self._payer,
            "to": self.deployment.contract,
            "data": "0x" + _calldata(selector, argument).hex(),
            "gas": hex(GAS),
        }
        tx_hash = self.rpc.call("eth_sendTransaction", [request])
        return self.wait_for(tx_hash)


def execute_calldata(signed: bytes) -> bytes:
    """Return how a wire form is carried out by whoever sends it."""
    return _calldata(_EXECUTE, signed)


def _calldata(selector: bytes, argument: bytes) -> bytes:
    padding = bytes(-len(argument) % 32)
    return selector + (32).to_bytes(32) + len(argument).to_bytes(32) + argument + padding


def ledger_with_receipts(rpc: Rpc, count: int = 4) -> tuple[LedgerOnChain, list[ReceiptId]]:
    """Return a ledger with the cast, one pool of warehouse A and receipts of trader A."""
    ledger = LedgerOnChain(rpc)
    ledger.admit_cast()
    return ledger, ledger.issue(ledger.open_pool(), count)
