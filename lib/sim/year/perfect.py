"""The limit as a course, so that it is scored and drawn like any strategy. In: what flows. Out: a course."""

from lib.sim.year.contract import Contract, Prices
from lib.sim.year.course import Course, Departure, Row
from lib.sim.year.flows import Flows
from lib.sim.year.home import Home
from lib.sim.year.limit import Goal, limit
from lib.sim.year.stays import stays_of


def foreseen(home: Home, contract: Contract, prices: Prices, *, battery: bool) -> Course:
    """What could have been done had everything been known; no trip that can be met is missed. Raises as `limit`."""
    return course_of(limit(home, contract, battery=battery, goal=Goal.TRIPS, prices=prices), home)


def course_of(flows: Flows, home: Home) -> Course:
    """Quarter by quarter, with what the car held."""
    course = Course()
    stays = {stay.first: stay for stay in stays_of(home)}
    leaves = {stay.until: stay.ahead_wh for stay in stays.values() if stay.ahead_wh is not None}
    level_wh = home.car.capacity_wh if home.car else 0.0
    for quarter in range(home.quarters):
        if quarter in stays:
            level_wh = max(0.0, level_wh - stays[quarter].booked_wh)
        if (energy_wh := leaves.get(quarter)) is not None:
            course.departures.append(Departure(quarter, level_wh, energy_wh))
        car_wh = flows.car_wh[quarter]
        level_wh += car_wh
        if car_wh > 0 and not (quarter and flows.car_wh[quarter - 1] > 0):
            course.starts += 1
        course.add(
            Row(
                import_wh=flows.import_wh[quarter],
                export_wh=flows.export_wh[quarter],
                load_wh=home.load_wh[quarter],
                sun_wh=home.sun_w[quarter] / 4,
                car_wh=car_wh,
                charged_wh=flows.charged_wh[quarter],
                discharged_wh=flows.discharged_wh[quarter],
                stored_wh=flows.stored_wh[quarter],
                level_wh=level_wh,
            )
        )
    course.most_w = 4 * max(flows.import_wh, default=0.0)
    return course
