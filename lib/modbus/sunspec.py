"""SunSpec over a link: which models a device has, and numbers with their scale factors.

In: a link. Out: where each model begins; the words of a block as values. It knows no battery and no inverter. Offsets
count from the word that holds the model's number, as sunspec.org's tables do.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lib.modbus import BUSY, NO_UNIT, NoError
from lib.modbus.link import Link
from lib.modbus.register import Kind, Register

BASES = (40_000, 50_000, 0)
SUNS = [0x5375, 0x6E53]
END = 0xFFFF
MOST_MODELS = 60
LONGEST = 120  # words in one question
NOWHERE = {Kind.INT16: 0x8000 - 0x1_0000, Kind.UINT16: 0xFFFF, Kind.INT32: -0x8000_0000, Kind.UINT32: 0xFFFF_FFFF}
NO_SCALE, MOST_FACTOR = 0x8000, 10


@dataclass(frozen=True, slots=True)
class Place:
    """Where a model begins, and how many words follow its number and its length."""

    at: int
    length: int

    @property
    def size(self) -> int:
        """All its words."""
        return self.length + 2


@dataclass(frozen=True, slots=True)
class Words:
    """The words of a model that were read, from its number on, and where they stand in the device."""

    at: int
    words: Sequence[int]

    def has(self, offset: int, kind: Kind = Kind.UINT16) -> bool:
        """Whether there is a value at `offset`; the device marks those that it does not have."""
        return self._raw(offset, kind) is not None

    def scale(self, offset: int | None) -> float:
        """Ten to the scale factor at `offset`; 1 where there is none, or one that the standard does not allow."""
        factor = self._factor(offset)
        return 10.0**factor if abs(factor) <= MOST_FACTOR else 1.0

    def value(self, offset: int, kind: Kind = Kind.UINT16, *, scale: int | None = None) -> float | None:
        """The number at `offset`, by the scale factor at `scale`; None where the device has none, or garbles that."""
        raw = self._raw(offset, kind)
        return None if raw is None or abs(self._factor(scale)) > MOST_FACTOR else raw * self.scale(scale)

    def text(self, offset: int, length: int) -> str:
        """`length` words of text at `offset`."""
        data = b"".join(word.to_bytes(2, "big") for word in self.words[offset : offset + length])
        return data.split(b"\0")[0].decode("utf-8", "replace").strip()

    def _factor(self, offset: int | None) -> int:
        if offset is None or offset >= len(self.words) or self.words[offset] == NO_SCALE:
            return 0
        word = self.words[offset]
        return word - 0x1_0000 if word > 0x7FFF else word

    def _raw(self, offset: int, kind: Kind) -> float | None:
        register = Register(at=offset, kind=kind, absent=NOWHERE.get(kind))
        words = self.words[offset : register.end]
        return register.parse(words) if len(words) == register.size else None


async def scan(link: Link) -> Mapping[int, Place]:
    """Where each model of the device begins, by its number; of models that it has twice the first.

    Raises NoError for a device that is none of SunSpec, SilentError.
    """
    at = await _base(link) + 2
    found: dict[int, Place] = {}
    for _ in range(MOST_MODELS):
        number, length = await link.read(at, 2)
        if number in {END, 0}:
            break
        found.setdefault(number, Place(at, length))
        at += 2 + length
    return found


async def read_model(link: Link, place: Place, *, most: int | None = None) -> Words:
    """All words of a model, or its first `most`. Raises NoError, SilentError."""
    size = place.size if most is None else min(place.size, most)
    words: list[int] = []
    while len(words) < size:
        words += await link.read(place.at + len(words), min(LONGEST, size - len(words)))
    return Words(place.at, tuple(words))


async def _base(link: Link) -> int:
    """Where "SunS" stands."""
    for base in BASES:
        try:
            if await link.read(base, 2) == SUNS:
                return base
        except NoError as error:
            if error.code in {BUSY, *NO_UNIT}:
                raise
    raise NoError(f"{link.where} has no SunSpec models: is it {link.kind}, and is its Modbus set to SunSpec?", code=2)
