"""ev's core with a connection and a carport, cars and dm's grants, for who proposes something of it."""

from dataclasses import replace

from lib.core import charging as core
from lib.core.charger import Plug
from lib.core.charging import Event
from lib.core.circuits import Circuit
from lib.core.claims import Grant
from lib.core.site import Word
from lib.core.steering import steered
from tests.commands.yard import RULES, Yard
from tests.conftest import NOON

CIRCUITS = (
    Circuit(name="connection", limits_a=(40.0, 40.0, 40.0)),
    Circuit(name="carport", limits_a=(32.0, 32.0, 32.0), chargers=frozenset({"garage"})),
)
RULED = replace(RULES, circuits=CIRCUITS)
FULL_W = 11_040.0


class Plant(Yard):
    """A car hangs on the garage, none on the drive; dm grants the garage all it takes. cars_w: what the car draws."""

    cars_w = 0.0

    def __init__(self) -> None:
        super().__init__()
        self.charging = core.opened(RULED, at=NOON, now_s=self.clock.monotonic())
        self.read("garage", set_a=16.0)
        self.read("drive", plug=Plug.EMPTY)
        self.pass_by(10)

    def take(self, event: Event) -> None:
        """Something happened."""
        now_s, now = self.clock.monotonic(), self.clock.now()
        self.charging = steered(core.after(self.charging, event, RULED, now_s=now_s, now=now), RULED)

    def pass_by(self, seconds: float) -> None:
        """Time passes, a tick each second, and dm speaks and grants."""
        for _ in range(round(seconds)):
            self.wait(1)
            self.hear()

    def wait(self, seconds: float) -> None:
        """Time passes at once."""
        self.clock.turn(seconds)
        self.take(core.Ticked())

    def hear(self) -> None:
        """What dm says now."""
        grants = (Grant(who="garage", power_w=FULL_W),)
        word = Word(at=self.clock.now(), good=True, grid_w=300.0 + self.cars_w, target_w=20_000.0, grants=grants)
        self.take(core.Heard(word=word))
