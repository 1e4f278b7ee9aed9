"""A silent box is given up soon in tests, while it is silent; else it has as long as at home, however busy we are."""

from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType

import pytest

SOON_S = 0.3


@contextmanager
def impatient(*limits: tuple[ModuleType, str]) -> Iterator[None]:
    """These limits are short meanwhile, each a module's constant."""
    with pytest.MonkeyPatch.context() as patch:
        for module, name in limits:
            patch.setattr(module, name, SOON_S)
        yield
