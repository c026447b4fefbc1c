"""Signatures of webhooks: the example of the specification, and everything that is none."""

from datetime import UTC, datetime, timedelta

import pytest

from receipts_ledger.domain.webhook import WebhookRefused, headers_of, verify, written_secret

# Signed with the library of the specification, standardwebhooks 1.1.0.
SECRET = "whsec_plJ3nmyCDGBKInavdOK15jsl"
BODY = b'{"event_type":"ping","data":{"success":true}}'
AT = datetime.fromtimestamp(1_731_705_121, UTC)
HEADERS = {
    "webhook-id": "msg_loFOjxBNrRLzqYUf",
    "webhook-timestamp": "1731705121",
    "webhook-signature": "v1,rAvfW3dJ/X/qxhsaXPOyyCGmRKsaKWcsNccKXlIktD0=",
}
KEY = b"k" * 32


def test_the_example_of_the_specification_is_genuine() -> None:
    assert verify(SECRET, HEADERS, BODY, now=AT) == "msg_loFOjxBNrRLzqYUf"
    upper = {name.title(): value for name, value in HEADERS.items()}
    assert verify(SECRET, upper, BODY, now=AT) == "msg_loFOjxBNrRLzqYUf"


def test_what_is_signed_here_verifies_with_either_secret_of_an_overlap() -> None:
    headers = headers_of("s_1", AT, BODY, [KEY, b"j" * 32])
    for key in (KEY, b"j" * 32):
        assert verify(written_secret(key), headers, BODY, now=AT) == "s_1"


@pytest.mark.parametrize(
    ("change", "body", "secret", "seconds"),
    [
        ({"webhook-id": "msg_other"}, BODY, SECRET, 0),
        ({"webhook-timestamp": "1731705122"}, BODY, SECRET, 0),
        ({"webhook-signature": "v1,AAAA"}, BODY, SECRET, 0),
        ({"webhook-signature": "v2" + HEADERS["webhook-signature"][2:]}, BODY, SECRET, 0),
        ({"webhook-signature": ""}, BODY, SECRET, 0),
        ({"webhook-timestamp": "soon"}, BODY, SECRET, 0),
        ({}, BODY + b" ", SECRET, 0),
        ({}, BODY, written_secret(KEY), 0),
        ({}, BODY, "whsec_no base64", 0),
        ({}, BODY, SECRET, 301),
        ({}, BODY, SECRET, -301),
    ],
)
def test_anything_else_is_refused(
    change: dict[str, str], body: bytes, secret: str, seconds: int
) -> None:
    with pytest.raises(WebhookRefused):
        verify(secret, HEADERS | change, body, now=AT + timedelta(seconds=seconds))


@pytest.mark.parametrize("missing", HEADERS)
def test_a_header_that_is_missing_is_named(missing: str) -> None:
    rest = {name: value for name, value in HEADERS.items() if name != missing}
    with pytest.raises(WebhookRefused, match=missing):
        verify(SECRET, rest, BODY, now=AT)
