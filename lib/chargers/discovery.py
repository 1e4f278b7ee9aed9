"""Chargers on this network, by what they say of themselves over mDNS.

In: a time limit, perhaps a name or serial number. Out: where they are, and whether their owner lets programs in. It
asks nobody directly. Source: the makers: NRGkick's "Local API"; go-e on the services that its chargers announce;
OpenEVSE's firmware.
"""

import asyncio
import re
from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from lib.chargers import ChargerSetupError, UnreachableError
from lib.chargers.naming import MDNS, split_local

if TYPE_CHECKING:
    from zeroconf import Zeroconf
    from zeroconf.asyncio import AsyncZeroconf

SERVICES: Mapping[str, str] = MappingProxyType(
    {
        "_nrgkick._tcp.local.": "nrgkick",
        "_go-e_go-eCharger._tcp.local.": "goe",
        "_go-e_go-eCharger_V4._tcp.local.": "goe",
        "_openevse._tcp.local.": "openevse",
    }
)
PAGES = "_http._tcp.local."  # of everybody: older go-e and OpenEVSE are known there by their names alone
PAGES_OF: Mapping[str, str] = MappingProxyType({"go-echarger": "goe", "openevse": "openevse"})
CALLED: Mapping[str, str] = MappingProxyType({"nrgkick": "NRGkick", "goe": "go-eCharger", "openevse": "OpenEVSE"})
SERIAL = re.compile(r"(?<=[_-])[0-9A-Za-z]{4,}$")  # go-echarger_012345, openevse-7b2c
SEARCH_S = 3.0
HOST_S = 1.5  # a name.local; this machine may know it too
ASK_S = 2.0
HTTP_PORT = 80
MISSING = "finding a charger by name wants the package zeroconf: pip install zeroconf, or write its IP address instead"


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A box that made itself known.

    Attributes:
        make: as config.py calls it. name: that its owner gave it, or its own. host: by which this network knows it.
        api: whether its owner switched its JSON API on; None: it does not say.

    """

    make: str
    name: str
    serial: str
    model: str
    address: str
    host: str = ""
    api: bool | None = None

    def is_called(self, wanted: str) -> bool:
        """Whether that is its serial number or one of its names."""
        return wanted.casefold() in {known.casefold() for known in (self.serial, self.name, self.host) if known}


async def find_chargers(*, within_s: float = SEARCH_S, interfaces: Sequence[str] | None = None) -> tuple[Found, ...]:
    """All that make themselves known within so many seconds, by make and name.

    interfaces: addresses of this machine to listen on; None: all. Raises ChargerSetupError without the package.
    """
    found: dict[tuple[str, str], Found] = {}
    async with _heard(interfaces) as boxes:
        try:
            async with asyncio.timeout(within_s):
                async for box in boxes:
                    place = box.make, box.address
                    if place not in found or not found[place].model:  # a page alone tells less
                        found[place] = box
        except TimeoutError:
            pass
    return tuple(sorted(found.values(), key=lambda box: (box.make, box.name, box.serial)))


async def find_charger(
    wanted: str, *, make: str, within_s: float = SEARCH_S, interfaces: Sequence[str] | None = None
) -> Found:
    """The one of a make with this serial number or name. Raises UnreachableError after `within_s` seconds."""
    others: set[str] = set()
    async with _heard(interfaces) as boxes:
        try:
            async with asyncio.timeout(within_s):
                async for box in boxes:
                    if box.make == make and box.is_called(wanted):
                        return box
                    if box.make == make:
                        others.add(f"{box.name} ({box.serial})" if box.serial else box.name)
        except TimeoutError:
            pass
    there = f"there are {', '.join(sorted(others))}" if others else "is it switched on, and on this network?"
    raise UnreachableError(f"no {CALLED[make]} makes itself known as {wanted}: {there}")


async def find_address(
    address: str, *, make: str, within_s: float = SEARCH_S, interfaces: Sequence[str] | None = None
) -> str:
    """Where mdns:SERIAL, mdns:NAME or name.local is now, as host or host:port.

    A name.local that nobody answers to, or that cannot be looked for here, stays: this machine may know it otherwise.
    Raises UnreachableError for the others.
    """
    if address.startswith(MDNS):
        wanted = address.removeprefix(MDNS)
        return (await find_charger(wanted, make=make, within_s=within_s, interfaces=interfaces)).address
    host, port = split_local(address) or (address, "")
    try:
        found = await _find_host(host, within_s=min(within_s, HOST_S), interfaces=interfaces)
    except (ChargerSetupError, UnreachableError):
        found = None
    return address if found is None else ":".join(filter(None, (_bracketed(found), port)))


async def _find_host(host: str, *, within_s: float, interfaces: Sequence[str] | None) -> str | None:
    async with _listening(interfaces) as zeroconf:
        from zeroconf import AddressResolver  # type: ignore[attr-defined]  # public, but not in its list

        resolver = AddressResolver(f"{host}.")
        if not await resolver.async_request(zeroconf.zeroconf, within_s * 1000):
            return None
        return next(iter(resolver.parsed_addresses()), None)


@asynccontextmanager
async def _listening(interfaces: Sequence[str] | None) -> "AsyncIterator[AsyncZeroconf]":
    try:
        from zeroconf import InterfaceChoice
        from zeroconf.asyncio import AsyncZeroconf
    except ImportError as error:
        raise ChargerSetupError(MISSING) from error
    try:
        zeroconf = AsyncZeroconf(interfaces=list(interfaces) if interfaces else InterfaceChoice.All)
    except OSError as error:
        raise UnreachableError(f"this machine cannot listen for chargers ({error.strerror})") from error
    try:
        yield zeroconf
    finally:
        await zeroconf.async_close()


@asynccontextmanager
async def _heard(interfaces: Sequence[str] | None) -> AsyncIterator[AsyncGenerator[Found, None]]:
    """Boxes as they are heard, without an end."""
    async with _listening(interfaces) as zeroconf:
        from zeroconf import ServiceStateChange
        from zeroconf.asyncio import AsyncServiceBrowser

        names: asyncio.Queue[tuple[str, str]] = asyncio.Queue()

        def on_change(*, service_type: str, name: str, state_change: ServiceStateChange, **_: Any) -> None:
            if state_change is not ServiceStateChange.Removed and _make(service_type, name):
                names.put_nowait((service_type, name))

        browser = AsyncServiceBrowser(zeroconf.zeroconf, [*SERVICES, PAGES], handlers=[on_change])

        async def boxes() -> AsyncGenerator[Found, None]:
            asking: set[asyncio.Task[Found | None]] = set()
            waiting = asyncio.create_task(names.get())
            try:
                while True:
                    done, _ = await asyncio.wait({waiting, *asking}, return_when=asyncio.FIRST_COMPLETED)
                    if waiting in done:
                        asking.add(asyncio.create_task(_ask(zeroconf.zeroconf, *waiting.result())))
                        waiting = asyncio.create_task(names.get())
                    for task in asking & done:
                        asking.discard(task)
                        if box := task.result():
                            yield box
            finally:
                for left in (waiting, *asking):
                    left.cancel()

        heard = boxes()
        try:
            yield heard
        finally:
            await heard.aclose()
            await browser.async_cancel()


async def _ask(zeroconf: "Zeroconf", service: str, instance: str) -> Found | None:
    from zeroconf.asyncio import AsyncServiceInfo

    info = AsyncServiceInfo(service, instance)
    if not await info.async_request(zeroconf, ASK_S * 1000) or not info.parsed_addresses():
        return None
    host = (info.server or "").rstrip(".")
    host = host[: -len(".local")] if host.casefold().endswith(".local") else host
    name = instance.removesuffix(f".{service}")
    return _parse(_make(service, instance), name, host, info.decoded_properties, _place(info))


def _make(service: str, instance: str) -> str:
    """Whose it is; "" for no charger."""
    of_page = (make for start, make in PAGES_OF.items() if instance.casefold().startswith(start))
    return SERVICES.get(service) or next(of_page, "")


def _place(info: Any) -> str:
    host = _bracketed(info.parsed_addresses()[0])
    return host if info.port in {None, HTTP_PORT} else f"{host}:{info.port}"


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _parse(make: str, name: str, host: str, told: Mapping[str, str | None], address: str) -> Found:
    api = told.get("json_api_enabled")
    by_name = SERIAL.search(name)
    serial = next((said for key in ("serial_number", "serial", "sse", "id") if (said := told.get(key))), "")
    return Found(
        make=make,
        name=told.get("device_name") or told.get("friendly_name") or ("" if make == "nrgkick" else name),
        serial=serial or (by_name.group() if by_name and make == "goe" else ""),
        model=next((said for key in ("model_type", "devicetype", "type") if (said := told.get(key))), ""),
        address=address,
        host=host,
        api=None if api is None else api == "1",
    )
