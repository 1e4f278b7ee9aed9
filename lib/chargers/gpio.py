"""A line of this machine's GPIO that keeps its level, whatever becomes of us.

In: the number of a pin, perhaps a factory of gpiozero. Out: a line that can be read and driven. Opening it does not
move it, and it is never given back: a relay on it would fall while a car charges. It knows no relay.

gpiozero makes a pin an input when it opens it and again when it closes it, at the latest when Python ends. So the pin
is used without a device of gpiozero's around it, its factory is not the one that gpiozero closes at the end, and on a
Raspberry Pi the pin is one of lib.chargers.kept_pin. When the program ends, also by kill -9, the kernel gets the line
back. The kernel of Raspberry Pi OS then leaves an output as it is, unless `dtparam=strict_gpiod` is in config.txt;
others make it an input. Source: gpiozero 2.0.1, lgpio 0.2.2, the kernel's pinctrl-bcm2835 and pinctrl-rp1.
"""

from pathlib import Path
from typing import Any, Protocol

from lib.chargers import ChargerSetupError

MODULES = Path("/sys/module")
KEEPS = ("pinctrl_bcm2835", "pinctrl_rp1")  # drivers that say whether they leave outputs alone
MISSING = "a relay on the GPIO wants two packages: .venv/bin/pip install gpiozero lgpio"


class Line(Protocol):
    """A line; True is high."""

    @property
    def level(self) -> bool:
        """The level that it has now."""

    def drive(self, *, level: bool) -> None:
        """Make it high or low."""


class GpioLine:
    """A pin of gpiozero's, driven from now on with the level that it has."""

    def __init__(self, pin: Any) -> None:
        self._pin = pin
        pin.output_with_state(bool(pin.state))

    @property
    def level(self) -> bool:
        """The level that it has now."""
        return bool(self._pin.state)

    def drive(self, *, level: bool) -> None:
        """Make it high or low."""
        self._pin.state = level


def open_line(number: int, *, factory: Any = None) -> GpioLine:
    """Line `number`, by Broadcom's count, with the level that it has.

    factory: of gpiozero's, whose pins must not move their line when they are made; None: this Raspberry Pi's.
    Raises ChargerSetupError with a sentence for the owner.
    """
    try:
        from gpiozero.exc import GPIOZeroError  # type: ignore[import-untyped]  # it has no types

        if factory is None:
            from lib.chargers.kept_pin import kept_factory

            factory = kept_factory()
    except ImportError as error:
        raise ChargerSetupError(MISSING) from error
    try:
        return GpioLine(factory.pin(f"GPIO{number}"))
    except (GPIOZeroError, OSError) as error:
        raise ChargerSetupError(f"line {number} of the GPIO cannot be used for a relay: {error}") from error


def keeps_outputs(modules: Path = MODULES) -> bool:
    """Whether the kernel leaves the line as it is when the program ends."""
    files = (modules / name / "parameters" / "persist_gpio_outputs" for name in KEEPS)
    return any(file.read_text("ascii").strip() == "Y" for file in files if file.is_file())
