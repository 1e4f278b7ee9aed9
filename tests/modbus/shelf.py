"""A device that is nothing but words."""

from collections.abc import Mapping, Sequence

from pymodbus.constants import ExcCodes

from lib.sim.modbus_box import ModbusBox


class Shelf(ModbusBox):
    """Words from some addresses on; what is written stays."""

    def __init__(self, words: Mapping[int, Sequence[int]], *, unit: int = 1) -> None:
        super().__init__(unit=unit, spans={at: len(some) for at, some in words.items()})
        self.held = {at + place: word for at, some in words.items() for place, word in enumerate(some)}

    def words(self) -> Mapping[int, Sequence[int]]:
        """All of them."""
        return {at: [word] for at, word in self.held.items()}

    def take(self, at: int, words: Sequence[int]) -> ExcCodes | None:
        """Whatever it is."""
        self.held |= {at + place: word for place, word in enumerate(words)}
        return None
