"""Packages that only some owners install, in the place of the real ones."""

import importlib
import sys
from pathlib import Path
from typing import Any

import pytest

FAKES = Path(__file__).parents[1] / "fakes" / "car_packages"


def install(monkeypatch: pytest.MonkeyPatch, name: str) -> Any:
    """The module `name` of tests/fakes/car_packages, found by who imports it until the test ends."""
    _forget(monkeypatch, name)
    monkeypatch.syspath_prepend(str(FAKES))
    module = importlib.import_module(name)
    for known in _modules(name):
        monkeypatch.setitem(sys.modules, known, sys.modules.pop(known))  # so that it is forgotten at the end
    return module


def uninstall(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """Nobody finds `name` until the test ends, wherever it may be installed."""
    _forget(monkeypatch, name)
    monkeypatch.setitem(sys.modules, name.partition(".")[0], None)


def _forget(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    for known in _modules(name):
        monkeypatch.delitem(sys.modules, known)


def _modules(name: str) -> list[str]:
    """What is imported of the package that `name` is in."""
    top = name.partition(".")[0]
    return [known for known in sys.modules if known.partition(".")[0] == top]
