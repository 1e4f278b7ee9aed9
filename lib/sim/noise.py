"""Repeatable chance as a function of place: the same seed and place give the same number, asked in any order.

In: a seed and a place on a line. Out: numbers from 0 to 1. Keeps nothing, so weather needs no memory of the past.
"""

import math

_MASK = (1 << 64) - 1


def chance(seed: int, place: int) -> float:
    """A number in [0, 1) for each whole place; neighbours have nothing in common (the splitmix64 finaliser)."""
    x = (seed * 0x9E3779B97F4A7C15 + place * 0xD1B54A32D192ED03 + 0x8CB92BA72F3D8DD7) & _MASK
    x = ((x ^ (x >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
    x = ((x ^ (x >> 27)) * 0x94D049BB133111EB) & _MASK
    return (x ^ (x >> 31)) / 2**64


def smooth(seed: int, place: float) -> float:
    """A number in [0, 1) that glides from the chance of one whole place to that of the next."""
    left = math.floor(place)
    part = place - left
    part *= part * (3 - 2 * part)
    return chance(seed, left) * (1 - part) + chance(seed, left + 1) * part
