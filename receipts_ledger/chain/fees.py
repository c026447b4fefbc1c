"""What to offer for gas, by the way a chain charges for it. Pure: base fee in, fees out."""

from dataclasses import dataclass, replace

from receipts_ledger.domain.lane import Fees

# Nodes take a replacement from +10 % (geth) or +12.5 % (others) on; both fees have to rise.
BUMP_PER_MILLE = 125
_MILLE = 1000
# Holds through six full blocks in a row, each of which may raise the base fee by an eighth.
_BASE_FEE_FACTOR = 2


@dataclass(frozen=True, slots=True)
class FeeMarket:
    """EIP-1559: twice the base fee and a tip, but never more than the cap."""

    tip_wei: int
    cap_wei: int
    bump_per_mille: int = BUMP_PER_MILLE

    def fees(self, base_fee_wei: int | None) -> Fees:
        """Return the offer for a new transaction."""
        wanted = _BASE_FEE_FACTOR * (base_fee_wei or 0) + self.tip_wei
        return Fees(min(wanted, self.cap_wei), min(self.tip_wei, self.cap_wei))

    def raised(self, offered: Fees, base_fee_wei: int | None) -> Fees | None:
        """Return an offer that replaces another, None when the cap forbids one."""
        fresh = self.fees(base_fee_wei)
        raised = Fees(
            max(fresh.max_fee_wei, _bumped(offered.max_fee_wei, self.bump_per_mille)),
            max(fresh.priority_fee_wei, _bumped(offered.priority_fee_wei, self.bump_per_mille)),
        )
        return raised if raised.max_fee_wei <= self.cap_wei else None


@dataclass(frozen=True, slots=True)
class LegacyPrice:
    """One price for each unit of gas, raised up to the cap when it is not enough."""

    price_wei: int
    cap_wei: int
    bump_per_mille: int = BUMP_PER_MILLE

    def fees(self, base_fee_wei: int | None) -> Fees:
        """Return the offer for a new transaction."""
        price = min(max(self.price_wei, base_fee_wei or 0), self.cap_wei)
        return Fees(price, price)

    def raised(self, offered: Fees, base_fee_wei: int | None) -> Fees | None:
        """Return an offer that replaces another, None when the cap forbids one."""
        price = max(
            self.fees(base_fee_wei).max_fee_wei, _bumped(offered.max_fee_wei, self.bump_per_mille)
        )
        return Fees(price, price) if price <= self.cap_wei else None


@dataclass(frozen=True, slots=True)
class NoFee:
    """A chain without fees. A replacement differs by its gas limit: any share of zero is zero."""

    def fees(self, base_fee_wei: int | None) -> Fees:
        """Return nothing, which is the offer."""
        return Fees(0, 0)

    def raised(self, offered: Fees, base_fee_wei: int | None) -> Fees | None:
        """Return the same nothing."""
        return replace(offered)


def _bumped(wei: int, per_mille: int) -> int:
    return max(wei + 1, -(-wei * (_MILLE + per_mille) // _MILLE))
