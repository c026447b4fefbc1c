"""The people of the tests: parties with numbers, roles and keys."""

from dataclasses import dataclass

from receipts_ledger.chain.keys import address_of_private_key, keccak
from receipts_ledger.domain.ids import Address, PartyId
from receipts_ledger.domain.party import Role


@dataclass(frozen=True, slots=True)
class Member:
    """A party and its first private key."""

    name: str
    party: PartyId
    role: Role

    @property
    def private_key(self) -> bytes:
        """Made from the name: worthless outside of tests."""
        return keccak(f"receipts-ledger test key of {self.name}".encode())

    @property
    def address(self) -> Address:
        """The address of the key."""
        return address_of_private_key(self.private_key)


REGISTRAR = Member("registrar", PartyId(1), Role.REGISTRAR)
WAREHOUSE_A = Member("warehouse a", PartyId(2), Role.WAREHOUSE)
WAREHOUSE_B = Member("warehouse b", PartyId(3), Role.WAREHOUSE | Role.HOLDER)
INSPECTOR = Member("inspector", PartyId(4), Role.INSPECTOR)
BANK_A = Member("bank a", PartyId(5), Role.LENDER)
BANK_B = Member("bank b", PartyId(6), Role.LENDER | Role.HOLDER)
BANK_C = Member("bank c", PartyId(7), Role.LENDER)
AUTHORITY = Member("authority", PartyId(8), Role.AUTHORITY)
AUDITOR = Member("auditor", PartyId(9), Role.AUDITOR)
TRADER_A = Member("trader a", PartyId(70_001), Role.HOLDER)
TRADER_B = Member("trader b", PartyId(70_002), Role.HOLDER)
TRADER_C = Member("trader c", PartyId(70_003), Role.HOLDER)
GUARDIAN = Member("guardian", PartyId(30), Role.GUARDIAN)
STRANGER = Member("stranger", PartyId(99), Role(0))

CAST = (
    WAREHOUSE_A,
    WAREHOUSE_B,
    INSPECTOR,
    BANK_A,
    BANK_B,
    BANK_C,
    AUTHORITY,
    AUDITOR,
    TRADER_A,
    TRADER_B,
    TRADER_C,
)
