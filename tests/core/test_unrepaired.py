"""Without the repairs the model answers as it was recorded: what they change can be seen side by side."""

from typing import Any

import pytest

from lib.core import unrepaired
from lib.core.proposals import Device, Proposal, live, put
from tests.core.test_proposals import SEQUENCES, said

RECORDED = [one for one in SEQUENCES if "recorded" in one.values[0]["steps"][0]]


@pytest.mark.parametrize("sequence", RECORDED)
def test_the_recorded_sequences_give_what_was_recorded(sequence: dict[str, Any]) -> None:
    """Target after every step, and the bounds that each priority is shown."""
    device, kept = said(Device(), sequence["system_bounds"], sequence["default_power"]), tuple[Proposal, ...]()
    sent_w: float | None = None
    for step in sequence["steps"]:
        expected = step["recorded"]
        match step["op"]:
            case "bounds":
                device = said(device, step, sequence["default_power"])
            case "drop_old":
                kept = live(kept, step["t"])
            case "propose":
                low_w, high_w = step["bounds"]
                one = Proposal(
                    source=step["source"],
                    priority=step["priority"],
                    at_s=step["t"],
                    wish_w=step["power"],
                    low_w=low_w,
                    high_w=high_w,
                )
                kept = put(kept, one)
        if step["op"] != "drop_old":
            sent_w = unrepaired.resolve(device, kept)
            assert expected["target"] == sent_w
        for priority, bounds in expected["report_bounds"].items():
            told = unrepaired.report(device, kept, int(priority), sent_w)
            assert (bounds or [None, None]) == [told.low_w, told.high_w], (step["op"], priority)
