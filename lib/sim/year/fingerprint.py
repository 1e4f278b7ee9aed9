"""What decides a result → one short text, so that nothing is shown that something else has come to.

In: home, contract, strategy, frame, and the source of whatever computes: what live, score and the strategy import, and
what that imports in turn. So a rival need not be run again for a better core of ours.
"""

import ast
import hashlib
import platform
from array import array
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from importlib import metadata
from pathlib import Path

from lib.sim.year.home import Home
from lib.sim.year.live import Frame
from lib.sim.year.strategies import MODULES

ROOT = Path(__file__).parents[3]
FOR_ALL = ("lib.sim.year.live", "lib.sim.year.score")


def key_of(home: str, *, tariff: str, strategy: str, frame: Frame, source: str) -> str:
    """Of a run; home and source: their fingerprints. The limit knows all, so that no conditions hold for it."""
    conditions = frame.conditions
    decides = (
        *(home, source, tariff, strategy, frame.battery, frame.step_s, frame.seed, frame.plan_every_s),
        *(conditions.sun_factor, conditions.last_weeks_load, conditions.prices_missing_days, conditions.early_h),
        conditions.soc_known,
        *sorted(conditions.perfect),
    )
    return _hex("|".join(map(str, decides)).encode())


def home_print(home: Home) -> str:
    """Of all data of a home."""
    series = (home.load_wh, home.sun_w, home.sun_foreseen_w, home.index)
    rest = repr((home.name, home.start, home.journeys, home.car, home.battery))
    return _hex(rest.encode(), *(array("d", one).tobytes() for one in series))


def source_prints(root: Path = ROOT, modules: Mapping[str, str] = MODULES) -> dict[str, str]:
    """By strategy: of the code that computes, of Python and of the solver. modules: where each strategy begins."""
    imports = cache(lambda path: tuple(_imports(path)))
    found = {}
    for strategy, module in modules.items():
        files: set[Path] = set()
        todo = [*FOR_ALL, module]
        while todo:
            for path in _files(root.joinpath(*todo.pop().split("."))):
                if path not in files and path.is_file():
                    files.add(path)
                    todo += imports(path)
        found[strategy] = _source_print(root, sorted(files))
    return found


def _files(module: Path) -> tuple[Path, Path]:
    """Where a module stands: in a file of its own, or as a package."""
    return module.with_suffix(".py"), module / "__init__.py"


def _imports(path: Path) -> Iterator[str]:
    """What it imports of lib, also within functions; a name may be a module's or one that stands in it."""
    for node in ast.walk(ast.parse(path.read_bytes())):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("lib"):
            yield str(node.module)
            yield from (f"{node.module}.{name.name}" for name in node.names)
        elif isinstance(node, ast.Import):
            yield from (name.name for name in node.names if name.name.startswith("lib."))


def _source_print(root: Path, files: Iterable[Path]) -> str:
    parts = (part for path in files for part in (str(path.relative_to(root)).encode(), path.read_bytes()))
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
