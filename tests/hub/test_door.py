"""Opening the port."""

import socket

import pytest

from lib.hub.door import HubError, open_door


async def test_a_port_in_use_is_said_in_a_sentence() -> None:
    """The owner reads what to do, not an errno."""
    with (
        socket.create_server(("127.0.0.1", 0)) as other,
        pytest.raises(HubError, match=r"^cannot listen on 127.0.0.1:.*another program listens there.*socket_info"),
    ):
        await open_door("127.0.0.1", other.getsockname()[1])


async def test_an_address_that_is_not_ours_is_said_in_a_sentence() -> None:
    """192.0.2.0/24 is nobody's: it is for examples."""
    with pytest.raises(HubError, match=r"192\.0\.2\.1 is not an address of this machine\. Use 127\.0\.0\.1"):
        await open_door("192.0.2.1", 0)


async def test_a_host_that_is_no_name_is_said_in_a_sentence() -> None:
    """A slip in config.py."""
    with pytest.raises(HubError, match=r"socket_info: .* is no name or address of this machine"):
        await open_door("no name is so long" * 20, 0)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
async def test_a_name_opens_where_most_clients_look_for_it(host: str) -> None:
    """IPv4 is preferred for a name that has both."""
    with await open_door(host, 0) as door:
        address, port = door.getsockname()
    assert ("127.0.0.1", True) == (address, port > 0)
