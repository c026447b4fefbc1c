"""A receipt, a pool and a party in every standing of the matrix, on a real ledger."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from receipts_ledger.chain.keys import keccak
from receipts_ledger.domain.change import Cancel, Merge, Replace, WriteDown
from receipts_ledger.domain.ids import Day, PartyId, PoolId, ReceiptId, Version, pool_id, receipt_id
from receipts_ledger.domain.party import Recover, Role, Suspend, VetoRecovery
from receipts_ledger.domain.pool import Attest, OpenPool, Pause, Seal
from receipts_ledger.domain.receipt import (
    EXIT_VERSIONS,
    VERSION_MAX,
    Deliver,
    Freeze,
    Invalidate,
    Issue,
    NewReceipt,
    NoteClaim,
    ToPaper,
)
from tests.support.cast import (
    AUTHORITY,
    BANK_A,
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
    STORED_DAYS,
    TERMS,
    LedgerOnChain,
)

SUSPENDED_HOLDER = Member("suspended holder", PartyId(70_010), Role.HOLDER)
HOLDER_IN_RECOVERY = Member("holder in recovery", PartyId(70_011), Role.HOLDER)
SUSPENDED_BANK = Member("suspended bank", PartyId(110), Role.LENDER)
SUSPENDED_WAREHOUSE = Member("suspended warehouse", PartyId(111), Role.WAREHOUSE)
NEW_KEY = Member("a new key", PartyId(0), Role(0))
PARTIES = {
    standing: Member(f"party that {standing}", PartyId(number), Role.HOLDER)
    for number, standing in enumerate(
        ("unknown", "active", "suspended", "in_recovery", "notice_over", "vetoed"), 71_000
    )
}

SHORT_STORAGE = 20
SHORT_MATURITY = 5
LATER_MATURITY = 20
LAST_DAY = 32
"""Days from the beginning: so long that the first counts, storage periods and notices are over."""
_PAUSED, _BONDED, _UNCOUNTED, _NON_NEGOTIABLE = 2, 3, 4, 5
_BATCH = 350


@dataclass(frozen=True, slots=True)
class Standing:
    """One receipt that stands so, and all that an act about it may name."""

    ledger: LedgerOnChain
    receipt: ReceiptId
    twin: ReceiptId
    """Another that stands alike, or, where none can, a free one of the same pool."""
    spare: ReceiptId
    """A free one of the same holder."""
    secured: ReceiptId
    """A pledged one of trader A."""
    holder: Member = TRADER_A
    warehouse: Member = WAREHOUSE_A
    pledgee: Member = BANK_A


@dataclass(frozen=True, slots=True)
class World:
    """Two ledgers: one on which nothing is sealed, one on which a pool is."""

    receipts: dict[str, Standing]
    pools: dict[str, tuple[LedgerOnChain, PoolId]]
    parties: dict[str, Member]
    open_ledger: LedgerOnChain


def build(ledger: LedgerOnChain, other: LedgerOnChain) -> World:
    """Lead the first ledger through some weeks, and seal a pool of the other."""
    sealed = _sealed(other)
    made = _Making(ledger)
    receipts = made.receipts()
    return World(
        {"sealed": sealed, **receipts},
        {
            "unknown": (ledger, pool_id(WAREHOUSE_A.party, 99)),
            "open": (ledger, made.pool),
            "paused": (ledger, made.paused),
            "sealed": (other, PoolId(sealed.receipt >> 32)),
        },
        PARTIES,
        ledger,
    )


def _sealed(ledger: LedgerOnChain) -> Standing:
    ledger.admit_cast()
    receipt, twin, spare = ledger.issue(ledger.open_pool(), 3)
    (secured,) = ledger.issue(ledger.open_pool(index=2))
    ledger.pledge(secured)
    pool = PoolId(receipt >> 32)
    version = ledger.pool(pool).version
    ledger.do(Seal(pool, version, EVIDENCE, FOREVER), REGISTRAR, AUTHORITY)
    return Standing(ledger, receipt, twin, spare, secured)


class _Making:
    """Brings receipts into their standings, day by day."""

    def __init__(self, ledger: LedgerOnChain) -> None:
        self._ledger = ledger
        ledger.admit_cast()
        ledger.admit(GUARDIAN, SUSPENDED_HOLDER, HOLDER_IN_RECOVERY, SUSPENDED_BANK)
        ledger.admit(SUSPENDED_WAREHOUSE)
        ledger.admit(*(party for name, party in PARTIES.items() if name != "unknown"))
        self.pool = ledger.open_pool()
        self.paused = ledger.open_pool(index=_PAUSED)
        self._uncounted = ledger.open_pool(index=_UNCOUNTED)
        self._bonded = self._open(_BONDED, is_bonded=True)
        self._named = self._open(_NON_NEGOTIABLE, is_non_negotiable=True)
        self._own = ledger.open_pool(WAREHOUSE_B)
        self._foreign = ledger.open_pool(SUSPENDED_WAREHOUSE)
        self._spare = self._issue(1)[0]
        self._secured = self._issue(1)[0]
        ledger.pledge(self._secured)

    def receipts(self) -> dict[str, Standing]:
        """Return every standing but that of a sealed pool. Lets `LAST_DAY` days pass."""
        ended = self._ended()
        owned = self._owned()
        plain = self._in_places()
        pledged = self._pledged()
        self._recover("notice_over")
        self._ledger.let_days_pass(SHORT_MATURITY + 1)
        for name in ("enforceable", "storage_over_enforceable", "frozen_enforceable"):
            self._each(pledged[name], self._ledger.default)
        self._ledger.let_days_pass(LAST_DAY - SHORT_MATURITY - 1)
        self._each(pledged["in_default"], self._ledger.default)
        made = {**ended, **owned, **plain, **pledged}
        self._hold(made)
        self._wear_out(made)
        self._count_again()
        self._stop()
        return made

    def _standing(self, pair: Sequence[ReceiptId], **differing: Member) -> Standing:
        receipt, twin = pair
        made = Standing(self._ledger, receipt, twin, self._spare, self._secured)
        return replace(made, **differing)  # type: ignore[arg-type]

    def _ended(self) -> dict[str, Standing]:
        """Return receipts that have ended, in every way that there is."""
        do, first = self._ledger.do, Version(1)
        delivered, merged, into, replaced, lost = self._issue(5)
        do(Deliver(delivered, first, LOT, (), (), EVIDENCE, FOREVER), TRADER_A, WAREHOUSE_A)
        do(Merge(into, first, merged, first, (), TERMS, FOREVER), TRADER_A, WAREHOUSE_A)
        serial = self._ledger.pool(self.pool).next_serial
        do(Replace(replaced, first, serial, LOT, (), TERMS, FOREVER), TRADER_A, WAREHOUSE_A)
        do(WriteDown(lost, first, LOT, (), EVIDENCE, FOREVER), WAREHOUSE_A, INSPECTOR)
        cancelled, twin = self._issue(2, self._own, holder=WAREHOUSE_B, warehouse=WAREHOUSE_B)
        do(Cancel(cancelled, first, (), EVIDENCE, FOREVER), WAREHOUSE_B)
        unknown = receipt_id(self.pool, 90_000)
        ended = {
            name: self._standing((receipt, self._spare))
            for name, receipt in (
                ("delivered", delivered),
                ("merged", merged),
                ("replaced", replaced),
                ("written_off", lost),
            )
        }
        ended["unknown"] = self._standing((unknown, ReceiptId(unknown + 1)))
        ended["cancelled"] = self._standing(
            (cancelled, twin), holder=WAREHOUSE_B, warehouse=WAREHOUSE_B
        )
        return ended

    def _owned(self) -> dict[str, Standing]:
        """Return receipts that their warehouse holds."""
        owned = self._issue(5, self._own, holder=WAREHOUSE_B, warehouse=WAREHOUSE_B)
        by = {"holder": WAREHOUSE_B, "warehouse": WAREHOUSE_B}
        for receipt in owned[2:4]:
            self._ledger.pledge(receipt, **by)  # type: ignore[arg-type]
        return {
            "own": replace(self._standing(owned[0:2], **by), spare=owned[4]),
            "own_pledged": replace(self._standing(owned[2:4], **by), spare=owned[4]),
        }

    def _in_places(self) -> dict[str, Standing]:
        """Return free receipts, here and there."""
        foreign = self._issue(2, self._foreign, warehouse=SUSPENDED_WAREHOUSE)
        made = {
            name: self._standing(self._issue(2, pool))
            for name, pool in (
                ("free", self.pool),
                ("frozen", self.pool),
                ("on_paper", self.pool),
                ("claimed", self.pool),
                ("few_versions", self.pool),
                ("paused", self.paused),
                ("bonded", self._bonded),
                ("non_negotiable", self._named),
                ("uncounted", self._uncounted),
            )
        }
        made["storage_over"] = self._standing(self._issue(2, stored_days=SHORT_STORAGE))
        made["warehouse_suspended"] = self._standing(foreign, warehouse=SUSPENDED_WAREHOUSE)
        made["holder_suspended"] = self._standing(
            self._issue(2, holder=SUSPENDED_HOLDER), holder=SUSPENDED_HOLDER
        )
        return made

    def _pledged(self) -> dict[str, Standing]:
        """Return receipts that are pledged, whatever else will become of them."""
        made: dict[str, Standing] = {}
        for name, due_in_days in (
            ("pledged", MATURITY_DAYS),
            ("overdue", LATER_MATURITY),
            ("in_default", LATER_MATURITY),
            ("enforceable", SHORT_MATURITY),
            ("storage_over_enforceable", SHORT_MATURITY),
            ("frozen_enforceable", SHORT_MATURITY),
            ("frozen_pledged", MATURITY_DAYS),
            ("on_paper_pledged", MATURITY_DAYS),
            ("claimed_pledged", MATURITY_DAYS),
            ("few_versions_pledged", MATURITY_DAYS),
            ("holder_in_recovery", MATURITY_DAYS),
            ("pledgee_suspended", MATURITY_DAYS),
        ):
            holder = HOLDER_IN_RECOVERY if name == "holder_in_recovery" else TRADER_A
            bank = SUSPENDED_BANK if name == "pledgee_suspended" else BANK_A
            stored = SHORT_STORAGE if name.startswith("storage_over") else STORED_DAYS
            pair = self._issue(2, holder=holder, stored_days=stored)
            for receipt in pair:
                self._ledger.pledge(receipt, bank, holder=holder, due_in_days=due_in_days)
            made[name] = self._standing(pair, holder=holder, pledgee=bank)
        return made

    def _hold(self, made: dict[str, Standing]) -> None:
        """Freeze, put on paper, note claims."""
        for name in ("frozen", "frozen_pledged", "frozen_enforceable"):
            for receipt in (made[name].receipt, made[name].twin):
                freeze = Freeze(receipt, self._version(receipt), EVIDENCE, FOREVER)
                self._ledger.do(freeze, AUTHORITY)
        for name, banks in (("on_paper", ()), ("on_paper_pledged", (BANK_A,))):
            for receipt in (made[name].receipt, made[name].twin):
                paper = ToPaper(receipt, self._version(receipt), EVIDENCE, FOREVER)
                self._ledger.do(paper, TRADER_A, WAREHOUSE_A, *banks)
        for name in ("claimed", "claimed_pledged"):
            for receipt in (made[name].receipt, made[name].twin):
                claim = NoteClaim(receipt, self._version(receipt), EVIDENCE, FOREVER)
                self._ledger.do(claim, WAREHOUSE_A)

    def _wear_out(self, made: dict[str, Standing]) -> None:
        """Invalidate until only exits are left."""
        for name in ("few_versions", "few_versions_pledged"):
            receipt = made[name].receipt
            first, last = self._version(receipt), VERSION_MAX - EXIT_VERSIONS
            for start in range(first, last, _BATCH):
                versions = range(start, min(start + _BATCH, last))
                self._ledger.relay(
                    *(
                        self._ledger.sign(
                            Invalidate(receipt, Version(version), EVIDENCE, FOREVER), TRADER_A
                        )
                        for version in versions
                    )
                )
            assert self._version(receipt) == last

    def _count_again(self) -> None:
        counted = (self.pool, self.paused, self._bonded, self._named, self._own, self._foreign)
        for pool in counted:
            found = self._ledger.pool(pool)
            count = Attest(pool, found.version, found.quantity_attested, EVIDENCE, FOREVER)
            self._ledger.do(count, INSPECTOR)

    def _stop(self) -> None:
        """Pause the pool, and stop the parties."""
        version = self._ledger.pool(self.paused).version
        self._ledger.do(Pause(self.paused, version, EVIDENCE, FOREVER), GUARDIAN)
        for member in (
            SUSPENDED_HOLDER,
            SUSPENDED_BANK,
            SUSPENDED_WAREHOUSE,
            PARTIES["suspended"],
        ):
            stop = Suspend(member.party, Version(1), EVIDENCE, FOREVER)
            self._ledger.do(stop, REGISTRAR)
        for standing in ("in_recovery", "vetoed"):
            self._recover(standing)
        vetoed = PARTIES["vetoed"]
        veto = VetoRecovery(vetoed.party, Version(2), EVIDENCE, FOREVER)
        self._ledger.do(veto, vetoed)
        self._begin_recovery(HOLDER_IN_RECOVERY)

    def _recover(self, standing: str) -> None:
        self._begin_recovery(PARTIES[standing])

    def _begin_recovery(self, member: Member) -> None:
        recover = Recover(member.party, Version(1), NEW_KEY.address, EVIDENCE, FOREVER)
        self._ledger.do(recover, REGISTRAR, AUTHORITY, NEW_KEY)

    def _open(
        self, index: int, *, is_bonded: bool = False, is_non_negotiable: bool = False
    ) -> PoolId:
        pool = pool_id(WAREHOUSE_A.party, index)
        opening = OpenPool(
            pool, 10**9, 30, False, False, is_bonded, is_non_negotiable, EVIDENCE, FOREVER
        )
        self._ledger.do(opening, REGISTRAR, WAREHOUSE_A)
        self._ledger.do(Attest(pool, Version(1), 10**8, EVIDENCE, FOREVER), INSPECTOR)
        return pool

    def _issue(
        self,
        count: int,
        pool: PoolId | None = None,
        *,
        holder: Member = TRADER_A,
        warehouse: Member = WAREHOUSE_A,
        stored_days: int = STORED_DAYS,
    ) -> list[ReceiptId]:
        pool = self.pool if pool is None else pool
        first = self._ledger.pool(pool).next_serial
        day = Day(self._ledger.today + stored_days)
        new = NewReceipt(holder.party, LOT, day, keccak(b"content"))
        issue = Issue(pool, first, (new,) * count, (), EVIDENCE, FOREVER)
        self._ledger.do(issue, warehouse, INSPECTOR)
        return [receipt_id(pool, first + index) for index in range(count)]

    def _version(self, receipt: ReceiptId) -> Version:
        return self._ledger.receipt(receipt).version

    def _each(self, standing: Standing, act: Callable[[ReceiptId], object]) -> None:
        for receipt in (standing.receipt, standing.twin):
            act(receipt)
