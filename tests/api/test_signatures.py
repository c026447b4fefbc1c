"""Signatures at the door: whose, over what, and in which form."""

from dataclasses import replace
from typing import Any

import pytest

from receipts_ledger.chain.keys import keccak, sign
from receipts_ledger.chain.statements import Statements
from receipts_ledger.chain.typed_data import SigningDomain
from receipts_ledger.domain.ids import Address, ReceiptId
from receipts_ledger.domain.party import RevokeKey, Suspend
from receipts_ledger.store.tables import act_signers, refusals
from tests.support.cast import (
    AUDITOR,
    BANK_A,
    BANK_B,
    BANK_C,
    REGISTRAR,
    STRANGER,
    TRADER_A,
    TRADER_B,
    WAREHOUSE_A,
    Member,
)
from tests.support.gateway import OPERATOR, Gateway, pledge_body
from tests.support.ledger_on_chain import EVIDENCE, FOREVER

_ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
_PARITY = 1 << 255


@pytest.fixture
def act(gateway: Gateway, receipt: ReceiptId) -> dict[str, Any]:
    """A pledge that nobody has signed."""
    answer = gateway.door(TRADER_A).post(
        f"/v1/receipts/{receipt}/pledges", pledge_body(gateway, BANK_A)
    )
    drafted: dict[str, Any] = answer.json()
    return drafted


def _post(gateway: Gateway, act: dict[str, Any], signature: str, *, by: Any = OPERATOR) -> Any:
    path = f"/v1/acts/{act['act_id']}/signatures"
    return gateway.door(by).post(path, {"signature": signature})


def _expect(gateway: Gateway, act: dict[str, Any], signature: str, status: int, code: str) -> None:
    before = gateway.row_counts()
    signed_before = [tuple(row) for row in gateway.rows(act_signers)]

    answer = _post(gateway, act, signature)

    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
    assert answer.json()["field"] == "signature"
    assert answer.headers["content-type"] == "application/problem+json"
    assert gateway.row_counts() == before
    assert [tuple(row) for row in gateway.rows(act_signers)] == signed_before


def _whole(compact: bytes) -> bytes:
    """Return a 64-byte signature as r, s, v with v of 27 or 28."""
    vs = int.from_bytes(compact[32:])
    return compact[:32] + (vs & (_PARITY - 1)).to_bytes(32) + bytes([27 + (vs >> 255)])


def _raw(gateway: Gateway, act: dict[str, Any], member: Member) -> bytes:
    return bytes.fromhex(gateway.signature(act, member)[2:])


@pytest.mark.parametrize("shape", ["compact", "27 or 28", "0 or 1"])
def test_wallets_may_write_a_signature_in_three_ways(
    gateway: Gateway, act: dict[str, Any], shape: str
) -> None:
    compact = _raw(gateway, act, TRADER_A)
    whole = _whole(compact)
    written = {
        "compact": compact,
        "27 or 28": whole,
        "0 or 1": whole[:64] + bytes([whole[64] - 27]),
    }[shape]

    answer = _post(gateway, act, "0x" + written.hex())

    assert answer.status_code == 202
    signer = answer.json()["signers"][0]
    assert (signer["signed"], signer["key"]) == (True, "0x" + TRADER_A.address.hex())
    stored = [row for row in gateway.rows(act_signers) if row.act_id == act["act_id"]]
    assert [row.signature for row in stored if row.position == 0] == [compact]


@pytest.mark.fault(38)
def test_a_malleated_signature_is_refused(gateway: Gateway, act: dict[str, Any]) -> None:
    whole = _whole(_raw(gateway, act, TRADER_A))
    high = _ORDER - int.from_bytes(whole[32:64])
    malleated = whole[:32] + high.to_bytes(32) + bytes([55 - whole[64]])

    _expect(gateway, act, "0x" + malleated.hex(), 422, "BadSignature")


@pytest.mark.fault(38)
@pytest.mark.parametrize("last", [2, 26, 29, 35, 255])
def test_a_signature_with_an_unknown_v_is_refused(
    gateway: Gateway, act: dict[str, Any], last: int
) -> None:
    whole = _whole(_raw(gateway, act, TRADER_A))

    _expect(gateway, act, "0x" + whole[:64].hex() + f"{last:02x}", 422, "BadSignature")


@pytest.mark.parametrize(
    "signature", ["00" * 64, "00" * 65, "ff" * 64, "ff" * 65, "01" * 32 + "00" * 32]
)
def test_bytes_that_are_no_point_are_refused(
    gateway: Gateway, act: dict[str, Any], signature: str
) -> None:
    _expect(gateway, act, "0x" + signature, 422, "BadSignature")


@pytest.mark.parametrize(
    "signature",
    [
        "",
        "0x",
        "0x00",
        "5f" * 64,
        "0x" + "5f" * 63,
        "0x" + "5f" * 66,
        "0x" + "zz" * 64,
        1,
        [],
        True,
        {},
    ],
    ids=lambda value: repr(value)[:20],
)
def test_what_is_no_signature_is_an_invalid_request(
    gateway: Gateway, act: dict[str, Any], signature: Any
) -> None:
    _expect(gateway, act, signature, 422, "InvalidRequest")


@pytest.mark.fault(38)
def test_a_signature_for_another_chain_is_a_strangers(
    gateway: Gateway, act: dict[str, Any]
) -> None:
    here = gateway.ledger.deployment.signing_domain()
    elsewhere = Statements(SigningDomain(here.chain_id + 1, here.contract))

    _expect(gateway, act, _signed_elsewhere(gateway, act, elsewhere), 403, "UnknownKey")


@pytest.mark.fault(38)
def test_a_signature_for_another_contract_is_a_strangers(
    gateway: Gateway, act: dict[str, Any]
) -> None:
    here = gateway.ledger.deployment.signing_domain()
    elsewhere = Statements(SigningDomain(here.chain_id, Address(keccak(b"elsewhere")[12:])))

    _expect(gateway, act, _signed_elsewhere(gateway, act, elsewhere), 403, "UnknownKey")


def _signed_elsewhere(gateway: Gateway, act: dict[str, Any], elsewhere: Statements) -> str:
    statement = gateway.statements.read(bytes.fromhex(act["statement"][2:]))
    return "0x" + sign(TRADER_A.private_key, elsewhere.digest(statement)).hex()


def test_a_signature_of_another_act_is_a_strangers(gateway: Gateway, act: dict[str, Any]) -> None:
    statement: Any = gateway.statements.read(bytes.fromhex(act["statement"][2:]))
    other = gateway.statements.digest(replace(statement, pledgee=BANK_B.party))

    _expect(gateway, act, "0x" + sign(TRADER_A.private_key, other).hex(), 403, "UnknownKey")


def test_the_signature_of_a_stranger_is_refused_and_recorded(
    gateway: Gateway, act: dict[str, Any]
) -> None:
    _expect(gateway, act, gateway.signature(act, STRANGER), 403, "UnknownKey")

    row = next(row for row in gateway.rows(refusals) if row.act_id == act["act_id"])
    assert (row.code, row.verb, row.digest.hex()) == ("UnknownKey", "Pledge", act["digest"][2:])


@pytest.mark.parametrize("member", [BANK_B, TRADER_B, REGISTRAR, AUDITOR], ids=lambda m: m.name)
def test_a_party_that_the_act_does_not_need_cannot_sign_it(
    gateway: Gateway, act: dict[str, Any], member: Member
) -> None:
    _expect(gateway, act, gateway.signature(act, member), 403, "NotYourRole")


@pytest.mark.fault(38)
def test_a_consent_is_given_once(gateway: Gateway, act: dict[str, Any]) -> None:
    assert gateway.sign(act, TRADER_A).status_code == 202

    _expect(gateway, act, gateway.signature(act, TRADER_A), 409, "AlreadySigned")


def test_a_suspended_party_cannot_sign(gateway: Gateway, receipt: ReceiptId) -> None:
    body = pledge_body(gateway, BANK_C)
    act = gateway.door(TRADER_A).post(f"/v1/receipts/{receipt}/pledges", body).json()
    party = gateway.ledger.word("partyWord(uint32)", BANK_C.party)
    version = party >> 25 & 0xFFFF
    gateway.ledger.do(Suspend(BANK_C.party, version, EVIDENCE, FOREVER), REGISTRAR)  # type: ignore[arg-type]
    gateway.index()

    _expect(gateway, act, gateway.signature(act, BANK_C), 403, "PartyNotActive")


def test_a_revoked_key_speaks_for_nobody(gateway: Gateway, receipt: ReceiptId) -> None:
    leaver = Member("leaver", BANK_A.party + 3_000, BANK_A.role)  # type: ignore[arg-type]
    gateway.admit([leaver])
    body = pledge_body(gateway, leaver)
    act = gateway.door(TRADER_A).post(f"/v1/receipts/{receipt}/pledges", body).json()
    gateway.ledger.do(RevokeKey(leaver.party, 1, leaver.address, FOREVER), leaver)  # type: ignore[arg-type]
    gateway.index()

    _expect(gateway, act, gateway.signature(act, leaver), 403, "UnknownKey")


@pytest.mark.fault(38)
def test_an_act_whose_deadline_has_passed_takes_no_signature(
    gateway: Gateway, act: dict[str, Any]
) -> None:
    signature = gateway.signature(act, TRADER_A)
    gateway.bench.clock.advance(8 * 86_400)
    try:
        answer = _post(gateway, act, signature)
    finally:
        gateway.bench.clock.advance(-8 * 86_400)

    assert (answer.status_code, answer.json()["code"]) == (409, "ActClosed")


def test_a_stranger_to_an_act_cannot_hand_in_anything_for_it(
    gateway: Gateway, act: dict[str, Any]
) -> None:
    answer = _post(gateway, act, gateway.signature(act, TRADER_A), by=BANK_B)

    assert (answer.status_code, answer.json()["code"]) == (404, "NotFound")


def test_an_act_is_withdrawn_by_its_drafter_and_takes_no_more_signatures(
    gateway: Gateway, act: dict[str, Any]
) -> None:
    path = f"/v1/acts/{act['act_id']}/withdrawal"

    assert gateway.door(BANK_B).post(path, {}).status_code == 404
    assert gateway.door(TRADER_A).post(path, {}).json()["status"] == "withdrawn"
    again = gateway.door(TRADER_A).post(path, {})

    assert (again.status_code, again.json()["code"]) == (409, "ActClosed")
    late = _post(gateway, act, gateway.signature(act, TRADER_A))
    assert (late.status_code, late.json()["code"]) == (409, "ActClosed")


def test_what_all_have_signed_is_not_withdrawn(gateway: Gateway, act: dict[str, Any]) -> None:
    gateway.sign(act, TRADER_A, WAREHOUSE_A, BANK_A)

    answer = gateway.door(TRADER_A).post(f"/v1/acts/{act['act_id']}/withdrawal", {})

    assert (answer.status_code, answer.json()["code"]) == (409, "ActClosed")
