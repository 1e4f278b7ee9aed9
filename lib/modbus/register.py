"""One number in a device: where it stands, how it is written, and what it is in our units and sign. Pure.

In: 16-bit words. Out: a value, or None where the device says that it has none; and back.
"""

import math
import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """How a number is written; the value is its form in `struct`."""

    INT16 = "h"
    UINT16 = "H"
    INT32 = "i"
    UINT32 = "I"
    FLOAT32 = "f"


RANGES = {
    Kind.INT16: (-0x8000, 0x7FFF),
    Kind.UINT16: (0, 0xFFFF),
    Kind.INT32: (-0x8000_0000, 0x7FFF_FFFF),
    Kind.UINT32: (0, 0xFFFF_FFFF),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Register:
    """One or two words at `at`, as they are counted on the wire.

    Attributes:
        scale: one raw step in our unit; negative where the device counts the other way round.
        low_first: the low word comes first.
        absent: raw, where the device has no such value; of a float, what is no number.

    """

    at: int
    kind: Kind = Kind.UINT16
    scale: float = 1.0
    low_first: bool = False
    absent: int | None = None

    @property
    def size(self) -> int:
        """How many words it takes."""
        return struct.calcsize(f">{self.kind}") // 2

    @property
    def end(self) -> int:
        """The first address after it."""
        return self.at + self.size

    def parse(self, words: Sequence[int]) -> float | None:
        """The value in our unit; None where there is none. words: its own, `size` of them."""
        ordered = reversed(words) if self.low_first else words
        (raw,) = struct.unpack(f">{self.kind}", b"".join(word.to_bytes(2, "big") for word in ordered))
        if raw == self.absent or not math.isfinite(raw):
            return None
        value: float = raw * self.scale
        return value

    def words(self, value: float) -> tuple[int, ...]:
        """How `value` is written; cut off to a whole step towards 0, and at the ends of what it can hold."""
        steps = value / self.scale
        raw: float
        if self.kind is Kind.FLOAT32:
            raw = steps
        else:
            least, most = RANGES[self.kind]
            raw = min(most, max(least, math.trunc(steps + math.copysign(1e-6, steps))))
        data = struct.pack(f">{self.kind}", raw)
        words = struct.unpack(f">{len(data) // 2}H", data)
        return words[::-1] if self.low_first else words

    def rounded(self, value: float) -> float:
        """What becomes of `value` when it is written."""
        return self.parse(self.words(value)) or 0.0


@dataclass(frozen=True, slots=True)
class Block:
    """Registers that are read in one question: `count` words from `at` on."""

    at: int
    count: int


def blocks(registers: Iterable[Register], *, longest: int = 30, gap: int = 0) -> tuple[Block, ...]:
    """The fewest questions for `registers`; gap: so many words between two may be read along."""
    found: list[Block] = []
    for one in sorted(registers, key=lambda register: (register.at, register.end)):
        last = found[-1] if found else None
        if last is not None and one.at <= last.at + last.count + gap and one.end - last.at <= longest:
            found[-1] = Block(last.at, max(last.count, one.end - last.at))
        else:
            found.append(Block(one.at, one.size))
    return tuple(found)
