"""A box says by mDNS where it is, on loopback only.

In: a service, a name, a port and what else is told. Out: an answer to whoever looks for that service on this machine.
Needs zeroconf, which is imported when it is used.
"""

import socket
from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from zeroconf.asyncio import AsyncZeroconf

HOST = "127.0.0.1"


class Announcement:
    """A service on a port of this machine; service: such as "_nrgkick._tcp.local."."""

    def __init__(self, service: str, name: str, port: int) -> None:
        self._service, self._name, self._port = service, name, port
        self._zeroconf: AsyncZeroconf | None = None

    async def begin(self, told: Mapping[str, str]) -> None:
        """Announce it until `end`."""
        from zeroconf import ServiceInfo
        from zeroconf.asyncio import AsyncZeroconf

        info = ServiceInfo(
            self._service,
            f"{self._name}.{self._service}",
            port=self._port,
            properties=dict(told),
            server=f"box-{self._port}.local.",
            addresses=[socket.inet_aton(HOST)],
        )
        self._zeroconf = AsyncZeroconf(interfaces=[HOST])
        await self._zeroconf.async_register_service(info, strict=False)  # go-e's names are longer than the standard's

    async def end(self) -> None:
        """Take it back."""
        zeroconf, self._zeroconf = self._zeroconf, None
        if zeroconf:
            await zeroconf.async_unregister_all_services()
            await zeroconf.async_close()
