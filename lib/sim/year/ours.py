"""Our own strategy in a year: the cores of dm, ev and bs, word for word as the programs join them, without waiting.

In: what the meter, the charger, the car and the battery show. Out: orders, from the same states that the programs hold.
What is ahead comes from `Known`, as calendar, market and forecast would tell it. It keeps to the order of a second at
home: devices are read, the meter speaks, dm grants, ev and bs decide, and both ask dm for the next step.
"""

from lib.core import charging as ev
from lib.core import metering as dm
from lib.core import storage as bs
from lib.core.agenda import Listed
from lib.core.charger import Plug
from lib.core.claims import LEASE_S, Claim, Drawn
from lib.core.dispatch import dispatched
from lib.core.house import House, over_kw_eur
from lib.core.pool import Pool
from lib.core.site import Word
from lib.core.soc import Soc
from lib.core.stamp import BRUSSELS
from lib.core.states import replace
from lib.core.steering import steered
from lib.core.sun import Roof
from lib.core.trip import Entry
from lib.sim.year import words
from lib.sim.year.ours_between import NOWHERE, kept
from lib.sim.year.ours_devices import HomeBattery, Wallbox, made, metered
from lib.sim.year.ours_plan import Desk
from lib.sim.year.ours_rules import CAR, CELLAR, CHARGER, ROOF, bs_rules, dm_rules, ev_rules
from lib.sim.year.seen import Known, Orders, Seen, Setup

LEAST_KWH = 0.01  # of a trip in the calendar: nothing is no number there


class Ours:
    """dm, ev and bs at one home."""

    def __init__(self, setup: Setup, known: Known) -> None:
        """Raises ValueError for steps that are longer than what a program says holds."""
        if setup.step_s > 60:
            raise ValueError(f"steps of {setup.step_s} s: our programs speak each second, take 60 s at the longest")
        self._setup, self._known = setup, known
        lease_s = max(LEASE_S, 2.0 * setup.step_s)
        self._dm_rules = dm_rules(setup, lease_s)
        self._ev_rules = ev_rules(setup, lease_s)
        self._bs_rules = bs_rules(setup, lease_s)
        at = known.at(0)
        socs = (
            [Soc(car=CAR, capacity_wh=setup.car.capacity_wh, learned_wh_pct=setup.car.capacity_wh / 100)]
            if setup.car
            else []
        )
        self._box = Wallbox(setup.car, least_a=self._ev_rules.chargers[CHARGER].least_a) if setup.car else None
        self._store = HomeBattery(setup.battery) if setup.battery else None
        self._house = House(roof=Roof(names=(ROOF,) if setup.has_sun else ()))
        self._ev = ev.opened(self._ev_rules, at=at, now_s=0.0, socs=socs)
        self._bs = bs.opened(self._bs_rules, at=at, now_s=0.0)
        self._desk = Desk(setup, known, self._dm_rules)
        self.causes: dict[int, str] = {}
        self._priced = (-1, -1)
        self._listed: object = None
        self._quarter = -1
        self._kw_eur: tuple[object, float | None] = (None, None)
        self._claimed: dict[str, tuple[object, ...]] = {}
        self._pool = words.pool_of(self._bs)
        self._more_w = 0.0

    def step(self, seen: Seen) -> Orders:
        """One round of words between the three."""
        now_s = float(seen.second)
        if seen.quarter != self._quarter:
            self._quarter = seen.quarter
            self._news(seen, now_s)
        self._read(seen, now_s)
        word = self._hear(seen, now_s)
        self._decide(seen, word, now_s)
        return self._orders()

    def _news(self, seen: Seen, now_s: float) -> None:
        """A quarter begins: prices that were published, trips in the calendar."""
        known, contract = self._known, self._setup.contract
        today = seen.at.astimezone(BRUSSELS).toordinal()
        if self._priced != (known.published, today):
            self._priced = known.published, today
            if contract.market:
                self._house = dm.after(self._house, dm.Published(index=self._desk.index()), self._dm_rules)
            slots = self._desk.publish()
            self._tell(ev.Priced(prices=slots), now_s, seen)
            self._put(bs.Priced(prices=slots), now_s, seen)
        if self._setup.car is not None:
            journeys = known.journeys()
            if journeys != self._listed:
                self._listed = journeys
                entries = tuple(
                    Entry(
                        key=f"{trip.departs:%Y%m%d%H%M}",
                        title=f"@{CAR}@ trip {max(LEAST_KWH, trip.energy_wh / 1000):.2f} kWh",
                        start=trip.departs,
                        end=trip.returns,
                    )
                    for trip in journeys
                )
                self._tell(Listed(calendar="calendar", entries=entries, at_s=now_s), now_s, seen)

    def _read(self, seen: Seen, now_s: float) -> None:
        """Charger, car, battery and inverter are read, and dm hears what they drew."""
        if self._setup.has_sun:
            self._house = dm.after(self._house, made(seen, now_s), self._dm_rules)
        box, store = self._box, self._store
        if box is not None and not self._rests(box, seen, now_s):
            self._tell(box.read(seen, now_s), now_s, seen)
            told = box.read_car(seen, now_s)
            if told is not None:
                self._tell(told, now_s, seen)
            self._claim_cars(now_s, again=False)
        if store is not None and seen.stored_wh is not None:
            self._put(store.read(seen, seen.stored_wh, now_s), now_s, seen)
            self._pool = words.pool_of(self._bs)
            self._claim_store(self._pool, now_s, again=False)

    def _hear(self, seen: Seen, now_s: float) -> Word:
        """The meter speaks, dm grants and says so."""
        heard = dm.Heard(reading=metered(seen), received=seen.at, now_s=now_s)
        house = dm.after(self._house, heard, self._dm_rules)
        self._house = house
        if house.above is not None:
            self.causes[self._known.quarter(house.above.start)] = house.above.cause.value
        if house.parts is not None:
            self._desk.learn(house.parts)
        peaks = house.peaks
        key = None if peaks is None else (peaks.month, peaks.running)
        if self._kw_eur[0] != key:
            self._kw_eur = key, over_kw_eur(house, self._dm_rules)
        return words.house_word(house, self._dm_rules, kw_eur=self._kw_eur[1], now_s=now_s)

    def _decide(self, seen: Seen, word: Word, now_s: float) -> None:
        """Ev and bs hear, dm plans where that is due, and both decide."""
        box, store = self._box, self._store
        self._tell(ev.Heard(word=word), now_s, seen)
        if box is not None and store is not None:
            said = words.store_word(self._bs, self._bs_rules, self._pool, heard_s=now_s)
            self._tell(ev.Stored(word=said), now_s, seen)
        if store is not None:
            self._put(bs.Heard(word=word), now_s, seen)
        self._plan(seen, now_s)
        if box is not None:
            self._tell(ev.Ticked(), now_s, seen)
        steers = box is not None and not self._rests(box, seen, now_s)
        drawn: tuple[Drawn, ...] = ()
        if box is not None and steers:
            self._ev = steered(replace(self._ev, said=()), self._ev_rules)
            self._send_car(box, seen, now_s)
            drawn = self._claim_cars(now_s)
        if store is not None:
            if steers:
                told = words.cars_word(self._ev, self._ev_rules, drawn, heard_s=now_s)
                self._put(bs.CarsTold(word=told), now_s, seen)
            self._bs = dispatched(replace(self._bs, said=()), self._bs_rules)
            self._send_store(store, seen, now_s)
            self._claim_store(words.pool_of(self._bs), now_s)

    def _rests(self, box: Wallbox, seen: Seen, now_s: float) -> bool:
        """Whether ev has nothing to do: its car is away, its charger knows that, and its needs are worked out."""
        charging = self._ev
        post = charging.bays[CHARGER].post
        knows = post.plug is Plug.EMPTY and not post.moves and box.order is not None and not box.go
        is_due = charging.planned_s is None or now_s - charging.planned_s >= self._ev_rules.plan_s
        return knows and not seen.plugged and not is_due

    def _plan(self, seen: Seen, now_s: float) -> None:
        """A plan, where one is due, and both programs hear of it."""
        found = self._desk.look(self._house, self._ev, self._bs, self._bs_rules, self._load_w(seen), now_s)
        if found is None:
            return
        raised, plan = found
        self._house = dm.after(self._house, raised, self._dm_rules)
        if self._setup.car is not None:
            self._tell(ev.Planned(followed=plan), now_s, seen)
        if self._setup.battery is not None:
            self._put(bs.Planned(followed=plan), now_s, seen)

    def _load_w(self, seen: Seen) -> float | None:
        running = self._house.quarter
        if running is None or running.base_w is None:
            return None
        return max(0.0, running.base_w + seen.sun_w) if self._setup.has_sun else running.base_w

    def _send_car(self, box: Wallbox, seen: Seen, now_s: float) -> None:
        took = box.take(self._ev.bays[CHARGER].post.order, now_s)
        self._more_w = 0.0
        if took is not None:
            self._more_w = box.power_w - seen.car_w if seen.plugged else 0.0
            self._tell(took, now_s, seen)

    def _send_store(self, store: HomeBattery, seen: Seen, now_s: float) -> None:
        took = store.take(self._bs.cells[CELLAR].setpoint, now_s)
        store.kept = kept(self._bs, self._bs_rules, self._pool, more_w=self._more_w)
        if took is not None:
            self._put(took, now_s, seen)

    def _orders(self) -> Orders:
        box, store = self._box, self._store
        between = store.kept if store and store.power_w is not None else NOWHERE
        return Orders(
            current_a=box.current_a if box else 0.0,
            phases=box.phases if box else 1,
            store_w=store.power_w if store else None,
            grid_w=between.grid_w,
            shave_w=between.shave_w,
        )

    def _claim_cars(self, now_s: float, *, again: bool = True) -> tuple[Drawn, ...]:
        """What ev says to dm; what its cars draw."""
        drawn = words.cars_drawn(self._ev)
        self._claim("ev", words.cars_claims(self._ev), drawn, now_s, again=again)
        return drawn

    def _claim_store(self, known: Pool, now_s: float, *, again: bool = True) -> None:
        storage = self._bs
        claims = (storage.claim,) if storage.claim else ()
        help_w = storage.help.power_w if storage.help else 0.0
        self._claim("bs", claims, words.store_drawn(known), now_s, help_w=help_w, again=again)

    def _claim(
        self,
        program: str,
        claims: tuple[Claim, ...],
        drawn: tuple[Drawn, ...],
        now_s: float,
        *,
        help_w: float = 0.0,
        again: bool,
    ) -> None:
        """A program says what it asks and draws; again: also where that is what it said last, which holds so anew."""
        said = claims, drawn, help_w
        if not again and self._claimed.get(program) == said:
            return
        self._claimed[program] = said
        claimed = dm.Claimed(program=program, claims=claims, drawn=drawn, now_s=now_s, help_w=help_w)
        self._house = dm.after(self._house, claimed, self._dm_rules)

    def _tell(self, event: ev.Event, now_s: float, seen: Seen) -> None:
        self._ev = ev.after(self._ev, event, self._ev_rules, now_s=now_s, now=seen.at)

    def _put(self, event: bs.Event, now_s: float, seen: Seen) -> None:
        self._bs = bs.after(self._bs, event, self._bs_rules, now_s=now_s, now=seen.at)
