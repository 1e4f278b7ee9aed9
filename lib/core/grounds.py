"""The reason of what a charger does: whose wish it is, and what keeps it from that. Knows no sentence."""

from datetime import datetime, timedelta

from lib.core.aims import Aim
from lib.core.carport import Charging
from lib.core.charger import power_w
from lib.core.sharing import Share
from lib.core.states import replace
from lib.core.tempo import Command
from lib.core.why import Hold, Reason, Why

GONE_S = 5.0  # dm speaks at least once a second


def why_of(charging: Charging, aim: Aim, share: Share | None, command: Command) -> Why:
    """The reason of what was decided, and what keeps it from that."""
    post, bay = aim.bay.post, aim.bay
    current_a = command.current_a if command.go else 0.0
    if bay.ended:
        return Why(reason=Reason.CAR_ENDED, current_a=current_a)
    if bay.asleep and bay.idle_s is not None and current_a:
        return Why(reason=Reason.ASLEEP, current_a=current_a)
    if bay.barred and current_a:
        return Why(reason=Reason.BARRED, name=post.bar, current_a=current_a)
    because = aim.wished.because
    why = because.why if because is not None and because.why is not None else Why(reason=Reason.STARTING)
    drawn_w = post.range_w[1] if current_a and bay.idle_s is None else None
    held, held_until, by, count = _held(charging, aim, share, command, current_a)
    return replace(why, power_w=drawn_w, current_a=current_a, held=held, held_until=held_until, by=by, count=count)


def _held(
    charging: Charging, aim: Aim, share: Share | None, command: Command, current_a: float
) -> tuple[Hold | None, datetime | None, str, int | None]:
    """What keeps it from its wish, until when, by whom, and which place in the line it has."""
    post = aim.bay.post
    if post.balked:
        return Hold.REFUSED, None, post.balked, None
    row = share.held_by if share is not None and share.current_a < aim.most_a else None
    allowed_a = aim.most_a if share is None or row is None else share.current_a
    if command.held is not None and current_a < allowed_a:
        return command.held, _then(charging, command.until_s), "", None
    if share is not None and row is not None:
        return Hold.WAITING if share.place else Hold.ROW, None, row.name, share.place or None
    if aim.held is not None:
        return aim.held, None, _silent(charging) if aim.held is Hold.SAFE else "", None
    if post.stubborn_a and current_a:
        return Hold.STUBBORN, None, "", None
    cap_a = aim.bay.pace.cap_a
    if current_a and cap_a is not None and aim.wished.target_w > power_w(cap_a, aim.lines):
        return Hold.SLOW_CAR, None, "", None
    return command.held, _then(charging, command.until_s), "", None


def unread(aim: Aim) -> Why:
    """Of a charger of which nothing is known now, or of no more than what it was told last."""
    post = aim.bay.post
    if post.missed is not None:
        return Why(reason=Reason.SILENT, name=post.missed.why, current_a=max(post.range_a[1]))
    return Why(reason=Reason.STARTING)


def _silent(charging: Charging) -> str:
    """Who says nothing: the meter, or dm itself, at all or to what it is asked."""
    site = charging.site
    if site.heard_s is None or charging.now_s - site.heard_s > GONE_S:
        return "the meter app is silent"
    if site.is_fresh(charging.now_s):
        return "the meter app does not answer"
    return f"the meter is silent{f', {site.word.why}' if site.word.why else ''}"


def _then(charging: Charging, at_s: float | None) -> datetime | None:
    return None if at_s is None else charging.at + timedelta(seconds=at_s - charging.now_s)
