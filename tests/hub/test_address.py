"""The address of a program, and the token in it."""

import pytest

from lib.hub.address import PeerError, parse_address


@pytest.mark.parametrize(
    ("url", "shown", "token"),
    [
        ("ws://pi:8080/ws", "ws://pi:8080/ws", None),
        ("ws://me:T0ken@pi:8080/ws", "ws://pi:8080/ws", "T0ken"),
        ("wss://:T0ken@pi/ws", "wss://pi/ws", "T0ken"),
        ("ws://me:a%20b@[fd00::2]:8080/ws", "ws://[fd00::2]:8080/ws", "a b"),
        ("ws://pi:8080/ws?token=T0ken", "ws://pi:8080/ws", "T0ken"),
        ("ws://pi:8080/ws?a=1&token=T0ken&b=2", "ws://pi:8080/ws?a=1&b=2", "T0ken"),
        ("ws://pi:8080/ws?token=", "ws://pi:8080/ws", None),
        ("ws://me:@pi:8080/ws", "ws://pi:8080/ws", None),
    ],
)
def test_a_token_is_taken_out_of_an_address(url: str, shown: str, token: str | None) -> None:
    """What is left can be shown to anybody."""
    address = parse_address(url)
    assert (shown, token) == (address.url, address.token)
    assert "T0ken" not in repr(address)


@pytest.mark.parametrize(
    "url",
    [
        "http://me:T0ken@pi/ws",
        "ws://T0ken@pi/ws",
        "ws://me:T0ken@pi:port/ws",
        "ws://pi/ws?token=T0ken#x",
        "pi?token=T0ken",
    ],
)
def test_a_wrong_address_is_said_without_its_token(url: str) -> None:
    """The sentence goes to a screen."""
    with pytest.raises(PeerError, match="is no address of a program; one looks like ws://") as refused:
        parse_address(url)
    assert "T0ken" not in str(refused.value)


@pytest.mark.parametrize(
    ("host", "expected"), [("localhost", True), ("[::1]", True), ("pi", False), ("10.0.0.1", False)]
)
def test_an_address_of_this_machine_is_known(host: str, *, expected: bool) -> None:
    """There no token is needed."""
    assert expected == parse_address(f"ws://{host}:8080/ws").is_loopback
