"""F39: requests made up from the OpenAPI document, as each role: no 5xx, every error a problem.

In a usual run the roles take turns, so that each operation is asked by each of them a few
times on both engines; `make fuzz` (FUZZ_SECONDS) gives every role a long run of its own, with
all phases of schemathesis. Both are seeded: one that fails says by which command it is repeated.
"""

import json
import os
import re
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

SECONDS = int(os.environ.get("FUZZ_SECONDS", "0"))
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


TURNS = 2
_ASKED = [
    pytest.param(engine, roles, id=f"{engine}-{roles[0].name if SECONDS else 'all'}")
    for engine in ENGINES
    for roles in ([(role,) for role in ROLES] if SECONDS else [ROLES])
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
@pytest.mark.parametrize(("gateway", "roles"), _ASKED, indirect=["gateway"])
def test_made_up_requests_never_break_the_api_nor_its_document(
    gateway: Gateway,
    known: dict[str, str],
    roles: tuple[Role, ...],
    tmp_path: Path,
    request: pytest.FixtureRequest,
) -> None:
    shown = [_authorization(gateway, role) for role in roles]
    environment = {
        "SCHEMATHESIS_HOOKS": "tests.support.openapi_hooks",
        "PYTHONPATH": str(ROOT),
        "AUTHORIZATIONS": json.dumps(shown if len(shown) > 1 else []),
    }

    with gateway.served() as url:
        run = subprocess.run(
            [
                str(Path(sys.executable).with_name("schemathesis")),
                *("run", f"{url}/v1/openapi.json", f"--seed={SEED}"),
                *(_alone(shown[0]) if len(shown) == 1 else _by_turns(len(shown))),
                *("--generation-database=none", "--no-color"),
                # It would never end.
                "--exclude-path=/v1/events/stream",
            ],
            cwd=tmp_path,
            env=os.environ | known | environment,
            capture_output=True,
            text=True,
            check=False,
        )

    again = f"FUZZ_SECONDS={SECONDS} FUZZ_SEED={SEED} pytest '{request.node.nodeid}'"
    assert run.returncode == 0, f"{run.stdout[-6_000:]}{run.stderr[-500:]}\nAgain: {again}"
    # A run that has not come to every operation shows nothing.
    selected = re.search(r"Selected: (\d+)/(\d+)\s+Tested: \1\s", run.stdout)
    assert selected is not None, run.stdout[-2_000:]
    assert int(selected[2]) - int(selected[1]) == 1, "more is left out than the stream"


def _alone(authorization: str | None) -> list[str]:
    shown = [] if authorization is None else [f"--header=Authorization: {authorization}"]
    phases = "--phases=examples,coverage,fuzzing,stateful"
    return [*shown, phases, f"--max-time={SECONDS}", f"--exclude-checks={_NOT_ASKED}"]


def _by_turns(roles: int) -> list[str]:
    # Whether a token is ignored cannot be seen where each request has another.
    excluded = f"--exclude-checks={_NOT_ASKED},ignored_auth"
    return ["--phases=fuzzing", f"--max-examples={TURNS * roles}", "--no-shrink", excluded]


def _authorization(gateway: Gateway, role: Role) -> str | None:
    """Return what shows who asks, None for nobody."""
    if role.member is None:
        return None
    if not role.only_reads:
        return gateway.door(role.member).headers["Authorization"]
    assert isinstance(role.member, Member)
    return gateway.reader_of(role.member).headers["Authorization"]
