"""Orders as people type them."""

import contextlib

import pytest

from lib.core.modes import Mode, Phases, StorageMode
from lib.hub import spoken
from lib.hub.newest import Newest
from lib.hub.spoken import Spoken
from lib.messages.charging import Charging
from lib.messages.orders import (
    AcceptPeak,
    Boost,
    Order,
    OrderError,
    Propose,
    SetCar,
    SetMode,
    SetPhases,
    SetReserve,
    SetSoc,
    SetStorage,
    Withdraw,
)
from lib.messages.proposals import Proposals, TargetNow
from tests.yardstick import cost

from .garage import ONE, a_charging

SHAPE = "a proposal names target and priority, then wish, low, high or pause, and by whom"
PAIRS = "behind the priority stand wish, low, high and for, each once with its number, or pause alone"
PRIORITY = "a whole number from 0 to 3999, the higher fences the lower"
WATTS = "a number of watts, + goes into the device, or null"


def told(charging: Charging | None) -> Newest:
    """What ev said last."""
    newest = Newest()
    if charging:
        newest.take(charging)
    return newest


@pytest.mark.parametrize(
    ("word", "rest", "order"),
    [
        (spoken.MODE, "garage pv_only", SetMode(charger="garage", mode=Mode.PV_ONLY)),
        (spoken.MODE, "GARAGE PV-All", SetMode(charger="garage", mode=Mode.PV_ALL)),
        (spoken.MODE, "boat max", SetMode(charger="boat", mode=Mode.MAX)),
        (spoken.PHASES, "garage 1", SetPhases(charger="garage", phases=Phases.ONE)),
        (spoken.PHASES, "garage Auto", SetPhases(charger="garage", phases=Phases.AUTO)),
        (spoken.SOC, "car_1 63", SetSoc(car="car_1", soc_pct=63.0)),
        (spoken.SOC, "Car_1 63,5 %", SetSoc(car="car_1", soc_pct=63.5)),
        (spoken.CAR, "garage CAR_2", SetCar(charger="garage", car="car_2")),
        (spoken.CAR, "garage guest", SetCar(charger="garage", car="")),
        (spoken.BOOST, "garage 90", Boost(charger="garage", minutes=90.0)),
        (spoken.BOOST, "garage 90 min", Boost(charger="garage", minutes=90.0)),
        (spoken.BOOST, "garage off", Boost(charger="garage", minutes=0.0)),
        (spoken.BOOST, "garage", Boost(charger="garage")),
        (spoken.PEAK, "4.5", AcceptPeak(peak_w=4500.0)),
        (spoken.PEAK, "4,55 kW", AcceptPeak(peak_w=4550.0)),
        (spoken.PEAK, "OFF", AcceptPeak(peak_w=0.0)),
        (spoken.STORAGE, "Hold", SetStorage(mode=StorageMode.HOLD)),
        (spoken.STORAGE, "Battery off", SetStorage(mode=StorageMode.OFF)),
        (spoken.RESERVE, "30", SetReserve(reserve_pct=30.0)),
        (spoken.RESERVE, "30,5 %", SetReserve(reserve_pct=30.5)),
        (spoken.RESERVE, "AUTO", SetReserve(reserve_pct=None)),
        (
            spoken.PROPOSE,
            "Garage 40 wish 6000 by me",
            Propose(target="garage", source="me", priority=40, wish_w=6_000.0),
        ),
        (
            spoken.PROPOSE,
            "battery 40 low -2,5 kW high 1500W for 20 s by my script",
            Propose(target="battery", source="my script", priority=40, low_w=-2_500.0, high_w=1_500.0, for_s=20.0),
        ),
        (
            spoken.PROPOSE,
            "garage 40 wish 6 kW by my script For 30 s",
            Propose(target="garage", source="my script", priority=40, wish_w=6_000.0, for_s=30.0),
        ),
        (
            spoken.PROPOSE,
            "garage 40 wish 6000 by for you",
            Propose(target="garage", source="for you", priority=40, wish_w=6_000.0),
        ),
        (
            spoken.PROPOSE,
            "the left place 7 Pause by me",
            Propose(target="the left place", source="me", priority=7, low_w=0.0, high_w=0.0),
        ),
        (spoken.WITHDRAW, "GARAGE 40 me", Withdraw(target="garage", source="me", priority=40)),
        (spoken.WITHDRAW, "place 2 40 me", Withdraw(target="place", source="40 me", priority=2)),
        (spoken.WITHDRAW, "garage 40 by", Withdraw(target="garage", source="by", priority=40)),
        (spoken.WITHDRAW, "garage 40 by my script", Withdraw(target="garage", source="my script", priority=40)),
    ],
)
def test_a_line_is_an_order(word: Spoken, rest: str, order: Order) -> None:
    """However it is capitalised, with a comma or a unit."""
    assert order == word.parse(rest, told(a_charging()))


def test_a_number_may_be_of_a_name() -> None:
    """Where that is known: `place 2` and `place` are two chargers."""
    newest = told(None)
    newest.take(Proposals(boot="e", seq=1, targets=(TargetNow(name="place 2", kind="charger", target_w=0.0),)))
    assert Withdraw(target="place 2", source="me", priority=40) == spoken.WITHDRAW.parse("Place 2 40 me", newest)


@pytest.mark.parametrize("word", [spoken.PROPOSE, spoken.WITHDRAW])
@pytest.mark.parametrize(
    "typed", [" " * 60_000 + "x", "1 " * 30_000, "wish 1" * 10_000, "a 1" + " " * 60_000 + "kW by b"]
)
def test_a_long_line_takes_no_longer_than_it_is_long(word: Spoken, typed: str) -> None:
    """Whatever it is made of: the states of the others wait for it."""

    def parse() -> None:
        with contextlib.suppress(OrderError):
            word.parse(f"garage{typed}", told(None))

    assert cost(parse) < 5


@pytest.mark.parametrize(
    ("word", "rest", "order"),
    [
        (spoken.MODE, "off", SetMode(charger="garage", mode=Mode.OFF)),
        (spoken.PHASES, "3", SetPhases(charger="garage", phases=Phases.THREE)),
        (spoken.SOC, "63%", SetSoc(car="car_1", soc_pct=63.0)),
        (spoken.CAR, "car_1", SetCar(charger="garage", car="car_1")),
        (spoken.BOOST, "45", Boost(charger="garage", minutes=45.0)),
        (spoken.BOOST, "off", Boost(charger="garage", minutes=0.0)),
    ],
)
def test_where_there_is_but_one_its_name_may_be_left_out(word: Spoken, rest: str, order: Order) -> None:
    """With more of them, or none yet, it is asked for."""
    assert order == word.parse(rest, told(ONE))
    with pytest.raises(OrderError, match=r"^which (charger: garage or carport|car: car_1 or car_2)$"):
        word.parse(rest, told(a_charging()))
    with pytest.raises(OrderError, match=r"^name the (charger|car): none is known yet$"):
        word.parse(rest, told(None))


@pytest.mark.parametrize(
    ("word", "rest", "why"),
    [
        (spoken.MODE, "garage", "mode is one of off, pv_only, pv_all, max, manual, auto, and not 'garage'"),
        (spoken.PHASES, "garage 2", "phases is one of auto, 1, 3, and not '2'"),
        (spoken.SOC, "car_1 full", "a state of charge is a number of percent from 0 to 100, and not 'full'"),
        (spoken.SOC, "car_1 101", "a state of charge is a number of percent from 0 to 100, and not '101'"),
        (spoken.SOC, "car_1 -5", "a state of charge is a number of percent from 0 to 100, and not '-5'"),
        (spoken.SOC, "car_1 nan", "a state of charge is a number of percent from 0 to 100, and not 'nan'"),
        (spoken.BOOST, "garage 5000", "a boost is a number of minutes from 0 to 1440, or off, and not '5000'"),
        (spoken.PEAK, "high", "a peak is a number of kW from 0 to 100, or off, and not 'high'"),
        (spoken.STORAGE, "turbo", "mode is one of auto, fill, hold, off, own, and not 'turbo'"),
        (spoken.STORAGE, "cellar off", "all batteries have one mode together, so none is named"),
        (spoken.RESERVE, "101", "a reserve is a number of percent from 0 to 100, or auto, and not '101'"),
        (spoken.RESERVE, "much", "a reserve is a number of percent from 0 to 100, or auto, and not 'much'"),
        (spoken.PROPOSE, "garage 40 wish 6000", SHAPE),
        (spoken.PROPOSE, "garage 40 wish 6.000 W by me", "6.000W may be 6 or 6000: write it without ."),
        (spoken.PROPOSE, "garage 40 high 11,040 by me", "11,040 may be 11 or 11040: write it without ,"),
        (spoken.PROPOSE, "garage 40 by me", SHAPE),
        (spoken.PROPOSE, "wish 6000 by me", SHAPE),
        (spoken.PROPOSE, "garage 40 pause wish 3 by me", PAIRS),
        (spoken.PROPOSE, "garage 40 wish 3 wish 4 by me", PAIRS),
        (spoken.PROPOSE, "garage 40 wish by me", PAIRS),
        (spoken.PROPOSE, "garage high wish 3 by me", "priority is " + PRIORITY + ", and not 'high'"),
        (spoken.PROPOSE, "garage 4000 wish 3 by me", "priority is " + PRIORITY + ", and not 4000"),
        (spoken.PROPOSE, "garage 40 wish much by me", "wish_w is " + WATTS + ", and not 'much'"),
        (spoken.PROPOSE, "garage 40 wish 20s by me", "wish_w is " + WATTS + ", and not '20s'"),
        (spoken.PROPOSE, "garage 40 wish 3 for 2kW by me", "for_s is a number of seconds up to 60, and not '2kW'"),
        (spoken.PROPOSE, "garage 40 wish 3 for 20 by me for 30", PAIRS),
        (spoken.PROPOSE, "garage 40 wish 3 by me for 2kW", "for_s is a number of seconds up to 60, and not '2kW'"),
        (spoken.WITHDRAW, "garage me", "what is withdrawn has a target, a priority and a source"),
        (spoken.PEAK, "4500", "a peak is a number of kW from 0 to 100, or off, and not '4500'"),
    ],
)
def test_what_is_wrong_is_said_with_what_is_allowed(word: Spoken, rest: str, why: str) -> None:
    """In one sentence."""
    with pytest.raises(OrderError) as error:
        word.parse(rest, told(ONE))
    assert why == str(error.value)


@pytest.mark.parametrize(
    "word",
    [
        spoken.MODE,
        spoken.PHASES,
        spoken.SOC,
        spoken.CAR,
        spoken.BOOST,
        spoken.PEAK,
        spoken.STORAGE,
        spoken.RESERVE,
        spoken.PROPOSE,
        spoken.WITHDRAW,
    ],
)
def test_the_examples_are_right(word: Spoken) -> None:
    """What help shows can be typed as it is."""
    for example in word.such_as.split(", "):
        assert isinstance(word.parse(example.partition(" ")[2], told(ONE)), word.kind)
