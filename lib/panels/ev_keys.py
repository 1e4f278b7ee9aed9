"""The keys of ev's screen: what each asks the owner, and the order it becomes. Pure; whoever draws asks for it."""

from lib.messages.charging import CarNow, ChargerNow, Charging
from lib.messages.orders import Boost, Order, SetCar, SetMode, SetPhases, SetSoc, order_of
from lib.panels import cars, chargers, circuits
from lib.panels.asks import Asked, Chooser, Field, Option, OrderKey, figure
from lib.panels.peak_key import ACCEPT, peaks_may_cost
from lib.panels.seen import Choice, Seen

MODES = {
    "off": "the car is not charged",
    "pv_only": "from surplus sun alone",
    "pv_all": "all surplus sun; the grid fills up to the least current",
    "max": "all that the circuits carry, above the paid peak too",
    "manual": "left as it is; only a circuit that is too full cuts it",
    "auto": "ready for each trip: sun, cheap hours, under the peak",
}
CONNECTED = {  # the same where peaks cost nothing
    **MODES,
    "max": "all that the circuits carry",
    "auto": "ready for each trip: sun, cheap hours",
}
PHASES = {
    "auto": "one or three, as fits the power there is",
    "1": "one: starts with little sun",
    "3": "three: faster, needs more",
}
FAST_MINUTES = 60.0
NOTHING_KNOWN = "nothing is known of the chargers yet"


def ev_choices(seen: Seen) -> list[Choice]:
    """The chargers, the cars, then the circuits."""
    charging = seen.newest(Charging)
    if charging is None:
        return []
    return [
        *(Choice(chargers.KIND, one.name) for one in charging.chargers),
        *(Choice(cars.KIND, one.name) for one in charging.cars),
        *(Choice(circuits.KIND, one.name) for one in charging.circuits),
    ]


def ask_mode(seen: Seen) -> Asked:
    """What the charger shall do from now on."""
    charger = _charger(seen)
    if isinstance(charger, str):
        return charger
    return Chooser(
        title=f"{charger.name}: mode",
        options=[
            Option(
                name=name,
                meaning=meaning,
                order=order_of(SetMode, {"charger": charger.name, "mode": name}),
                now=charger.mode == name,
            )
            for name, meaning in (MODES if peaks_may_cost(seen) else CONNECTED).items()
        ],
    )


def ask_phases(seen: Seen) -> Asked:
    """On how many phases it shall charge."""
    charger = _charger(seen)
    if isinstance(charger, str):
        return charger
    if not charger.switches:
        return f"{charger.name} cannot switch phases; switches_phases in config.py says so"
    return Chooser(
        title=f"{charger.name}: phases",
        options=[
            Option(
                name=name,
                meaning=meaning,
                order=order_of(SetPhases, {"charger": charger.name, "phases": name}),
                now=charger.wish == name,
            )
            for name, meaning in PHASES.items()
        ],
    )


def ask_soc(seen: Seen) -> Asked:
    """How full the car is."""
    car = _car(seen)
    if isinstance(car, str):
        return car
    known = "" if car.soc_pct is None else f" It is reckoned at {car.soc_pct:.0f} %."

    def parse(typed: str) -> Order | str:
        pct = figure(typed, "%")
        if pct is None or pct > 100:
            return "Type a number from 0 to 100, such as 63"
        return SetSoc(car=car.name, soc_pct=pct)

    return Field(
        title=f"{car.title}: state of charge", question=f"How full is it now, in %?{known}", unit="%", parse=parse
    )


def ask_boost(seen: Seen) -> Asked:
    """An hour as fast as it goes, or no longer."""
    charger = _charger(seen)
    if isinstance(charger, str):
        return charger
    return Boost(charger=charger.name, minutes=FAST_MINUTES if charger.boost_until is None else 0.0)


def ask_car(seen: Seen) -> Asked:
    """Which car hangs on the charger."""
    charger, charging = _charger(seen), seen.newest(Charging)
    if isinstance(charger, str) or charging is None:
        return charger if isinstance(charger, str) else NOTHING_KNOWN
    if charger.plug == "empty":
        return f"no car hangs on {charger.name}: plug it in first"
    options = [
        Option(
            name=one.title,
            meaning=charger.by if charger.car == one.name else "",
            order=SetCar(charger=charger.name, car=one.name),
            now=charger.car == one.name,
        )
        for one in charging.cars
    ]
    guest = Option(
        name="a guest",
        meaning="charged by the charger's mode, and for no trip",
        order=SetCar(charger=charger.name, car=""),
        now=charger.car is None,
    )
    return Chooser(title=f"{charger.name}: which car is on it?", options=[*options, guest])


EV_KEYS = (
    OrderKey(key="m", meaning="what the charger shall do: its mode", ask=ask_mode),
    OrderKey(key="p", meaning="on how many phases it charges", ask=ask_phases),
    OrderKey(key="s", meaning="say how full the car is", ask=ask_soc),
    OrderKey(key="b", meaning="boost: as fast as it goes for 60 min; again ends it", ask=ask_boost),
    OrderKey(key="c", meaning="say which car is on the charger", ask=ask_car),
    ACCEPT,
)


def _charger(seen: Seen) -> ChargerNow | str:
    """The chosen one, or that of the chosen car; a sentence where there is none."""
    charging, chosen = seen.newest(Charging), seen.chosen
    if charging is None or chosen is None:
        return NOTHING_KNOWN
    if not charging.chargers:
        return chargers.NONE_SET_UP
    name, title = chosen.name, ""
    if chosen.kind == circuits.KIND:
        return f"{name} is a circuit: choose a charger with Up and Down"
    if chosen.kind == cars.KIND:
        car = next(one for one in charging.cars if one.name == name)
        name, title = car.charger or "", car.title
    found = next((one for one in charging.chargers if one.name == name), None)
    if found is None and len(charging.chargers) == 1:
        return charging.chargers[0]
    return found or f"{title} hangs on no charger: choose one with Up and Down"


def _car(seen: Seen) -> CarNow | str:
    """The chosen one, or that on the chosen charger; a sentence where there is none."""
    charging, chosen = seen.newest(Charging), seen.chosen
    if charging is None or chosen is None:
        return NOTHING_KNOWN
    if not charging.cars:
        return cars.NONE_SET_UP
    name = chosen.name
    if chosen.kind == circuits.KIND:
        return f"{name} is a circuit: choose a charger or a car with Up and Down"
    if chosen.kind == chargers.KIND:
        name = next(one for one in charging.chargers if one.name == chosen.name).car or ""
    found = next((one for one in charging.cars if one.name == name), None)
    if found is None and len(charging.cars) == 1:
        return charging.cars[0]
    return found or f"nobody knows which car is on {chosen.name}: choose a car with Up and Down"
