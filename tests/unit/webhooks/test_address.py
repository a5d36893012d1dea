"""The addresses that a webhook may have."""

from __future__ import annotations

from ipaddress import ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baylock.domain.errors import InvalidWebhook
from baylock.domain.webhooks.address import Target, is_public, may_go_to, read_target

pytestmark = pytest.mark.threat(11)

NEVER = {
    "loopback": "https://127.0.0.1/",
    "another loopback": "https://127.255.255.254/",
    "loopback, decimal": "https://2130706433/",
    "loopback, hexadecimal": "https://0x7f000001/",
    "loopback, hexadecimal parts": "https://0x7f.0x0.0x0.0x1/",
    "loopback, octal": "https://0177.0.0.1/",
    "loopback, short": "https://127.1/",
    "loopback, shorter": "https://127.0.1/",
    "loopback, with a dot at the end": "https://127.0.0.1./",
    "loopback, capital": "https://0X7F000001/",
    "nowhere": "https://0.0.0.0/",
    "nowhere, shortest": "https://0/",
    "private, 10": "https://10.1.2.3/",
    "private, 172.16": "https://172.16.0.1/",
    "private, 192.168": "https://192.168.1.1/",
    "private, decimal": "https://167772161/",
    "metadata": "https://169.254.169.254/latest/meta-data/",
    "metadata, decimal": "https://2852039166/",
    "metadata, octal": "https://0251.0376.0251.0376/",
    "metadata, mixed": "https://169.0xfe.43518/",
    "credentials of containers": "https://169.254.170.2/v2/credentials",
    "shared (CGNAT)": "https://100.64.0.1/",
    "metadata of another cloud": "https://100.100.100.200/",
    "benchmarks": "https://198.18.0.1/",
    "documents": "https://192.0.2.1/",
    "protocols": "https://192.0.0.192/",
    "6to4 relay": "https://192.88.99.1/",
    "multicast": "https://224.0.0.1/",
    "multicast, global": "https://233.252.0.1/",
    "reserved": "https://240.0.0.1/",
    "broadcast": "https://255.255.255.255/",
    "IPv6 loopback": "https://[::1]/",
    "IPv6 loopback, long": "https://[0:0:0:0:0:0:0:1]/",
    "IPv6 nowhere": "https://[::]/",
    "IPv6 link-local": "https://[fe80::1]/",
    "IPv6 link-local with a zone": "https://[fe80::1%25eth0]/",
    "IPv6 unique local": "https://[fd00::1]/",
    "IPv6 metadata": "https://[fd00:ec2::254]/",
    "IPv6 site-local": "https://[fec0::1]/",
    "IPv6 multicast": "https://[ff0e::1]/",
    "IPv6 mapped loopback": "https://[::ffff:127.0.0.1]/",
    "IPv6 mapped metadata": "https://[::ffff:a9fe:a9fe]/",
    "IPv6 mapped, though public": "https://[::ffff:8.8.8.8]/",
    "IPv6 compatible": "https://[::127.0.0.1]/",
    "NAT64 of metadata": "https://[64:ff9b::169.254.169.254]/",
    "NAT64, local": "https://[64:ff9b:1::1]/",
    "6to4 of loopback": "https://[2002:7f00:1::]/",
    "Teredo": "https://[2001:0:4136:e378:8000:63bf:3fff:fdd2]/",
    "IPv6 documents": "https://[2001:db8::1]/",
    "IPv6 new documents": "https://[3fff::1]/",
    "a name of this machine": "https://localhost/",
    "a name under it": "https://api.localhost/",
    "a name without a domain": "https://intranet/",
    "a name of the network at hand": "https://printer.local/",
    "a name of the cloud": "https://metadata.google.internal/",
    "a name of home": "https://nas.home.arpa/",
    "not encrypted": "http://shop.example.com/",
    "not the web": "ftp://shop.example.com/",
    "a file": "file:///etc/passwd",
    "no scheme": "shop.example.com/hook",
    "scheme only": "https://",
    "no host": "https:///hook",
    "a user": "https://user@shop.example.com/",
    "a password": "https://user:secret@shop.example.com/",
    "an empty user": "https://@shop.example.com/",
    "a fragment": "https://shop.example.com/#x",
    "an empty fragment": "https://shop.example.com/#",
    "port 0": "https://shop.example.com:0/",
    "port too large": "https://shop.example.com:65536/",
    "port in letters": "https://shop.example.com:https/",
    "white space": "https://shop.example.com/a b",
    "a line end": "https://shop.example.com/\r\nHost: other",
    "a tab in the scheme": "ht\ttps://127.0.0.1/",
    "a backslash": "https://shop.example.com\\@127.0.0.1/",
    "full-width digits": "https://１２７.0.0.1/",
    "other letters": "https://bücher.example.com/",
    "too many parts": "https://1.2.3.4.5/",
    "number too large": "https://4294967296/",
    "not hexadecimal": "https://0xg/",
    "an unclosed bracket": "https://[::1/",
    "no address in brackets": "https://[example]/",
    "two dots": "https://shop..example.com/",
    "an empty label": "https://.example.com/",
    "a percent sign": "https://127%2e0.0.1/",
    "too long": "https://shop.example.com/" + "a" * 1024,
    "empty": "",
}

FINE = {
    "https://shop.example.com": Target("https", "shop.example.com", 443, "/"),
    "https://Shop.Example.COM/Hook?key=A": Target("https", "shop.example.com", 443, "/Hook?key=A"),
    "https://shop.example.com./hook": Target("https", "shop.example.com", 443, "/hook"),
    "https://xn--bcher-kva.example.com/": Target("https", "xn--bcher-kva.example.com", 443, "/"),
    "https://shop.example.com:8443/hook": Target("https", "shop.example.com", 8443, "/hook"),
    "https://my_shop.example.com/": Target("https", "my_shop.example.com", 443, "/"),
    "https://8.8.8.8/": Target("https", "8.8.8.8", 443, "/"),
    "https://[2606:4700::6810:84e5]/": Target("https", "2606:4700::6810:84e5", 443, "/"),
}


@pytest.mark.parametrize("case", NEVER)
def test_fault_28_address_that_is_never_taken(case: str) -> None:
    with pytest.raises(InvalidWebhook) as refused:
        read_target(NEVER[case])
    assert refused.value.field == "url"
    assert refused.value.reason


@pytest.mark.parametrize("url", FINE)
def test_address_that_is_taken(url: str) -> None:
    assert read_target(url) == FINE[url]


@pytest.mark.parametrize("url", ["http://127.0.0.1:8000/hook", "https://[::1]:8000/",
                                 "http://localhost:8000/hook"])  # fmt: skip
def test_loopback_is_taken_where_it_was_allowed_and_nowhere_else(url: str) -> None:
    assert read_target(url, loopback=True).port == 8000
    with pytest.raises(InvalidWebhook):
        read_target(url)


@pytest.mark.parametrize(
    "url", ["http://8.8.8.8/", "http://10.0.0.1/", "https://10.0.0.1/", "http://169.254.169.254/"]
)
def test_only_loopback_was_allowed(url: str) -> None:
    with pytest.raises(InvalidWebhook):
        read_target(url, loopback=True)


def test_name_without_encryption_may_stand_for_loopback_alone() -> None:
    for name in ("shop.example.com", "localhost.example.com", "127.0.0.1.example.com"):
        with pytest.raises(InvalidWebhook, match="https"):
            read_target(f"http://{name}/", loopback=True)
    target = read_target("http://localhost/", loopback=True)
    assert may_go_to(target, ip_address("127.0.0.1"), loopback=True)
    assert not may_go_to(target, ip_address("8.8.8.8"), loopback=True)


@given(st.ip_addresses(v=6).filter(lambda address: address.exploded[0] not in "23"))
def test_only_addresses_that_were_given_out_are_public(address: object) -> None:
    assert not is_public(address)  # type: ignore[arg-type]


@given(st.integers(0, 2**32 - 1))
def test_number_is_judged_the_same_in_each_form(number: int) -> None:
    address = ip_address(number)
    forms = [f"https://{form}/" for form in (number, hex(number), f"0{number:o}", address)]
    for form in forms:
        try:
            read_target(form)
        except InvalidWebhook:
            assert not is_public(address)
        else:
            assert is_public(address)


@given(st.text(max_size=60))
def test_whatever_is_given_is_taken_or_refused(text: str) -> None:
    for url in (text, f"https://{text}", f"https://shop.example.com{text}"):
        try:
            target = read_target(url)
        except InvalidWebhook:
            continue
        assert target.scheme == "https"
        assert not set(target.host) & set("/@?#\\ ")


@pytest.mark.parametrize(
    ("url", "authority"),
    [
        ("https://shop.example.com/", "shop.example.com"),
        ("https://shop.example.com:443/", "shop.example.com"),
        ("https://shop.example.com:8443/", "shop.example.com:8443"),
        ("https://[2606:4700::1]:8443/", "[2606:4700::1]:8443"),
    ],
)
def test_host_that_is_asked_for(url: str, authority: str) -> None:
    assert read_target(url).authority == authority


@pytest.mark.parametrize("host", ["[::1%25eth0]", "[::1%eth0]", "[::1].", "[v1.a]", "[localhost]"])
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_brackets_hold_an_ipv6_address_and_nothing_else(scheme: str, host: str) -> None:
    with pytest.raises(InvalidWebhook):
        read_target(f"{scheme}://{host}/", loopback=True)


@pytest.mark.parametrize(
    "host",
    ["localhost.", "LOCALHOST", "127.1", "127.0.0.1.", "0x7f.1", "[::1]", "[0:0:0:0:0:0:0:1]"],
)
def test_every_form_of_the_loopback_may_be_without_tls_where_it_was_allowed(host: str) -> None:
    assert read_target(f"http://{host}:8000/", loopback=True).scheme == "http"
    with pytest.raises(InvalidWebhook):
        read_target(f"http://{host}:8000/")


@pytest.mark.parametrize(
    "host",
    ["0.0.0.0", "0", "[::]", "[::ffff:127.0.0.1]", "127.0.0.1.nip.io", "localhost.localdomain",  # noqa: S104 (refused)
     "foo.localhost", "localtest.me", "localhost..", "128.0.0.1", "%6c%6f%63alhost"],
)  # fmt: skip
def test_no_other_host_may_be_without_tls(host: str) -> None:
    with pytest.raises(InvalidWebhook):
        read_target(f"http://{host}/", loopback=True)
