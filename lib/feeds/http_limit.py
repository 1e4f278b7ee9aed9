"""A limit that anybody tells who answers a GET: the number alone, or JSON in which it stands.

In: {"from": "http", "url": …, "value": "limit.amps", "unit": "A", "valid_s": 120, …}. Out: what the circuit may carry.
It holds `valid_s` from each answer, or until the time that stands at "until".
"""

from collections.abc import Mapping

from lib.clock import Clock
from lib.core.gauges import Limited
from lib.feeds.options import MOST_EVERY_S, limit_options
from lib.feeds.question import Question, part_of
from lib.feeds.terms import KEYS, Terms, parse_places, parse_terms
from lib.payload import at_path

EVERY_S, LEAST_EVERY_S = 10.0, 1.0
OPTIONS = ("header", "every_s", *KEYS)


def open_http_limit(
    circuit: str, found: Mapping[str, object], secrets: Mapping[str, str], *, clock: Clock
) -> "HttpLimit":
    """What these options describe. Raises FeedSetupError."""
    options = limit_options(found, secrets, OPTIONS)
    question = Question(options, such_as="http://192.168.1.90/limit")
    terms = parse_terms(options, circuit, options.text("title", "") or question.where)
    usual_s = max(LEAST_EVERY_S, min(EVERY_S, terms.valid_s / 3))
    return HttpLimit(
        question,
        terms,
        places=parse_places(options, terms),
        until=options.text("until", ""),
        every_s=options.number("every_s", usual_s, least=LEAST_EVERY_S, most=MOST_EVERY_S),
        clock=clock,
    )


class HttpLimit:
    """See the top of this file, and `Feed`. places: where the limit stands; until: where its end does, "" nowhere."""

    def __init__(
        self, question: Question, terms: Terms, *, places: tuple[str, ...], until: str, every_s: float, clock: Clock
    ) -> None:
        self.every_s = every_s
        self._question, self._terms, self._places, self._until, self._clock = question, terms, places, until, clock

    async def read(self) -> Limited:
        """One question."""
        answer = await self._question.ask()
        values = [part_of(self._question.who, answer, place) for place in self._places]
        return self._terms.limited(values, until=self._end(answer), at_s=self._clock.monotonic(), now=self._clock.now())

    async def close(self) -> None:
        """Hang up."""
        await self._question.close()

    def _end(self, answer: object) -> object:
        """What it says of its end; None where it says nothing."""
        try:
            return at_path(answer, self._until) if self._until else None
        except LookupError:
            return None
