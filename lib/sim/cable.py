"""The P1 cable with its failures: pulled out it is silent, noisy it flips bits.

In: what the meter sends. Out: what arrives. Knows no socket and no telegram.
"""

from random import Random

_FLIPPED = (0, 0, 0, 1, 1, 2, 3, 8)  # bits per telegram; about three of eight arrive whole


class Cable:
    """A cable, plugged in and quiet until somebody changes that."""

    def __init__(self, seed: int = 1) -> None:
        self.plugged = True
        self.noisy = False
        self._dice = Random(f"{seed} cable")

    def carry(self, sent: bytes) -> bytes:
        """What arrives of one telegram."""
        if not self.plugged:
            return b""
        if not self.noisy:
            return sent
        arrived = bytearray(sent)
        for _ in range(self._dice.choice(_FLIPPED)):
            arrived[self._dice.randrange(len(arrived))] ^= 1 << self._dice.randrange(8)
        return bytes(arrived)
