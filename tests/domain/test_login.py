"""The message that a wallet signs to log in: one grammar (EIP-4361), and nothing beside it."""

import string
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from receipts_ledger.chain.wallets import checksummed
from receipts_ledger.domain.ids import Address
from receipts_ledger.domain.login import MESSAGE_LENGTH_MAX, LoginMessage

ADDRESS = Address(bytes.fromhex("70997970c51812dc3a010c7d01b50e0d17dc79c8"))
WRITTEN = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8"
WHOLE = f"""https://ledger.example:8443 wants you to sign in with your Ethereum account:
{WRITTEN}

I want to see (and only see) my receipts; that's all!

URI: https://ledger.example:8443/login?as=bank#top
Version: 1
Chain ID: 31337
Nonce: 32891756abcDEF
Issued At: 2027-03-31T12:00:00.250Z
Expiration Time: 2027-03-31T12:10:00+08:00
Not Before: 2027-03-31T11:59:00Z
Request ID: a-b_c~1%2F
Resources:
- ipfs://bafybeiemxf5abjwjbikoz4mc3a3dla6ual3jsgpdr4cjr3oz3evfyavhwq/
- https://example.com/my-web2-claim.json"""
LEAST = f"""ledger.example wants you to sign in with your Ethereum account:
{WRITTEN}


URI: https://ledger.example
Version: 1
Chain ID: 1
Nonce: 12345678
Issued At: 2027-03-31T12:00:00Z"""

_NAME = st.text(string.ascii_letters + string.digits + "-._~", min_size=1, max_size=20)
_MOMENTS = st.datetimes(datetime(1970, 1, 1), datetime(9998, 1, 1)).map(  # noqa: DTZ001
    lambda moment: moment.replace(tzinfo=UTC)
)
MESSAGES = st.builds(
    LoginMessage,
    domain=st.one_of(_NAME, st.builds("{}:{}".format, _NAME, st.integers(0, 65_535))),
    address=st.binary(min_size=20, max_size=20).map(Address),
    uri=st.builds("https://{}/{}?{}".format, _NAME, _NAME, _NAME),
    chain_id=st.integers(0, 10**18 - 1),
    nonce=st.text(string.ascii_letters + string.digits, min_size=8, max_size=64),
    issued_at=_MOMENTS,
    scheme=st.sampled_from([None, "https", "http"]),
    statement=st.none() | st.text(string.ascii_letters + " .,:;!?'()[]", min_size=1, max_size=80),
    expires_at=st.none() | _MOMENTS,
    not_before=st.none() | _MOMENTS,
    request_id=st.none() | _NAME | st.just(""),
    resources=st.lists(st.builds("ipfs://{}".format, _NAME), max_size=3).map(tuple),
)


def parsed(text: str) -> LoginMessage:
    return LoginMessage.parse(text, checksummed)


def test_a_message_with_every_line_is_read() -> None:
    message = parsed(WHOLE)

    assert (message.scheme, message.domain) == ("https", "ledger.example:8443")
    assert message.address == ADDRESS
    assert message.statement == "I want to see (and only see) my receipts; that's all!"
    assert message.uri == "https://ledger.example:8443/login?as=bank#top"
    assert (message.chain_id, message.nonce) == (31_337, "32891756abcDEF")
    assert message.issued_at == datetime(2027, 3, 31, 12, 0, 0, 250_000, UTC)
    assert message.expires_at == datetime(2027, 3, 31, 4, 10, tzinfo=UTC)
    assert message.not_before == message.issued_at - timedelta(seconds=60.25)
    assert message.request_id == "a-b_c~1%2F"
    assert message.resources[1] == "https://example.com/my-web2-claim.json"


def test_a_message_with_no_line_too_many_is_read() -> None:
    message = parsed(LEAST)

    assert (message.scheme, message.statement, message.request_id) == (None, None, None)
    assert (message.expires_at, message.not_before, message.resources) == (None, None, ())
    assert message.text(checksummed) == LEAST


@given(MESSAGES)
def test_what_is_written_is_read_as_it_was(message: LoginMessage) -> None:
    assert parsed(message.text(checksummed)) == message


@given(st.text(max_size=300))
@example("")
@example("\x00" * MESSAGE_LENGTH_MAX)
@example("a@" * 2_000)
@example(LEAST + "\nResources:" + "\n- a:b" * 500 + "\x01")
def test_no_text_whatever_breaks_the_reader(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        parsed(text)


@given(st.integers(0, len(WHOLE)), st.sampled_from(sorted(' \n\r\t\x00\u200b\\"<>^`{|}é０')))
def test_a_sign_that_the_grammar_does_not_know_is_refused_wherever_it_stands(
    place: int, sign: str
) -> None:
    text = WHOLE[:place] + sign + WHOLE[place:]
    try:
        message = parsed(text)
    except ValueError:
        return
    # A space may stand in the statement, and there alone.
    assert sign == " "
    assert message.statement != parsed(WHOLE).statement


@given(st.data())
def test_lines_in_another_order_are_refused(data: st.DataObject) -> None:
    lines = WHOLE.split("\n")
    first, second = data.draw(
        st.lists(st.integers(0, len(lines) - 3), min_size=2, max_size=2, unique=True)
    )
    lines[first], lines[second] = lines[second], lines[first]
    text = "\n".join(lines)
    if text == WHOLE:
        return
    with pytest.raises(ValueError, match=r"."):
        parsed(text)


@pytest.mark.parametrize("line", range(len(LEAST.split("\n"))))
def test_a_line_that_is_missing_or_there_twice_is_refused(line: int) -> None:
    lines = LEAST.split("\n")
    without = "\n".join(lines[:line] + lines[line + 1 :])
    twice = "\n".join(lines[: line + 1] + lines[line:])
    for text in (without, twice):
        with pytest.raises(ValueError, match=r"."):
            parsed(text)


@pytest.mark.parametrize(
    ("there", "instead"),
    [
        (WRITTEN, WRITTEN.lower()),
        (WRITTEN, "0x" + WRITTEN[2:].upper()),
        (WRITTEN, WRITTEN[:-1] + "c8"),
        (WRITTEN, WRITTEN[2:]),
        (WRITTEN, WRITTEN[:-1]),
        ("Version: 1", "Version: 2"),
        ("Version: 1", "Version: 01"),
        ("Chain ID: 1", "Chain ID: 01"),
        ("Chain ID: 1", "Chain ID: -1"),
        ("Chain ID: 1", "Chain ID: 0x1"),
        ("Chain ID: 1", "Chain ID: " + "9" * 19),
        ("Nonce: 12345678", "Nonce: 1234567"),
        ("Nonce: 12345678", "Nonce: 1234-5678"),
        ("Nonce: 12345678", "Nonce: １２３４５６７８"),
        ("2027-03-31T12:00:00Z", "2027-02-30T12:00:00Z"),
        ("2027-03-31T12:00:00Z", "2027-03-31T24:00:01Z"),
        ("2027-03-31T12:00:00Z", "2027-03-31T12:00:00"),
        ("2027-03-31T12:00:00Z", "2027-03-31 12:00:00Z"),
        ("2027-03-31T12:00:00Z", "2027-03-31"),
        ("2027-03-31T12:00:00Z", "0001-01-01T00:00:00+23:59"),
        ("URI: https://ledger.example", "URI: ledger.example"),
        ("URI: https://ledger.example", "URI: "),
        ("URI:", "uri:"),
        ("sign in", "log in"),
        ("ledger.example wants", " wants"),
        ("ledger.example wants", "evil.example/ledger.example wants"),
        ("\n", "\r\n"),
    ],
)
def test_a_line_that_is_not_as_the_grammar_has_it_is_refused(there: str, instead: str) -> None:
    assert there in LEAST
    with pytest.raises(ValueError, match=r"."):
        parsed(LEAST.replace(there, instead, 1))


@pytest.mark.parametrize("extra", ["\n", " ", "\nExtra: 1", "\nNonce: 12345678", "\n\n"])
def test_nothing_may_follow(extra: str) -> None:
    for text in (LEAST, WHOLE):
        with pytest.raises(ValueError, match=r"."):
            parsed(text + extra)


def test_the_longest_message_and_the_first_that_is_too_long() -> None:
    longest = LEAST + "\nRequest ID: "
    longest += "a" * (MESSAGE_LENGTH_MAX - len(longest))
    assert parsed(longest).request_id is not None
    with pytest.raises(ValueError, match="longer"):
        parsed(longest + "a")
