"""What the owner should know about the meter, by kind, each said once. Knows no screen."""

from collections.abc import Mapping

from lib.core.quarter import MISMATCH_W, QUARTER_S, Quarter
from lib.core.reading import Reading
from lib.core.stamp import BRUSSELS, CLOCK_NOT_SET

DELAY_S = 3.0  # what power × delay may add to the difference between demand and registers


def after(before: Mapping[str, str], reading: Reading, running: Quarter) -> Mapping[str, str]:
    """What the owner should know. What was told once about the meter itself stays; a state goes when it ends."""
    told = {key: text for key, text in before.items() if key in {"letter", "demand"}}
    clock = reading.clock
    if clock is not None and clock.at is not None and clock.assumed_local:
        told.setdefault("letter", "The meter prints its time without S or W; Brussels time is taken")
    if clock is not None and (clock.known is None or clock.known < CLOCK_NOT_SET):
        # not the time itself, which would be news each second
        shown = f"the year {clock.at.astimezone(BRUSSELS).year}" if clock.at else "no time"
        told["clock"] = f"The meter's clock is not set (it shows {shown}); this machine's time is used"
    allowed_w = MISMATCH_W + abs(running.grid_w or 0.0) * DELAY_S / QUARTER_S
    if running.mismatch_w is not None and abs(running.mismatch_w) > allowed_w:
        told.setdefault(
            "demand",
            f"The meter's quarter demand differs from its registers by {running.mismatch_w:+.0f} W; the demand is used",
        )
    if reading.history is not None and not reading.history.complete:
        told["history"] = (
            f"The meter announces {reading.history.count} months of history and prints {len(reading.history.rows)}"
        )
    if reading.breaker == 0:
        told["breaker"] = "The breaker is open: the meter has cut the house off"
    elif reading.breaker == 2:
        told["breaker"] = "The breaker is ready: press the meter's yellow button for 5 seconds to reconnect"
    if reading.message:
        told["message"] = f"The grid operator says: {reading.message}"
    if told == before:
        return before
    return told
