"""Where connections to the web may go: public addresses, under addresses of ordinary form."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from index.errors import Unreadable
from index.metadata import link

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")


def is_public(address: Address) -> bool:
    """Whether an address is one of the open internet; one that carries an IPv4 address is judged by that."""
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour or (address.teredo or (None, None))[1]
        if inner is None and address in _NAT64:
            inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(inner)
        if address.is_site_local:
            return False
    return address.is_global and not (address.is_multicast or address.is_reserved or address.is_unspecified)


def resolve(host: str) -> list[str]:
    """The addresses of a host, as the system resolves names; raises OSError."""
    found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(one[4][0]) for one in found))


@dataclass(frozen=True, slots=True)
class Guard:
    """Where connections may go."""

    resolve: Callable[[str], Sequence[str]] = resolve
    allowed: Callable[[Address], bool] = is_public
    ports: frozenset[int] | None = frozenset({80, 443})
    """None: any."""

    def checked(self, url: str) -> str:
        """`url` if its form is that of a page on the open web; raises `Unreadable`."""
        shown = url[:200]
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError as error:
            raise Unreadable(f"{shown!r} is no address of a page ({error})") from error
        if parts.scheme.lower() not in ("http", "https"):
            raise Unreadable(f"refused: {parts.scheme or 'no scheme'!r} in {shown!r}; expected http or https")
        if "@" in parts.netloc or "\\" in url:
            raise Unreadable(f"refused: an address with a user name or a backslash, {shown!r}")
        usual = 443 if parts.scheme.lower() == "https" else 80
        if self.ports is not None and (port or usual) not in self.ports:
            raise Unreadable(f"refused: port {port} in {shown!r}; expected 80 or 443")
        known = link(url)
        if known is None:
            raise Unreadable(f"{shown!r} is no address of a page; expected https://host/path")
        return known

    def addresses(self, host: str) -> list[str]:
        """The host's addresses, IPv4 first; raises `Unreadable` unless all of them are allowed."""
        try:
            found = [ipaddress.ip_address(one.partition("%")[0]) for one in self.resolve(host)]
        except (OSError, ValueError, UnicodeError) as error:
            raise Unreadable(f"the host {host!r} is not known ({error})") from error
        for address in found:
            if not self.allowed(address):
                raise Unreadable(
                    f"refused: {host!r} is at {address}, which is no address of the open internet"
                )
        if not found:
            raise Unreadable(f"the host {host!r} has no address")
        return [str(one) for one in sorted(found, key=lambda one: one.version)]
