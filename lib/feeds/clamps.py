"""What a meter's clamps measure → amperes of the meter's L1-L3. It knows no make.

A clamp measures a current without a sign; the power beside it says which way it flows. What is no finite number is an
error with a sentence, and never 0.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import permutations

from lib.core.gauges import Measured
from lib.feeds import FeedError, FeedSetupError
from lib.options import Options
from lib.payload import number, shown

VOLTS = 230.0  # where a meter tells no voltage
MOST = 10_000_000.0  # of A or W, beyond which it measures no circuit of ours
WIRED = frozenset("".join(order) for count in (1, 2, 3) for order in permutations("123", count))


@dataclass(frozen=True, slots=True)
class Wiring:
    """On which of the meter's phases the clamps sit, in their order: "231"; "": the owner does not say."""

    wired: str = ""

    def amps(self, clamps: Sequence[float]) -> Measured:
        """What flows on L1, L2, L3, from what each clamp measures; None on a phase without one.

        Raises FeedSetupError where they do not fit.
        """
        wired = self.wired or ("123" if len(clamps) == 3 else "")
        if len(clamps) == 1 and len(wired) == 2:  # between two phases, as without a neutral: both carry it
            clamps = (clamps[0], clamps[0])
        if not wired:
            raise FeedSetupError('it measures one phase: say in "wired" which of the meter\'s that is, such as "2"')
        if len(wired) != len(clamps):
            phases = "one phase" if len(clamps) == 1 else f"{len(clamps)} phases"
            raise FeedSetupError(f'it measures {phases}, and "wired" is "{wired}": name one for each, such as "231"')
        amps: list[float | None] = [None, None, None]
        for phase, current_a in zip(wired, clamps, strict=True):
            amps[int(phase) - 1] = current_a
        return amps[0], amps[1], amps[2]


def parse_wiring(options: Options) -> Wiring:
    """What "wired" says. Raises the slip of the options."""
    wired = options.text("wired", "")
    if wired and wired not in WIRED:
        raise options.wrong(f'"wired" is {wired!r}; allowed is "123" in the order of its clamps, or "1", "2" or "3"')
    return Wiring(wired)


def measured(who: str, what: str, value: object) -> float:
    """`value` as a number. who, what: for the sentence. Raises FeedError when it is none."""
    found = number(value)
    if found is None:
        raise FeedError(f"{who} says {shown(value)} for {what}, which is no number: is it well, and the right part?")
    if abs(found) > MOST:
        raise FeedError(f"{who} says {found:g} for {what}, which no circuit carries: is it the right part?")
    return found


def signed_a(current_a: float, power_w: float) -> float:
    """A current with the sign of its power, + flows to the loads.

    What is fed in counts no more than its watts: the amperes of a choke or a capacitor make no room.
    """
    return abs(current_a) if power_w >= 0 else max(-abs(current_a), power_w / VOLTS)
