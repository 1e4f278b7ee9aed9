"""Answers of chargers as they were recorded: ours, and those of the folder that DM_CASES names."""

import json
from typing import Any

from tests.conftest import folders


def recorded(make: str) -> dict[str, Any]:
    """All recordings of a make, by file name without its ending."""
    return {
        path.stem: json.loads(path.read_text("utf-8"))
        for root in folders()
        for path in sorted([*(root / make).glob("*.json"), *(root / "fixtures" / make).glob("*.json")])
    }


def vectors(kind: str) -> list[Any]:
    """What the pv-control vectors say about a kind, file by file."""
    files = (root / "vectors" / "pvcontrol.json" for root in folders())
    return [said[kind] for file in files if kind in (said := json.loads(file.read_text("utf-8")))]
