"""Whether an answer has the shape of a recorded one."""

import json
import os
from pathlib import Path
from typing import Any


def recorded(make: str) -> dict[str, Any]:
    """The recorded answers of a make by their names, where DM_CASES names the folder that holds them."""
    named = os.environ.get("DM_CASES")
    if not named:
        return {}
    return {file.stem: json.loads(file.read_text("utf-8")) for file in (Path(named) / "fixtures" / make).glob("*.json")}


def differences(expected: Any, actual: Any, where: str = "") -> list[str]:
    """Where a key is missing or of another kind; int and float are one kind, as makers mix them."""
    match expected, actual:
        case dict(), dict():
            missing = [f"{where}.{key} is missing" for key in expected if key not in actual]
            shared = [key for key in expected if key in actual]
            return missing + [
                found for key in shared for found in differences(expected[key], actual[key], f"{where}.{key}")
            ]
        case list(), list():
            if len(expected) != len(actual):
                return [f"{where} has {len(actual)} items, not {len(expected)}"]
            pairs = enumerate(zip(expected, actual, strict=True))
            return [found for at, (one, other) in pairs for found in differences(one, other, f"{where}[{at}]")]
        case _ if _kind(expected) != _kind(actual):
            return [f"{where} is {actual!r}, not like {expected!r}"]
        case _:
            return []


def _kind(value: object) -> str:
    return "number" if isinstance(value, int | float) and not isinstance(value, bool) else type(value).__name__
