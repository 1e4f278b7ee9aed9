"""The screen of bs: its panels, where they stand at each size, its keys, and what its colours mean."""

from lib.messages.storage import Storage
from lib.panels.battery import battery_lines, render_battery, storage_drawn_from
from lib.panels.bs_alerts import all_store_alerts, render_store_alerts
from lib.panels.bs_header import render_bs_header
from lib.panels.bs_keys import BS_KEYS, store_peaks_cost
from lib.panels.flow import flow_lines, render_flow
from lib.panels.gains import gains_lines, render_gains
from lib.panels.helps import help_lines, render_helps
from lib.panels.layout import FIT, SPARE, Arrangement, Columns, Panel, Panels, Rows
from lib.panels.seen import Seen
from lib.panels.store_plan import render_store_plan, store_plan_drawn_from

LARGE = Columns(
    (
        (120, Rows(((FIT, "battery"), (0, "plan")))),
        (0, Rows(((19, "flow"), (FIT, "help"), (0, "gains")))),
    )
)
WIDE = Columns(
    (
        (80, Rows(((FIT, "battery"), (FIT, "flow"), (0, "plan")))),
        (0, Rows(((FIT, "help"), (0, "gains")))),
    )
)
TALL = Rows(((FIT, "battery"), (FIT, "flow"), (FIT, "help"), (FIT, "gains"), (0, "plan")))
MEDIUM = Rows(
    ((FIT, "battery"), (FIT, "flow"), (14, Columns(((40, "gains"), (0, Rows(((FIT, "help"), (0, "plan"))))))))
)
SMALL = Rows(((FIT, "battery"), (FIT, "flow"), (10, Columns(((54, "plan"), (0, "gains"))))))
TINY = Rows(((FIT, "battery"), (SPARE, "flow")))
BATTERY_KEYS = ("m", "mode"), ("r", "reserve")


def bs_panels() -> Panels:
    """What bs shows, also on a screen from elsewhere."""
    return Panels(
        header=render_bs_header,
        panels=(
            Panel(
                name="battery",
                title="Battery",
                render=render_battery,
                drawn_from=storage_drawn_from,
                needs=battery_lines,
                hint=lambda seen: BATTERY_KEYS if store_peaks_cost(seen) else BATTERY_KEYS[:1],
            ),
            Panel(name="flow", title="Flow", render=render_flow, drawn_from=storage_drawn_from, needs=flow_lines),
            Panel(
                name="help",
                title="Help",
                render=render_helps,
                drawn_from=storage_drawn_from,
                needs=help_lines,
                hint=lambda seen: (("a", "accept a peak"),) if store_peaks_cost(seen) else (),
            ),
            Panel(name="gains", title="Gains", render=render_gains, drawn_from=storage_drawn_from, needs=gains_lines),
            Panel(name="plan", title="Plan", render=render_store_plan, drawn_from=store_plan_drawn_from),
            Panel(
                name="alerts",
                title="Notices",
                render=render_store_alerts,
                shown=lambda seen: bool(all_store_alerts(seen.newest(Storage), seen.peer)),
            ),
        ),
        arrangements=(
            Arrangement(width=190, height=42, part=LARGE),
            Arrangement(width=126, height=26, part=WIDE),
            Arrangement(width=74, height=40, part=TALL),
            Arrangement(width=90, height=24, part=MEDIUM),
            Arrangement(width=74, height=16, part=SMALL),
            Arrangement(width=0, height=0, part=TINY),
        ),
        legend=_legend,
        question="Stop steering the battery?",
        notices=lambda seen: all_store_alerts(seen.newest(Storage), seen.peer),
        keys=BS_KEYS,
    )


def _legend(seen: Seen) -> list[tuple[str, str]]:
    lines = [
        ("taken", "power from the grid"),
        ("injected", "from your own sun, and to the grid"),
        ("used", "into or out of the battery, and how full it is"),
        (
            "ahead",
            "never given (floor)" + "; full cells: kept for the peak" * store_peaks_cost(seen),
        ),
        ("good", "as it should be, and earned"),
        ("warn", "wants your eye"),
    ]
    if store_peaks_cost(seen):
        lines += [
            ("target", "the quarter's target, and the marks of floor and reserve"),
            ("over", "above the paid peak"),
        ]
    return lines
