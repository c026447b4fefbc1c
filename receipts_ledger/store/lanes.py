"""The rows of lanes: which keys pay, which nonce comes next, and what stops them."""

from collections.abc import Sequence
from dataclasses import asdict

from sqlalchemy import delete, func, select, update

from receipts_ledger.domain.cursor import Cursor
from receipts_ledger.domain.ids import Address
from receipts_ledger.domain.lane import RETIRED, Lane, LaneFunds, Stage
from receipts_ledger.errors import NotFound
from receipts_ledger.store import cursor
from receipts_ledger.store.prepared import Prepared, asked
from receipts_ledger.store.tables import lane_funds, lanes, relay_transactions
from receipts_ledger.store.units import Database, Reader, Writer

_OF_ADDRESS = select(lanes).where(lanes.c.address == asked("address", lanes.c.address))
_READ = Prepared(_OF_ADDRESS)
_LOCK = Prepared(_OF_ADDRESS.with_for_update())


class StoredLanes:
    """The lanes of one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def lane(self, address: Address) -> Lane:
        """Return a lane. Raises NotFound."""
        with self._database.reading() as reader:
            return read(reader, address)

    def every(self) -> list[Lane]:
        """Return all lanes."""
        with self._database.reading() as reader:
            rows = reader.rows(select(lanes).order_by(lanes.c.address))
        return [Lane(*row) for row in rows]

    def add(self, address: Address, *, next_nonce: int, in_flight_max: int) -> None:
        """Write a lane down; one that is there stays as it is."""
        with self._database.writing() as writer:
            writer.insert_absent(
                lanes, address=address, next_nonce=next_nonce, max_in_flight=in_flight_max
            )

    def pause(self, address: Address, reason: str) -> None:
        """Give the lane nothing new until an operator has looked. The first reason stays."""
        with self._database.writing() as writer:
            writer.run(
                update(lanes)
                .where(lanes.c.address == address, lanes.c.paused_reason.is_(None))
                .values(paused_reason=reason)
            )

    def retire(self, address: Address) -> None:
        """Give the lane nothing new for ever, whatever has paused it. Raises NotFound."""
        with self._database.writing() as writer:
            lock(writer, address)
            retired = update(lanes).where(lanes.c.address == address)
            writer.run(retired.values(paused_reason=RETIRED))

    def under_way(self, address: Address) -> int:
        """Return how many transactions of a lane are not final: they may need its key yet."""
        query = (
            select(func.count())
            .select_from(relay_transactions)
            .where(relay_transactions.c.lane == address)
            .where(relay_transactions.c.status != Stage.FINAL)
        )
        with self._database.reading() as reader:
            return int(reader.scalar(query))

    def resume(self, address: Address, next_nonce: int) -> None:
        """Put the lane to work again, from this nonce on or a later one that it has reached."""
        with self._database.writing() as writer:
            lane = lock(writer, address)
            writer.run(
                update(lanes)
                .where(lanes.c.address == address)
                .values(paused_reason=None, next_nonce=max(next_nonce, lane.next_nonce))
            )

    def put_funds(self, funds: Sequence[LaneFunds]) -> None:
        """Write down what was seen of lanes, in the place of what was seen before."""
        with self._database.writing() as writer:
            seen = [each.lane for each in funds]
            writer.run(delete(lane_funds).where(lane_funds.c.lane.in_(seen)))
            for each in funds:
                writer.insert(lane_funds, **asdict(each))

    def funds(self) -> list[LaneFunds]:
        """Return what was last seen of each lane's funds."""
        with self._database.reading() as reader:
            rows = reader.rows(select(lane_funds).order_by(lane_funds.c.lane))
        return [LaneFunds(*row) for row in rows]

    def cursor(self) -> Cursor | None:
        """Return how far the chain has been read, None before the first block."""
        with self._database.reading() as reader:
            return cursor.read(reader)


def read(reader: Reader, address: Address) -> Lane:
    """Return a lane. Raises NotFound."""
    row = reader.ask_first(_READ, address=address)
    return _lane(row, address)


def lock(writer: Writer, address: Address) -> Lane:
    """Return a lane that nobody else changes meanwhile. Raises NotFound."""
    row = writer.ask_first(_LOCK, address=address)
    return _lane(row, address)


def _lane(row: object, address: Address) -> Lane:
    if row is None:
        raise NotFound("lane", "0x" + address.hex())
    return Lane(*row)  # type: ignore[misc]
