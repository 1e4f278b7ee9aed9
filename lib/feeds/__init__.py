"""What tells how much flows through a circuit, and how much may: a meter of its own, a limit that follows somebody.

In: the owner's words and the secrets. Out: a `Feed`, which is read again and again; `lib.feeds.follow` decides when.
What is read are events of lib/core/gauges.py. It knows no charger and shares out nothing.
"""

from collections.abc import Mapping
from typing import Protocol

from lib.clock import Clock
from lib.core.gauges import Gauged, Limited

METERS = ("shelly", "iotawatt", "iammeter", "http", "mqtt")
LIMITS = ("http", "mqtt")


class FeedError(Exception):
    """Nothing can be told now; the sentence is for the owner and says what to do.

    again_s: it said itself not to ask before so many seconds have passed.
    """

    def __init__(self, why: str, *, again_s: float | None = None) -> None:
        super().__init__(why)
        self.again_s = again_s


class FeedSetupError(FeedError):
    """Nothing can ever be told as it is set up: wrong options, a log-in that is refused, a box of another kind."""


class Feed(Protocol):
    """Somebody who knows what flows through a circuit, or what may. Whoever reads it asks one thing at a time.

    every_s: from one reading to the next; 0 for one that speaks by itself, whose `read` waits for its next word.
    """

    @property
    def every_s(self) -> float:
        """See above."""

    async def read(self) -> Gauged | Limited:
        """What it says now. Raises FeedError: within 5 s of a question, or when no word came for too long."""

    async def close(self) -> None:
        """Let it go; more than once is harmless."""


def open_meter(circuit: str, found: Mapping[str, object], secrets: Mapping[str, str], *, clock: Clock) -> Feed:
    """The meter of a circuit, as "meter" in config.py describes it; nothing is asked yet.

    found: its "from" is one of METERS. secrets: by name; "NAME@HOST" is for one host and wins. clock: whose monotonic
    seconds its events count. Raises FeedSetupError, which names the key and what is allowed, and tells no secret.
    """
    match found.get("from"):
        case "shelly":
            from lib.feeds.shelly import open_shelly

            return open_shelly(circuit, found, secrets, clock=clock)
        case "iotawatt":
            from lib.feeds.iotawatt import open_iotawatt

            return open_iotawatt(circuit, found, secrets, clock=clock)
        case "iammeter":
            from lib.feeds.iammeter import open_iammeter

            return open_iammeter(circuit, found, secrets, clock=clock)
        case "http":
            from lib.feeds.http_meter import open_http_meter

            return open_http_meter(circuit, found, secrets, clock=clock)
        case "mqtt":
            from lib.feeds.mqtt_meter import open_mqtt_meter

            return open_mqtt_meter(circuit, found, secrets, clock=clock)
        case other:
            raise FeedSetupError(f'meter: "from" is {other!r}; allowed is one of {", ".join(METERS)}')


def open_limit(circuit: str, found: Mapping[str, object], secrets: Mapping[str, str], *, clock: Clock) -> Feed:
    """What the limit of a circuit follows, as "limit" in config.py describes it; "from" is one of LIMITS.

    All else as of `open_meter`.
    """
    match found.get("from"):
        case "http":
            from lib.feeds.http_limit import open_http_limit

            return open_http_limit(circuit, found, secrets, clock=clock)
        case "mqtt":
            from lib.feeds.mqtt_limit import open_mqtt_limit

            return open_mqtt_limit(circuit, found, secrets, clock=clock)
        case other:
            raise FeedSetupError(f'limit: "from" is {other!r}; allowed is one of {", ".join(LIMITS)}')
