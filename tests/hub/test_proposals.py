"""What a person reads about what is proposed."""

from dataclasses import replace

from lib.hub.proposals import proposals, stands
from lib.messages.proposals import ProposalNow, Proposals, Rung

from .proposed import CARPORT, DRIVE, GARAGE, PROPOSALS

SHOWN = """\
carport        8.00 kW, as myscript wishes; it can take 0.00 to 22.08 kW
               50 myscript: wishes 8.00 kW, for 60 s more; may have 0.00
               to 22.08 kW
               of that left gets 4.14 kW
               of that right gets 0.00 kW
garage         5.00 kW: surplus wishes 2.30 kW, no less because of plan;
               it can take 0.00 to 11.04 kW
               500 vpp: no less than 0.00 kW and no more than 5.00 kW,
               for 43 s more; may have 0.00 to 11.04 kW
               100 plan: no less than 7.36 kW; may have 0.00 to 5.00 kW,
               no more because of vpp
               50 surplus: wishes 2.30 kW; may have 5.00 to 5.00 kW, no
               less because of plan, no more because of vpp
drive          cannot be told anything yet"""


def test_those_that_others_want_something_of_come_first() -> None:
    """With what comes of it, each proposal, its bounds, and whose these are."""
    assert SHOWN == proposals(PROPOSALS)


def test_of_many_targets_only_some_are_shown() -> None:
    """And how many there are besides."""
    many = tuple(replace(DRIVE, name=f"place {number}") for number in range(200))
    said = proposals(Proposals(boot="e1", seq=1, targets=many)).splitlines()
    assert (41, "and 160 more; /api/proposals has them all") == (len(said), said[-1])


def test_where_there_is_nothing_it_says_so() -> None:
    """No charger, no battery: no line of nothing."""
    assert proposals(Proposals(boot="e1", seq=1)).startswith("there is nothing to propose for")


def test_an_answer_names_what_comes_of_it_and_the_bounds() -> None:
    """And whose they are; of what does not answer yet that it does not."""
    assert (
        "garage: 5.00 kW: surplus wishes 2.30 kW, no less because of plan; priority 100 may have 0.00 to 5.00 kW, "
        "no more because of vpp" == stands(GARAGE, GARAGE.rungs[1])
    )
    assert "carport: 8.00 kW, as myscript wishes; priority 50 may have 0.00 to 22.08 kW" == stands(
        CARPORT, CARPORT.rungs[0]
    )
    assert "drive: noted; it cannot be told anything yet, so nothing is done" == stands(DRIVE, Rung(priority=50))


def test_a_pause_is_called_one() -> None:
    """Both bounds at nothing."""
    paused = replace(GARAGE, proposals=(ProposalNow(source="me", priority=50, low_w=0.0, high_w=0.0, for_s=5.0),))
    assert "50 me: pauses it, for 5 s more" in proposals(Proposals(boot="e1", seq=1, targets=(paused,)))


def test_a_wish_that_is_fenced_is_told_with_its_fence() -> None:
    """Below what it comes to, above it, and where nobody but the device fences it."""
    wished = ProposalNow(source="surplus", priority=50, wish_w=9_000.0)
    above = replace(GARAGE, proposals=(wished,))
    own = replace(above, rungs=(Rung(priority=50, low_w=0.0, high_w=5_000.0, low_by="system", high_by="system"),))
    said = [stands(one, GARAGE.rungs[0]).partition(";")[0] for one in (GARAGE, above, own)]
    assert [
        "garage: 5.00 kW: surplus wishes 2.30 kW, no less because of plan",
        "garage: 5.00 kW: surplus wishes 9.00 kW, no more because of vpp",
        "garage: 5.00 kW: surplus wishes 9.00 kW",
    ] == said
