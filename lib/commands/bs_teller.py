"""What bs says: its state when something changed, and every 5 s. It knows no socket."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import replace

from lib import messages
from lib.clock import Clock
from lib.commands.bs_memory import Memory
from lib.commands.proposing import Reporter, battery_known
from lib.core.battery_why import Ground
from lib.core.cellar import Storage, StorageRules
from lib.core.stamp import BRUSSELS
from lib.messages.bs import LEFT, say_storage
from lib.messages.plan import Plan
from lib.messages.storage import Storage as Said

EVERY_S = 5.0
STEP_W = 100.0  # what the batteries do has changed when it differs by about so much
LEAVES = "the battery app is stopping"
log = logging.getLogger(__name__)


class Teller:
    """Tells what bs's state is, from core to messages."""

    def __init__(
        self,
        say: messages.Say,
        rules: StorageRules,
        memory: Memory,
        *,
        boot: str,
        clock: Clock,
        makes: Mapping[str, str],
        demo: bool = False,
    ) -> None:
        """`say` takes each message and never waits; makes: of the batteries, by name."""
        self._say, self._rules, self._memory = say, rules, memory
        self._boot, self._clock, self._makes, self._demo = boot, clock, makes, demo
        self._reporter = Reporter(say, boot=boot)
        self._seq = 0
        self._said_s: float | None = None
        self._last: Said | None = None
        self._why = ""
        self._is_over = False  # the last word was said: dm and ev may still be heard for seconds
        self.around: Mapping[str, Callable[[], str]] = {}  # by kind, what is wrong around it; "" while nothing is

    def relay(self, plan: Plan) -> None:
        """Say the plan of dm on, for whoever looks here."""
        if not self._is_over:
            self._say(plan)

    def tell(self, storage: Storage) -> None:
        """The state as it is now, unless it says what it said a moment ago; then what is proposed."""
        if self._is_over:
            return
        self._tell_state(storage)
        self._reporter.tell(battery_known(storage))

    def _tell_state(self, storage: Storage) -> None:
        now_s = self._clock.monotonic()
        said = say_storage(
            storage,
            self._rules,
            boot=self._boot,
            seq=self._seq + 1,
            now=self._clock.now(),
            makes=self._makes,
            notices=self._notices(storage),
            demo=self._demo,
        )
        if self._said_s is not None and now_s - self._said_s < EVERY_S and _same(said, self._last):
            return
        self._seq += 1
        self._last, self._said_s = said, now_s
        self._say(said)
        kind = f"{said.because.ground} {said.because.barred}"
        if kind != self._why:
            self._why = kind
            if said.because.ground is not Ground.SILENT:  # which the event has said
                log.info("battery: %s", said.why)

    def close(self) -> None:
        """The last word: batteries are in their own mode, of which nobody tells any more; nothing is asked or given."""
        is_over, self._is_over = self._is_over, True
        if is_over or self._last is None:
            return
        self._seq += 1
        drawn = (LEFT,) if self._last.drawn else ()
        last = replace(self._last, seq=self._seq, said=self._clock.now(), claims=(), drawn=drawn, help_w=0.0)
        self._last = replace(last, help=None, can_help_w=0.0, refused=LEAVES if last.help or last.refused else "")
        self._say(self._last)

    def _notices(self, storage: Storage) -> dict[str, str]:
        found = {kind: tell() for kind, tell in self.around.items()} | {"store": self._memory.trouble}
        site, last = storage.site, storage.site.word.at
        if last is not None and site.telegram_s is not None and not site.is_fresh(storage.now_s):
            then = f"{last.astimezone(BRUSSELS):%H:%M:%S}"
            found["meter"] = f"no telegram since {then}: what house and cars draw is unknown"
        for name, cell in storage.cells.items():
            level = self._memory.levels.get(name)
            if level is not None and (cell.reading is None or cell.missed is not None):
                then = f"{level.at.astimezone(BRUSSELS):%d-%m %H:%M}"
                found[f"battery {name}"] = f"{name} was {level.soc_pct:.0f} % full when it was last read, at {then}"
        return {kind: text for kind, text in found.items() if text}


def _same(said: Said, last: Said | None) -> bool:
    """Whether it says nothing that somebody acts on, or the owner waits for."""
    return last is not None and _marks(said) == _marks(last)


def _marks(said: Said) -> tuple[object, ...]:
    batteries = tuple((one.soc_pct and round(one.soc_pct), one.ours, one.fault, one.warning) for one in said.batteries)
    silent = tuple(one.silent_s is None for one in said.batteries)
    claims = tuple(
        (one.who, one.priority, round(one.wish_w, -1), round(one.over_w, -1), one.runs) for one in said.claims
    )
    drawn = tuple((one.who, _steps(one.low_w), _steps(one.high_w), one.controlled) for one in said.drawn)
    given = None if said.help is None else (_steps(said.help.power_w), said.help.until, said.help.why)
    why = f"{said.because.ground} {said.because.barred}"
    aims = (said.mode, said.reserve_pct, said.target_w is None, said.hold_sun_w is None, said.can_help_w > 0)
    return batteries, silent, claims, drawn, given, said.refused, why, aims, said.notices


def _steps(power_w: float) -> int:
    return round(power_w / STEP_W)
