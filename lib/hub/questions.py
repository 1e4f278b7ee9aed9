"""The words that are answered from what was said last: a table for each program.

With something behind it a word may be an order: `mode` asks, `mode garage off` tells.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from lib.hub import answers, charging, circuits, money, planning, proposals, spoken, storing, trips
from lib.hub.newest import Newest
from lib.hub.spoken import Spoken
from lib.messages import Bill, Events, House, Rates, Telegram, Usage
from lib.messages.charging import Charging, Sessions
from lib.messages.plan import Outlook, Plan
from lib.messages.prices import varies
from lib.messages.proposals import Proposals
from lib.messages.storage import Storage


def _always(_: Newest) -> bool:
    return True


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A word that can be typed: what it is for, what it answers, and whether help names it now.

    order: what it tells with something behind it; None: it asks all the same, and says this first: `more`.
    """

    means: str
    answer: Callable[[Newest], str]
    listed: Callable[[Newest], bool] = _always
    order: Spoken | None = None
    more: str = ""


def _peaks_cost(newest: Newest) -> bool:
    house = newest.message(House)
    return house is not None and house.capacity_tariff


def _reserve_counts(newest: Newest) -> bool:
    storage = newest.message(Storage)
    return storage is None or storage.capacity_tariff


def _cars_peaks_cost(newest: Newest) -> bool:
    charging = newest.message(Charging)
    return charging is None or charging.capacity_tariff


def _is_planned(newest: Newest) -> bool:
    return newest.message(Plan) is not None


def _is_foreseen(newest: Newest) -> bool:
    return newest.message(Outlook) is not None


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
            more="this month and year; a month that is over, on the Pi: ./do_py.sh dm.py --bill 2026-10",
        ),
        "peak": Question(
            means="the running quarter against its target, and the month peaks",
            answer=lambda newest: answers.peak(newest.message(House)),
            listed=_peaks_cost,
            order=spoken.PEAK,
        ),
        "plan": Question(
            means="when cars and battery do what, and what that costs",
            answer=lambda newest: planning.plan(newest.message(Plan), newest.message(House)),
            listed=_is_planned,
        ),
        "why": Question(
            means="why the plan is so: each block, the peak",
            answer=lambda newest: planning.why(newest.message(Plan), newest.message(House)),
            listed=_is_planned,
        ),
        "outlook": Question(
            means="load and sun ahead by hour, and how far off that was",
            answer=lambda newest: planning.outlook(newest.message(Outlook)),
            listed=_is_foreseen,
        ),
        "saved": Question(
            means="what the plan saved, by day, against charging at once",
            answer=lambda newest: planning.saved(newest.message(Plan)),
            listed=_is_planned,
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


def _proposed(propose: Spoken, withdraw: Spoken) -> Mapping[str, Question]:
    """Who wants what; ev and bs each with examples of their own devices."""
    return {
        "proposals": Question(
            means="who wants what of each device, and whom that fences",
            answer=lambda newest: proposals.proposals(newest.message(Proposals)),
        ),
        "propose": Question(
            means="the same, or adds a wish for a minute",
            answer=lambda newest: proposals.proposals(newest.message(Proposals)),
            order=propose,
        ),
        "withdraw": Question(
            means="the same, or takes a wish back",
            answer=lambda newest: proposals.proposals(newest.message(Proposals)),
            order=withdraw,
        ),
    }


CARS: Final[Mapping[str, Question]] = MappingProxyType(
    {
        "status": Question(
            means="chargers and cars at a glance",
            answer=lambda newest: charging.status(newest.message(Charging)),
        ),
        "trips": Question(
            means="the trips ahead, what they need, and whether they can be met",
            answer=lambda newest: trips.trips(newest.message(Charging)),
        ),
        "plan": Question(
            means="when each car will charge",
            answer=lambda newest: planning.cars_plan(newest.message(Charging), newest.message(Plan)),
        ),
        "why": Question(
            means="why each charger does what it does",
            answer=lambda newest: planning.cars_why(newest.message(Charging), newest.message(Plan)),
        ),
        "circuits": Question(
            means="the tree of circuits: what flows, what may, who waits",
            answer=lambda newest: circuits.circuits(newest.message(Charging)),
        ),
        "sessions": Question(
            means="what was charged lately, from where, and what it cost",
            answer=lambda newest: charging.sessions(newest.message(Sessions), newest.message(Charging)),
        ),
        "mode": Question(
            means="what each charger is set to",
            answer=lambda newest: charging.modes(newest.message(Charging)),
            order=spoken.MODE,
        ),
        "phases": Question(
            means="on how many phases each charger charges",
            answer=lambda newest: charging.phases(newest.message(Charging)),
            order=spoken.PHASES,
        ),
        "soc": Question(
            means="how full each car is, and how old that is",
            answer=lambda newest: charging.socs(newest.message(Charging)),
            order=spoken.SOC,
        ),
        "car": Question(
            means="which car hangs on each charger",
            answer=lambda newest: charging.plugged(newest.message(Charging)),
            order=spoken.CAR,
        ),
        "boost": Question(
            means="until when each charger charges fast",
            answer=lambda newest: charging.boosts(newest.message(Charging)),
            order=spoken.BOOST,
        ),
        "peak": Question(
            means="what the running quarter may count",
            answer=lambda newest: charging.peak(newest.message(Charging)),
            listed=_cars_peaks_cost,
            order=spoken.PEAK,
        ),
        **_proposed(spoken.PROPOSE, spoken.WITHDRAW),
    }
)

STORE: Final[Mapping[str, Question]] = MappingProxyType(
    {
        "status": Question(
            means="the battery at a glance",
            answer=lambda newest: storing.status(newest.message(Storage)),
        ),
        "battery": Question(
            means="each battery: how full, what it does, its limits",
            answer=lambda newest: storing.battery(newest.message(Storage)),
        ),
        "flow": Question(
            means="what flows between sun, house, cars, battery and grid",
            answer=lambda newest: storing.flow(newest.message(Storage)),
        ),
        "gains": Question(
            means="what it stored, lost and earned, today and this month",
            answer=lambda newest: storing.gains(newest.message(Storage)),
        ),
        "plan": Question(
            means="when it will store and give, and at what price",
            answer=lambda newest: planning.store_plan(newest.message(Storage), newest.message(Plan)),
        ),
        "why": Question(
            means="why it does what it does",
            answer=lambda newest: planning.store_why(newest.message(Storage), newest.message(Plan)),
        ),
        "mode": Question(
            means="what it is set to: auto, fill, hold, off, own",
            answer=lambda newest: storing.mode(newest.message(Storage)),
            order=spoken.STORAGE,
        ),
        "reserve": Question(
            means="how much is kept for the month's peak",
            answer=lambda newest: storing.kept(newest.message(Storage)),
            listed=_reserve_counts,
            order=spoken.RESERVE,
        ),
        "peak": Question(
            means="what the running quarter may count",
            answer=lambda newest: storing.peak(newest.message(Storage)),
            listed=_reserve_counts,
            order=spoken.PEAK,
        ),
        **_proposed(spoken.STORE_PROPOSE, spoken.STORE_WITHDRAW),
    }
)
