"""Logging in with a key: a message of this gateway, signed once, opens a session that shows."""

import threading
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from prometheus_client import CollectorRegistry

from receipts_ledger.api import create_app
from receipts_ledger.chain import keys
from receipts_ledger.chain.wallets import checksummed, sign_text
from receipts_ledger.domain.ids import PartyId, PoolId, ReceiptId, Version
from receipts_ledger.domain.party import RevokeKey, Role, Suspend
from receipts_ledger.services.logins import MESSAGE_SECONDS, STATEMENT
from receipts_ledger.store.tables import api_tokens, key_uses, login_nonces
from tests.support.cast import BANK_A, BANK_B, REGISTRAR, STRANGER, TRADER_A, Member
from tests.support.gateway import PUBLIC_URL, Door, Gateway, pledge_body
from tests.support.ledger_on_chain import EVIDENCE, FOREVER

HALF_ORDER = keys._HALF_ORDER
ORDER = keys._ORDER


def offered(gateway: Gateway, member: Member) -> str:
    answer = gateway.client.get(f"/v1/logins/message?address={checksummed(member.address)}")
    assert answer.status_code == 200, answer.text
    return str(answer.json()["message"])


def tried(gateway: Gateway, message: str, member: Member, *, signed: str | None = None) -> Any:
    signature = sign_text(member.private_key, message if signed is None else signed)
    return gateway.client.post(
        "/v1/logins", json={"message": message, "signature": "0x" + signature.hex()}
    )


def logged_in(gateway: Gateway, member: Member) -> Door:
    answer = tried(gateway, offered(gateway, member), member)
    assert answer.status_code == 201, answer.text
    assert answer.json()["party_id"] == member.party
    return Door(gateway.client, answer.json()["secret"], member)


def reason(answer: Any) -> tuple[int, str, str]:
    said = answer.json()
    return answer.status_code, said["code"], said["field"]


def new_member(gateway: Gateway, number: int, role: Role = Role.LENDER) -> Member:
    member = Member(f"member {number}", PartyId(number), role)
    gateway.ledger.admit(member)
    gateway.index()
    return member


def test_a_key_that_signs_the_message_is_let_in_as_its_party(
    gateway: Gateway, receipt: ReceiptId
) -> None:
    message = offered(gateway, TRADER_A)
    assert message.startswith("ledger.example wants you to sign in")
    assert STATEMENT in message

    door = logged_in(gateway, TRADER_A)

    shown = door.get("/v1/session").json()
    assert (shown["party_id"], shown["roles"]) == (TRADER_A.party, ["holder"])
    assert shown["scopes"] == ["read", "write"]
    assert shown["key"] == "0x" + TRADER_A.address.hex()
    assert door.get(f"/v1/receipts/{receipt}").json()["view"] == "full"


def test_a_session_drafts_and_takes_signatures_but_has_nothing_signed(
    gateway: Gateway, receipt: ReceiptId
) -> None:
    member = new_member(gateway, 71_001, Role.HOLDER)
    (own,) = gateway.issue(PoolId(receipt >> 32), holder=member)
    gateway.leave_key(member)
    door = logged_in(gateway, member)

    drafted = door.post(f"/v1/receipts/{own}/pledges", pledge_body(gateway, BANK_A))
    assert drafted.status_code == 202, drafted.text
    act = drafted.json()
    assert not any(signer["signed"] for signer in act["signers"])
    asked = door.post(f"/v1/acts/{act['act_id']}/signatures", {})
    assert (asked.status_code, asked.json()["code"]) == (403, "NotYourRole")
    own_signature = {"signature": gateway.signature(act, member)}
    assert door.post(f"/v1/acts/{act['act_id']}/signatures", own_signature).status_code == 202
    assert gateway.rows(key_uses) == []


def test_a_message_is_good_once(gateway: Gateway) -> None:
    message = offered(gateway, TRADER_A)
    assert tried(gateway, message, TRADER_A).status_code == 201
    assert reason(tried(gateway, message, TRADER_A)) == (401, "LoginRefused", "nonce")


def test_of_many_who_send_the_same_message_at_once_one_is_let_in(gateway: Gateway) -> None:
    message = offered(gateway, TRADER_A)
    statuses: list[int] = []
    threads = [
        threading.Thread(
            target=lambda: statuses.append(tried(gateway, message, TRADER_A).status_code)
        )
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [201] + [401] * 7


def test_a_message_of_one_replica_is_good_once_in_all_of_them(gateway: Gateway) -> None:
    access = replace(gateway.services.access, logins=gateway.logins())
    services = replace(gateway.services, access=access, metrics=CollectorRegistry())
    replica = TestClient(create_app(services))
    message = offered(gateway, TRADER_A)
    signature = sign_text(TRADER_A.private_key, message)
    body = {"message": message, "signature": "0x" + signature.hex()}

    assert replica.post("/v1/logins", json=body).status_code == 201
    assert reason(gateway.client.post("/v1/logins", json=body))[2] == "nonce"
    assert reason(replica.post("/v1/logins", json=body))[2] == "nonce"


@pytest.mark.parametrize(
    ("there", "instead", "field"),
    [
        ("ledger.example wants", "evil.example wants", "domain"),
        ("ledger.example wants", "ledger.example:444 wants", "domain"),
        ("ledger.example wants", "http://ledger.example wants", "domain"),
        ("URI: https://ledger.example", "URI: https://evil.example", "uri"),
        ("URI: https://ledger.example", "URI: https://ledger.example.evil", "uri"),
        ("Chain ID: 31337", "Chain ID: 1", "chain_id"),
        ("Nonce: ", "Nonce: 00", "nonce"),
    ],
)
def test_a_message_for_somebody_else_opens_nothing(
    gateway: Gateway, there: str, instead: str, field: str
) -> None:
    message = offered(gateway, TRADER_A)
    assert there in message
    answer = tried(gateway, message.replace(there, instead, 1), TRADER_A)
    assert reason(answer) == (401, "LoginRefused", field)


@pytest.mark.parametrize(
    ("lines", "field"),
    [
        ("Issued At: {later}\nExpiration Time: {latest}", "issued_at"),
        ("Issued At: {earlier}\nExpiration Time: {earlier}", "expiration_time"),
        ("Issued At: {earlier}\nExpiration Time: {latest}\nNot Before: {later}", "not_before"),
    ],
)
def test_a_message_out_of_its_time_opens_nothing(gateway: Gateway, lines: str, field: str) -> None:
    now = gateway.bench.clock().replace(microsecond=0)
    moments = {
        "earlier": now - timedelta(seconds=1),
        "later": now + timedelta(seconds=120),
        "latest": now + timedelta(seconds=240),
    }
    said = lines.format(**{name: moment.isoformat() for name, moment in moments.items()})
    message = offered(gateway, TRADER_A).partition("Issued At")[0] + said
    assert reason(tried(gateway, message, TRADER_A)) == (401, "LoginRefused", field)


def test_an_offer_grows_old(gateway: Gateway) -> None:
    message = offered(gateway, TRADER_A)
    without_end = message.partition("\nExpiration Time")[0]
    gateway.bench.clock.advance(MESSAGE_SECONDS)
    try:
        assert reason(tried(gateway, message, TRADER_A))[2] == "expiration_time"
        assert reason(tried(gateway, without_end, TRADER_A))[2] == "nonce"
    finally:
        gateway.bench.clock.advance(-MESSAGE_SECONDS)


def test_another_key_or_another_text_opens_nothing(gateway: Gateway) -> None:
    message = offered(gateway, TRADER_A)
    refusal = (401, "LoginRefused", "signature")
    assert reason(tried(gateway, message, BANK_A)) == refusal
    assert reason(tried(gateway, message, TRADER_A, signed=message + " ")) == refusal


def test_a_malleated_signature_opens_nothing(gateway: Gateway) -> None:
    message = offered(gateway, TRADER_A)
    compact = sign_text(TRADER_A.private_key, message)
    vs = int.from_bytes(compact[32:])
    high = ORDER - (vs & (2**255 - 1))
    v = 27 + (0 if vs >> 255 else 1)
    whole = compact[:32] + high.to_bytes(32) + bytes([v])
    answer = gateway.client.post(
        "/v1/logins", json={"message": message, "signature": "0x" + whole.hex()}
    )
    assert reason(answer) == (401, "LoginRefused", "signature")


def test_a_key_of_nobody_is_let_in_nowhere(gateway: Gateway) -> None:
    answer = tried(gateway, offered(gateway, STRANGER), STRANGER)
    assert reason(answer) == (401, "LoginRefused", "address")


def test_what_is_refused_leaves_no_row(gateway: Gateway) -> None:
    before = len(gateway.rows(login_nonces)), len(gateway.rows(api_tokens))
    tried(gateway, offered(gateway, STRANGER), STRANGER)
    tried(gateway, offered(gateway, TRADER_A), BANK_A)
    assert (len(gateway.rows(login_nonces)), len(gateway.rows(api_tokens))) == before


def test_spent_nonces_are_forgotten_when_they_are_too_old_to_be_taken(gateway: Gateway) -> None:
    logged_in(gateway, TRADER_A)
    gateway.bench.clock.advance(MESSAGE_SECONDS + 1)
    try:
        logged_in(gateway, TRADER_A)
        assert len(gateway.rows(login_nonces)) == 1
    finally:
        gateway.bench.clock.advance(-MESSAGE_SECONDS - 1)


def test_a_text_that_is_no_message_opens_nothing(gateway: Gateway) -> None:
    answer = tried(gateway, "let me in", TRADER_A)
    assert reason(answer) == (401, "LoginRefused", "message")


def test_a_session_ends_by_itself(gateway: Gateway) -> None:
    door = logged_in(gateway, TRADER_A)
    gateway.bench.clock.advance(1_800)
    try:
        assert door.get("/v1/session").status_code == 401
    finally:
        gateway.bench.clock.advance(-1_800)


def test_whoever_logs_out_is_out(gateway: Gateway) -> None:
    door, other = logged_in(gateway, TRADER_A), logged_in(gateway, TRADER_A)
    assert gateway.client.delete("/v1/session", headers=door.headers).status_code == 204
    assert door.get("/v1/session").status_code == 401
    assert other.get("/v1/session").status_code == 200


def test_an_api_token_does_not_end_itself(gateway: Gateway) -> None:
    door = gateway.door(BANK_B)
    answer = gateway.client.delete("/v1/session", headers=door.headers)
    assert (answer.status_code, answer.json()["code"]) == (403, "NotYourRole")
    assert door.get("/v1/session").json()["key"] is None


def test_a_revoked_key_ends_its_sessions_at_once(gateway: Gateway) -> None:
    member = new_member(gateway, 4_201)
    door = logged_in(gateway, member)
    given_out = gateway.door(member)

    revoked = RevokeKey(member.party, Version(1), member.address, FOREVER)
    gateway.ledger.do(revoked, REGISTRAR)
    gateway.index()

    assert door.get("/v1/session").status_code == 401
    assert reason(tried(gateway, offered(gateway, member), member))[2] == "address"
    assert given_out.get("/v1/session").status_code == 200


def test_a_suspended_party_is_put_out_at_once_and_let_in_no_more(gateway: Gateway) -> None:
    member = new_member(gateway, 4_202)
    door = logged_in(gateway, member)

    gateway.ledger.do(Suspend(member.party, Version(1), EVIDENCE, FOREVER), REGISTRAR)
    gateway.index()

    assert door.get("/v1/session").status_code == 401
    assert reason(tried(gateway, offered(gateway, member), member))[2] == "address"


def test_the_secret_is_in_no_row(gateway: Gateway) -> None:
    door = logged_in(gateway, TRADER_A)
    secret = door.headers["Authorization"].removeprefix("Bearer ")
    assert secret.startswith("rl_")
    assert all(secret not in repr(row) for row in gateway.rows(api_tokens))


def test_an_address_with_a_wrong_checksum_is_offered_nothing(gateway: Gateway) -> None:
    written = checksummed(TRADER_A.address)
    wrong = "0x" + written[2:].swapcase()
    answer = gateway.client.get(f"/v1/logins/message?address={wrong}")
    assert (answer.status_code, answer.json()["rule"]) == (422, "address_checksum")
    assert PUBLIC_URL.endswith("ledger.example")
