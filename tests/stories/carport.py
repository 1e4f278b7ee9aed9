"""A carport in virtual time: many chargers on circuits, a meter each second, dm's word, and ev's core as ev runs it.

At each second the laws are watched: what could be drawn on each phase of each circuit, by what every charger was told
last and by its own watchdog; that nobody is offered anything between nothing and its least; how often each is stopped.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Protocol, Self

from lib.commands.ev_memory import begun, standing
from lib.core import charging as ev
from lib.core import metering as dm
from lib.core.carport import Charging, ChargingRules
from lib.core.charger import LEAST_A, ChargerRules
from lib.core.circuits import NOTHING, Amps, Circuit, safe_a
from lib.core.claims import Grant
from lib.core.gauges import Gauged
from lib.core.house import House, Rules
from lib.core.peaks import Peaks, month_of
from lib.core.power import PHASE_V
from lib.core.reading import Reading
from lib.core.site import Word
from lib.core.steering import steered
from lib.core.why import sentence
from lib.messages.dm import say_house
from lib.messages.ev import say_charging
from lib.messages.heard import house_word
from lib.store.ev_store import Kept
from tests.conftest import SIMPLE, local
from tests.stories.carport_line import Line
from tests.stories.carport_members import Guest, Member

DAWN = local("2026-11-21 06:00")
HAIR_A = 0.05  # amperes are rounded
OFTEN_S = 300.0
PLENTY_W = 100_000.0  # a quarter may count so much, where peaks cost nothing
CALM_S = 12  # so long after something happened nothing is skipped


class Meter(Protocol):
    """What dm makes of the meter's amperes."""

    def word(self, second: int, at: datetime, phases_a: Amps, *, talks: bool) -> Word:
        """What it says at a second."""

    def hear(self, charging: Charging, rules: ChargingRules, second: int, at: datetime) -> None:
        """What ev says."""


class Giving:
    """A dm without a capacity tariff, in a few lines: whoever asks has it."""

    def __init__(self) -> None:
        self._grants: tuple[Grant, ...] = ()
        self._told: tuple[datetime, Amps] | None = None

    def word(self, second: int, at: datetime, phases_a: Amps, *, talks: bool) -> Word:
        """What it says at a second; without a telegram, what the last one said, and that it is old."""
        self._told = (at, phases_a) if talks or self._told is None else self._told
        at, phases_a = self._told
        why = "" if talks else "no telegram comes"
        return Word(
            at=at,
            good=talks,
            grid_w=sum(phases_a) * PHASE_V,
            phases_a=phases_a,
            target_w=PLENTY_W,
            left_s=900.0 - second % 900,
            grants=self._grants if talks else (),
            why=why,
        )

    def hear(self, charging: Charging, rules: ChargingRules, second: int, at: datetime) -> None:
        """What ev asks, it has."""
        claims = (bay.claim for bay in charging.bays.values())
        self._grants = tuple(Grant(who=claim.who, power_w=claim.wish_w) for claim in claims if claim)


class Ledger:
    """The whole core of dm; with a capacity tariff if `peak_w` is given, the peak that is paid."""

    def __init__(self, start: datetime, connection_w: float, peak_w: float | None = None) -> None:
        self._rules = Rules(tariffs=SIMPLE, connection_w=connection_w, capacity_tariff=peak_w is not None)
        self._rules = self._rules if peak_w is None else replace(self._rules, owner_target_w=peak_w)
        self._house = House(peaks=Peaks(month=month_of(start)))
        self._heard_s = 0
        self._energy_ws = 0.0

    def word(self, second: int, at: datetime, phases_a: Amps, *, talks: bool) -> Word:
        """What it says at a second."""
        grid_w = sum(phases_a) * PHASE_V
        self._energy_ws = (0.0 if second % 900 == 0 else self._energy_ws) + max(0.0, grid_w)
        event: dm.Heard | dm.Silent = dm.Silent(for_s=second - self._heard_s, why="no telegram comes", now=at)
        if talks:
            self._heard_s = second
            event = dm.Heard(reading=self._reading(phases_a), received=at, now_s=second)
        self._house = dm.after(self._house, event, self._rules)
        return house_word(say_house(self._house, self._rules, boot="dm", seq=second, now=at, now_s=second))

    def _reading(self, phases_a: Amps) -> Reading:
        one, two, three = phases_a
        grid_w = sum(phases_a) * PHASE_V
        return Reading(
            import_w=max(0.0, grid_w),
            export_w=max(0.0, -grid_w),
            import_l1_w=max(0.0, one * PHASE_V),
            import_l2_w=max(0.0, two * PHASE_V),
            import_l3_w=max(0.0, three * PHASE_V),
            export_l1_w=max(0.0, -one * PHASE_V),
            export_l2_w=max(0.0, -two * PHASE_V),
            export_l3_w=max(0.0, -three * PHASE_V),
            current_l1_a=abs(one),
            current_l2_a=abs(two),
            current_l3_a=abs(three),
            quarter_w=self._energy_ws / 900,
        )

    def hear(self, charging: Charging, rules: ChargingRules, second: int, at: datetime) -> None:
        """What ev asks, and what it says is drawn."""
        said = say_charging(charging, rules, boot="ev", seq=second, now=at, makes={})
        claimed = dm.Claimed(program="ev", claims=said.claims, drawn=said.drawn, now_s=second)
        self._house = dm.after(self._house, claimed, self._rules)


@dataclass(frozen=True, slots=True, kw_only=True)
class Excess:
    """More than a phase of a circuit carries: how much more at most, from a second on and for how long."""

    circuit: str
    phase: int
    since: int
    for_s: int
    by_a: float


@dataclass(slots=True, kw_only=True)
class Laws:
    """What was seen to be broken: `could` by what might be drawn, `did` by what was.

    between: who was offered less than its least, and when. turns: when each charger was let charge or stopped.
    """

    could: list[Excess] = field(default_factory=list)
    did: list[Excess] = field(default_factory=list)
    between: list[tuple[int, str, float]] = field(default_factory=list)
    turns: dict[str, list[tuple[int, bool]]] = field(default_factory=dict)
    _open: dict[tuple[bool, str, int], Excess] = field(default_factory=dict)

    def carry(self, second: int, circuit: Circuit, phase: int, could_a: float, did_a: float) -> None:
        """So much could be drawn on one phase, and so much was."""
        limit_a = circuit.limits_a[phase]
        if limit_a is None:
            return
        for is_real, flow_a in ((False, could_a), (True, did_a)):
            key, by_a = (is_real, circuit.name, phase), flow_a - limit_a * circuit.margin
            known = self._open.pop(key, None)
            if by_a > HAIR_A:
                since = second if known is None else known.since
                most_a = max(by_a, known.by_a if known else 0.0)
                self._open[key] = Excess(
                    circuit=circuit.name, phase=phase + 1, since=since, for_s=second - since + 1, by_a=most_a
                )
            elif known is not None:
                (self.did if is_real else self.could).append(known)

    def end(self) -> None:
        """What lasts until now counts too."""
        for (is_real, _, _), known in self._open.items():
            (self.did if is_real else self.could).append(known)
        self._open.clear()

    def pulses(self) -> list[tuple[str, int]]:
        """Who was let go on less than five minutes after it was stopped, and when."""
        found = []
        for name, turns in self.turns.items():
            for (was_s, went), (now_s, goes) in pairwise(turns):
                if goes and not went and now_s - was_s < OFTEN_S:
                    found.append((name, now_s))
        return found


class Carport:
    """Chargers, circuits, the other load of each, dm and ev.

    Attributes:
        base_a: what flows on the connection besides all chargers, by the second.
        others_a: the same on a circuit with a meter of its own; gauges: those of these meters that talk.
        dm_lives, ev_lives, meter_talks: kill a program, pull a cable.
        leap_s: so many seconds may pass at once while nothing is under way, as with a meter that speaks more seldom;
            above 1 all that is heard in a second is answered at its end.
        laws: what was broken. log: what ev tells.

    """

    def __init__(
        self,
        rules: ChargingRules,
        *,
        start: datetime = DAWN,
        base_a: Callable[[int], Amps] = lambda _: NOTHING,
        meter: Meter | None = None,
        leap_s: int = 1,
    ) -> None:
        self.rules, self.start, self.base_a, self.leap_s = rules, start, base_a, leap_s
        self.second = self.eventful_s = 0
        self.members = {
            name: Member(rules=charger, safe_a=safe_a(charger), set_a=max(LEAST_A, charger.step_a))
            for name, charger in rules.chargers.items()
        }
        self.lines = {name: Line(member, first_s=n % 5) for n, (name, member) in enumerate(self.members.items())}
        self.meter = meter or Giving()
        self.others_a: dict[str, Callable[[int], Amps]] = {}
        self.gauges = {circuit.name for circuit in rules.circuits if circuit.measured}
        self.dm_lives = self.ev_lives = self.meter_talks = True
        self.laws = Laws()
        self.log: list[str] = []
        self.ev = ev.opened(rules, at=start, now_s=0)
        self._rows = [
            (circuit, [member for name, member in self.members.items() if circuit.carries(name)])
            for circuit in rules.circuits
        ]

    @property
    def at(self) -> datetime:
        """The meter's time."""
        return self.start + timedelta(seconds=self.second)

    def adopt(self, amps: Mapping[str, float]) -> None:
        """They charge already, as another program left them."""
        for name, current_a in amps.items():
            member = self.members[name]
            member.set_a, member.go = max(LEAST_A, current_a), current_a > 0
            member.drawn_a = min(current_a, member.guest.most_a) if member.guest else 0.0

    def tell(self, event: ev.Event) -> None:
        """Something happens to ev, and what follows is told at once."""
        self.ev = ev.after(self.ev, event, self.rules, now_s=self.second, now=self.at)
        if self.leap_s > 1:
            self.log += self.ev.said
            self.ev = replace(self.ev, said=())
        else:
            self.steer(replans=not isinstance(event, ev.Heard))

    def steer(self, *, replans: bool = True) -> None:
        """What follows of all that was heard, and what the chargers answer to that."""
        self.ev = steered(self.ev, self.rules, replans=replans)
        self.log += self.ev.said
        self.ev = replace(self.ev, said=())
        for name, line in self.lines.items():
            went = line.member.go
            for answer in line.write(self.ev.bays[name].post.order, self.second):
                self.eventful_s = self.second
                self._note(name, line.member, went=went)
                self.ev = ev.after(self.ev, answer, self.rules, now_s=self.second, now=self.at)

    def _note(self, name: str, member: Member, *, went: bool) -> None:
        """What an order made of it; what it does by itself is no turn."""
        if member.go and member.set_a < LEAST_A:
            self.laws.between.append((self.second, name, member.set_a))
        turns = self.laws.turns.setdefault(name, [])
        if member.guest is not None and member.go != went and (not turns or turns[-1][1] != member.go):
            turns.append((self.second, member.go))

    def kill_ev(self) -> None:
        """Ev stops without a word: the chargers keep what they were told, as far as they do."""
        self.ev_lives = False

    def start_ev(self) -> None:
        """Ev starts again, with what it keeps."""
        kept, self.ev_lives = Kept(standing=standing(self.ev)), True
        fates = {name: line.fate for name, line in self.lines.items()}
        self.lines = {
            name: Line(member, first_s=self.second + n % 5) for n, (name, member) in enumerate(self.members.items())
        }
        for name, line in self.lines.items():
            line.fate = fates[name]
        self.ev = begun(self.rules, kept, at=self.at, now_s=self.second)

    def run(self, seconds: float = 0, *, minutes: float = 0, hours: float = 0) -> Self:
        """Let time pass, a telegram each second."""
        end = self.second + round(seconds + 60 * minutes + 3600 * hours)
        while self.second < end:
            calm = self.second - self.eventful_s > CALM_S and not any(bay.post.moves for bay in self.ev.bays.values())
            self._pass(min(self.leap_s, end - self.second) if calm else 1)
        return self

    def plug_in(self, name: str, guest: Guest) -> None:
        """A car comes."""
        self.members[name].plug_in(guest)
        self.eventful_s = self.second

    def unplug(self, name: str) -> None:
        """A car leaves."""
        self.members[name].unplug(self.second)
        self.eventful_s = self.second

    def _pass(self, seconds: int) -> None:
        self.second += seconds
        now_s = self.second
        for member in self.members.values():
            member.step(now_s, seconds)
        base_a = self.base_a(now_s)
        self._watch(base_a)
        word = None
        if self.dm_lives:
            flows = [base_a, *(member.flow_a for member in self.members.values())]
            word = self.meter.word(now_s, self.at, _sum(flows), talks=self.meter_talks)
        if not self.ev_lives:
            return
        self.tell(ev.Heard(word=word) if word else ev.Ticked())
        for circuit, members in self._rows:
            if circuit.name in self.gauges:
                flows_a = _sum([self._other_a(circuit), *(member.flow_a for member in members)])
                self.tell(Gauged(circuit=circuit.name, phases_a=flows_a, read_s=now_s))
        for line in self.lines.values():
            told = line.read(now_s)
            if told is not None:
                self.tell(told)
        if now_s % 5 == 0:
            self.tell(ev.Ticked())
        if self.leap_s > 1:
            self.steer()
        if self.dm_lives:
            self.meter.hear(self.ev, self.rules, now_s, self.at)

    def _watch(self, base_a: Amps) -> None:
        for circuit, members in self._rows:
            could_a = _sum(member.worst_a for member in members)
            did_a = _sum(member.flow_a for member in members)
            other_a = base_a if circuit.chargers is None else self._other_a(circuit)
            for phase in range(3):
                self.laws.carry(
                    self.second, circuit, phase, other_a[phase] + could_a[phase], other_a[phase] + did_a[phase]
                )

    def _other_a(self, circuit: Circuit) -> Amps:
        return self.others_a[circuit.name](self.second) if circuit.name in self.others_a else circuit.other_a

    def amps(self) -> list[float]:
        """What each charger offers."""
        return [member.offered_a for member in self.members.values()]

    def why(self, name: str) -> str:
        """The sentence of a charger now."""
        return sentence(self.ev.bays[name].why)


def chargers(names: Iterable[str], **more: object) -> dict[str, ChargerRules]:
    """Chargers that give all they can, by name."""
    chosen: dict[str, object] = {"mode": "max", "current_a": 32.0} | more
    return {name: ChargerRules(name=name, **chosen) for name in names}  # type: ignore[arg-type]


def numbered(count: int, group: str = "c") -> Iterator[str]:
    """Names in a row."""
    return (f"{group}{n}" for n in range(1, count + 1))


def guest(**more: object) -> Guest:
    """A car that takes all it is offered."""
    return Guest(**more)  # type: ignore[arg-type]


def _sum(amps: Iterable[Amps]) -> Amps:
    one = two = three = 0.0
    for first, second, third in amps:
        one, two, three = one + first, two + second, three + third
    return one, two, three
