"""What the owner wrote about one source of a car: as any options, with those that each source has."""

from collections.abc import Iterable, Mapping

from lib import options
from lib.cars import CarSetupError

EVERYWHERE = frozenset({"from", "title", "idle", "floor_min"})
LONGEST_FLOOR_MIN = 24 * 60.0


class Options(options.Options):
    """The options of one source, of which only `allowed` and those of EVERYWHERE may stand there."""

    def __init__(self, found: Mapping[str, object], secrets: Mapping[str, str], allowed: Iterable[str]) -> None:
        super().__init__(found, secrets, EVERYWHERE | set(allowed), slip=CarSetupError)

    def floor_s(self, usual_min: float, *, least_min: float) -> float:
        """Seconds between two questions at least, from "floor_min". Raises CarSetupError."""
        return 60 * self.number("floor_min", usual_min, least=least_min, most=LONGEST_FLOOR_MIN)
