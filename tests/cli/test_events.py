"""`events follow`, as somebody runs it: line by line, until he stops it."""

import json
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace

from receipts_ledger.demo.cast import Member
from receipts_ledger.demo.stage import Stage
from tests.support.offices import Office

MINE_SECONDS = 30


def _following(office: Office, *arguments: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "receipts_ledger.cli", "events", "follow", *arguments]
    return subprocess.Popen(
        [*command, *office.options],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        # Whoever is started in the background ignores Ctrl-C, and so do his children.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509
    )


def test_events_are_told_line_by_line_until_it_is_stopped(
    stage: Stage, office: Callable[[Member], Office]
) -> None:
    with _following(office(stage.cast.banks[0]), "--json") as following:
        assert following.stdout is not None
        first, second = (json.loads(following.stdout.readline()) for _ in range(2))
        following.send_signal(signal.SIGINT)
        _, said = following.communicate(timeout=MINE_SECONDS)

    assert (first["seq"], second["seq"]) == (1, 2)
    assert following.returncode == 130
    assert json.loads(said)["error"]["detail"] == "stopped"


def test_events_are_told_for_people_from_a_number_on(
    stage: Stage, office: Callable[[Member], Office]
) -> None:
    with _following(office(stage.cast.traders[0]), "--after", "3", "--final") as following:
        assert following.stdout is not None
        line = following.stdout.readline()
        following.send_signal(signal.SIGINT)
        following.communicate(timeout=MINE_SECONDS)

    assert line.startswith(("4 applied", "5 applied"))


def test_place_that_is_none_is_refused_in_one_line(
    stage: Stage, office: Callable[[Member], Office]
) -> None:
    desk = office(stage.cast.banks[0])
    assert desk.fails(2, "events", "follow", "--after", -1)


def test_gateway_that_is_away_is_said_to_be(
    stage: Stage, office: Callable[[Member], Office]
) -> None:
    desk = office(stage.cast.banks[0])
    astray = replace(desk, options=(*desk.options, "--gateway", "http://127.0.0.1:9"))
    error = astray.fails(2, "events", "follow")
    assert "does not answer" in error["detail"]
