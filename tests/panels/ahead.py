"""What dm plans on a winter day, and in homes and on days that are harder: the messages that the plan's panel draws."""

from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise

from lib.commands.picture_cars import NOW, local
from lib.commands.picture_plan import blocks, outlook, planned, spans
from lib.core.link import Link, LinkState
from lib.messages import House, Message
from lib.messages.plan import Plan, PlanBlock, PlanSpan, Served

__all__ = ["NOW", "blocks", "house", "local", "outlook", "planned", "spans"]

QUARTER = timedelta(minutes=15)
NOT_SOLVED = "the solver gave no plan within 10 s"
DAY_EUR, NIGHT_EUR = 0.331, 0.268


def house(at: datetime = NOW) -> House:
    """What dm knows of the hour."""
    link = Link(state=LinkState.GOOD, since=at - timedelta(hours=3), telegrams=10_800)
    return House(boot="picture", seq=1, said=at, link=link, at=at)


def winter() -> list[Message]:
    """Two cars, a battery, prices that follow the market; all goes under the peak that is paid."""
    return [house(), planned(), outlook()]


def higher() -> list[Message]:
    """The cold night needs more than is paid."""
    told = planned(paid_w=2500.0, target_w=3910.0, peak_eur=6.62)
    return [house(), told, outlook()]


def day_and_night() -> list[Message]:
    """A contract with two prices."""
    two = tuple(replace(one, import_eur_kwh=_two_prices(one), export_eur_kwh=0.04, known=True) for one in _spans())
    return [house(), planned(spans=two), outlook()]


def no_cars() -> list[Message]:
    """A battery alone."""
    alone = tuple(one for one in blocks() if one.device == "battery")
    bare = tuple(replace(one, cars_w={}) for one in spans(NOW, alone))
    return [house(), planned(spans=bare, blocks=alone, served=(), eur=3.42, titles={}), outlook()]


def no_battery() -> list[Message]:
    """Two cars, and peaks that cost nothing."""
    cars = tuple(one for one in blocks() if one.device != "battery")
    free = tuple(replace(one, target_w=None) for one in spans(NOW, cars, soc_pct=None))
    told = planned(spans=free, blocks=cars, target_w=None, paid_w=None, peak_eur=None)
    return [house(), told, outlook(sun_by="history", off=())]


def nothing_to_do() -> list[Message]:
    """Nobody wants anything, and no battery."""
    bare = tuple(replace(one, cars_w={}) for one in spans(NOW, (), soc_pct=None))
    return [house(), planned(spans=bare, blocks=(), served=(), saved=(), rounding_eur=None, titles={})]


def unpublished() -> list[Message]:
    """No price is known."""
    supposed = tuple(replace(one, known=False) for one in _spans())
    return [house(), planned(spans=supposed), outlook(trouble="open-meteo has not answered since Thu 19 Nov 09:12")]


def stale() -> list[Message]:
    """Dm has not planned for an hour."""
    return [house(NOW + timedelta(minutes=64)), planned(), outlook()]


def greedy() -> list[Message]:
    """The solver is late, a trip cannot be met, and the peak rises."""
    short = "Red car for Ardennes by Sun 07:45: 6.2 of 41.7 kWh find no place, it will have 79 %"
    told = planned(
        by="greedy",
        trouble=NOT_SOLVED,
        because="a trip was added",
        paid_w=2500.0,
        target_w=3910.0,
        peak_eur=6.62,
        rounding_eur=None,
        short=(short,),
        served=tuple(_short(one) for one in planned().served),
    )
    return [house(), told, outlook()]


def autumn_night() -> list[Message]:
    """The clocks go back: a day of 100 quarters, in which 02 is there twice."""
    at = local("2026-10-24 18:07")
    car = PlanBlock(
        device="car_1",
        start=local("2026-10-24 23:30"),
        end=local("2026-10-25 05:15"),
        power_w=3680.0,
        trip="coast",
        until=local("2026-10-25 08:30"),
        eur_kwh=0.211,
        why="the cheapest quarters before 08:30 under the paid peak",
    )
    told = planned(at, spans=spans(at, (car,), soc_pct=None), blocks=(car,), served=(), saved=(), rounding_eur=None)
    return [house(at), told]


def coarse() -> list[Message]:
    """Beyond two days it is hours, as far as a trip reaches."""
    told = planned()
    last = told.spans[-1]
    hours = [last.end + timedelta(hours=at) for at in range(25)]
    later = tuple(replace(last, start=start, end=end) for start, end in pairwise(hours))
    trip = PlanBlock(
        device="car_2",
        start=local("2026-11-23 01:00"),
        end=local("2026-11-23 04:00"),
        power_w=3320.0,
        trip="fair",
        eur_kwh=0.207,
        why="the night after the next is the cheapest",
    )
    return [house(), replace(told, spans=(*told.spans, *later), blocks=(*told.blocks, trip)), outlook()]


def plan_of(told: list[Message]) -> Plan:
    """The plan of a story."""
    return next(one for one in told if isinstance(one, Plan))


def _spans() -> tuple[PlanSpan, ...]:
    return planned().spans


def _two_prices(span: PlanSpan) -> float:
    hour = (span.start + timedelta(hours=1)).hour
    return DAY_EUR if 7 <= hour < 22 else NIGHT_EUR


def _short(served: Served) -> Served:
    return replace(served, given_wh=35_500.0, short_wh=6_200.0) if served.trip == "Ardennes" else served


STORIES = {
    "winter": winter,
    "higher": higher,
    "day_and_night": day_and_night,
    "no_cars": no_cars,
    "no_battery": no_battery,
    "nothing_to_do": nothing_to_do,
    "unpublished": unpublished,
    "stale": stale,
    "greedy": greedy,
    "autumn_night": autumn_night,
    "coarse": coarse,
}
