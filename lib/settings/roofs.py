"""Where the house stands, its roofs with solar panels and who foresees the sun: config.py → place, slopes, words."""

from lib.core.slope import Slope
from lib.settings.config import Config, is_number

KEYS = ("kwp", "tilt", "facing", "loss_pct")
SOURCES = ("open-meteo", "forecast-solar")
NORTH_DEG, EAST_DEG = (49.0, 52.0), (2.0, 7.0)
MOST_KWP, MOST_ROOFS = 100.0, 6  # each is a question of its own, and twelve an hour are free
LOSS_PCT = 14.0


def parse_place(config: Config) -> tuple[float, float] | None:
    """Degrees north and east; None where its owner does not say. Raises SettingsError."""
    match config.names.get("place"):
        case None:
            return None
        case (north, east) if is_number(north) and is_number(east):
            if NORTH_DEG[0] <= north <= NORTH_DEG[1] and EAST_DEG[0] <= east <= EAST_DEG[1]:
                return float(north), float(east)
    raise config.slip("place", "None, or degrees north and east in Belgium, such as (50.85, 4.35)")


def parse_roofs(config: Config) -> tuple[Slope, ...]:
    """All of them, in the owner's order. Raises SettingsError."""
    found = [
        Slope(
            name=name,
            kwp=group.amount("kwp", 0.1, MOST_KWP),
            tilt_deg=group.amount("tilt", 0, 90),
            facing_deg=group.amount("facing", 0, 360),
            loss=group.amount("loss_pct", 0, 60, missing=LOSS_PCT) / 100,
        )
        for name, group in config.groups("roofs", "roof", KEYS)
    ]
    if len(found) > MOST_ROOFS:
        raise config.slip("roofs", f"at most {MOST_ROOFS}: add up those that face nearly the same way")
    return tuple(found)


def parse_sun_forecast(config: Config) -> tuple[str, ...]:
    """Who is asked, in this order. Raises SettingsError."""
    found = config.words("sun_forecast", SOURCES)
    if len(set(found)) < len(found) or not set(found) <= set(SOURCES):
        raise config.slip("sun_forecast", f"some of {', '.join(SOURCES)}, each once, or ()")
    return found
