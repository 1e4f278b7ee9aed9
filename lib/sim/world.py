"""The toy world: a house with its appliances, cars, batteries, sun and meter, moved by given time steps.

In: a seed, a start, steps of time, hands on switches. Out: watts now, and what the meter shows.
Between two changes nothing changes, so any steps give the same house. Knows no clock, no socket and no telegram.

    grid_w = base_w + cars_w + battery_w - sun_w        (+ is drawn, + goes into a battery)
"""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from lib.sim.appliances import Appliance, Flow, Kind
from lib.sim.battery import HomeBattery
from lib.sim.brussels import HOUR, QUARTER, SECOND, instant, micros
from lib.sim.charge_point import ChargePoint
from lib.sim.household import KINDS
from lib.sim.inverter import Inverter
from lib.sim.joined import Joined
from lib.sim.meter import Display, Meter
from lib.sim.sky import Sky
from lib.sim.street import amperes, volts


class World:
    """A house in Brussels. The same seed, start and orders give the same house to the last watt-hour.

    The world is in the middle of its life at `start`: programmes run and the running quarter is counted from its
    beginning. Its charge points and batteries join it at `start`. pace_s: how often the sun is looked at; glance_s: how
    often the batteries look at the grid, each with a meter of its own. Raises ValueError when `start` has no time zone,
    or what joins is at another instant.
    """

    def __init__(
        self,
        *,
        seed: int = 1,
        start: datetime,
        kinds: Iterable[Kind] = KINDS,
        pace_s: int = 5,
        points: Iterable[ChargePoint] = (),
        batteries: Iterable[HomeBattery] = (),
        glance_s: int = 1,
    ) -> None:
        start_us = micros(start)
        begin_us = start_us // QUARTER * QUARTER
        self._seed = seed
        self.sky = Sky(seed)
        self.meter = Meter(seed=seed, start=instant(begin_us))
        self.inverter = Inverter(self.sky, at_us=begin_us, pace_s=pace_s)
        self.appliances = {
            kind.name: Appliance(kind, seed=seed, sky=self.sky, at_us=begin_us - 3 * HOUR) for kind in kinds
        }
        for appliance in self.appliances.values():
            while appliance.until_us <= begin_us:
                appliance.advance()
        self.points: list[ChargePoint] = []
        self.batteries: list[HomeBattery] = []
        self._glance_us = glance_s * SECOND
        self._at_us = begin_us
        self._settle()
        self._move_to(start_us)
        for point in points:
            self.add(point)
        for battery in batteries:
            self.add_battery(battery)

    @property
    def at(self) -> datetime:
        """The instant the world has come to (UTC)."""
        return instant(self._at_us)

    @property
    def base_w(self) -> int:
        """What the appliances draw now, in W."""
        return sum(appliance.power_w for appliance in self.appliances.values())

    @property
    def cars_w(self) -> int:
        """What the cars draw now, in W."""
        return sum(point.power_w for point in self.points)

    @property
    def battery_w(self) -> int:
        """What goes into the batteries now, in W; below zero: what they give."""
        return sum(battery.power_w for battery in self.batteries)

    @property
    def sun_w(self) -> int:
        """What the panels give now, in W, never negative."""
        return self.inverter.power_w

    @property
    def grid_w(self) -> int:
        """What flows through the meter now, in W, + is drawn."""
        return sum(self._flow.phases_w)

    def step(self, time: timedelta | float) -> None:
        """Let `time` (seconds when a number) pass. Raises ValueError when it would go back."""
        step_us = time // timedelta(microseconds=1) if isinstance(time, timedelta) else round(time * SECOND)
        if step_us < 0:
            raise ValueError(f"a step of {time} would turn time back")
        for point in self.points:
            point.look()
        self._move_to(self._at_us + step_us)

    def show(self) -> Display:
        """What the meter shows now."""
        volts_v = volts(self._seed, self._at_us, self._flow.phases_w)
        return self.meter.show(self._flow, volts_v=volts_v, currents_a=amperes(self._flow.phases_w, volts_v))

    def add(self, point: ChargePoint) -> None:
        """A charge point of the house, which from now on moves it. Raises ValueError when it is at another instant."""
        self._join(point)
        self.points.append(point)
        self._settle()

    def add_battery(self, battery: HomeBattery) -> None:
        """A battery of the house, which from now on moves it. Raises ValueError when it is at another instant."""
        self._join(battery)
        self.batteries.append(battery)
        self._settle()

    def switch_on(self, name: str) -> None:
        """Start the programme of an appliance now. Raises KeyError when there is none of that name."""
        self.appliances[name].switch_on(self._at_us)
        self._settle()

    def switch_off(self, name: str) -> None:
        """Stop an appliance now. Raises KeyError when there is none of that name."""
        self.appliances[name].switch_off(self._at_us)
        self._settle()

    def bring_cloud(self) -> None:
        """A thick cloud stands before the sun for a quarter of an hour."""
        self.sky.bring_cloud(self._at_us)
        self.inverter.look(self._at_us)
        self._settle()

    def clear_sky(self) -> None:
        """The sky is clear for a quarter of an hour."""
        self.sky.clear(self._at_us)
        self.inverter.look(self._at_us)
        self._settle()

    def _move_to(self, end_us: int) -> None:
        while self._change_us <= end_us:
            self.meter.take(self._flow, self._change_us)
            self._at_us = self._change_us
            for appliance in self.appliances.values():
                if appliance.until_us <= self._at_us:
                    appliance.advance()
            if self.inverter.until_us <= self._at_us:
                self.inverter.look(self._at_us)
            for joined in self._joined():
                joined.move_to(self._at_us)
            self._settle()
            if self._at_us % self._glance_us == 0:
                self._glance()
        self.meter.take(self._flow, end_us)
        self._at_us = end_us
        for joined in self._joined():
            joined.move_to(end_us)

    def _join(self, new: Joined) -> None:
        if new.at != self.at:
            raise ValueError(f"{new.name} is at {new.at}, the world at {self.at}: start it there")
        new.heard_by(self._settle)

    def _joined(self) -> Iterator[Joined]:
        yield from self.points
        yield from self.batteries

    def _glance(self) -> None:
        """Each battery sees what flows through the meter, and does something about it before the next one looks."""
        for battery in self.batteries:
            battery.look(self.grid_w)

    def _settle(self) -> None:
        """Work out what flows from now on, and until when that holds."""
        sun_w, rest_w = divmod(self.inverter.power_w, 3)
        one, two, three, gas_w, water_ml_s = -sun_w - rest_w, -sun_w, -sun_w, 0, 0
        change_us = self.inverter.until_us
        for appliance in self.appliances.values():
            phases_w, gas, water = appliance.flow
            one += phases_w[0]
            two += phases_w[1]
            three += phases_w[2]
            gas_w += gas
            water_ml_s += water
            change_us = min(change_us, appliance.until_us)
        for joined in self._joined():
            one += joined.flow_w[0]
            two += joined.flow_w[1]
            three += joined.flow_w[2]
            change_us = min(change_us, joined.until_us)
        if self.batteries:
            change_us = min(change_us, (self._at_us // self._glance_us + 1) * self._glance_us)
        self._flow = Flow((one, two, three), gas_w, water_ml_s)
        self._change_us = change_us
