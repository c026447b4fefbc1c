"""Where a webhook may go: never into the operator's own network, whatever a name resolves to.

The address that was checked is the one that is connected to; a name is never resolved again.
"""

import contextlib
import ipaddress
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from typing import TypeAlias
from urllib.parse import urlsplit

Network: TypeAlias = IPv4Network | IPv6Network

URL_LENGTH_MAX = 2_000
# Those that carry an IPv4 address within: NAT64, local NAT64, 6to4, Teredo.
_TUNNELS = tuple(
    ipaddress.ip_network(each)
    for each in ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32")
)


class Forbidden(ValueError):
    """A target that no webhook may have."""


@dataclass(frozen=True, slots=True)
class Target:
    """A URL, taken apart and found in order."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def host_header(self) -> str:
        """What the receiver is asked for."""
        name = f"[{self.host}]" if ":" in self.host else self.host
        usual = 443 if self.scheme == "https" else 80
        return name if self.port == usual else f"{name}:{self.port}"


@dataclass(frozen=True, slots=True)
class Targets:
    """The rule. In `allowed` networks, such as a consortium's own, plain http is good too."""

    allowed: Sequence[Network] = ()

    def parse(self, url: str) -> Target:
        """Return a target whose form is in order. Raises Forbidden."""
        try:
            parts = urlsplit(url)
            host, port = parts.hostname, parts.port
        except ValueError as error:
            raise Forbidden(f"it is no address: {error}") from None
        if len(url) > URL_LENGTH_MAX or not url.isascii() or not url.isprintable() or " " in url:
            raise Forbidden("it is too long, or not plain ASCII")
        if parts.scheme not in ("https", "http") or (parts.scheme == "http" and not self.allowed):
            raise Forbidden("it must begin with https://")
        if not host or parts.username is not None or parts.password is not None or parts.fragment:
            raise Forbidden("it names a host, and neither a user nor a fragment")
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        target = Target(parts.scheme, host, port or (443 if parts.scheme == "https" else 80), path)
        address = _literal(host)
        if address is not None:
            self._expect_allowed(target, address)
        return target

    def address_of(self, target: Target) -> str:
        """Resolve a target now, once, and return the address. Raises Forbidden, or OSError."""
        found = socket.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM)
        addresses = [ipaddress.ip_address(str(entry[4][0]).partition("%")[0]) for entry in found]
        # One forbidden address among them is a name that plays tricks.
        for address in addresses:
            self._expect_allowed(target, address)
        return str(addresses[0])

    def _expect_allowed(self, target: Target, address: IPv4Address | IPv6Address) -> None:
        plain = _unmapped(address)
        if any(plain in network for network in self.allowed):
            return
        if target.scheme == "http":
            raise Forbidden("plain http is for the networks alone that the operator has allowed")
        if not is_public(plain):
            raise Forbidden(f"{target.host} is in a network to which nothing is delivered")


def is_public(address: IPv4Address | IPv6Address) -> bool:
    """Tell whether an address is one of the open Internet."""
    plain = _unmapped(address)
    if not plain.is_global or plain.is_multicast or plain.is_reserved or plain.is_unspecified:
        return False
    return not any(plain in network for network in _TUNNELS)


def _unmapped(address: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return address if mapped is None else mapped


def _literal(host: str) -> IPv4Address | IPv6Address | None:
    """Return the address that is written out, in any of the forms that resolvers read as one."""
    with contextlib.suppress(ValueError):
        return ipaddress.ip_address(host.partition("%")[0])
    with contextlib.suppress(OSError):
        # Numbers of one to four parts: decimal, octal or hexadecimal.
        return IPv4Address(socket.inet_aton(host.removesuffix(".")))
    return None
