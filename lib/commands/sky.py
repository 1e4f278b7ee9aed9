"""The forecast of the sun for a program: who is asked, a simulated service for the demo, and the last one kept.

The file of the last one is written anew each time, so that a start without the internet still knows the sun.
"""

import asyncio
import json
import logging
import os
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

from lib.clock import Clock
from lib.commands.beside import tell_bug
from lib.core.slots import Series, Slot
from lib.forecasts import QUARTER, SunForecast, open_forecast
from lib.forecasts.watch import Watch
from lib.meters import is_recording
from lib.settings import Settings

KEPT = "sun_forecast.json"
MOST_KEPT = 100_000  # bytes; three days are 6 kB

log = logging.getLogger(__name__)


@asynccontextmanager
async def foreseen_sky(
    config: Settings, clock: Clock, hear: Callable[[SunForecast], None]
) -> AsyncIterator[Watch | None]:
    """Ask for forecasts meanwhile, and give each to `hear`, the kept one first.

    None, and nobody is asked, where no place, roof or source is set, and for a recording: its sun is over.
    """
    if config.roofs and config.sun_forecast and not config.place:
        log.warning("sun: nobody is asked for a forecast, since config.py has roofs but no place")
    if not (config.place and config.roofs and config.sun_forecast) or is_recording(config.source):
        yield None
        return
    async with AsyncExitStack() as opened:
        if config.demo:
            from lib.sim.sun_box import SunBox

            box = SunBox(clock)
            opened.push_async_callback(box.close)
            await box.listen()
            sources, known, take = [open_forecast("open-meteo", config.place, config.roofs, url=box.url)], None, hear
        else:
            path, about = config.store / KEPT, repr((config.place, config.roofs))
            sources = [open_forecast(word, config.place, config.roofs) for word in config.sun_forecast]
            known = await asyncio.to_thread(load, path, about)

            def take(forecast: SunForecast) -> None:
                hear(forecast)
                if forecast is not known:
                    asyncio.get_running_loop().run_in_executor(None, save, path, about, forecast)

        for source in sources:
            opened.push_async_callback(source.close)
        watch = Watch(sources, clock=clock, known=known, hear=take)
        asking = asyncio.create_task(watch.run(), name="asking for the sun")
        asking.add_done_callback(tell_bug)
        try:
            yield watch
        finally:
            asking.cancel()
            await asyncio.wait({asking})


def save(path: Path, about: str, forecast: SunForecast) -> None:
    """Keep it, whole or not at all; a disk that takes nothing is a line in the log. about: of what roofs it is."""
    slots = forecast.series.slots
    said = {
        "about": about,
        "by": forecast.by,
        "made": forecast.made.isoformat(),
        "watts": {slot.start.isoformat(): round(slot.value) for slot in slots},
    }
    part = path.with_suffix(".part")
    try:
        part.unlink(missing_ok=True)
        file = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        with os.fdopen(file, "w", encoding="utf-8") as written:
            json.dump(said, written)
        part.replace(path)
    except OSError as error:
        log.warning("sun: the forecast is not kept in %s: %s", path, error.strerror)


def load(path: Path, about: str) -> SunForecast | None:
    """What was kept; None where there is nothing that can be used, or it is of other roofs."""
    try:
        with path.open("rb") as file:
            said = json.loads(file.read(MOST_KEPT))
        if said["about"] != about:
            return None
        watts = {datetime.fromisoformat(start).astimezone(UTC): float(value) for start, value in said["watts"].items()}
        slots = tuple(Slot(start, start + QUARTER, watts[start]) for start in sorted(watts))
        made = datetime.fromisoformat(said["made"]).astimezone(UTC)
        return SunForecast(series=Series(slots), by=str(said["by"]), made=made)
    except (OSError, ValueError, TypeError, KeyError, AttributeError, OverflowError):  # of a disk that lost half of it
        return None
