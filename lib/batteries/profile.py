"""A battery behind registers, as data: what it says where, how it is told, and how it is handed back.

One driver runs all profiles, lib/batteries/register_battery.py. Values are in our units and sign: where a device counts
the other way round, its register has a negative scale. Knows no wire and no clock.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from lib.batteries.flash import Budget
from lib.modbus.register import Register


class Amount(StrEnum):
    """What is written that no profile knows before."""

    POWER = "power"  # of the battery, + into it
    GRID = "grid"  # what shall flow through the meter, + is drawn


@dataclass(frozen=True, slots=True, kw_only=True)
class Write:
    """A register, and what is written in it.

    Attributes:
        never_zero: a 0 has another meaning, so one step is written in its place.
        checked: it is read back, and another value in it is another program's.

    """

    register: Register
    value: float | Amount
    never_zero: bool = False
    checked: bool = True

    def words(self, amounts: Mapping[Amount, float]) -> tuple[int, ...]:
        """What stands in the register then."""
        value = amounts[self.value] if isinstance(self.value, Amount) else self.value
        words = self.register.words(value)
        return self.register.words(abs(self.register.scale)) if self.never_zero and not any(words) else words


@dataclass(frozen=True, slots=True, kw_only=True)
class Guard:
    """Something that the owner has to set otherwise: `register` holds one of `values`, in our unit; says: what to do.

    refuses: until then it is told nothing.
    """

    register: Register
    values: frozenset[float]
    says: str
    refuses: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """One make, or one unit of it.

    Attributes:
        anchor: where its registers hang, and the words that stand there while they do; None where nothing can move.
        soc_pct: how full it is. power_w: what flows, their sum; none where nobody measures it.
        charge_w, discharge_w: the most it takes and gives, the product of the registers; read now and then.
        charged_wh, discharged_wh: counters.
        enable: takes control, before each of the others.
        charge, discharge, rest: what is written for a power above, below and of 0 W. release: hands it back.
        guards: what keeps us from telling it anything.
        watchdog_s: after so long without a word it goes back to its own mode. timer: where it keeps that.
        budget: of registers that go to flash; None where they do not.
        one_by_one: each register has a write of its own.
        gap: so many words between two registers may be read along. longest: words in one question.
        shows_s: a write is read back so much later at the latest.
        locked: what a refused write may come from, and what to do about it.

    """

    anchor: tuple[Register, tuple[int, ...]] | None = None
    soc_pct: Register
    power_w: tuple[Register, ...] = ()
    charge_w: tuple[Register, ...] = ()
    discharge_w: tuple[Register, ...] = ()
    charged_wh: Register | None = None
    discharged_wh: Register | None = None
    enable: tuple[Write, ...] = ()
    charge: tuple[Write, ...]
    discharge: tuple[Write, ...]
    rest: tuple[Write, ...]
    release: tuple[Write, ...]
    guards: tuple[Guard, ...] = ()
    watchdog_s: float | None = None
    timer: Register | None = None
    budget: Budget | None = None
    one_by_one: bool = False
    gap: int = 0
    longest: int = 30
    shows_s: float = 2.0
    locked: str = ""
    serial: str = ""
    often: frozenset[Register] = field(init=False)
    seldom: frozenset[Register] = field(init=False)

    def __post_init__(self) -> None:
        """Sort what is read at each look from what is read now and then."""
        told = {one.register for one in (*self.enable, *self.charge, *self.discharge, *self.rest) if one.checked}
        counters = {one for one in (self.charged_wh, self.discharged_wh, self.timer) if one is not None}
        anchors = {self.anchor[0]} if self.anchor else set()
        often = frozenset({self.soc_pct, *self.power_w} | anchors | told | counters)
        seldom = {*self.charge_w, *self.discharge_w, *(guard.register for guard in self.guards)}
        object.__setattr__(self, "often", often)
        object.__setattr__(self, "seldom", frozenset(seldom) - often)

    def sequence(self, power_w: float) -> tuple[Write, ...]:
        """What is written for a power."""
        return self.enable + (self.charge if power_w > 0 else self.discharge if power_w < 0 else self.rest)
