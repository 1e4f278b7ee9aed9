"""What the owner wrote about a feed: as any options, with those that several feeds have."""

from collections.abc import Iterable, Mapping

from lib.feeds import FeedSetupError
from lib.options import Options

EVERY_S, LEAST_EVERY_S, MOST_EVERY_S = 1.0, 0.5, 60.0
METER = ("url", "title", "wired")


def meter_options(found: Mapping[str, object], secrets: Mapping[str, str], allowed: Iterable[str]) -> Options:
    """Of a meter: those that each has, and `allowed`. Raises FeedSetupError."""
    return Options(found, secrets, {*METER, *allowed}, slip=FeedSetupError, what=f"meter {found.get('from')}")


def limit_options(found: Mapping[str, object], secrets: Mapping[str, str], allowed: Iterable[str]) -> Options:
    """Of what a limit follows. Raises FeedSetupError."""
    return Options(found, secrets, {"url", "title", *allowed}, slip=FeedSetupError, what=f"limit {found.get('from')}")


def every_s(options: Options) -> float:
    """Seconds from one reading of a meter to the next. Raises FeedSetupError."""
    return options.number("every_s", EVERY_S, least=LEAST_EVERY_S, most=MOST_EVERY_S)
