"""The table of OBIS codes: which line of a telegram means what. Knows no value.

Source: e-MUCS P1 2.1.1, DSMR P1 5.0.2, and what real meters print.
"""

from dataclasses import dataclass
from enum import Enum, auto
from types import MappingProxyType


class Form(Enum):
    """How the value of a line is written."""

    TEXT = auto()
    WHOLE = auto()
    ENERGY = auto()
    POWER = auto()
    VOLTAGE = auto()
    CURRENT = auto()
    STAMP = auto()
    LIMIT = auto()
    PEAK = auto()
    HISTORY = auto()
    RELAY = auto()
    CHANNEL = auto()  # one line of an M-Bus meter
    NAMED = auto()  # known by name, not taken into the reading


@dataclass(frozen=True, slots=True)
class Obis:
    """One row: the field it fills (of `Reading`, or of the M-Bus meter), how it is written, its name for people."""

    field: str
    form: Form
    name: str


_GENERAL = {
    "0-0:96.1.4": Obis("version", Form.TEXT, "Version of the interface"),
    "1-3:0.2.8": Obis("version", Form.TEXT, "Version of the interface"),
    "0-0:96.1.1": Obis("belgian_serial", Form.TEXT, "Serial of the meter"),
    "0-0:96.1.0": Obis("old_serial", Form.TEXT, "Serial of the meter"),
    "0-0:42.0.0": Obis("device_name", Form.TEXT, "Name of the device"),
    "0-0:96.1.2": Obis("ean_raw", Form.TEXT, "EAN of the connection"),
    "0-0:1.0.0": Obis("clock", Form.STAMP, "Clock of the meter"),
    "0-0:96.13.0": Obis("message_raw", Form.TEXT, "Text message"),
    "0-0:96.13.1": Obis("message_code_raw", Form.TEXT, "Text message, code"),
    "0-0:96.14.0": Obis("tariff", Form.WHOLE, "Tariff now (1 day, 2 night)"),
    "0-0:96.3.10": Obis("breaker", Form.WHOLE, "Breaker (0 open, 1 closed, 2 ready)"),
    "0-0:96.7.21": Obis("failures_short", Form.WHOLE, "Power failures"),
    "0-0:96.7.9": Obis("failures_long", Form.WHOLE, "Long power failures"),
    "0-0:17.0.0": Obis("limiter", Form.LIMIT, "Limiter"),
    "1-0:31.4.0": Obis("fuse", Form.LIMIT, "Fuse supervision"),
    "1-0:94.32.1": Obis("grid", Form.WHOLE, "Grid (400 3N400 V, 230 3×230 V)"),
    "1-0:1.7.0": Obis("import_w", Form.POWER, "Power taken"),
    "1-0:2.7.0": Obis("export_w", Form.POWER, "Power injected"),
    "1-0:1.4.0": Obis("quarter_w", Form.POWER, "Demand of the running quarter"),
    "1-0:1.6.0": Obis("month_peak", Form.PEAK, "Peak of the running month"),
    "0-0:98.1.0": Obis("history", Form.HISTORY, "Peaks of the months before"),
    "1-0:1.8.0": Obis("import_total_wh", Form.ENERGY, "Energy taken, total"),
    "1-0:2.8.0": Obis("export_total_wh", Form.ENERGY, "Energy injected, total"),
    "1-0:1.8.1": Obis("import_1_wh", Form.ENERGY, "Energy taken, day"),
    "1-0:1.8.2": Obis("import_2_wh", Form.ENERGY, "Energy taken, night"),
    "1-0:2.8.1": Obis("export_1_wh", Form.ENERGY, "Energy injected, day"),
    "1-0:2.8.2": Obis("export_2_wh", Form.ENERGY, "Energy injected, night"),
}
_TARIFFS_3_TO_5 = {
    f"1-0:{way}.8.{tariff}": Obis(f"{field}_{tariff}_wh", Form.ENERGY, f"Energy {name}, tariff {tariff}")
    for way, field, name in ((1, "import", "taken"), (2, "export", "injected"))
    for tariff in (3, 4, 5)
}
_PHASES = {
    f"1-0:{first + 20 * (phase - 1)}.7.0": Obis(field.format(phase), form, f"{name} L{phase}")
    for first, field, form, name in (
        (21, "import_l{}_w", Form.POWER, "Power taken"),
        (22, "export_l{}_w", Form.POWER, "Power injected"),
        (32, "voltage_l{}_v", Form.VOLTAGE, "Voltage"),
        (31, "current_l{}_a", Form.CURRENT, "Current"),
        (23, "", Form.NAMED, "Reactive power taken"),
        (24, "", Form.NAMED, "Reactive power injected"),
    )
    for phase in (1, 2, 3)
}
_NAMED = {
    code: Obis("", Form.NAMED, name)
    for code, name in {
        "1-0:0.0.0": "Address of the meter",
        "1-0:2.4.0": "Injected demand of the quarter",
        "1-0:2.6.0": "Injected peak of the month",
        "1-0:3.7.0": "Reactive power taken",
        "1-0:4.7.0": "Reactive power injected",
        "1-0:3.8.0": "Reactive energy taken",
        "1-0:4.8.0": "Reactive energy injected",
        "1-0:99.97.0": "Log of power failures",
        "0-0:98.1.1": "Registers of the months before",
        "1-0:32.32.0": "Voltage sags L1",
        "1-0:52.32.0": "Voltage sags L2",
        "1-0:72.32.0": "Voltage sags L3",
        "1-0:32.36.0": "Voltage swells L1",
        "1-0:52.36.0": "Voltage swells L2",
        "1-0:72.36.0": "Voltage swells L3",
    }.items()
}
TABLE = MappingProxyType(_GENERAL | _TARIFFS_3_TO_5 | _PHASES | _NAMED)
CHANNEL_TABLE = MappingProxyType(
    {
        "24.1.0": Obis("type", Form.CHANNEL, "kind of meter"),
        "96.1.1": Obis("serial", Form.CHANNEL, "serial"),
        "96.1.0": Obis("serial", Form.CHANNEL, "serial"),
        "96.1.2": Obis("ean_raw", Form.CHANNEL, "EAN"),
        "24.4.0": Obis("valve", Form.CHANNEL, "valve"),
        "24.2.3": Obis("reading", Form.CHANNEL, "reading"),
        "24.2.1": Obis("reading", Form.CHANNEL, "reading"),
        "24.3.0": Obis("reading", Form.CHANNEL, "reading"),
        "96.3.10": Obis("relay", Form.RELAY, "Virtual relay"),
    }
)
FOUND = MappingProxyType(
    {code: (row, 0) for code, row in TABLE.items()}
    | {f"0-{channel}:{code}": (row, channel) for code, row in CHANNEL_TABLE.items() for channel in range(1, 9)}
)


def find(code: str) -> tuple[Obis, int] | None:
    """The row of a code, and the M-Bus channel or relay it speaks of (0 for the meter itself); None when unknown."""
    return FOUND.get(code)


def name(code: str) -> str:
    """What a code stands for, in the owner's words; empty when it is not in the table."""
    found = find(code)
    if found is None:
        return ""
    row, channel = found
    if row.form is Form.CHANNEL:
        return f"M-Bus {channel}: {row.name}"
    return f"{row.name} {channel}" if channel else row.name
