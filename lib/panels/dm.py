"""The screen of dm: its panels, where they stand at each size, and what its colours mean."""

from lib.messages import Bill, Events, House, Rates, Telegram, Usage
from lib.messages.plan import Plan
from lib.panels.bill import render_bill
from lib.panels.events import events_drawn_from, render_events
from lib.panels.header import notices, render_header
from lib.panels.layout import Arrangement, Columns, Panel, Panels, Rows
from lib.panels.month_peaks import render_month_peaks
from lib.panels.peak_key import ACCEPT
from lib.panels.plan import plan_drawn_from, render_plan
from lib.panels.prices import prices_drawn_from, prices_follow_market, prices_shown, render_prices
from lib.panels.quarter_peak import render_quarter
from lib.panels.rates import render_rates
from lib.panels.seen import Seen
from lib.panels.telegram import render_telegram
from lib.panels.usage import render_usage

HUGE = Columns(
    (
        (112, Rows(((0, "quarter"), (17, "plan"), (29, "usage")))),
        (50, Rows(((11, "rates"), (19, "months"), (0, "events")))),
        (0, Rows(((0, "prices"), (0, "bill"), (0, "telegram")))),
    )
)
LARGE = Columns(
    (
        (112, Rows(((0, "quarter"), (29, "usage")))),
        (50, Rows(((11, "rates"), (19, "months"), (0, "events")))),
        (0, Rows(((0, "plan"), (0, "prices"), (0, "bill"), (0, "telegram")))),
    )
)
WIDE = Columns(
    (
        (0, Rows(((0, "quarter"), (24, "usage")))),
        (56, Rows(((9, "rates"), (13, "plan"), (0, "prices"), (0, "bill"), (0, "months")))),
    )
)
MEDIUM = Columns(
    (
        (0, Rows(((0, "quarter"), (24, "usage")))),
        (40, Rows(((9, "rates"), (11, "plan"), (0, "prices"), (0, "bill"), (0, "months")))),
    )
)
TOWER = Rows(
    (
        (9, Columns(((0, "quarter"), (34, "rates")))),
        (24, "usage"),
        (0, "plan"),
        (0, "prices"),
        (0, Columns(((0, "bill"), (36, "months")))),
        (7, "events"),
    )
)
TALL = Rows(((9, Columns(((0, "quarter"), (34, "rates")))), (0, "usage"), (11, Columns(((0, "bill"), (36, "months"))))))
SMALL = Rows(((9, Columns(((0, "quarter"), (34, "rates")))), (0, "usage")))
TINY = Rows(((9, "quarter"), (0, "rates")))


def dm_panels() -> Panels:
    """What dm shows, also on a screen from elsewhere."""
    return Panels(
        header=lambda seen, look, room: render_header(
            seen.newest(House), look, room, title=seen.title, peer=seen.peer, heard_s=seen.heard_s
        ),
        panels=(
            Panel(
                name="quarter",
                title="Quarter",
                tab="Now",
                render=lambda seen, look, room: render_quarter(seen.newest(House), look, room),
                hint=lambda seen: [("a", "accept a peak")] if _peaks_cost(seen) else [],
            ),
            Panel(
                name="usage",
                title="Usage",
                render=lambda seen, look, room: render_usage(
                    seen.newest(Usage), seen.newest(Rates), seen.newest(House), look, room
                ),
                heads=2,
            ),
            Panel(
                name="rates",
                title="Rates",
                render=lambda seen, look, room: render_rates(seen.newest(Rates), seen.newest(House), look, room),
            ),
            Panel(
                name="telegram",
                title="Telegram",
                render=lambda seen, look, room: render_telegram(
                    seen.newest(Telegram), look, room, peaks=_peaks_cost(seen)
                ),
                tab="Meter",
                scrolls=True,
                heads=1,
            ),
            Panel(
                name="bill",
                title="Bill",
                render=lambda seen, look, room: render_bill(seen.newest(Bill), look, room),
                drawn_from=lambda seen: seen.newest(Bill),
                scrolls=True,
                heads=1,
            ),
            Panel(
                name="events",
                title="Events",
                tab="Log",
                render=lambda seen, look, room: render_events(seen.newest(Events), seen.newest(House), look, room),
                drawn_from=events_drawn_from,
                scrolls=True,
            ),
            Panel(
                name="months",
                title="Month peaks",
                tab="Peaks",
                render=lambda seen, look, room: render_month_peaks(seen.newest(House), look, room),
                shown=_peaks_cost,
            ),
            Panel(
                name="prices",
                title="Prices",
                render=lambda seen, look, room: render_prices(seen.newest(Rates), seen.newest(House), look, room),
                shown=prices_shown,
                modest=lambda seen: _is_planned(seen) or (_peaks_cost(seen) and not prices_follow_market(seen)),
                drawn_from=prices_drawn_from,
            ),
            Panel(name="plan", title="Plan", render=render_plan, shown=_is_planned, drawn_from=plan_drawn_from),
        ),
        arrangements=(
            Arrangement(width=220, height=52, part=HUGE),
            Arrangement(width=220, height=40, part=LARGE),
            Arrangement(width=150, height=40, part=WIDE),
            Arrangement(width=112, height=34, part=MEDIUM),
            Arrangement(width=74, height=62, part=TOWER),
            Arrangement(width=74, height=38, part=TALL),
            Arrangement(width=74, height=15, part=SMALL),
            Arrangement(width=0, height=0, part=TINY),
        ),
        legend=_legend,
        question="Stop the meter?",
        notices=lambda seen: notices(seen.newest(House), seen.peer),
        keys=(ACCEPT,),
    )


def _is_planned(seen: Seen) -> bool:
    """Whether there is a plan, which has the prices in it too."""
    return seen.newest(Plan) is not None


def _peaks_cost(seen: Seen) -> bool:
    """Whether a peak may be spoken of: only once it is known that it costs something."""
    house = seen.newest(House)
    return house is not None and house.capacity_tariff


def _legend(seen: Seen) -> list[tuple[str, str]]:
    lines = [
        ("taken", "power taken from the grid"),
        ("injected", "power injected into the grid"),
        ("active", "the rate that counts now"),
        ("inactive", "the other rates"),
        ("good", "the cheapest hours ahead"),
        ("now", "usage at the rate that counts now"),
        ("clock", "how far the quarter is"),
        ("used", "taken so far in this quarter"),
        ("ahead", "what the forecast adds to it"),
        ("target", "the target of this quarter"),
    ]
    if _is_planned(seen):
        lines.append(("used", "a car that charges, as it is planned"))
        lines.append(("over", "planned above what is paid, or without a place"))
    if _peaks_cost(seen):
        lines.append(("alarm", "NEW PEAK: the forecast passes the target"))
    return lines
