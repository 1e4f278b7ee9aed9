"""The owner's words for a charger become one, or a sentence."""

import subprocess
import sys
from typing import Any

import pytest

from lib.chargers import ChargerSetupError, open_charger
from lib.chargers.goe import Goe
from lib.chargers.goe_v1 import GoeV1
from lib.chargers.nrgkick import NRGkick
from lib.chargers.openevse import OpenEvse
from lib.chargers.relay import Relayed
from lib.core.charger import ChargerRules
from tests.waiting import LIMIT_S

RULES = ChargerRules(name="garage")
ELSEWHERE = {"relay": {"host": "elsewhere"}}


@pytest.mark.parametrize(
    ("make", "address", "options", "kind", "step_a", "polite_s"),
    [
        ("nrgkick", "192.0.2.31", {}, NRGkick, 0.1, 0.0),
        ("nrgkick", "mdns:Carport für Gäste", {}, NRGkick, 0.1, 0.0),
        ("nrgkick", "http://192.0.2.31:8080/", {}, NRGkick, 0.1, 0.0),
        ("goe", "[2001:db8::1]:8080", {}, Goe, 1.0, 0.0),
        ("goe", "go-echarger.local", {"api": 2}, Goe, 1.0, 0.0),
        ("goe", "192.0.2.32", {"api": 1}, GoeV1, 1.0, 5.0),
        ("goe", "192.0.2.32", {"api": 1} | ELSEWHERE, Relayed, 1.0, 5.0),
        ("goe", "mdns:012345", {"api": 1}, GoeV1, 1.0, 5.0),
        ("openevse", "openevse-7b2c.local", {}, OpenEvse, 1.0, 0.0),
    ],
)
def test_each_make_is_opened(
    make: str, address: str, options: dict[str, Any], kind: type, step_a: float, polite_s: float
) -> None:
    """Without asking it anything."""
    charger = open_charger(make, address, rules=RULES, options=options)
    assert (kind, step_a, polite_s) == (type(charger), charger.step_a, charger.polite_s)


@pytest.mark.parametrize(
    ("make", "address", "options", "says"),
    [
        ("wallbox", "192.0.2.31", {}, "garage: 'wallbox' is no charger we know; it can be nrgkick, goe"),
        ("nrgkick", "192.0.2.31", {"api": 1}, "garage: 'api' is no option of a charger 'nrgkick'; it has none"),
        ("goe", "192.0.2.31", {"pin": 1}, "garage: 'pin' is no option of a charger 'goe'; it has api, relay"),
        ("goe", "192.0.2.31", {"api": 3}, "garage: a go-e has api 1 or 2, not 3"),
        ("goe", "192.0.2.31", ELSEWHERE, "garage: a go-e with API v2 switches phases itself; a relay is for api 1"),
        ("goe", "192.0.2.31", {"api": 1, "relay": {"pin": 1}}, "garage: the relay's pin is 1; allowed is a GPIO line"),
        ("openevse", "192.0.2.31", {"api": 2}, "garage: 'api' is no option of a charger 'openevse'; it has none"),
        ("goe", "", {}, "'' is no address of a go-eCharger; write it such as 192.168.1.31"),
    ],
)
def test_a_slip_is_one_sentence(make: str, address: str, options: dict[str, Any], says: str) -> None:
    """With what is allowed."""
    with pytest.raises(ChargerSetupError) as slip:
        open_charger(make, address, rules=RULES, options=options)
    assert str(slip.value).startswith(says)


def test_a_user_with_a_colon_is_told_of() -> None:
    """HTTP cannot carry one."""
    with pytest.raises(ChargerSetupError, match="the user 'a:b' of an NRGkick Gen2 holds a colon"):
        open_charger("nrgkick", "192.0.2.31", rules=RULES, user="a:b", password="sesame")


def test_no_make_is_imported_that_is_not_used() -> None:
    """Neither its library, nor that of the relay, nor the one that finds names."""
    script = (
        "import sys\n"
        "from lib.chargers import open_charger\n"
        "from lib.chargers.point import Point\n"
        "from lib.core.charger import ChargerRules\n"
        "assert not {'aiohttp', 'nrgkick_api', 'gpiozero', 'zeroconf'} & set(sys.modules)\n"
        "open_charger('goe', '192.0.2.31', rules=ChargerRules(name='garage'))\n"
        "assert not {'nrgkick_api', 'gpiozero', 'zeroconf'} & set(sys.modules)\n"
        "open_charger('nrgkick', 'mdns:N24', rules=ChargerRules(name='garage'))\n"
        "assert not {'gpiozero', 'zeroconf'} & set(sys.modules)\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=LIMIT_S, check=False)
    assert (0, "") == (done.returncode, done.stderr)
