"""JC, a Belgian controller of the quarter-hour that leaves charging to evcc and feeds it the limit of a circuit.

In: what the quarter has used, the month's peak. Out: evcc's orders within that limit. What a quarter has left over is
not caught up. That its user accepts a higher peak ("escape") is left out: nobody is asked here.

Source: its rules as of August 2026.
"""

from lib.sim.rivals.envelope import left_w
from lib.sim.rivals.evcc import Evcc, Options, spare_wh
from lib.sim.year.seen import Known, Seen, Setup

LEAST_W, MOST_W, MARGIN_W = 2_500.0, 9_200.0, 150.0
CLOSED_W = 100.0  # a limit of 0 would be none
STEP_W, REPEAT_S = 50.0, 30


class Envelope:
    """What house and car may draw, as it was published last."""

    def __init__(self) -> None:
        self._published_w, self._at = CLOSED_W, -REPEAT_S

    def limit_w(self, seen: Seen) -> float:
        """The circuit's limit."""
        now_w = envelope_w(seen)
        if abs(now_w - self._published_w) >= STEP_W or seen.second >= self._at + REPEAT_S:
            self._published_w, self._at = now_w, seen.second
        return self._published_w


def envelope_w(seen: Seen) -> float:
    """Flat under the target; less when the quarter has used more."""
    target_w = min(MOST_W, max(LEAST_W, seen.peak_w)) - MARGIN_W
    return min(target_w, max(CLOSED_W, left_w(target_w, seen)))


def jc(setup: Setup, known: Known) -> Evcc:
    """Charging from the sun and by evcc's plan, under JC's envelope."""
    return Evcc(setup, known, Options(circuit_w=Envelope().limit_w, spare_wh=spare_wh(setup)))
