"""What other programs want: a virtual power plant, a script, Home Assistant. By the name of what they want it of.

Times are seconds of our monotonic clock. Who may propose what is for the door to say.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from lib.core.proposals import LIFE_S, Proposal, live, put
from lib.core.states import replace

FREE: Final = 100  # the highest priority that needs no token
MOST: Final = 32  # live proposals of other programs for one target

Outside = Mapping[str, tuple[Proposal, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposed:
    """Another program wants something of a charger, a circuit or the battery; for_s: for so long, up to `LIFE_S`.

    One that wants nothing any more withdraws what it wanted.
    """

    target: str
    proposal: Proposal
    for_s: float = LIFE_S


def after(outside: Outside, event: Proposed) -> Outside:
    """With one more, newer or fewer."""
    born_s = event.proposal.at_s - LIFE_S + min(event.for_s, LIFE_S)
    kept = put(outside.get(event.target, ()), replace(event.proposal, at_s=born_s))
    return _filled(outside, event.target, kept)


def lasting(outside: Outside, now_s: float) -> Outside:
    """Those that still count."""
    for target, kept in outside.items():
        if len(left := live(kept, now_s)) < len(kept):
            outside = _filled(outside, target, left)
    return outside


def left_s(proposal: Proposal, now_s: float) -> float:
    """For how long it still counts."""
    return max(0.0, proposal.at_s + LIFE_S - now_s)


def _filled(outside: Outside, target: str, kept: tuple[Proposal, ...]) -> Outside:
    return {
        name: kept if name == target else known
        for name, known in {target: (), **outside}.items()
        if kept or name != target
    }
