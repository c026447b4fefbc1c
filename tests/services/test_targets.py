"""Where webhooks may go: the open Internet by https, and nowhere inwards."""

import socket
from ipaddress import ip_address, ip_network
from typing import Any

import pytest

from receipts_ledger.services.deliver.targets import Forbidden, Targets, is_public

INWARD = (
    "0.0.0.0",  # noqa: S104  (nothing is bound to it)
    *("10.0.0.1", "100.64.0.1", "127.0.0.1", "127.9.9.9", "169.254.169.254"),
    *("172.16.0.1", "172.31.255.255", "192.0.0.1", "192.0.2.1", "192.168.1.1", "198.18.0.1"),
    *("198.51.100.1", "203.0.113.1", "224.0.0.1", "239.1.1.1", "240.0.0.1", "255.255.255.255"),
    *("::", "::1", "::ffff:127.0.0.1", "::ffff:169.254.169.254", "::ffff:10.0.0.1"),
    *("64:ff9b::a00:1", "64:ff9b::808:808", "64:ff9b:1::1", "2002:a00:1::1", "2001::1"),
    *("fc00::1", "fd12::1", "fe80::1", "ff02::1", "2001:db8::1", "::7f00:1"),
)
OUTWARD = ("1.1.1.1", "8.8.8.8", "::ffff:8.8.8.8", "2606:4700::1111", "172.32.0.1", "100.128.0.1")


@pytest.mark.parametrize("address", INWARD)
def test_nothing_goes_inwards(address: str) -> None:
    assert not is_public(ip_address(address))
    host = f"[{address}]" if ":" in address else address
    with pytest.raises(Forbidden):
        Targets().parse(f"https://{host}/hook")


@pytest.mark.parametrize("address", OUTWARD)
def test_the_open_internet_is_open(address: str) -> None:
    assert is_public(ip_address(address))


@pytest.mark.parametrize(
    "url",
    [
        "http://bank.example/",
        "ftp://bank.example/",
        "file:///etc/passwd",
        "https://user:word@bank.example/",
        "https://bank.example/#part",
        "https:///path",
        "https://bank.example:99999/",
        "https://bank.example/a b",
        "https://bänk.example/",
        "https://[::1",
        "bank.example",
        "https://bank.example/" + "a" * 2_000,
    ],
)
def test_a_url_that_is_out_of_order_is_forbidden(url: str) -> None:
    with pytest.raises(Forbidden):
        Targets().parse(url)


@pytest.mark.parametrize(
    "host",
    [
        *("2130706433", "0x7f000001", "0X7F000001", "017700000001", "127.1", "127.0.1", "127.1."),
        *("0x7f.0.0.1", "0177.0.0.01", "10.1", "0xa9fea9fe", "2852039166", "169.254.43518", "0"),
        *("[::ffff:7f00:1]", "[::ffff:127.0.0.1]", "[0:0:0:0:0:ffff:a9fe:a9fe]", "[::1%25lo]"),
        *("[::127.0.0.1]", "[64:ff9b::7f00:1]", "127.0.0.1."),
    ],
)
def test_another_way_of_writing_an_inward_address_is_forbidden_unresolved(host: str) -> None:
    with pytest.raises(Forbidden, match="nothing is delivered"):
        Targets().parse(f"https://{host}/")


@pytest.mark.parametrize("host", ["134744072", "0x08080808", "8.526344", "[::ffff:8.8.8.8]"])
def test_another_way_of_writing_an_open_address_is_one_of_the_open_internet(host: str) -> None:
    assert Targets().parse(f"https://{host}/").port == 443


def test_name_of_an_inward_address_is_found_when_it_is_resolved() -> None:
    target = Targets().parse("https://localhost/")
    with pytest.raises(Forbidden):
        Targets().address_of(target)


@pytest.mark.parametrize("host", ["1.bank.example", "0x7f.example", "cafe", "1-2.example", "a.1"])
def test_name_with_figures_is_a_name(host: str) -> None:
    assert Targets().parse(f"https://{host}/").host == host


def test_one_inward_address_among_several_is_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    def resolved(*_: Any, **__: Any) -> list[Any]:
        return [(0, 0, 0, "", (address, 443)) for address in ("8.8.8.8", "10.0.0.1")]

    target = Targets().parse("https://rebinding.example/")
    monkeypatch.setattr(socket, "getaddrinfo", resolved)
    with pytest.raises(Forbidden):
        Targets().address_of(target)


def test_in_an_allowed_network_plain_http_is_good_and_nowhere_else() -> None:
    targets = Targets([ip_network("10.20.0.0/16")])
    assert targets.parse("http://10.20.1.1:8080/hook?x=1").path == "/hook?x=1"
    assert targets.parse("https://[::ffff:10.20.1.1]/").port == 443
    for url in ("http://10.21.0.1/", "https://10.21.0.1/", "http://8.8.8.8/"):
        with pytest.raises(Forbidden):
            targets.parse(url)
