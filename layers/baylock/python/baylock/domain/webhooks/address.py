"""Where a webhook may go: what an address must be written like, and which hosts are anybody's.

An endpoint is somebody else's word. It must not lead our function to a place that only we can
reach: itself, a private network, or the metadata of the cloud it runs in.
"""

from __future__ import annotations

import re
import socket
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from urllib.parse import urlsplit

from baylock.domain.errors import InvalidWebhook

IpAddress = IPv4Address | IPv6Address

MAX_URL_LENGTH = 1024

_PRINTED = re.compile(r"[!-~]+")
_NAME = re.compile(r"(?=.{1,253}\Z)(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)+[a-z][a-z0-9-]*\Z")
_ENDS_IN_NUMBER = re.compile(r"(?:\A|\.)(?:[0-9]+|0x[0-9a-f]*)\Z")
_OURS = ("localhost", "local", "internal", "lan", "home.arpa", "corp", "onion")
"""Ends of names that mean something else to everybody who asks (RFC 6761, RFC 6762, RFC 9476)."""

_PUBLIC_IPV6 = IPv6Network("2000::/3")
"""All that has been given out as unicast (IANA); mapped, NAT64 and local addresses lie outside."""
_NOT_PUBLIC = (
    IPv4Network("192.0.0.0/24"),  # for protocols; some cloud's metadata
    IPv4Network("192.88.99.0/24"),  # 6to4 relays, RFC 7526
    IPv6Network("2002::/16"),  # 6to4: an IPv4 address of any kind may be inside
    IPv6Network("2001::/23"),  # Teredo and other protocols' own
    IPv6Network("2001:db8::/32"),  # examples in documents, as are the next
    IPv6Network("3fff::/20"),
)
"""What `ipaddress` of some Python may call global and is not for us."""


@dataclass(frozen=True, slots=True)
class Target:
    """An address, taken apart; `host` is a name or the number that it was written as."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def authority(self) -> str:
        """For the Host header: the port only where it is not the usual one."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        usual = 443 if self.scheme == "https" else 80
        return host if self.port == usual else f"{host}:{self.port}"


def is_public(address: IpAddress) -> bool:
    """Whether anybody may have this address, and it is reached through the internet.

    Not so are loopback, private, link-local (metadata among them), shared (RFC 6598), multicast and
    reserved addresses, and those of IPv6 in which one of IPv4 is hidden.
    """
    if isinstance(address, IPv6Address) and address not in _PUBLIC_IPV6:
        return False
    if any(address.version == one.version and address in one for one in _NOT_PUBLIC):
        return False
    return address.is_global and not (address.is_multicast or address.is_reserved)


def may_go_to(target: Target, address: IpAddress, *, loopback: bool = False) -> bool:
    """Whether a target may be reached at an address that its name stands for now.

    `loopback` is for a laptop, where the receiver runs beside us, without TLS too.
    """
    if loopback and address.is_loopback:
        return True
    return target.scheme == "https" and is_public(address)


def read_target(url: str, *, loopback: bool = False) -> Target:
    """An address as it was given, taken apart. InvalidWebhook where it can never be used.

    Numbers are judged here already, in each form that a resolver reads: decimal, octal,
    hexadecimal, with parts left out. What a name stands for is judged at each delivery.
    """
    if len(url) > MAX_URL_LENGTH or not _PRINTED.fullmatch(url) or "\\" in url:
        raise InvalidWebhook("url", f"at most {MAX_URL_LENGTH} printable ASCII characters, please")
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").removesuffix("."), parts.port
    except ValueError:
        raise InvalidWebhook("url", "not an address") from None
    if parts.scheme != "https" and not (loopback and parts.scheme == "http"):
        raise InvalidWebhook("url", "must begin with https://")
    if parts.username is not None or parts.password is not None:
        raise InvalidWebhook("url", "must not hold a user or a password")
    if parts.fragment or url.endswith("#"):
        raise InvalidWebhook("url", "must not hold a fragment (#…)")
    if port == 0:
        raise InvalidWebhook("url", "there is no port 0")
    target = Target(
        scheme=parts.scheme,
        host=host,
        port=port or (443 if parts.scheme == "https" else 80),
        path=(parts.path or "/") + (f"?{parts.query}" if parts.query else ""),
    )
    number = _number(host)
    if number is not None:
        if not may_go_to(target, number, loopback=loopback):
            raise InvalidWebhook("url", "not a public address")
    elif not _is_public_name(host) and not (loopback and host == "localhost"):
        raise InvalidWebhook("url", "needs the full name of a host on the internet")
    return target


def _number(host: str) -> IpAddress | None:
    """The address that a host is, if it is one and no name; InvalidWebhook if neither."""
    if ":" in host:
        try:
            return ip_address(host)
        except ValueError:
            raise InvalidWebhook("url", "not an address") from None
    if not _ENDS_IN_NUMBER.search(host):
        return None
    try:
        # Reads what resolvers read: 127.1, 0x7f000001, 2130706433, 0177.0.0.1.
        return IPv4Address(socket.inet_aton(host))
    except OSError:
        raise InvalidWebhook("url", "not an address") from None


def _is_public_name(host: str) -> bool:
    ours = any(host == end or host.endswith(f".{end}") for end in _OURS)
    return _NAME.match(host) is not None and not ours
