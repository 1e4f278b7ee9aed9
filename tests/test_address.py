"""An address as an owner writes it, and as it is said again."""

import pytest

from lib.address import masked, parse_address, shown


@pytest.mark.parametrize(
    ("text", "host", "port", "again"),
    [
        ("192.168.1.70", "192.168.1.70", 502, "192.168.1.70"),
        ("victron.local:1502", "victron.local", 1502, "victron.local:1502"),
        ("[2001:db8::1]", "2001:db8::1", 502, "[2001:db8::1]"),
        ("[fe80::1%eth0]:80", "fe80::1%eth0", 80, "[fe80::1%eth0]:80"),
        (" my_box:502 ", "my_box", 502, "my_box"),
    ],
)
def test_an_address_is_a_host_and_perhaps_a_port(text: str, host: str, port: int, again: str) -> None:
    """The usual port where none is written."""
    assert (host, port) == parse_address(text, usual_port=502)
    assert again == shown(host, port, usual_port=502)


@pytest.mark.parametrize(
    "text", ["", "a..b", "a b", "a%b", "h:eighty", "h:0", "h:99999", "[::1", "fe80::1", "h/x", "me@h", "http://h"]
)
def test_what_is_none_is_none(text: str) -> None:
    """Whoever asked for it has the words."""
    assert parse_address(text, usual_port=502) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("http://admin:PRECIOUS@192.168.1.60", "…@192.168.1.60"),
        ("http://admin:PRE/CI?OUS@192.168.1.60/info", "…@192.168.1.60/info"),
        ("admin:PRECIOUS@192.168.1.60:80", "…@192.168.1.60:80"),
        ("jan@home.be:PRECIOUS@192.168.1.60", "…@192.168.1.60"),
        ("htp://cars.be/soc?key=PRECIOUS", "htp://cars.be/…"),
        ("cars.be/soc?key=PRECIOUS&u=http://PRECIOUS", "cars.be/soc?…"),
        ("me@192.168.1.60", "me@192.168.1.60"),
        ("192.168.1.31/info", "192.168.1.31/info"),
    ],
)
def test_what_is_none_is_shown_without_a_secret(text: str, expected: str) -> None:
    """In a sentence that the log keeps; a slip that holds none is shown whole."""
    assert expected == masked(text)
