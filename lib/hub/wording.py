"""How answers are worded: lines of some 72 columns, a label before its text, times of Brussels, money to the cent."""

from collections.abc import Iterable
from datetime import datetime
from math import ceil
from textwrap import wrap
from zoneinfo import ZoneInfo

from lib.messages import cents
from lib.messages.amounts import loosened, tied

BRUSSELS = ZoneInfo("Europe/Brussels")
WIDTH = 72
INDENT = 15
UNKNOWN = "not known yet"
NO_COST = "peaks cost nothing here"


def answer(*lines: str) -> str:
    """A text of the lines that say something; a long one goes on under its text."""
    return "\n".join(_folded(line for line in lines if line))


def labelled(label: str, said: str) -> str:
    """A label and what it is."""
    return f"{label:<{INDENT}}{said}"


def named(name: str, said: str) -> str:
    """As `labelled`, for a name of the owner's, which may be long."""
    return labelled(name, said) if len(name) < INDENT else f"{name}  {said}"


def below(said: str) -> str:
    """More about the label above; nothing of nothing."""
    return labelled("", said) if said else ""


def moment(at: datetime, now: datetime) -> str:
    """The time to the second, with the day when it is another than today."""
    local = at.astimezone(BRUSSELS)
    return f"{local:%H:%M:%S}" if is_today(at, now) else f"{local:%a %d %b %H:%M:%S}"


def near(at: datetime, now: datetime) -> str:
    """The time to the minute, with the day when it is another than today."""
    local = at.astimezone(BRUSSELS)
    return f"{local:%H:%M}" if is_today(at, now) else f"{local:%a %d %b %H:%M}"


def is_today(at: datetime, now: datetime) -> bool:
    """Whether two instants are on one local day."""
    return at.astimezone(BRUSSELS).date() == now.astimezone(BRUSSELS).date()


def asked(soc_pct: float) -> str:
    """A state of charge that is asked, as ev's sentences round it: up."""
    return f"{ceil(soc_pct - 1e-6)} %"


def span(seconds: float) -> str:
    """`12 s`, `3 min 20 s`, `2 h 05 min`."""
    minutes, whole = divmod(max(0, round(seconds)), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes:02} min"
    return f"{minutes} min {whole:02} s" if minutes else f"{whole} s"


def kw(power_w: float | None) -> str:
    """A power in kW."""
    return UNKNOWN if power_w is None else f"{round(power_w / 1000, 2) + 0.0:.2f} kW"


def price(eur_kwh: float | None) -> str:
    """What a kWh costs; what is not known is no zero."""
    return "unknown" if eur_kwh is None else f"{eur_kwh:.4f} €/kWh"


def euro(eur: float | None) -> str:
    """Money; nothing for what is not there."""
    return "" if eur is None else str(cents(eur))


def wrapped(text: str, *, first: str = "", further: str = "") -> list[str]:
    """Lines that fit, no amount torn; first, further: what stands before the first, and before what goes on."""
    return [loosened(row) for row in wrap(tied(text), WIDTH, initial_indent=first, subsequent_indent=further)]


def _folded(lines: Iterable[str]) -> Iterable[str]:
    for line in lines:
        if len(line) <= WIDTH:
            yield line.rstrip()
        else:
            yield from wrapped(line, further=" " * INDENT)
