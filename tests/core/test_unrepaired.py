"""Without the repairs the model answers as it was recorded: what they change can be seen side by side."""

from typing import Any

import pytest

from lib.core import unrepaired
from lib.core.proposals import Device, Proposal, live, put
from tests.core.test_proposals import FILES, proposed, said

RECORDED = [
    pytest.param(one, id=one["id"]) for file in FILES for one in file["sequences"] if "recorded" in one["steps"][0]
]


@pytest.mark.parametrize("sequence", RECORDED)
def test_the_recorded_sequences_give_what_was_recorded(sequence: dict[str, Any]) -> None:
    """Target after every step, and the bounds that each priority is shown."""
    device, kept = said(Device(), sequence["system_bounds"], sequence["default_power"]), tuple[Proposal, ...]()
    sent_w: float | None = None
    is_known = device.high_w is not None
    for step in sequence["steps"]:
        expected = step["recorded"]
        match step["op"]:
            case "bounds":
                device = said(device, step, sequence["default_power"])
            case "drop_old":
                kept = live(kept, step["t"])
            case "propose":
                kept = put(kept, proposed(step)) if is_known else kept
        is_known |= device.high_w is not None
        if step["op"] != "drop_old" and is_known:
            shown_w = None if step["op"] == "bounds" and not kept else unrepaired.resolve(device, kept, sent_w)
            sent_w = shown_w if any(one.wish_w is not None for one in kept) else None
            assert expected["target"] == shown_w
        for priority, expected_w in expected["report_bounds"].items():
            told = unrepaired.bounds(device, kept, int(priority))
            assert expected_w == (None if told is None else list(told))
