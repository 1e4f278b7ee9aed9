"""What ev says: its state when something changed and every 5 s, and the sessions. It knows no socket."""

import logging
import re
from collections.abc import Callable, Mapping

from lib import messages
from lib.clock import Clock
from lib.commands.ev_memory import Memory
from lib.commands.proposing import Reporter, cars_known
from lib.core.carport import Charging, ChargingRules
from lib.core.why import Hold, Reason
from lib.messages.charging import ChargerNow
from lib.messages.charging import Charging as Said
from lib.messages.ev import say_charging, say_sessions
from lib.messages.plan import Plan

EVERY_S = 5.0
DIGITS = re.compile(r"\d+")
log = logging.getLogger(__name__)


class Teller:
    """Tells what ev's state is, from core to messages."""

    def __init__(
        self,
        say: messages.Say,
        rules: ChargingRules,
        memory: Memory,
        *,
        boot: str,
        clock: Clock,
        makes: Mapping[str, str],
        peaks_cost: bool = True,
        demo: bool = False,
    ) -> None:
        """`say` takes each message and never waits; makes: of the chargers, by name; peaks_cost: as dm has it."""
        self._say, self._rules, self._memory = say, rules, memory
        self._boot, self._clock, self._makes = boot, clock, makes
        self._peaks_cost, self._demo = peaks_cost, demo
        self._reporter = Reporter(say, boot=boot)
        self._seq = 0
        self._said_s: float | None = None
        self._last: Said | None = None
        self._why: dict[str, str] = {}
        self._odd: dict[str, str] = {}  # what each charger warns of
        self.trouble: dict[str, str] = {}  # of the devices, by kind
        self.unheard: Callable[[], str] = str  # why dm is not heard; "" while it is
        self._say(say_sessions(memory.sessions))

    def relay(self, plan: Plan) -> None:
        """Say the plan of dm on, for whoever looks here."""
        self._say(plan)

    def tell(self, charging: Charging) -> None:
        """The state as it is now, unless it says what it said a moment ago; then what is proposed."""
        self._log_odd(charging)
        self._tell_state(charging)
        self._reporter.tell(cars_known(charging))

    def _log_odd(self, charging: Charging) -> None:
        """What a charger warns of as it begins, and that it is over; not each time its numbers are others."""
        for name, bay in charging.bays.items():
            before, odd = self._odd.get(name, ""), bay.post.reading.warning if bay.post.reading else ""
            if odd == before or DIGITS.sub("", before) == DIGITS.sub("", odd):
                continue
            self._odd[name] = odd
            if odd:
                log.warning("%s: %s", name, odd)
            else:
                log.info("%s: that is over: %s", name, before)

    def _tell_state(self, charging: Charging) -> None:
        if charging.closed:
            self._say(say_sessions(self._memory.sessions))
        now_s = self._clock.monotonic()
        around = {"dm": self.unheard(), "store": self._memory.trouble}
        notices = {**self.trouble, **{kind: text for kind, text in around.items() if text}}
        for number, note in enumerate(charging.trips.notes):
            notices[f"trip {number + 1}"] = note
        said = say_charging(
            charging,
            self._rules,
            boot=self._boot,
            seq=self._seq + 1,
            now=self._clock.now(),
            makes=self._makes,
            notices=notices,
            peaks_cost=self._peaks_cost,
            demo=self._demo,
        )
        if self._said_s is not None and now_s - self._said_s < EVERY_S and _same(said, self._last):
            return
        self._seq += 1
        self._last, self._said_s = said, now_s
        self._say(said)
        for one in said.chargers:
            if self._why.get(one.name) != _kind(one):
                self._why[one.name] = _kind(one)
                if one.because.reason is not Reason.SILENT:  # which the event has said
                    log.info("%s: %s", one.name, one.why)


def _kind(one: ChargerNow) -> str:
    """Which sentence it says, whatever its numbers; with the sun its pace comes and goes all day."""
    held = None if one.because.held is Hold.PACE else one.because.held
    return f"{one.because.reason} {held}"


def _same(said: Said, last: Said | None) -> bool:
    """Whether it says nothing that somebody acts on, or the owner waits for."""
    return last is not None and _marks(said) == _marks(last)


def _marks(said: Said) -> tuple[object, ...]:
    chargers = tuple(
        (one.plug, one.mode, one.wish, one.boost_until, one.car, one.set_a, one.go, one.fault, one.warning, _kind(one))
        for one in said.chargers
    )
    cars = tuple((one.soc_pct and round(one.soc_pct), one.confidence, one.ask) for one in said.cars)
    claims = tuple(
        (one.who, one.priority, round(one.wish_w, -1), round(one.over_w, -1), one.runs) for one in said.claims
    )
    trips = tuple((one.car, one.title, one.ready, one.step) for one in said.trips)
    return chargers, cars, claims, said.drawn, trips, said.notices
