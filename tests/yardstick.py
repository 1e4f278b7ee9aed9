"""What work costs the processor beside a yardstick in the same run: its seconds would be those of the machine."""

from collections.abc import Callable
from time import process_time

TRIES = 5
STEPS = 100_000


def cost(work: Callable[[], object]) -> float:
    """How many times as long as a hundred thousand multiplications, each at the best of some tries in turn."""
    took_s, unit_s = [], []
    for _ in range(TRIES):
        unit_s.append(_taken_s(_multiply))
        took_s.append(_taken_s(work))
    return min(took_s) / min(unit_s)


def _multiply() -> int:
    product = 1
    for factor in range(STEPS):
        product = product * factor % 1_000_003 + 1
    return product


def _taken_s(work: Callable[[], object]) -> float:
    began_s = process_time()
    work()
    return process_time() - began_s
