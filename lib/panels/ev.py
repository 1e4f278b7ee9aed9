"""The screen of ev: its panels, where they stand at each size, its keys, and what its colours mean."""

from lib.messages.charging import Charging
from lib.panels import cars, chargers
from lib.panels.alerts import all_alerts, render_alerts
from lib.panels.budget import budget_lines, render_budget
from lib.panels.cars import car_lines, long_cars, render_cars
from lib.panels.chargers import charger_lines, chargers_drawn_from, long_chargers, render_chargers
from lib.panels.circuits import (
    circuit_lines,
    circuits_drawn_from,
    fold_circuits,
    has_circuits,
    is_modest,
    long_circuits,
    render_circuits,
    walk_circuits,
)
from lib.panels.coming import coming_drawn_from, render_coming
from lib.panels.ev_header import render_ev_header
from lib.panels.ev_keys import EV_KEYS, ev_choices
from lib.panels.layout import FIT, SPARE, Arrangement, Columns, Panel, Panels, Rows
from lib.panels.listing import MANY
from lib.panels.peak_key import peaks_may_cost
from lib.panels.seen import Seen
from lib.panels.sessions import render_sessions, sessions_drawn_from

LARGE = Columns(
    (
        (104, Rows(((FIT, "chargers"), (FIT, "cars"), (0, "sessions")))),
        (0, Rows(((FIT, "budget"), (FIT, "circuits"), (0, "coming")))),
    )
)
WIDE = Columns(
    (
        (80, Rows(((FIT, "chargers"), (FIT, "circuits"), (FIT, "cars"), (0, "sessions")))),
        (0, Rows(((FIT, "budget"), (0, "coming")))),
    )
)
TALL = Rows(((FIT, "chargers"), (FIT, "circuits"), (FIT, "cars"), (FIT, "budget"), (0, "coming"), (9, "sessions")))
MEDIUM = Rows(((FIT, "circuits"), (FIT, "chargers"), (FIT, "cars"), (0, Columns(((40, "budget"), (0, "coming"))))))
HIGH = Rows(((FIT, "chargers"), (FIT, "circuits"), (FIT, "cars"), (0, Columns(((40, "budget"), (0, "coming"))))))
CHARGER_KEYS = ("m", "mode"), ("p", "phases"), ("b", "boost"), ("c", "car")
CAR_KEYS = (("s", "state of charge"),)
FOLD_KEYS = ("Enter", "fold or open"), ("f", "all")
SMALL = Rows(((FIT, "circuits"), (FIT, "chargers"), (FIT, "cars"), (SPARE, "coming")))


def ev_panels() -> Panels:
    """What ev shows, also on a screen from elsewhere."""
    return Panels(
        header=render_ev_header,
        panels=(
            Panel(
                name="chargers",
                title="Chargers",
                render=render_chargers,
                long=long_chargers,
                drawn_from=chargers_drawn_from,
                needs=charger_lines,
                choices=frozenset({chargers.KIND}),
                hint=lambda seen: CHARGER_KEYS if seen.chosen else (),
            ),
            Panel(
                name="cars",
                title="Cars and trips",
                tab="Cars",
                render=render_cars,
                long=long_cars,
                modest=_many_chargers,
                drawn_from=chargers_drawn_from,
                needs=car_lines,
                choices=frozenset({cars.KIND}),
                hint=lambda seen: CAR_KEYS if seen.chosen else (),
            ),
            Panel(
                name="budget",
                title="Budget",
                render=render_budget,
                drawn_from=coming_drawn_from,
                needs=budget_lines,
                hint=lambda seen: (("a", "accept a peak"),) if peaks_may_cost(seen) else (),
            ),
            Panel(name="coming", title="Next", render=render_coming, drawn_from=coming_drawn_from),
            Panel(name="sessions", title="Sessions", render=render_sessions, drawn_from=sessions_drawn_from, heads=1),
            Panel(
                name="circuits",
                title="Circuits",
                render=render_circuits,
                long=long_circuits,
                shown=has_circuits,
                modest=is_modest,
                drawn_from=circuits_drawn_from,
                needs=circuit_lines,
                walk=walk_circuits,
                folds=fold_circuits,
                hint=lambda seen: FOLD_KEYS,
            ),
            Panel(
                name="alerts",
                title="Notices",
                render=render_alerts,
                shown=lambda seen: bool(all_alerts(seen.newest(Charging), seen.peer)),
            ),
        ),
        arrangements=(
            Arrangement(width=180, height=36, part=LARGE),
            Arrangement(width=126, height=28, part=WIDE, roomy=True),
            Arrangement(width=74, height=38, part=TALL, roomy=True),
            Arrangement(width=90, height=32, part=HIGH, roomy=True),
            Arrangement(width=90, height=23, part=MEDIUM),
            Arrangement(width=0, height=0, part=SMALL),
        ),
        legend=_legend,
        question="Stop steering the cars?",
        notices=lambda seen: all_alerts(seen.newest(Charging), seen.peer),
        keys=EV_KEYS,
        choices=ev_choices,
    )


def _many_chargers(seen: Seen) -> bool:
    """Whether the cars leave their place to the chargers where room is short."""
    charging = seen.newest(Charging)
    return charging is not None and len(charging.chargers) > MANY


def _legend(seen: Seen) -> list[tuple[str, str]]:
    over = "late, above the paid peak" if peaks_may_cost(seen) else "late"
    return [
        ("taken", "power into a car"),
        ("injected", "from your own sun"),
        ("used", "charged, and when it is planned to be"),
        ("ahead", "still to be charged for its next trip"),
        ("target", "the target of a car, and of the quarter" if peaks_may_cost(seen) else "the target of a car"),
        ("good", "in time, and done"),
        ("warn", "wants your eye or word; ! near a circuit's limit"),
        ("over", f"{over}; !! above a circuit's"),
    ]
