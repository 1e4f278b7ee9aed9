"""Sources as the owner writes them, with the secrets of a test."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

from lib.cars import CarSource, open_source
from lib.clock import Clock, TurnedClock

NOW = datetime(2026, 11, 20, 6, 15, tzinfo=UTC)


def keep_nothing(name: str, secret: str) -> None:
    """For sources that have nothing to keep."""
    raise AssertionError(f"{name} was to be kept")


def opened(secrets: Mapping[str, str] | None = None, *, clock: Clock | None = None, **options: Any) -> CarSource:
    """The source of these options; "from" is written as `source`."""
    told = {("from" if name == "source" else name): value for name, value in options.items()}
    return open_source(told, secrets or {}, keep_secret=keep_nothing, clock=clock or TurnedClock(NOW))


@asynccontextmanager
async def source(
    secrets: Mapping[str, str] | None = None, *, clock: Clock | None = None, **options: Any
) -> AsyncIterator[CarSource]:
    """The same, closed at the end."""
    it = opened(secrets, clock=clock, **options)
    try:
        yield it
    finally:
        await it.close()
