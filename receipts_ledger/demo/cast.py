"""Who takes part in the story: numbers, names, roles, and a key for each.

The warehouses are those of the stock report; everybody else is invented.
"""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field

from receipts_ledger.chain.keys import address_of_private_key
from receipts_ledger.demo.stocks import Stock
from receipts_ledger.domain.ids import Address, PartyId
from receipts_ledger.domain.party import Role

_WAREHOUSES_FROM = 11
_RACERS_FROM = 101
_TRADERS_FROM = 70_001


@dataclass(frozen=True, slots=True)
class Member:
    """A party and its key, which nobody else has."""

    party_id: PartyId
    name: str
    roles: Role
    key: bytes = field(default_factory=lambda: secrets.token_bytes(32), repr=False)

    @property
    def address(self) -> Address:
        """The address of the key."""
        return address_of_private_key(self.key)


@dataclass(frozen=True, slots=True)
class Cast:
    """Everybody. The registrar is there from the contract's first block."""

    registrar: Member
    inspector: Member
    authority: Member
    auditor: Member
    banks: tuple[Member, ...]
    traders: tuple[Member, ...]
    racers: tuple[Member, ...]
    warehouses: dict[str, Member]

    @classmethod
    def of(cls, stocks: Iterable[Stock], *, racers: int) -> "Cast":
        """Return a cast whose warehouses are those of a stock report."""
        names = dict.fromkeys(stock.warehouse for stock in stocks)
        return cls(
            registrar=Member(PartyId(1), "仓单登记中心 Receipt registry", Role.REGISTRAR),
            inspector=Member(PartyId(2), "华东检验 East inspection", Role.INSPECTOR),
            authority=Member(PartyId(3), "法院 Court", Role.AUTHORITY),
            auditor=Member(PartyId(4), "审计师 Auditor", Role.AUDITOR),
            banks=tuple(
                Member(PartyId(5 + place), name, Role.LENDER)
                for place, name in enumerate(("甲银行 Bank A", "乙银行 Bank B", "丙银行 Bank C"))
            ),
            traders=tuple(
                Member(PartyId(_TRADERS_FROM + place), name, Role.HOLDER)
                for place, name in enumerate(("浦东贸易 Trader A", "外滩金属 Trader B"))
            ),
            racers=tuple(
                Member(PartyId(_RACERS_FROM + place), f"银行 Bank {place + 1:02d}", Role.LENDER)
                for place in range(racers)
            ),
            warehouses={
                name: Member(PartyId(_WAREHOUSES_FROM + place), name, Role.WAREHOUSE)
                for place, name in enumerate(names)
            },
        )

    @property
    def newcomers(self) -> tuple[Member, ...]:
        """Everybody whom the registrar has to admit."""
        return (
            self.inspector,
            self.authority,
            self.auditor,
            *self.banks,
            *self.traders,
            *self.racers,
            *self.warehouses.values(),
        )
