"""What a charger shall do before circuits and clocks have their say, where no story shows it."""

from dataclasses import replace

import pytest

from lib.core.aims import aims_of
from lib.core.carport import BatteryWord, with_bay
from lib.core.claims import Grant
from lib.core.modes import Mode
from lib.core.site import Lease
from lib.core.why import Hold
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


def test_a_hold_of_less_than_an_ampere_is_none() -> None:
    """And one that is there goes when hardly anything is left of it: the house draws now a little more, now less."""
    home = a_home(base_w=lambda _: 400.0).run(20)
    home.want(Mode.MAX)
    home.run(60)
    [aim] = aims_of(home.ev, home.rules)
    assert 3_680.0 == aim.wished.target_w
    short_a = (0.0, 0.9, 0.4, 1.1, 0.6, 0.9, 0.4, 0.9)
    charging, holds = home.ev, []
    for less_a in short_a:
        grant = Grant(who="garage", power_w=3_680.0 - 230 * less_a, short=less_a > 0)
        leases = {"garage": Lease(grant=grant, until_s=charging.now_s + 30)}
        charging = replace(charging, site=replace(charging.site, leases=leases))
        [aim] = aims_of(charging, home.rules)
        holds.append(aim.held)
        bay = charging.bays["garage"]
        charging = with_bay(charging, "garage", replace(bay, why=replace(bay.why, held=aim.held)))
    assert [None, None, None, Hold.PEAK, Hold.PEAK, Hold.PEAK, None, None] == holds
