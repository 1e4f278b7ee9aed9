"""What is wanted of chargers, circuits and the battery → text for people: who, what comes of it, and what fences whom.

Pure: same values in, same text out. What is unknown says so.
"""

from lib.hub.wording import UNKNOWN, answer, below, kw, named
from lib.messages.proposals import ProposalNow, Proposals, Rung, TargetNow

SYSTEM = "system"  # whose a fence is that the device itself sets
BUDGETS = ("budget", "peak")  # whose it is while dm has not granted more
MOST_SHOWN = 40


def proposals(said: Proposals | None) -> str:
    """Each target with what it comes to, and of those that are told whole each proposal with its bounds."""
    if said is None:
        return f"what is proposed is {UNKNOWN}: the program has just started"
    shown = sorted(said.targets, key=lambda one: not any(put.for_s is not None for put in one.proposals))
    lines = [line for target in shown[:MOST_SHOWN] for line in _target(target)]
    if len(shown) > MOST_SHOWN:
        lines.append(f"and {len(shown) - MOST_SHOWN} more; /api/proposals has them all")
    return answer(*lines) if lines else "there is nothing to propose for: config.py names no charger and no battery"


def stands(target: TargetNow, rung: Rung) -> str:
    """What a target comes to, and what a priority may have of it, in a sentence."""
    if target.high_w is None:
        return f"{target.name}: noted; it cannot be told anything yet, so nothing is done"
    asks = "; the meter app is asked for more, and answers in a second" if rung.high_by in BUDGETS else ""
    return f"{target.name}: {_does(target)}; priority {rung.priority} may have {fenced(rung)}{asks}"


def fenced(rung: Rung) -> str:
    """What a priority may have, and whose its bounds are where another source set them."""
    if rung.low_w is None or rung.high_w is None:
        return UNKNOWN
    least = "" if rung.low_by in {"", SYSTEM} else f", no less because of {rung.low_by}"
    most = "" if rung.high_by in {"", SYSTEM} else f", no more because of {rung.high_by}"
    return f"{_between(rung.low_w, rung.high_w)}{least}{most}"


def _target(target: TargetNow) -> list[str]:
    if target.high_w is None:
        return [named(target.name, "cannot be told anything yet"), *(below(_put(one)) for one in target.proposals)]
    rungs = {rung.priority: rung for rung in target.rungs}
    can = _between(target.low_w or 0.0, target.high_w)
    lines = [named(target.name, f"{_does(target)}; it can take {can}")]
    for one in target.proposals:
        rung = rungs.get(one.priority)
        lines.append(below(f"{_put(one)}{f'; may have {fenced(rung)}' if rung else ''}"))
    lines += [below(f"of that {name} gets {kw(power_w)}") for name, power_w in (target.shares or {}).items()]
    return lines


def _between(low_w: float, high_w: float) -> str:
    return f"{kw(low_w).removesuffix(' kW')} to {kw(high_w)}"


def _does(target: TargetNow) -> str:
    """What it comes to, and whose wish that is; of a wish that is fenced what was wished, and by whom."""
    said = kw(target.target_w)
    wished = next((one for one in target.proposals if one.source == target.decided and one.wish_w is not None), None)
    if wished is None or wished.wish_w is None or kw(wished.wish_w) == said:
        return f"{said}, as {target.decided} wishes" if target.decided else said
    rung = next((one for one in target.rungs if one.priority == wished.priority), None)
    bound, by = "", ""
    if rung is not None:
        bound, by = ("less", rung.low_by) if wished.wish_w < target.target_w else ("more", rung.high_by)
    fence = "" if by in {"", SYSTEM} else f", no {bound} because of {by}"
    return f"{said}: {wished.source} wishes {kw(wished.wish_w)}{fence}"


def _put(one: ProposalNow) -> str:
    """One proposal."""
    wants = [f"wishes {kw(one.wish_w)}"] if one.wish_w is not None else []
    if one.low_w == one.high_w == 0:
        wants.append("pauses it")
    else:
        wants += [f"no less than {kw(one.low_w)}"] if one.low_w is not None else []
        wants += [f"no more than {kw(one.high_w)}"] if one.high_w is not None else []
    left = "" if one.for_s is None else f", for {one.for_s:.0f} s more"
    return f"{one.priority} {one.source}: {' and '.join(wants) or 'wishes all it can'}{left}"
