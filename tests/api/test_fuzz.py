"""F39: requests made up from the OpenAPI document, as each role: no 5xx, every error a problem.

`make fuzz` takes its time; here each role has a few seconds, on one engine or the other. Both
are seeded: a run that fails says by which command it is repeated.
"""

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.conftest import ENGINES
from tests.support.cast import (
    AUDITOR,
    AUTHORITY,
    BANK_A,
    GUARDIAN,
    INSPECTOR,
    REGISTRAR,
    TRADER_A,
    WAREHOUSE_A,
    Member,
)
from tests.support.gateway import OPERATOR, Gateway, done, issue_body, pledge_body

SHORT_SECONDS = 5
SECONDS = int(os.environ.get("FUZZ_SECONDS", SHORT_SECONDS))
SEED = int(os.environ.get("FUZZ_SEED", "39"))
ROOT = Path(__file__).parents[2]

# The document says what is allowed; a check of our own says that what it allows is never called
# invalid, where schemathesis would want every reference to exist.
_NOT_ASKED = "positive_data_acceptance"


@dataclass(frozen=True, slots=True)
class Role:
    """Who asks, if anybody, and whether his api token is good for reading alone."""

    name: str
    member: Member | str | None
    only_reads: bool = False


ROLES = (
    Role("nobody", None),
    Role("holder", TRADER_A),
    Role("warehouse", WAREHOUSE_A),
    Role("lender", BANK_A),
    Role("inspector", INSPECTOR),
    Role("registrar", REGISTRAR),
    Role("authority", AUTHORITY),
    Role("auditor", AUDITOR),
    Role("guardian", GUARDIAN),
    Role("operator", OPERATOR),
    Role("reader", TRADER_A, only_reads=True),
)


# In a short run each role asks on one engine, in a long one on both.
_ASKED = [
    pytest.param(engine, role, id=f"{engine}-{role.name}")
    for at_engine, engine in enumerate(ENGINES)
    for at, role in enumerate(ROLES)
    if SECONDS > SHORT_SECONDS or at % len(ENGINES) == at_engine
]


@pytest.fixture(scope="module")
def known(gateway: Gateway) -> dict[str, str]:
    """What there is to be found: a pledged receipt with its contents, and an act under way."""
    pool = gateway.open_pool(index=39)
    done(gateway, WAREHOUSE_A, "/v1/receipts", issue_body(gateway, pool), WAREHOUSE_A, INSPECTOR)
    receipt = pool << 32 | 1
    path = f"/v1/receipts/{receipt}/pledges"
    draft = gateway.door(TRADER_A).post(path, pledge_body(gateway, BANK_A)).json()
    signers = (TRADER_A, WAREHOUSE_A, BANK_A)
    done(gateway, TRADER_A, path, pledge_body(gateway, BANK_A), *signers)
    return {"KNOWN_RECEIPT": str(receipt), "KNOWN_ACT": draft["act_id"]}


@pytest.mark.fault(39)
@pytest.mark.parametrize(("gateway", "role"), _ASKED, indirect=["gateway"])
def test_made_up_requests_never_break_the_api_nor_its_document(
    gateway: Gateway,
    known: dict[str, str],
    role: Role,
    tmp_path: Path,
    request: pytest.FixtureRequest,
) -> None:
    hooks = {"SCHEMATHESIS_HOOKS": "tests.support.openapi_hooks", "PYTHONPATH": str(ROOT)}

    with gateway.served() as url:
        run = subprocess.run(
            [
                str(Path(sys.executable).with_name("schemathesis")),
                *("run", f"{url}/v1/openapi.json", *_shown(gateway, role)),
                *("--phases=examples,coverage,fuzzing,stateful", f"--max-time={SECONDS}"),
                *(f"--seed={SEED}", f"--exclude-checks={_NOT_ASKED}"),
                *("--generation-database=none", "--no-color"),
            ],
            cwd=tmp_path,
            env=os.environ | known | hooks,
            capture_output=True,
            text=True,
            check=False,
        )

    again = f"FUZZ_SECONDS={SECONDS} FUZZ_SEED={SEED} pytest '{request.node.nodeid}'"
    assert run.returncode == 0, f"{run.stdout[-6_000:]}\nAgain: {again}"


def _shown(gateway: Gateway, role: Role) -> list[str]:
    """Return what shows who asks."""
    if role.member is None:
        return []
    if role.only_reads:
        assert isinstance(role.member, Member)
        door = gateway.reader_of(role.member)
    else:
        door = gateway.door(role.member)
    return [f"--header=Authorization: {door.headers['Authorization']}"]
