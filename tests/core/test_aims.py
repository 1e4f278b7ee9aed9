"""What a charger shall do before circuits and clocks have their say, where no story shows it."""

from dataclasses import replace

import pytest

from lib.core.aims import aims_of
from lib.core.carport import BatteryWord
from tests.stories.homes import a_home


@pytest.mark.parametrize(("ago_s", "is_helped"), [(5.0, True), (31.0, False)])
def test_a_battery_that_fell_silent_helps_nobody(ago_s: float, is_helped: bool) -> None:
    """Its last word was that it gives 1.7 kW; a program that was killed takes nothing back."""
    home = a_home(soc_pct=12.0, base_w=lambda _: 400.0).run(20)
    word = BatteryWord(heard_s=home.ev.now_s - ago_s, help_w=1680.0, can_w=5000.0)
    [aim] = aims_of(replace(home.ev, battery=word), home.rules)
    assert is_helped is aim.facts.helped
    assert aim.claim
    assert is_helped is aim.claim.helped
