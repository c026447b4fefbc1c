"""Webhooks, at the command line."""

from typing import Any

from receipts_ledger.demo.stage import Stage


def test_subscriptions_are_made_listed_replayed_and_ended(stage: Stage, office: Any) -> None:
    desk = office(stage.cast.banks[0])
    made = desk.does("subscriptions", "create", "https://bank.example/ledger", "--event=Pledged")
    assert made["secret"].startswith("whsec_")
    (listed,) = desk.does("subscriptions", "list")
    assert "secret" not in listed
    assert (listed["url"], listed["events"]) == ("https://bank.example/ledger", ["Pledged"])
    name = made["subscription_id"]
    assert desk.does("subscriptions", "replay", name, "--after=1")["cursor_seq"] == 1
    desk.does("subscriptions", "delete", name)
    assert desk.does("subscriptions", "list") == []
    assert desk.fails(1, "subscriptions", "delete", name)["kind"] == "NotFound"
    inward = desk.fails(1, "subscriptions", "create", "https://127.0.0.1/")
    assert (inward["code"], inward["field"]) == ("InvalidRequest", "url")
