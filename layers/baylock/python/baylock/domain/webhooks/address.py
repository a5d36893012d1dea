"""The addresses to which webhooks may be sent: their syntax, and which hosts are public.

Merchants choose the addresses. They must not make our function connect to something that only it
can reach: itself, a private network, or the cloud's metadata service.
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
PORTS = frozenset({443, 8443})
"""The ports of HTTPS servers: to no other do we connect on somebody's word."""

_PRINTED = re.compile(r"[!-~]+")
_NAME = re.compile(r"(?=.{1,253}\Z)(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)+[a-z][a-z0-9-]*\Z")
_HOST = re.compile(r"\[[0-9A-Fa-f:.]+\](:[0-9]*)?|[^\[\]%]*")
"""An IPv6 address in brackets, or none; an address with a zone (`%eth0`) has meaning only here."""
_ENDS_IN_NUMBER = re.compile(r"(?:\A|\.)(?:[0-9]+|0x[0-9a-f]*)\Z")
_OURS = ("localhost", "local", "internal", "lan", "home.arpa", "corp", "onion")
"""Suffixes of names that mean something different in each network (RFC 6761, 6762, 9476)."""

_PUBLIC_IPV6 = IPv6Network("2000::/3")
"""The global unicast space (IANA); mapped, NAT64 and local addresses lie outside."""
_NOT_PUBLIC = (
    IPv4Network("192.0.0.0/24"),  # for protocols; some cloud's metadata
    IPv4Network("192.88.99.0/24"),  # 6to4 relays, RFC 7526
    IPv6Network("2002::/16"),  # 6to4: an IPv4 address of any kind may be inside
    IPv6Network("2001::/23"),  # Teredo and other protocols' own
    IPv6Network("2001:db8::/32"),  # examples in documents, as are the next
    IPv6Network("3fff::/20"),
)
"""Networks that some versions of `ipaddress` call global although they are not public."""


@dataclass(frozen=True, slots=True)
class Target:
    """The parts of an address; `host` is a name, or an IP address as it was written."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def authority(self) -> str:
        """The value of the Host header: with the port unless it is the scheme's default."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        default = 443 if self.scheme == "https" else 80
        return host if self.port == default else f"{host}:{self.port}"


def is_public(address: IpAddress) -> bool:
    """Whether this is an address of the public internet.

    Loopback, private, link-local (which includes metadata services), shared (RFC 6598), multicast
    and reserved addresses are not, nor are IPv6 addresses that embed an IPv4 address.
    """
    if isinstance(address, IPv6Address) and address not in _PUBLIC_IPV6:
        return False
    if any(address.version == net.version and address in net for net in _NOT_PUBLIC):
        return False
    return address.is_global and not (address.is_multicast or address.is_reserved)


def may_go_to(target: Target, address: IpAddress, *, loopback: bool = False) -> bool:
    """Whether a target may be reached at an address to which its name resolves now.

    `loopback` is for development on a laptop, where the receiver may run beside us, without TLS.
    """
    if loopback and address.is_loopback:
        return True
    return target.scheme == "https" and is_public(address)


def read_target(url: str, *, loopback: bool = False, ports: frozenset[int] = PORTS) -> Target:
    """Parse an address; InvalidWebhook where it can never be used.

    IP addresses are checked here, in every form that resolvers accept: decimal, octal, hexadecimal
    and abbreviated. The addresses of a name are checked at each delivery. `loopback` is as in
    `may_go_to`: it lets http:// in only for `localhost` and for addresses of the loopback, and any
    port there.
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
    if not _HOST.fullmatch(parts.netloc) or ("[" in parts.netloc) != (":" in host):
        raise InvalidWebhook("url", "not an address")
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
    _check_reach(target, _number(host), loopback=loopback, ports=ports)
    return target


def host_of(url: str) -> str:
    """The host of an address that may be refused by now; an IP address in one spelling of many."""
    host = (urlsplit(url).hostname or "").removesuffix(".")
    try:
        return str(_number(host) or host)
    except InvalidWebhook:
        return host


def _check_reach(
    target: Target, number: IpAddress | None, *, loopback: bool, ports: frozenset[int]
) -> None:
    """InvalidWebhook where a target is not on the internet, or on a port of something else."""
    host = target.host
    beside_us = host == "localhost" if number is None else number.is_loopback
    if target.scheme != "https" and not beside_us:
        raise InvalidWebhook("url", "must begin with https://")
    if target.port not in ports and not (loopback and beside_us):
        raise InvalidWebhook("url", "only the ports 443 and 8443 are possible")
    if number is not None:
        if not may_go_to(target, number, loopback=loopback):
            raise InvalidWebhook("url", "not a public address")
    elif not _is_public_name(host) and not (loopback and host == "localhost"):
        raise InvalidWebhook("url", "needs the full name of a host on the internet")


def _number(host: str) -> IpAddress | None:
    """A host's IP address, None for a name; InvalidWebhook for neither."""
    if ":" in host:
        try:
            return ip_address(host)
        except ValueError:
            raise InvalidWebhook("url", "not an address") from None
    if not _ENDS_IN_NUMBER.search(host):
        return None
    try:
        # Accepts what resolvers accept: 127.1, 0x7f000001, 2130706433, 0177.0.0.1.
        return IPv4Address(socket.inet_aton(host))
    except OSError:
        raise InvalidWebhook("url", "not an address") from None


def _is_public_name(host: str) -> bool:
    ours = any(host == end or host.endswith(f".{end}") for end in _OURS)
    return _NAME.match(host) is not None and not ours
