"""The words that are answered from what was said last. Each program has its own table; the house's is here."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from lib.hub import answers, money
from lib.hub.newest import Newest
from lib.messages import Bill, Events, House, Rates, Telegram, Usage
from lib.messages.prices import varies


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


def _prices_vary(newest: Newest) -> bool:
    rates = newest.message(Rates)
    return rates is not None and (rates.dynamic or varies(rates.slots))


HOUSE: Final[Mapping[str, Question]] = MappingProxyType(
    {
        "status": Question(
            means="the house at a glance",
            answer=lambda newest: answers.status(newest.message(House), newest.message(Rates)),
        ),
        "rates": Question(
            means="the prices, and which rate is in force",
            answer=lambda newest: money.rates(newest.message(Rates), newest.message(House)),
        ),
        "prices": Question(
            means="the prices of today and tomorrow, and the cheapest hours",
            answer=lambda newest: money.prices(newest.message(Rates), newest.message(House)),
            listed=_prices_vary,
        ),
        "usage": Question(
            means="what was used and what it costs: days, week, month, year",
            answer=lambda newest: answers.usage(newest.message(Usage)),
        ),
        "bill": Question(
            means="the month and the year as a bill, line by line",
            answer=lambda newest: money.bill(newest.message(Bill)),
        ),
        "peak": Question(
            means="the running quarter against its target, and the month peaks",
            answer=lambda newest: answers.peak(newest.message(House)),
            listed=_peaks_cost,
        ),
        "events": Question(
            means="what happened lately, newest first",
            answer=lambda newest: answers.events(newest.message(Events), newest.message(House)),
        ),
        "telegram": Question(
            means="the last telegram, line by line",
            answer=lambda newest: answers.telegram(newest.message(Telegram)),
        ),
    }
)
