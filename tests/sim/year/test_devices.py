"""What the devices of a year say."""

from lib.core.charger import Order
from lib.sim.year.conditions import CLEAN
from lib.sim.year.ours_devices import Wallbox
from lib.sim.year.plant import LAG_S, Plant
from lib.sim.year.seen import Orders
from tests.sim.rivals.seen import THREE_PHASES, a_home


def test_a_car_is_seen_on_the_phases_that_it_draws_from() -> None:
    """From three to one: until the order shows its 18 A were those of no car that may draw 16, on one phase."""
    plant = Plant(a_home(car=THREE_PHASES), battery=False, step_s=1, seed=1, conditions=CLEAN)
    plant.level_wh = 0.0
    box = Wallbox(THREE_PHASES)
    seen: list[tuple[float, ...]] = []
    for second in range(4 * LAG_S):
        phases = 3 if second < 2 * LAG_S else 1
        box.take(Order(current_a=6.0, go=True, phases=phases), float(second))
        plant.step(Orders(6.0, phases))
        seen.append(box.read(plant.seen, float(second)).reading.phases_a or ())
    assert [(0.0, 0.0, 0.0), (6.0, 6.0, 6.0), (6.0, 0.0, 0.0)] == list(dict.fromkeys(seen))
