"""An address as an owner writes it, and as it is said again."""

import pytest

from lib.address import parse_address, shown


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
