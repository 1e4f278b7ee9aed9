"""Answers of car services: our own, and those of the folder that DM_CASES names."""

import json
from pathlib import Path
from typing import Any

from tests.conftest import folders


def recordings(pattern: str = "*.json") -> dict[str, Any]:
    """What the files hold, by name; ours are called `our …`."""
    found = {}
    for number, root in enumerate(folders()):
        for place in (root / "car", root / "fixtures" / "car"):
            for path in sorted(place.glob(pattern)):
                found[f"{'their' if number else 'our'} {path.stem}"] = _read(path)
    return found


def recorded(name: str) -> Any:
    """What the file of that name in DM_CASES holds; None where it is not there."""
    return recordings().get(f"their {name}")


def _read(path: Path) -> Any:
    return json.loads(path.read_text("utf-8"))
