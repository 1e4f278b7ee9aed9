"""A changed state: the same as the standard library makes, and as frozen."""

import dataclasses
from dataclasses import dataclass

import pytest

from lib.core import states


@dataclass(frozen=True, kw_only=True)
class Calm:
    """A state without slots."""

    power_w: float
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Still:
    """The same with slots."""

    power_w: float
    name: str = ""


@pytest.mark.parametrize("kind", [Calm, Still])
def test_a_state_changes_as_the_standard_library_does_it(kind: type[Calm]) -> None:
    """A new one with the other value; the one before stays as it was, and nobody writes into either."""
    before = kind(power_w=1.0, name="oven")
    after = states.replace(before, power_w=2.0)
    assert dataclasses.replace(before, power_w=2.0) == after
    assert kind(power_w=1.0, name="oven") == before
    with pytest.raises(dataclasses.FrozenInstanceError):
        after.power_w = 3.0  # type: ignore[misc]  # that it is frozen is what is tried


@pytest.mark.parametrize("kind", [Calm, Still])
def test_a_field_that_is_none_is_refused(kind: type[Calm]) -> None:
    """A slip of the pen makes no new field."""
    with pytest.raises(TypeError, match="power_kw"):
        states.replace(kind(power_w=1.0), power_kw=2.0)  # type: ignore[call-arg]  # that it is none is what is tried
