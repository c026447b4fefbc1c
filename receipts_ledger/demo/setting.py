"""Sets the stage: node, contract, gateway, api tokens; and takes all of it down again."""

import fcntl
import secrets
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import structlog

from receipts_ledger.api.serving import serving
from receipts_ledger.chain.deployment import deploy
from receipts_ledger.chain.local_node import DEVELOPER_KEYS, LocalNode, anvil, free_port, ganache
from receipts_ledger.chain.rpc import Rpc
from receipts_ledger.config import Settings
from receipts_ledger.demo.cast import Cast
from receipts_ledger.demo.hands import Hands
from receipts_ledger.demo.onlooker import Onlooker
from receipts_ledger.demo.outsider import Outsider
from receipts_ledger.demo.stage import Pile, Stage, piles_of
from receipts_ledger.demo.stocks import Stock, read_stocks, spread
from receipts_ledger.domain.ids import NO_HASH, PartyId, PoolId
from receipts_ledger.errors import Fatal
from receipts_ledger.wiring import House, Schema, open_house

_HOST = "127.0.0.1"
_DEPLOYER, _LANE, _OUTSIDER = DEVELOPER_KEYS[0], DEVELOPER_KEYS[1], DEVELOPER_KEYS[2]
_MARK = ".receipts-ledger-demo"


@dataclass(frozen=True, slots=True)
class Wish:
    """How the story is to be told. `receipts` of None is every receipt of the report."""

    engine: str
    receipts: int | None
    racers: int
    folder: Path
    stocks: Path


@contextmanager
def set_stage(wish: Wish) -> Iterator[Stage]:
    """Yield a stage on which nothing has happened but the deployment of the contract."""
    stocks = read_stocks(wish.stocks)
    cast = Cast.of(stocks, racers=wish.racers)
    piles = piles_of(stocks, cast)
    with ExitStack() as stack:
        stack.enter_context(_folder_alone(wish.folder))
        stack.enter_context(_log_to(wish.folder / "gateway.log"))
        node = stack.enter_context(_node(wish.engine))
        rpc = Rpc(node.url)
        deployment = deploy(
            rpc,
            private_key=_DEPLOYER,
            registrar_key=cast.registrar.address,
            profile=NO_HASH,
        )
        deployment_file = wish.folder / "deployment.json"
        deployment.write(deployment_file)
        settings = _settings(wish, node, deployment_file)
        house = open_house(settings, Schema.MIGRATE)
        stack.callback(house.close)
        house.keep_lane(_LANE)
        api_tokens = _api_tokens(house, cast)
        # The registrar may draft acts from the moment its own admission has been indexed.
        house.indexer.catch_up()
        stack.enter_context(house.working())
        url = stack.enter_context(serving(house, host=_HOST, port=settings.port))
        yield Stage(
            cast=cast,
            hands=Hands(url, deployment, api_tokens),
            chain=Onlooker(rpc, deployment),
            outsider=Outsider(rpc, deployment, _OUTSIDER),
            deployment=deployment,
            deployment_file=deployment_file,
            rpc_url=node.url,
            database_url=settings.database_url,
            folder=wish.folder,
            today=datetime.now(UTC).date(),
            piles=piles,
            plan=_plan(stocks, piles, wish.receipts),
        )


def _node(engine: str) -> LocalNode:
    match engine:
        case "anvil":
            return anvil()
        case "ganache":
            return ganache()
        case _:
            raise Fatal(f"the story can be told on anvil or ganache, not on {engine}")


def _settings(wish: Wish, node: LocalNode, deployment_file: Path) -> Settings:
    return Settings.read(
        rpc=node.url,
        deployment=deployment_file,
        database_url=f"sqlite:///{wish.folder / 'ledger.db'}",
        finality="instant",
        fee_mode="eip1559" if wish.engine == "anvil" else "legacy",
        fee_price_wei=2 * 10**9,
        lanes_min=0,
        index_poll_seconds=0.05,
        relay_poll_seconds=0.05,
        port=free_port(),
        document_key=secrets.token_urlsafe(32),
        keystore_secret=secrets.token_urlsafe(32),
        # The secret is random and lives as long as the story: slowness would guard nothing.
        keystore_work_factor=2,
    )


def _api_tokens(house: House, cast: Cast) -> dict[PartyId, str]:
    return {
        member.party_id: house.make_api_token(member.party_id, member.name, expires_at=None).secret
        for member in (cast.registrar, *cast.newcomers)
    }


def _plan(
    stocks: tuple[Stock, ...], piles: tuple[Pile, ...], receipts: int | None
) -> dict[PoolId, int]:
    """Return how many receipts each pool gets. One pool is receipted to its last lot."""
    total = sum(stock.receipts_reported for stock in stocks) if receipts is None else receipts
    counts = spread(stocks, total)
    plan = {pile.pool_id: counts[pile.stock] for pile in piles if pile.stock in counts}
    full = min(
        (
            pile
            for pile in piles
            if pile.stock.receipts_reported == pile.stock.receipts_possible > 0
        ),
        key=lambda pile: pile.stock.receipts_reported,
        default=None,
    )
    if full is None:
        raise Fatal("in this stock report no warehouse has receipts for all of its metal")
    plan[full.pool_id] = full.stock.receipts_reported
    return plan


@contextmanager
def _folder_alone(folder: Path) -> Iterator[None]:
    """Have the folder, emptied, to oneself; one that holds anything but a story is left alone.

    The lock goes with the process, however that ends. It lies on the file that marks the
    folder as a story's, which therefore stays when all else is removed.
    """
    if folder.exists() and not folder.is_dir():
        raise Fatal(f"--folder: {folder} is no folder")
    mark = folder / _MARK
    try:
        if folder.exists() and any(folder.iterdir()) and not mark.is_file():
            raise Fatal(f"--folder: {folder} holds something else than a former story")
        folder.mkdir(parents=True, exist_ok=True)
        lock = mark.open("a")
    except OSError as error:
        raise Fatal(f"--folder: {folder} cannot be used: {error.strerror}") from error
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Fatal(
                f"--folder: another demo is at work in {folder}: stop it, or name another folder"
            ) from None
        for each in folder.iterdir():
            if each != mark:
                shutil.rmtree(each) if each.is_dir() else each.unlink()
        yield


@contextmanager
def _log_to(path: Path) -> Iterator[None]:
    """Let the gateway write its log into a file: the console tells the story."""
    with path.open("w", encoding="utf-8") as file:
        structlog.configure(
            processors=[
                structlog.processors.add_log_level,
                structlog.processors.TimeStamper(fmt="iso", utc=True),
                structlog.processors.format_exc_info,
                structlog.dev.ConsoleRenderer(colors=False),
            ],
            logger_factory=structlog.WriteLoggerFactory(file),
            cache_logger_on_first_use=False,
        )
        try:
            yield
        finally:
            structlog.reset_defaults()
