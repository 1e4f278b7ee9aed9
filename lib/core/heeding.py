"""Whether a car heeds what its charger offers: one that goes on to take more does not, or is only late.

In: readings and orders. Out: what it takes whatever it is offered. Knows no charger's rules and no wish.
"""

from dataclasses import dataclass

from lib.core.charger import ChargerReading

LATE_S = 30.0  # by then every car has followed, or will not
IGNORES_A = 1.5  # a car that goes on for LATE_S to take so much more than it is offered heeds no offer


@dataclass(frozen=True, slots=True, kw_only=True)
class Ignored:
    """What a car takes on each phase although it has been offered less since `since_s`."""

    current_a: float
    since_s: float

    def lasts(self, now_s: float) -> bool:
        """Whether it has done so for longer than any car is late."""
        return now_s - self.since_s > LATE_S


def after(before: Ignored | None, reading: ChargerReading) -> Ignored | None:
    """What the car takes although it is offered less, as long as it stays at that; None for one that heeds its offer.

    Orders may come faster than a car follows, so what counts is not how old the last one is: who follows, however late,
    does not stay where he was.
    """
    drawn_a = max(reading.phases_a or (0.0,))
    if not reading.offered_a or drawn_a <= reading.offered_a + IGNORES_A:
        return None
    if before is not None and abs(drawn_a - before.current_a) < IGNORES_A:
        return before
    return Ignored(current_a=drawn_a, since_s=reading.read_s)


def ordered(before: Ignored | None, current_a: float) -> Ignored | None:
    """After an order: a late car may take what it took then later, when it is offered less again."""
    return None if before is not None and current_a + IGNORES_A >= before.current_a else before
