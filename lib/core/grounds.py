"""The reason of what a charger does: whose wish it is, and what holds it below that. Knows no sentence."""

from dataclasses import replace
from datetime import timedelta

from lib.core.aims import Aim
from lib.core.carport import WAKES, Charging
from lib.core.sharing import Share
from lib.core.why import Reason, Why


def why_of(
    charging: Charging,
    aim: Aim,
    share: Share | None,
    held: Reason | None,
    current_a: float,
    until_s: float | None,
    drawn_w: float,
) -> Why:
    """The reason of what was decided, and what holds it below that."""
    post, resolved = aim.bay.post, aim.resolved
    if post.missed is not None:
        return Why(reason=Reason.SILENT, name=post.missed.why, current_a=post.range_a[1][0])
    if aim.bay.ended:
        return Why(reason=Reason.CAR_ENDED, current_a=current_a)
    if aim.bay.wakes >= WAKES and aim.bay.idle_s is not None and not aim.bay.charged and current_a:
        return Why(reason=Reason.ASLEEP, current_a=current_a)
    because = aim.wished.because
    why = because.why if because is not None and because.why is not None else Why(reason=Reason.STARTING)
    if why.power_w is None or current_a:
        why = replace(why, power_w=drawn_w if current_a else why.power_w)
    why = replace(why, current_a=current_a)
    by = resolved.held_by
    if by is not None and by.source == "budget" and resolved.target_w < aim.wished.target_w:
        reason = by.why.reason if by.why else Reason.PEAK
        if reason is Reason.PEAK and resolved.target_w <= 0:
            reason = Reason.NO_ROOM
        if reason is Reason.SAFE:
            return replace(why, held=reason, name=charging.site.word.why or "dm")
        return replace(why, held=reason)
    if share is not None and share.held_by is not None and share.current_a < aim.most_a:
        row = share.held_by.name
        return replace(why, held=Reason.WAITING if share.place else Reason.ROW, row=row, count=share.place or None)
    if held is Reason.PACE and not current_a:
        held = Reason.SOON
    if held is not None:
        until = why.until if until_s is None else charging.at + timedelta(seconds=until_s - charging.now_s)
        return replace(why, held=held, until=until)
    return why


def unread(aim: Aim) -> Why:
    """Of a charger of which nothing is known now."""
    post = aim.bay.post
    if post.missed is not None:
        return Why(reason=Reason.SILENT, name=post.missed.why)
    return Why(reason=Reason.STARTING)
