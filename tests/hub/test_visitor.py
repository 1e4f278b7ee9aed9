"""Who asks, read from a request's head."""

import base64

import pytest

from lib.hub.visitor import Visitor, host_name, is_foreign, is_loopback, visitor

HOME = "127.0.0.1"


def asked(headers: dict[str, str], *, address: str = HOME, query: bytes = b"") -> Visitor:
    """Who asks so."""
    head = [(name.encode(), value.encode()) for name, value in headers.items()]
    return visitor(address=address, here=HOME, headers=head, query=query)


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("localhost", "localhost"),
        ("LocalHost:8080", "localhost"),
        ("localhost.", "localhost"),
        ("127.0.0.1:8080", "127.0.0.1"),
        ("[::1]:8080", "::1"),
        ("[::1]", "::1"),
        ("pi.local", "pi.local"),
        ("", None),
        ("evil@localhost", None),
        ("localhost/x", None),
        ("localhost:80:80", None),
        ("localhost:port", None),
        ("localhost#", None),
        ("::1", None),
        ("a, localhost", None),
    ],
)
def test_the_name_in_a_host_header(host: str, expected: str | None) -> None:
    """Without its port; what is no name is none, rather than a part of it."""
    assert expected == host_name(host)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("localhost", True),
        ("127.0.0.1", True),
        ("127.9.8.7", True),
        ("::1", True),
        ("::ffff:127.0.0.1", True),
        ("0.0.0.0", False),
        ("::", False),
        ("127.1", False),
        ("127.0.0.1.evil.example", False),
        ("localhost.evil.example", False),
        ("192.168.1.50", False),
        ("::ffff:192.168.1.50", False),
        ("", False),
        (None, False),
    ],
)
def test_what_this_machine_calls_itself(name: str | None, *, expected: bool) -> None:
    """Only names that lead nowhere else."""
    assert expected == is_loopback(name)


@pytest.mark.parametrize(
    "headers",
    [
        {"x-forwarded-for": "192.168.1.7"},
        {"x-forwarded-proto": "https"},
        {"x-forwarded-anything": ""},
        {"forwarded": "for=192.168.1.7"},
        {"x-real-ip": "192.168.1.7"},
        {"via": "1.1 proxy"},
    ],
    ids=str,
)
def test_what_a_proxy_passes_on_is_not_from_here(headers: dict[str, str]) -> None:
    """Whatever the header says: it is there."""
    assert asked({"host": "localhost"}).is_at_home
    assert not asked({"host": "localhost"} | headers).is_at_home


@pytest.mark.parametrize(
    ("address", "host", "expected"),
    [
        ("127.0.0.1", "localhost:8080", True),
        ("127.0.0.5", "127.0.0.1", True),
        ("::1", "[::1]:8080", True),
        ("::ffff:127.0.0.1", "localhost", True),
        ("127.0.0.1", "evil.example", False),
        ("127.0.0.1", "0.0.0.0", False),
        ("192.168.1.7", "localhost", False),
        ("", "localhost", False),
    ],
)
def test_who_is_at_home(address: str, host: str, *, expected: bool) -> None:
    """The connection and the Host must both be of this machine."""
    assert expected == asked({"host": host}, address=address).is_at_home


def test_a_missing_or_doubled_host_is_not_of_this_machine() -> None:
    """HTTP/1.0 needs none; and of two nobody knows which one counts."""
    assert not asked({}).is_at_home
    headers = [(b"host", b"localhost"), (b"host", b"localhost")]
    assert not visitor(address=HOME, here=HOME, headers=headers, query=b"").is_at_home


@pytest.mark.parametrize(
    ("headers", "query", "expected"),
    [
        ({}, b"", ()),
        ({}, b"a=b&tokens=x", ()),
        ({"authorization": "Bearer abc"}, b"", (b"abc",)),
        ({"authorization": " bearer   abc "}, b"", (b"abc",)),
        ({"authorization": "Basic " + base64.b64encode(b"me:abc").decode()}, b"", (b"abc",)),
        ({"authorization": "Basic " + base64.b64encode(b":a:b").decode()}, b"", (b"a:b",)),
        ({"authorization": "Basic !!"}, b"", (b"",)),
        ({"authorization": "Basic"}, b"", (b"",)),
        ({"authorization": "Digest username=me"}, b"", (b"",)),
        ({"authorization": ""}, b"", (b"",)),
        ({}, b"token=abc", (b"abc",)),
        ({}, b"from=2026-11-01&token=a%62c", (b"abc",)),
        ({}, b"token=", (b"",)),
        ({}, b"token=%ff%00", (b"\xff\x00",)),
        ({"authorization": "Bearer a"}, b"token=b", (b"a", b"b")),
    ],
)
def test_tokens_are_found_in_each_of_three_ways(
    headers: dict[str, str], query: bytes, expected: tuple[bytes, ...]
) -> None:
    """All that are there; what is meant as one and is none counts as an empty one, which is never right."""
    who = asked(headers, query=query)
    assert expected == who.tokens
    assert "abc" not in repr(who)


@pytest.mark.parametrize(
    ("host", "origin", "expected"),
    [
        ("pi:8080", "http://pi:8080", False),
        ("PI:8080", "http://pi:8080", False),
        ("pi", "http://pi", False),
        ("pi:80", "http://pi", False),
        ("[::1]:8080", "http://[::1]:8080", False),
        ("house.example", "https://house.example", False),
        ("pi:8080", "http://pi:8081", True),
        ("pi:8080", "http://evil.example", True),
        ("pi:8080", "http://pi:8080.evil.example", True),
        ("pi:8080", "null", True),
        ("pi:8080", "", True),
        ("pi:8080", "http://pi:port", True),
        ("", "http://pi:8080", True),
    ],
)
def test_a_page_of_another_site_is_foreign(host: str, origin: str, *, expected: bool) -> None:
    """Only the page that this very port served may listen in a browser; programs send no Origin."""
    assert expected == is_foreign(origin, host)
    assert expected == asked({"host": host, "origin": origin}).is_foreign
    assert not asked({"host": host}).is_foreign
