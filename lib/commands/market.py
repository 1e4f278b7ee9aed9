"""The day-ahead price for a program: who is asked, and a simulated market for the demo."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Collection
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import date

from lib.clock import Clock
from lib.core.slots import Series, Slot
from lib.prices import PriceSource, SourceError, open_prices
from lib.prices.watch import Watch
from lib.secrets import Secrets
from lib.settings import Settings

log = logging.getLogger(__name__)


@asynccontextmanager
async def watched(
    config: Settings,
    secrets: Secrets,
    clock: Clock,
    *,
    known: Series,
    needed: Callable[[], Collection[date]],
    keep: Callable[[str, tuple[Slot, ...]], None],
    hear: Callable[[Series], None],
) -> AsyncIterator[Watch | None]:
    """Ask for prices meanwhile; None where no price of the owner's follows the market. Arguments as of `Watch`."""
    if not config.price_sources:
        yield None
        return
    async with AsyncExitStack() as opened:
        if config.demo:
            from lib.sim.price_box import PriceBox

            box = await opened.enter_async_context(PriceBox(clock))
            sources = [open_prices("energy-charts", url=box.url)]
        else:
            sources = _sources(config, secrets)
        watch = Watch(sources, clock=clock, known=known, needed=needed, keep=keep, hear=hear)
        asking = asyncio.create_task(watch.run(), name="prices")
        asking.add_done_callback(_ended)
        try:
            yield watch
        finally:
            asking.cancel()
            await asyncio.wait({asking})


def _sources(config: Settings, secrets: Secrets) -> list[PriceSource]:
    """Those that can be asked; what the others lack is worth a word only when there are none."""
    found: list[PriceSource] = []
    lacking: list[SourceError] = []
    for word in config.price_sources:
        try:
            found.append(open_prices(word, token=secrets.others.get("entsoe")))
        except SourceError as error:
            lacking.append(error)
    for why in () if found else lacking:
        log.warning(why)
    return found


def _ended(asking: asyncio.Task[None]) -> None:
    if not asking.cancelled() and (error := asking.exception()):
        log.error("asking for prices ended by a bug of its own; the meter goes on", exc_info=error)
