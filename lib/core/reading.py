"""A whole telegram → a `Reading`, by the table of OBIS codes. Knows no port and no tariff.

Half the lines of a telegram are the bytes of a second ago, so the value of each line is remembered with its bytes.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, cast

from lib.core.forms import NoCellError, cell_in, reader
from lib.core.obis import FOUND, Form
from lib.core.p1 import with_crlf
from lib.core.stamp import Stamp, parse_stamp
from lib.core.values import Count, History, Limit, Peak, plain_text, printable

LINES_KEPT: Final = 4096  # some 0.5 MB; a day has about 3 000 different lines that come back
GROUPS_KEPT: Final = 64

CLOCK: Final = "0-0:1.0.0"
GROUPED: Final = "grouped"  # the key of lines that are put together: M-Bus meters, relays, lines without a field
SKIPPED: Final = "skipped"
OTHER: Final = "other"
# code → the field, the form with the channel and its field where lines are put together, and what reads the line
READERS: Final = {
    code: (row.field, (row.form.name, channel, row.field) if channel else None, reader(row, code))
    for code, (row, channel) in FOUND.items()
    if code != CLOCK and row.form is not Form.NAMED
}
Item = tuple[str, object]  # the field a line fills, and its value

KINDS: Final = {
    0: "other",
    1: "oil",
    2: "electricity",
    3: "gas",
    4: "heat_outlet",
    6: "hot_water",
    7: "water",
    10: "cooling",
    11: "cooling",
    12: "heat_inlet",
    13: "heat_cooling",
    255: "unknown",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class MbusMeter:
    """A channel that printed a line: a gas, water or heat meter, or nothing but an empty serial."""

    channel: int
    type: int | None = None
    serial: str | None = None
    ean_raw: str | None = None
    valve: int | None = None
    reading: Count | None = None

    @property
    def kind(self) -> str | None:
        """The medium by the type line (OMS): gas, water, heat_inlet …; None without that line."""
        return None if self.type is None else KINDS.get(self.type, "unknown")


# no slots: a Parser fills the fields in one stroke; a replayed year is 31 million of them
@dataclass(frozen=True, kw_only=True)
class Reading:
    """All that one telegram says; None where it says nothing. Registers in Wh, powers in W, taken and injected apart.

    Tariff registers 1 and 2 are day and night in Belgium. Phase powers and currents carry no meaning of their own on a
    3×230 V grid, see `is_delta`.
    """

    ident: str = ""
    version: str | None = None
    clock: Stamp | None = None
    belgian_serial: str | None = None
    old_serial: str | None = None
    device_name: str | None = None
    ean_raw: str | None = None
    grid: int | None = None
    tariff: int | None = None
    message_raw: str | None = None
    message_code_raw: str | None = None
    breaker: int | None = None
    limiter: Limit | None = None
    fuse: Limit | None = None
    failures_short: int | None = None
    failures_long: int | None = None
    import_total_wh: int | None = None
    import_1_wh: int | None = None
    import_2_wh: int | None = None
    import_3_wh: int | None = None
    import_4_wh: int | None = None
    import_5_wh: int | None = None
    export_total_wh: int | None = None
    export_1_wh: int | None = None
    export_2_wh: int | None = None
    export_3_wh: int | None = None
    export_4_wh: int | None = None
    export_5_wh: int | None = None
    import_w: float | None = None
    export_w: float | None = None
    import_l1_w: float | None = None
    import_l2_w: float | None = None
    import_l3_w: float | None = None
    export_l1_w: float | None = None
    export_l2_w: float | None = None
    export_l3_w: float | None = None
    voltage_l1_v: float | None = None
    voltage_l2_v: float | None = None
    voltage_l3_v: float | None = None
    current_l1_a: float | None = None
    current_l2_a: float | None = None
    current_l3_a: float | None = None
    quarter_w: float | None = None
    month_peak: Peak | None = None
    history: History | None = None
    relays: tuple[tuple[int, int], ...] = ()
    mbus: tuple[MbusMeter, ...] = ()
    other: tuple[str, ...] = ()

    @property
    def at(self) -> datetime | None:
        """The meter's clock, UTC; None when the telegram has none or it is no time."""
        return self.clock.at if self.clock else None

    @property
    def serial(self) -> str | None:
        """The meter's serial as printed: by the Belgian line, else by the older one, else the name of the device."""
        printed = [one for one in (self.belgian_serial, self.old_serial, self.device_name) if one is not None]
        return next(filter(None, printed), "") if printed else None

    @property
    def grid_w(self) -> float | None:
        """Net power at the meter, + is drawn from the grid; None when the telegram has neither."""
        if self.import_w is None and self.export_w is None:
            return None
        return (self.import_w or 0.0) - (self.export_w or 0.0)

    @property
    def imported_wh(self) -> dict[str, int]:
        """The registers of energy taken by tariff (`"1"` day, `"2"` night …); only `"total"` where there are none."""
        return self._registers("import")

    @property
    def exported_wh(self) -> dict[str, int]:
        """The registers of energy injected by tariff, as `imported_wh`."""
        return self._registers("export")

    def _registers(self, way: str) -> dict[str, int]:
        found = {tariff: getattr(self, f"{way}_{tariff}_wh") for tariff in ("1", "2", "3", "4", "5")}
        total = getattr(self, f"{way}_total_wh")
        known = {tariff: wh for tariff, wh in found.items() if wh is not None}
        return known or ({} if total is None else {"total": total})

    @property
    def is_delta(self) -> bool:
        """Whether the grid is 3×230 V: L2 is the reference there and prints zero, which is no fault."""
        if self.grid is not None:
            return self.grid == 230
        l1, l2, l3 = self.voltage_l1_v, self.voltage_l2_v, self.voltage_l3_v
        if l1 is None or l2 is None or l3 is None:
            return False
        return l2 == 0 < min(l1, l3) or 110 < min(l1, l2, l3) <= max(l1, l2, l3) < 160

    @property
    def message(self) -> str | None:
        """The grid operator's text, safe to show: control characters stand escaped."""
        return None if self.message_raw is None else printable(plain_text(self.message_raw))

    def meters(self, *kinds: str) -> list[MbusMeter]:
        """The M-Bus meters of `kinds`, by channel; a meter that was replaced may stay on the wire."""
        return [meter for meter in self.mbus if (meter.kind or _guess(meter)) in kinds]

    def counting(self, *kinds: str) -> list[MbusMeter]:
        """Those of the M-Bus meters of `kinds` that say how many m³ they counted, and when they were read."""
        return [
            meter
            for meter in self.meters(*kinds)
            if meter.reading is not None and meter.reading.valid and meter.reading.unit == "m3"
        ]


def _guess(meter: MbusMeter) -> str | None:
    """A shortened Belgian copy without type line: 24.2.3 alone is gas."""
    return "gas" if meter.reading is not None and meter.reading.code == "24.2.3" else None


class Parser:
    """Telegrams → readings. Remembers the value of each line by its bytes, and the last time it saw."""

    def __init__(self) -> None:
        """A parser that has seen nothing."""
        self._lines: dict[bytes, Item] = {}
        self._groups: dict[tuple[bytes, ...], dict[str, object]] = {}
        self._last: datetime | None = None

    def parse(self, telegram: bytes) -> Reading:
        """The reading of a telegram as the framer gives it. Never raises: what is unreadable is left out."""
        lines = telegram[:-1].split(b"\r\n")  # without its "!"
        items = list(map(self._lines.get, lines))
        if None in items:
            ends = len(lines) - 1
            if telegram.count(b"\n") != ends or telegram.count(b"\r") != ends or b"\n(" in telegram:
                lines = unwrapped(with_crlf(telegram[:-1]).split(b"\r\n"))
                items = [self._lines.get(line) for line in lines]
            self._learn(lines, items)
        fields = dict(reversed(cast("list[Item]", items)))  # of a line that comes twice the first counts
        if fields.pop(GROUPED, None) is not None:
            key = tuple([line for line, item in zip(lines, items, strict=True) if item[0] == GROUPED])  # type: ignore[index]
            grouped = self._groups.get(key)
            if grouped is None:
                if len(self._groups) >= GROUPS_KEPT:
                    self._groups.clear()
                grouped = self._groups[key] = group([item[1] for item in items if item[0] == GROUPED])  # type: ignore[index]
            fields.update(grouped)
        fields.pop(SKIPPED, None)
        reading = object.__new__(Reading)
        vars(reading).update(fields)
        return reading

    def _learn(self, lines: list[bytes], items: list[Item | None]) -> None:
        """Fill in what the new lines say, and keep it; not the clock, which never comes back, nor half a line."""
        if len(self._lines) > LINES_KEPT - len(lines):
            self._lines.clear()
            self._groups.clear()
        for at, known in enumerate(items):
            if known is not None:
                continue
            line = lines[at]
            code, _, rest = line.decode("latin-1").partition("(")
            found = READERS.get(code)
            try:
                if found:
                    field, channel, read = found
                    item: Item = (field, read(rest)) if channel is None else (GROUPED, (*channel, read(rest)))
                elif code == CLOCK:
                    stamp = parse_stamp(cell_in(rest), last=self._last)
                    self._last = stamp.known or self._last
                    items[at] = ("clock", stamp)
                    continue
                else:
                    item = plain_item(line)
            except NoCellError:
                item = plain_item(line)
            items[at] = item
            if code:
                self._lines[line] = item


def plain_item(line: bytes) -> Item:
    """A line without a value: the identification, an empty one, or one that is only kept to be shown."""
    text = line.decode("latin-1")
    if text.startswith("/"):
        return "ident", text
    return (GROUPED, (OTHER, 0, "", text)) if text else (SKIPPED, None)


def group(said: list[object]) -> dict[str, object]:
    """M-Bus meters, relays and lines without a field, put together from what their lines say."""
    meters: dict[int, dict[str, object]] = {}
    relays: dict[int, int] = {}
    other: list[str] = []
    for kind, channel, field, value in cast("list[tuple[str, int, str, object]]", said):
        if kind == OTHER:
            other.append(cast("str", value))
        elif kind == Form.RELAY.name:
            if isinstance(value, int):
                relays.setdefault(channel, value)
        else:
            meters.setdefault(channel, {}).setdefault(field, value)
    mbus = tuple([MbusMeter(channel=channel, **cast("Any", meters[channel])) for channel in sorted(meters)])
    return {"mbus": mbus, "relays": tuple(sorted(relays.items())), "other": tuple(other)}


def unwrapped(lines: list[bytes]) -> list[bytes]:
    """The lines with those joined that continue the one before: a line that starts with a cell."""
    whole: list[bytes] = []
    for line in lines:
        if line.startswith(b"(") and whole and whole[-1][:1].isdigit():
            whole[-1] += line
        else:
            whole.append(line)
    return whole
