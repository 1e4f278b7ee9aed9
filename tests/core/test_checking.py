"""What may flow while nobody steers fits everywhere, or the program does not start."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.core.charger import ChargerRules
from lib.core.checking import check, crowded, worst, worst_other_a
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


def test_only_where_the_most_of_all_does_not_fit_is_a_circuit_crowded() -> None:
    """There those that watch themselves are left at their safe current when the program ends."""
    third = replace(DRIVE, name="third", watched=False)
    assert frozenset() == crowded([house(32)], [GARAGE, DRIVE])
    assert {"garage", "drive"} == crowded([house(31)], [GARAGE, DRIVE])
    assert {"drive"} == crowded([house(100), cable("row", 20, "drive", "third")], [GARAGE, DRIVE, third])


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


def test_one_station_full_and_the_others_off_passes() -> None:
    """Three chargers on a cable of 32 A, of which one goes on with all of it."""
    three = [
        replace(GARAGE, name=name, current_a=32, safe_a=safe) for name, safe in zip("abc", (32, 0, 0), strict=True)
    ]
    assert () == check([house(40), cable("park", 32, "a", "b", "c")], three)
    (slip, *_) = check([house(40), cable("park", 32, "a", "b", "c")], [*three[:2], replace(three[2], safe_a=6)])
    assert slip.startswith("park L1: carries 32 A, but while nobody steers a 32 A + c 6 A + other load 0 A may flow")


def test_what_flows_further_down_flows_above() -> None:
    """The owner says it once, where it is; a worst case of its own above counts where it is more."""
    park = replace(cable("park", 20, "drive"), other_a=(0.0, 1.0, 0.0))
    group = replace(cable("group", 20, "drive"), above="park", other_a=(0.0, 9.0, 0.0), worst_a=(0.0, 12.0, 2.0))
    home = replace(house(25), worst_a=(3.0, 5.0, 0.0))
    circuits = [home, park, group]
    assert [(3.0, 12.0, 2.0), (0.0, 12.0, 2.0), (0.0, 12.0, 2.0)] == [worst_other_a(one, circuits) for one in circuits]
    assert () == check(circuits, [DRIVE])
    assert 2 == len(check([home, replace(park, margin=0.8), replace(group, margin=0.8)], [DRIVE]))


def test_a_limit_in_watts_is_a_row() -> None:
    """Between two phases a charger takes 230 V once, though it loads two conductors."""
    between = replace(DRIVE, wired="12", safe_a=10)
    park = replace(cable("park", 20, "drive"), limit_w=2_300.0)
    assert () == check([house(25), park], [between])
    (row,) = [row for row in worst([house(25), park], [between]) if not row.phase]
    assert ("park in all", {"drive": 2_300.0}, 2_300.0) == (row.name, row.kept, row.flows)
    (slip,) = check([house(25), replace(park, margin=0.9)], [between])
    assert slip.startswith(
        "park in all: carries 2070 W, but while nobody steers drive 2300 W + other load 0 W may flow"
    )
    assert [10.0, 10.0] == [row.flows for row in worst([house(25)], [between]) if row.kept]


def test_a_circuit_without_a_limit_limits_nothing() -> None:
    """It may be a group only for its profile."""
    assert () == check([house(25), Circuit(name="g", limits_a=(None,) * 3, chargers=frozenset({"garage"}))], [GARAGE])


def hung(name: str, above: str, *chargers: str) -> Circuit:
    """A circuit that hangs on another."""
    return replace(cable(name, 20, *chargers), above=above)


@pytest.mark.parametrize(
    ("circuits", "words"),
    [
        ([hung("a", "b", "garage")], "a: it hangs on b, which is no circuit"),
        ([hung("a", "b", "garage"), hung("b", "a", "garage")], "a: it hangs on itself, by way of a"),
        ([hung("a", "", "garage"), hung("b", "", "garage")], "garage: it hangs on a and on b; a charger hangs on one"),
        ([hung("a", ""), hung("b", "a", "garage")], "garage: it hangs on b, but not on a, which that one hangs on"),
        ([hung("a", "", "garage"), hung("b", "a", "garage")], ""),
        ([hung("a", "connection", "garage")], ""),
        ([replace(hung("a", "", "garage"), limit_w=0.0)], "a in all: the limit 0 W must be above 0"),
    ],
)
def test_a_slip_in_the_tree_is_a_sentence(circuits: list[Circuit], words: str) -> None:
    """A charger hangs on one circuit, and on all above it."""
    slips = check([house(25), *circuits], [GARAGE])
    assert [slip for slip in slips if slip.startswith(words)] if words else slips == ()


def test_a_charger_hangs_on_phases_that_the_house_has() -> None:
    """A house with one phase has no L2."""
    one = Circuit(name="connection", limits_a=(40.0, None, None))
    assert ("drive: it hangs on L2, which connection does not have",) == check([one], [DRIVE])
    assert () == check([one], [replace(DRIVE, wired="1")])


@st.composite
def trees(draw: st.DrawFn) -> tuple[list[Circuit], list[ChargerRules]]:
    """A connection with up to five circuits, each on the connection or on an earlier one, and up to six chargers."""
    tenth = st.integers(0, 300).map(lambda number: number / 10)
    amps = st.none() | st.tuples(tenth, tenth, tenth)
    names = [f"circuit{number}" for number in range(draw(st.integers(0, 5)))]
    above = {name: draw(st.sampled_from(["", *names[:at]])) for at, name in enumerate(names)}
    chargers, below = [], dict[str, set[str]]()
    for number in range(draw(st.integers(1, 6))):
        current_a = draw(st.integers(6, 32))
        phases = draw(st.sampled_from([1, 3]))
        chargers.append(
            ChargerRules(
                name=f"charger{number}",
                current_a=current_a,
                phases=phases,
                wired=draw(st.sampled_from(["1", "2", "3", "12", "23"] if phases == 1 else ["123", "231"])),
                safe_a=draw(st.none() | st.just(0.0) | st.integers(6, current_a).map(float)),
                watched=draw(st.booleans()),
            )
        )
        at = draw(st.sampled_from(["", *names]))
        while at:
            below.setdefault(at, set()).add(f"charger{number}")
            at = above[at]
    limits = st.none() | st.integers(10, 100).map(float)
    circuits = [Circuit(name="connection", limits_a=draw(st.tuples(*[st.integers(20, 160).map(float)] * 3)))]
    circuits += [
        Circuit(
            name=name,
            limits_a=draw(st.tuples(limits, limits, limits)),
            limit_w=draw(st.none() | st.integers(1, 60).map(lambda kilo: kilo * 1000.0)),
            chargers=frozenset(below.get(name, ())),
            margin=draw(st.sampled_from([1.0, 0.8])),
            above=above[name],
            other_a=draw(amps) or (0.0, 0.0, 0.0),
            worst_a=draw(amps),
        )
        for name in names
    ]
    return circuits, chargers


@given(site=trees(), accepts=st.booleans())
def test_what_passes_never_exceeds_a_row_while_nobody_steers(
    site: tuple[list[Circuit], list[ChargerRules]], *, accepts: bool
) -> None:
    """All at their safe current, or at their most where nothing makes them fall, and the worst other load beside them.

    And what does not pass names a row that would be exceeded.
    """
    circuits, chargers = site
    accepted = {charger.name for charger in chargers if accepts}
    flows = {charger.name: safe_a(charger) if charger.watched or accepts else charger.current_a for charger in chargers}
    fits = True
    for circuit in circuits:
        others_a = circuit.worst_a or circuit.other_a
        below = [charger for charger in chargers if circuit.carries(charger.name) and flows[charger.name]]
        for phase, (limit_a, other_a) in enumerate(zip(circuit.limits_a, others_a, strict=True), 1):
            loaded = [one for one in below if str(phase) in one.wired]
            flow_a = sum(flows[one.name] for one in loaded) + other_a
            fits &= not loaded or limit_a is None or flow_a <= limit_a * circuit.margin + 2e-6
        if circuit.limit_w is not None and below:
            flow_w = 230 * (sum(flows[one.name] * one.phases for one in below) + sum(others_a))
            fits &= flow_w <= circuit.limit_w * circuit.margin + 2e-6
    slips = check(circuits, chargers, accepted)
    assert slips or fits
    assert all(": carries " in slip for slip in slips)
    rows = {row.name: row for row in worst(circuits, chargers, accepted)}
    for slip in slips:
        row = rows[slip.partition(":")[0]]
        assert row.flows > row.carries
        assert all(name in slip for name in row.kept)
