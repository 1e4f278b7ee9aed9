"""The words that are answered from what was said last. Each program has its own table; the house's is here."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from lib.hub import answers
from lib.hub.newest import Newest
from lib.messages import House, Rates, Telegram, Usage


def _always(_: Newest) -> bool:
    return True


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A word that can be typed: what it is for, what it answers, and whether help names it now."""

    means: str
    answer: Callable[[Newest], str]
    listed: Callable[[Newest], bool] = _always


def _peaks_cost(newest: Newest) -> bool:
    house = newest.message(House)
    return house is not None and house.capacity_tariff


HOUSE: Final[Mapping[str, Question]] = MappingProxyType(
    {
        "status": Question(
            means="the house at a glance",
            answer=lambda newest: answers.status(newest.message(House)),
        ),
        "rates": Question(
            means="the prices, and which rate is in force",
            answer=lambda newest: answers.rates(newest.message(Rates), newest.message(House)),
        ),
        "usage": Question(
            means="what was used and what it costs: days, week, month, year",
            answer=lambda newest: answers.usage(newest.message(Usage)),
        ),
        "peak": Question(
            means="the running quarter against its target, and the month peaks",
            answer=lambda newest: answers.peak(newest.message(House)),
            listed=_peaks_cost,
        ),
        "telegram": Question(
            means="the last telegram, line by line",
            answer=lambda newest: answers.telegram(newest.message(Telegram)),
        ),
    }
)
