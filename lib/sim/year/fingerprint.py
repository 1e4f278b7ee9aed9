"""What decides a result → one short text, so that nothing is shown that something else has come to.

In: home, contract, strategy, frame, and the source of whatever computes. What only shows results is left out.
"""

import hashlib
import platform
from array import array
from importlib import metadata
from pathlib import Path

from lib.sim.year.home import Home
from lib.sim.year.live import Frame

LIB = Path(__file__).parents[2]
FOLDERS = ("core", "solver", "sim/year", "sim/rivals")
SHOWS = {  # of lib/sim/year: what asks, starts, keeps and draws
    *("asked.py", "board.py", "chart.py", "cluster.py", "command.py", "crew.py", "fingerprint.py", "grid.py"),
    *("headroom_command.py", "keep.py", "progress.py", "report.py", "results.py", "standings.py", "stopping.py"),
    *("sweep.py", "weeks.py"),
}


def key_of(home: str, *, tariff: str, strategy: str, frame: Frame, source: str) -> str:
    """Of a run; home and source: their fingerprints. The limit knows all, so that no conditions hold for it."""
    conditions = frame.conditions
    decides = (
        *(home, source, tariff, strategy, frame.battery, frame.step_s, frame.seed, frame.plan_every_s),
        *(conditions.sun_factor, conditions.prices_missing_days, conditions.early_h, conditions.soc_known),
        *sorted(conditions.perfect),
    )
    return _hex("|".join(map(str, decides)).encode())


def home_print(home: Home) -> str:
    """Of all data of a home."""
    series = (home.load_wh, home.sun_w, home.sun_foreseen_w, home.index)
    rest = repr((home.name, home.start, home.journeys, home.car, home.battery))
    return _hex(rest.encode(), *(array("d", one).tobytes() for one in series))


def source_print(lib: Path = LIB) -> str:
    """Of the code that computes, of Python and of the solver."""
    files = sorted(path for folder in FOLDERS for path in (lib / folder).rglob("*.py"))
    parts = [
        part
        for path in files
        if not (path.parent.name == "year" and path.name in SHOWS)
        for part in (str(path.relative_to(lib)).encode(), path.read_bytes())
    ]
    return _hex(platform.python_version().encode(), _solver().encode(), *parts)


def _solver() -> str:
    try:
        return metadata.version("highspy")
    except metadata.PackageNotFoundError:
        return "none"


def _hex(*parts: bytes) -> str:
    digest = hashlib.sha256()
    for part in parts:
        digest.update(len(part).to_bytes(8))
        digest.update(part)
    return digest.hexdigest()[:32]
