"""Orders on the wire: what is meant is understood, what is not is said in a sentence."""

import json

import pytest

from lib.core.modes import Mode, Phases, StorageMode
from lib.messages.orders import (
    ORDERS,
    AcceptPeak,
    Boost,
    LimitSun,
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
    order_name,
    order_schema,
    order_to_json,
    parse_order,
)

EACH: list[Order] = [
    SetMode(charger="garage", mode=Mode.PV_ALL),
    SetPhases(charger="garage", phases=Phases.THREE),
    SetSoc(car="car_1", soc_pct=63.5),
    SetCar(charger="garage", car=""),
    Boost(charger="garage", minutes=90.0),
    AcceptPeak(peak_w=4500.0),
    SetStorage(mode=StorageMode.HOLD),
    SetReserve(reserve_pct=40.0),
    LimitSun(power_w=1500.0),
    Propose(target="carport", source="vpp", priority=50, wish_w=6_000.0, high_w=7_000.0, for_s=20.0),
    Withdraw(target="battery", source="vpp", priority=50),
]
PRIORITY = "a whole number from 0 to 3999, the higher fences the lower"
REFUSED = [
    ('{"mode": "max"}', 'an order says its type, such as {"type": "set_mode", …}; this one has none'),
    ('{"type": 7}', 'an order says its type, such as {"type": "set_mode", …}; this one has none'),
    (
        '{"type": "explode"}',
        (
            "'explode' is no order; there are set_mode, set_phases, set_soc, set_car, boost, accept_peak, set_storage, "
            "set_reserve, limit_sun, propose, withdraw"
        ),
    ),
    ('{"type": "set_mode", "mode": "max"}', "set_mode needs charger: the name of a charger"),
    (
        '{"type": "set_mode", "charger": "garage", "mode": "turbo"}',
        "mode is one of off, pv_only, pv_all, max, manual, auto, and not 'turbo'",
    ),
    ('{"type": "set_mode", "charger": 7, "mode": "max"}', "charger is the name of a charger, and not 7"),
    ('{"type": "boost", "charger": ""}', "charger is the name of a charger, and not ''"),
    ('{"type": "boost", "charger": "a\\nb"}', "charger is the name of a charger, and not 'a\\nb'"),
    ('{"type": "set_phases", "charger": "garage", "phases": 2}', "phases is one of auto, 1, 3, and not 2"),
    ('{"type": "set_soc", "car": "c", "soc_pct": 101}', "soc_pct is a number of percent from 0 to 100, and not 101"),
    ('{"type": "set_soc", "car": "c", "soc_pct": true}', "soc_pct is a number of percent from 0 to 100, and not True"),
    ('{"type": "set_soc", "car": "c"}', "set_soc needs soc_pct: a number of percent from 0 to 100"),
    ('{"type": "accept_peak", "peak_w": -1}', "peak_w is a number of watts from 0 to 100000, and not -1"),
    ('{"type": "propose", "target": "g", "source": "s"}', f"propose needs priority: {PRIORITY}"),
    (
        '{"type": "propose", "target": "g", "source": "s", "priority": 4000}',
        f"priority is {PRIORITY}, and not 4000",  # from there on it would stand above the budget
    ),
    ('{"type": "propose", "target": "g", "source": "s", "priority": 5.0}', f"priority is {PRIORITY}, and not 5.0"),
    (
        '{"type": "propose", "target": "g", "source": "s", "priority": 5, "wish_w": 1e7}',
        "wish_w is a number of watts, + goes into the device, or null, and not 10000000.0",
    ),
    (
        '{"type": "propose", "target": "g", "source": "s", "priority": 5, "for_s": 0}',
        "for_s is a number of seconds up to 60, and not 0",
    ),
    ("[1]", 'this is no JSON object; one looks like {"charger": "garage", "mode": "pv_only"}'),
]


def test_each_kind_stands_here() -> None:
    """So that the tests below speak of all."""
    assert list(ORDERS.values()) == [type(order) for order in EACH]
    assert list(ORDERS) == [order_name(type(order)) for order in EACH]


@pytest.mark.parametrize("order", EACH, ids=lambda order: order.type)
def test_an_order_comes_back_as_it_was(order: Order) -> None:
    """Also with fields that a newer program adds."""
    frame = json.loads(order_to_json(order))
    assert order == parse_order(json.dumps(frame | {"from_the_future": 1}))


@pytest.mark.parametrize("order", [SetReserve(), LimitSun()], ids=lambda order: order.type)
def test_an_order_without_a_number_takes_it_back(order: Order) -> None:
    """Missing or null: the reserve is learned again, the sun is let go."""
    [number] = {*json.loads(order_to_json(order))} - {"type"}
    for frame in ({"type": order.type}, {"type": order.type, number: None}):
        assert order == parse_order(json.dumps(frame))


def test_phases_may_be_numbers() -> None:
    """Who writes a client writes 1 where we say "1"."""
    assert SetPhases(charger="garage", phases=Phases.ONE) == parse_order(
        '{"type": "set_phases", "charger": "garage", "phases": 1}'
    )


@pytest.mark.parametrize(("frame", "why"), REFUSED)
def test_what_is_wrong_is_a_sentence(frame: str, why: str) -> None:
    """Which says what is allowed, for who wrote the client."""
    with pytest.raises(OrderError) as error:
        parse_order(frame)
    assert why == str(error.value).removesuffix("; a typed line must not start with {")


@pytest.mark.parametrize("field", ["type", "charger", "mode"])
def test_a_sentence_does_not_grow_with_the_order(field: str) -> None:
    """Nor does it hold what a terminal would take for a command."""
    frame = {"type": "set_mode", "charger": "garage", "mode": "max", field: "\x1b[2J" * 10_000}
    with pytest.raises(OrderError) as error:
        parse_order(json.dumps(frame))
    assert len(str(error.value)) < 220
    assert str(error.value).isprintable()


@pytest.mark.parametrize("kind", ORDERS.values(), ids=order_name)
def test_a_schema_stands_alone(kind: type[Order]) -> None:
    """Without the type, which is in the address, and with what each field may hold."""
    schema = order_schema(kind)
    assert "$" not in json.dumps(schema).replace("+$", "").replace("*$", "")  # a pattern may end with one
    assert "type" not in schema["properties"]
    assert all(field["description"] for field in schema["properties"].values())
