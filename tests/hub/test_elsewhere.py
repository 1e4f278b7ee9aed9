"""Words that were typed to the wrong program."""

import pytest

from lib.hub.elsewhere import TABLES, elsewhere
from lib.hub.lines import Lines
from lib.hub.newest import Newest
from lib.hub.orders import Orders
from lib.messages.orders import Done, SetMode, SetStorage

from .cellar import a_battery, a_storage
from .garage import a_charging


def at(program: str) -> Newest:
    """What a program said last: the cars with a garage, or a battery called home."""
    newest = Newest()
    if program == "ev":
        newest.take(a_charging())
    if program == "bs":
        newest.take(a_storage(batteries=(a_battery("home"),)))
    return newest


@pytest.mark.parametrize(
    ("program", "line", "whose"),
    [
        ("dm", "gains", "bs (the battery)"),
        ("dm", "reserve 30", "bs (the battery)"),
        ("ev", "flow", "bs (the battery)"),
        ("bs", "soc car_1 63", "ev (the cars)"),
        ("dm", "trips", "ev (the cars)"),
        ("ev", "bill", "dm (the meter)"),
        ("bs", "rates", "dm (the meter)"),
        ("dm", "battery", "bs (the battery)"),
        ("ev", "outlook", "dm (the meter)"),
        ("bs", "saved", "dm (the meter)"),
        ("dm", "mode car_1 off", "ev (the cars)"),
        ("bs", "mode car_1 off", "ev (the cars)"),
        ("bs", "mode pv_only", "ev (the cars)"),
        ("bs", "mode PV-all", "ev (the cars)"),
        ("dm", "mode fill", "bs (the battery)"),
        ("ev", "mode fill", "bs (the battery)"),
        ("ev", "mode battery off", "bs (the battery)"),
        ("dm", "mode off", "ev (the cars) and bs (the battery)"),
        ("dm", "mode", "ev (the cars) and bs (the battery)"),
        ("dm", "mode turbo", "ev (the cars) and bs (the battery)"),
        ("ev", "mode home hold", "bs (the battery)"),
        ("dm", "mode cellar own", "bs (the battery)"),
        ("ev", "sim kettle on", "dm (the meter) in the demo"),
        ("bs", "sim", "dm (the meter) in the demo"),
    ],
)
def test_a_word_of_another_program_says_whose_it_is(program: str, line: str, whose: str) -> None:
    """What stands behind `mode` tells a charger from the battery."""
    word, _, rest = line.partition(" ")
    assert f"{word} is a word of {whose}, not of {program}: type it there" == elsewhere(
        program, word, rest, at(program)
    )


@pytest.mark.parametrize(
    ("program", "line"),
    [
        ("dm", "status"),
        ("dm", "oven"),
        ("dm", "sim kettle"),
        ("dm", ""),
        ("ev", "mode off"),
        ("ev", "mode garage off"),
        ("ev", "mode turbo"),
        ("ev", "mode garage hold"),
        ("bs", "mode home hold"),
        ("bs", "mode HOME off"),
        ("bs", "mode off"),
        ("bs", "mode battery off"),
        ("bs", "mode turbo"),
        ("bs", "peak 4"),
        ("ev", "peak 4"),
    ],
)
def test_its_own_words_and_those_of_nobody_are_not_sent_away(program: str, line: str) -> None:
    """The program answers them itself, in its own way."""
    word, _, rest = line.partition(" ")
    assert "" == elsewhere(program, word, rest, at(program))


def test_every_program_has_the_words_that_all_have() -> None:
    """Whoever is asked shows its state, and the target of the quarter."""
    for table in TABLES.values():
        assert {"status", "peak"} <= set(table)


async def test_a_typed_line_is_pointed_to_its_program() -> None:
    """And nothing is carried out, whoever types it."""

    def never(_: object) -> Done:
        raise AssertionError

    newest = Newest()
    newest.take(a_charging())
    newest.take(a_storage())
    ev = Lines(newest, TABLES["ev"], {}, Orders("ev", {SetMode: never}))
    bs = Lines(newest, TABLES["bs"], {}, Orders("bs", {SetStorage: never}))
    for may_change in (False, True):
        assert "mode is a word of bs (the battery), not of ev: type it there" == await ev.answer(
            "MODE Fill", may_change=may_change
        )
        assert "mode is a word of ev (the cars), not of bs: type it there" == await bs.answer(
            "mode garage pv_only", may_change=may_change
        )
        assert "usage is a word of dm (the meter), not of bs: type it there" == await bs.answer(
            " Usage \r\n", may_change=may_change
        )


async def test_a_mode_for_one_battery_is_answered_by_the_battery() -> None:
    """What the README calls it is no charger."""
    bs = Lines(at("bs"), TABLES["bs"], {}, Orders("bs", {SetStorage: lambda order: Done(what="never")}))
    said = await bs.answer("mode home hold", may_change=True)
    assert said.startswith("all batteries have one mode together, so none is named")


@pytest.mark.parametrize("word", ["propose", "withdraw"])
def test_examples_of_proposals_are_of_the_programs_own_devices(word: str) -> None:
    """The cars have no battery to propose for, and the battery no garage."""
    of_cars, of_store = TABLES["ev"][word].order, TABLES["bs"][word].order
    assert of_cars is not None
    assert of_store is not None
    assert ("garage" in of_cars.such_as, "battery" in of_cars.such_as) == (True, False)
    assert ("garage" in of_store.such_as, "battery" in of_store.such_as) == (False, True)


async def test_the_mode_and_the_reserve_of_the_battery_are_typed() -> None:
    """And the answer is what became of it."""
    told: list[object] = []

    def take(order: object) -> Done:
        told.append(order)
        return Done(what="done")

    newest = Newest()
    newest.take(a_storage())
    bs = Lines(newest, TABLES["bs"], {}, Orders("bs", {SetStorage: take}))
    assert "auto" == await bs.answer("mode", may_change=True)
    assert "done" == await bs.answer("mode HOLD", may_change=True)
    said = await bs.answer("help", may_change=True)
    assert "to set it: mode auto, mode hold" in " ".join(said.split())
    assert max(map(len, said.splitlines())) <= 72
    assert ["set_storage"] == [getattr(order, "type", "") for order in told]
