"""The circuits' own meters and the limits that follow somebody, opened from the settings and read meanwhile."""

from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager

from lib.clock import Clock
from lib.commands.beside import beside
from lib.core.gauges import GaugeEvent, Ungauged, Unlimited
from lib.feeds import FeedSetupError, open_limit, open_meter
from lib.feeds.follow import Follow
from lib.secrets import Secrets
from lib.settings.circuits import CircuitPlace


@asynccontextmanager
async def opened(
    circuits: Iterable[CircuitPlace], secrets: Secrets, hear: Callable[[GaugeEvent], None], clock: Clock
) -> AsyncIterator[None]:
    """Have them read until the block ends, each in a task of its own. Raises FeedSetupError before anything runs.

    A bug in what reads one is raised in the block's place: what flows there would be known no more.
    """
    follows: dict[str, Follow] = {}
    for circuit in circuits:
        name = circuit.name
        try:
            if circuit.meter:
                meter = open_meter(name, circuit.meter, secrets.others, clock=clock)
                follows[f"meter of {name}"] = Follow(name, meter, hear, lost=Ungauged)
            if circuit.limit:
                limit = open_limit(name, circuit.limit, secrets.others, clock=clock)
                follows[f"limit of {name}"] = Follow(name, limit, hear, lost=Unlimited)
        except FeedSetupError as error:
            raise FeedSetupError(f"circuits[{name!r}]: {error}") from None
    async with beside({name: follow.run() for name, follow in follows.items()}):
        yield
