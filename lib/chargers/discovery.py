"""NRGkicks on this network, by what they say of themselves over mDNS.

In: a time limit, perhaps a name or serial number. Out: where they are, and whether their owner lets programs in. It
asks nobody directly.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from lib.chargers import ChargerSetupError, UnreachableError

SERVICE = "_nrgkick._tcp.local."
SEARCH_S = 3.0
ASK_S = 2.0
HTTP_PORT = 80
MISSING = "finding a charger by name wants the package zeroconf: pip install zeroconf, or write its IP address instead"


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A box that made itself known. api: whether its owner switched the JSON API on; None: it does not say."""

    name: str
    serial: str
    model: str
    address: str
    api: bool | None


async def find_nrgkicks(*, within_s: float = SEARCH_S, interfaces: Sequence[str] | None = None) -> tuple[Found, ...]:
    """All that make themselves known within so many seconds, by name.

    interfaces: addresses of this machine to listen on; None: all. Raises ChargerSetupError without the package.
    """
    found: list[Found] = []
    async with _heard(interfaces) as boxes:
        try:
            async with asyncio.timeout(within_s):
                async for box in boxes:
                    found.append(box)
        except TimeoutError:
            pass
    return tuple(sorted(set(found), key=lambda box: (box.name, box.serial)))


async def find_nrgkick(wanted: str, *, within_s: float = SEARCH_S, interfaces: Sequence[str] | None = None) -> Found:
    """The one with this serial number or name. Raises UnreachableError after `within_s` seconds."""
    others: list[str] = []
    async with _heard(interfaces) as boxes:
        try:
            async with asyncio.timeout(within_s):
                async for box in boxes:
                    if wanted.casefold() in {box.serial.casefold(), box.name.casefold()}:
                        return box
                    others.append(f"{box.name} ({box.serial})")
        except TimeoutError:
            pass
    there = f"there are {', '.join(sorted(set(others)))}" if others else "is it switched on, and on this network?"
    raise UnreachableError(f"no NRGkick makes itself known as {wanted}: {there}")


@asynccontextmanager
async def _heard(interfaces: Sequence[str] | None) -> AsyncIterator[AsyncGenerator[Found, None]]:
    """Boxes as they are heard, without an end."""
    try:
        from zeroconf import InterfaceChoice, ServiceStateChange
        from zeroconf.asyncio import AsyncServiceBrowser, AsyncServiceInfo, AsyncZeroconf
    except ImportError as error:
        raise ChargerSetupError(MISSING) from error
    names: asyncio.Queue[str] = asyncio.Queue()

    def on_change(*, name: str, state_change: ServiceStateChange, **_: Any) -> None:
        if state_change is not ServiceStateChange.Removed:
            names.put_nowait(name)

    try:
        zeroconf = AsyncZeroconf(interfaces=list(interfaces) if interfaces else InterfaceChoice.All)
    except OSError as error:
        raise UnreachableError(f"this machine cannot listen for chargers ({error.strerror})") from error
    browser = AsyncServiceBrowser(zeroconf.zeroconf, SERVICE, handlers=[on_change])

    async def boxes() -> AsyncGenerator[Found, None]:
        while True:
            info = AsyncServiceInfo(SERVICE, await names.get())
            if await info.async_request(zeroconf.zeroconf, ASK_S * 1000) and info.parsed_addresses():
                yield _parse(info.decoded_properties, info.parsed_addresses()[0], info.port)

    heard = boxes()
    try:
        yield heard
    finally:
        await heard.aclose()
        await browser.async_cancel()
        await zeroconf.async_close()


def _parse(told: dict[str, str | None], host: str, port: int | None) -> Found:
    host = f"[{host}]" if ":" in host else host
    api = told.get("json_api_enabled")
    return Found(
        name=told.get("device_name") or "",
        serial=told.get("serial_number") or "",
        model=told.get("model_type") or "",
        address=host if port in {None, HTTP_PORT} else f"{host}:{port}",
        api=None if api is None else api == "1",
    )
