"""What may flow while nobody steers fits everywhere, or the program does not start."""

from dataclasses import replace

import pytest

from lib.core.charger import ChargerRules
from lib.core.checking import check
from lib.core.circuits import Circuit, safe_a

GARAGE = ChargerRules(name="garage", current_a=16, watched=True)
DRIVE = ChargerRules(name="drive", current_a=16, phases=1, wired="2", watched=True)


def house(*limits_a: float, margin: float = 1.0) -> Circuit:
    """The house connection: three limits, or one for all phases."""
    first, second, third = limits_a if len(limits_a) == 3 else limits_a * 3
    return Circuit(name="connection", limits_a=(first, second, third), margin=margin)


def cable(name: str, limit_a: float, *chargers: str) -> Circuit:
    """A cable that these chargers share."""
    return Circuit(name=name, limits_a=(limit_a, limit_a, limit_a), chargers=frozenset(chargers))


def test_what_may_flow_while_nobody_steers_must_fit() -> None:
    """A safe current counts, and the maximum of one that would keep its current, unless the owner accepts that."""
    home = replace(house(25), worst_a=(10.0, 10.0, 10.0))
    assert check([home], [GARAGE, DRIVE]) == ()
    assert (0.0, 6.0) == (safe_a(GARAGE), safe_a(DRIVE))
    deaf = replace(DRIVE, watched=False)
    (slip,) = check([home], [GARAGE, deaf])
    assert slip.startswith("connection L2: carries 25 A, but while nobody steers drive 16 A + other load 10 A may flow")
    assert check([home], [GARAGE, deaf], accepted={"drive"}) == ()
    assert check([home], [GARAGE, replace(deaf, current_a=15)]) == ()
    both = [replace(GARAGE, safe_a=10), replace(DRIVE, safe_a=6)]
    (slip,) = check([home], both)
    assert "connection L2" in slip
    assert "garage 10 A + drive 6 A + other load 10 A" in slip
    (slip,) = check([house(100), cable("cable", 15, "garage", "drive")], both)
    assert "cable L2: carries 15 A" in slip


@pytest.mark.parametrize(
    ("circuits", "chargers", "words"),
    [
        ([house(25)], [replace(GARAGE, current_a=5)], "garage: current_a 5 is below the 6 A"),
        ([house(25)], [replace(GARAGE, safe_a=3)], "garage: safe_a 3 must be 0, or from 6"),
        ([house(25)], [replace(GARAGE, safe_a=17)], "garage: safe_a 17"),
        ([house(25)], [replace(GARAGE, wired="12")], "garage: phases 3 does not go with wired '12'"),
        ([house(25)], [replace(DRIVE, wired="N")], "drive: phases 1 does not go with wired 'N'"),
        ([house(25)], [GARAGE, GARAGE], "garage: the name is given twice"),
        ([house(25), house(20)], [], "connection: the name is given twice"),
        ([house(25), cable("cable", 20, "attic")], [GARAGE], "cable: there is no charger attic"),
        ([house(25, 0, 25)], [], "connection L2: the limit 0 A must be above 0"),
        ([house(25, margin=1.2)], [], "connection: the margin 1.2"),
    ],
)
def test_a_slip_in_the_settings_is_a_sentence(
    circuits: list[Circuit], chargers: list[ChargerRules], words: str
) -> None:
    """Each names what it is about."""
    assert [slip for slip in check(circuits, chargers) if slip.startswith(words)]
