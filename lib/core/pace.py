"""What one charger should do → what it is told now: cut at once, raise slowly, never pulse. Knows no price, no circuit.

In: what is wanted, each cycle, and what lib/core/uptake.py learned. Out: a `Command`, and what holds it back.
All times are seconds of one monotonic clock, currents in A per phase.
Source: IEC 61851-1 (a car follows within 5 s), and cars that stop for good after some ten interruptions of a plug-in.
"""

from math import inf

from lib.core.charger import in_steps
from lib.core.states import replace
from lib.core.tempo import USUAL, Command, Haste, Tempo, Wanted
from lib.core.uptake import DRAWS_A, Pace, Uptake, phases_for
from lib.core.why import Hold


def paced(pace: Pace, wanted: Wanted, now_s: float, tempo: Tempo = USUAL) -> tuple[Pace, Command]:
    """The pace after a cycle, and what the charger is to be told."""
    if pace.switching.to is not None:
        return _through(pace, wanted, now_s, tempo)
    if not pace.go:
        return _resting(pace, wanted, now_s, tempo)
    asked_s = None
    if wanted.phases not in {None, pace.phases}:
        asked_s = now_s if pace.switching.asked_s is None else pace.switching.asked_s
        if pace.phases is not None and _may_switch(pace, wanted, now_s, tempo, now_s - asked_s):
            return _switched(pace, wanted, now_s)
    if asked_s != pace.switching.asked_s:
        pace = replace(pace, switching=replace(pace.switching, asked_s=asked_s))
    return (_charging if wanted.limit_a else _ending)(pace, wanted, now_s, tempo)


def fallen(pace: Pace, safe_a: float, now_s: float, tempo: Tempo = USUAL) -> Pace:
    """The pace of a charger that nobody can tell anything and that falls to its safe current: it goes on from there."""
    if not pace.go:
        return pace
    if safe_a <= 0:
        return _paused(pace, now_s, now_s + tempo.off_s)
    current_a = min(pace.current_a, safe_a)
    return replace(_sent(pace, current_a, None, now_s), raised_s=now_s)


def refused(pace: Pace, offered_a: float, now_s: float) -> Pace:
    """The pace of a charger that refused more, or to start: it has what it had, and others may have the rest."""
    if not pace.go:
        return pace
    if offered_a <= 0:
        return replace(pace, go=False, current_a=0.0, raised_s=None, turned_s=now_s)
    return replace(pace, current_a=min(pace.current_a, offered_a))


def _told(pace: Pace, held: Hold | None = None, until_s: float | None = None) -> tuple[Pace, Command]:
    return pace, Command(current_a=pace.current_a, go=pace.go, phases=pace.phases, held=held, until_s=until_s)


def _resting(pace: Pace, wanted: Wanted, now_s: float, tempo: Tempo) -> tuple[Pace, Command]:
    """It pauses: a start waits for its rest, and until it was wanted long enough."""
    if not wanted.limit_a:
        return _told(_sent(pace, pace.current_a, None, now_s))
    asked_s = now_s if pace.asked_s is None else pace.asked_s
    pace = _sent(pace, pace.current_a, asked_s, now_s)
    ready_s = asked_s + (tempo.start_s if wanted.haste is Haste.SURPLUS else tempo.wait_s)
    if now_s < pace.rest_s:
        return _told(pace, Hold.RESTING, max(pace.rest_s, ready_s))
    if now_s < ready_s or not wanted.may_raise:
        return _told(pace, Hold.SOON, ready_s if now_s < ready_s else None)
    return _started(pace, wanted, now_s, tempo)


def _started(pace: Pace, wanted: Wanted, now_s: float, tempo: Tempo) -> tuple[Pace, Command]:
    """Its first amperes; more follow. On other phases it begins at its least, until the charger has confirmed them."""
    phases = phases_for(pace, wanted.phases, now_s, tempo)
    switches = phases != pace.phases and pace.phases is not None
    switching = pace.switching if pace.switching.to is None else replace(pace.switching, to=None)
    pace = replace(
        pace,
        go=True,
        current_a=wanted.floor_a
        if switches
        else max(wanted.floor_a, in_steps(min(_capped(pace, wanted), tempo.first_a), wanted.step_a)),
        phases=phases,
        sent_s=now_s,
        raised_s=None if switches else now_s,
        turned_s=now_s,
        asked_s=None,
        uptake=Uptake() if switches else pace.uptake,
        switching=switching.made(now_s) if switches else switching,
    )
    return _told(pace, *_below(pace, wanted, now_s, tempo))


def _charging(pace: Pace, wanted: Wanted, now_s: float, tempo: Tempo) -> tuple[Pace, Command]:
    """It charges and should: down at once, up as its pace lets it."""
    limit_a, raised_s = _capped(pace, wanted), pace.raised_s
    if now_s < _sure_s(pace, tempo):
        limit_a = wanted.floor_a
    current_a = min(limit_a, max(pace.current_a, wanted.floor_a))
    if limit_a > current_a and wanted.may_raise and (raised_s is None or now_s >= raised_s + tempo.raise_s):
        more_a = max(tempo.first_a, current_a) if raised_s is None else current_a + max(tempo.raise_a, wanted.step_a)
        current_a, raised_s = max(current_a, in_steps(min(limit_a, more_a), wanted.step_a)), now_s
    pace = _sent(pace, current_a, None, now_s)
    pace = pace if raised_s == pace.raised_s else replace(pace, raised_s=raised_s)
    return _told(pace, *_below(pace, wanted, now_s, tempo))


def _below(pace: Pace, wanted: Wanted, now_s: float, tempo: Tempo) -> tuple[Hold | None, float | None]:
    """Why it is told less than is wanted, and until when."""
    if pace.current_a >= wanted.limit_a:
        return None, None
    if now_s < _sure_s(pace, tempo):
        return Hold.SWITCHING, _sure_s(pace, tempo)
    if pace.current_a >= _capped(pace, wanted):
        return Hold.SLOW_CAR, None
    return Hold.PACE, None if pace.raised_s is None else pace.raised_s + tempo.raise_s


def _ending(pace: Pace, wanted: Wanted, now_s: float, tempo: Tempo) -> tuple[Pace, Command]:
    """It charges and should not: at its least until that has lasted, or to a pause."""
    asked_s = now_s if pace.asked_s is None else pace.asked_s
    due_s = asked_s + tempo.patience_s(wanted.haste)
    if wanted.haste in {Haste.NOW, Haste.OWNER}:
        due_s = now_s
    elif wanted.haste is not Haste.ROW:
        hold_s = tempo.hold_s if pace.stops >= tempo.stops else 0.0
        due_s = max(due_s, asked_s + hold_s, pace.turned_s + tempo.on_s)
    if now_s >= due_s:
        return _told(_paused(pace, now_s, now_s if wanted.haste is Haste.OWNER else now_s + tempo.off_s))
    held = {Haste.SURPLUS: Hold.CLOUD, Haste.ROW: Hold.ROW}.get(wanted.haste, Hold.STAYS)
    return _told(_sent(pace, wanted.floor_a, asked_s, now_s), held, due_s)


def _may_switch(pace: Pace, wanted: Wanted, now_s: float, tempo: Tempo, asked_for_s: float) -> bool:
    """Whether a car that charges goes to other phases now: up when it may rise, down no later than it would stop.

    After many interruptions only when that is wanted for long, or there is no room as it is.
    """
    up = (wanted.phases or 0) > (pace.phases or 0)
    if not pace.switching.free(now_s, tempo, up=up):
        return False
    must = not wanted.limit_a and wanted.haste in {Haste.ROW, Haste.NOW}
    if pace.stops >= tempo.stops and asked_for_s < tempo.hold_s and not must:
        return False
    if up:
        return bool(wanted.limit_a) and wanted.may_raise and asked_for_s >= tempo.up_s
    if wanted.limit_a:
        return asked_for_s >= tempo.down_s
    return wanted.haste is not Haste.OWNER and asked_for_s >= min(tempo.down_s, tempo.patience_s(wanted.haste))


def _switched(pace: Pace, wanted: Wanted, now_s: float) -> tuple[Pace, Command]:
    """To other phases at its least, or into the pause before that."""
    if wanted.pauses:
        switching = replace(pace.switching, asked_s=None, to=wanted.phases, since_s=now_s)
        return _told(replace(_paused(pace, now_s, now_s), switching=switching), Hold.SWITCHING)
    pace = replace(
        _sent(pace, wanted.floor_a, None, now_s),
        phases=wanted.phases,
        raised_s=None,
        stops=pace.stops + 1,
        uptake=Uptake(),
        switching=pace.switching.made(now_s),
    )
    return _told(pace, Hold.SWITCHING)


def _through(pace: Pace, wanted: Wanted, now_s: float, tempo: Tempo) -> tuple[Pace, Command]:
    """In the pause before a switch: until its car takes nothing, or will not stop, or it should not charge any more."""
    switching = pace.switching
    idle = pace.read_s > switching.since_s and (pace.drawn_a is None or pace.drawn_a < DRAWS_A)
    if idle and wanted.limit_a and wanted.may_raise:
        return _started(pace, wanted, now_s, tempo)
    if wanted.limit_a and (idle or now_s < switching.since_s + tempo.idle_s):
        return _told(pace, Hold.SWITCHING)
    rest_s = now_s if wanted.haste is Haste.OWNER else switching.since_s + tempo.off_s
    return _resting(replace(pace, rest_s=rest_s, switching=replace(switching, to=None)), wanted, now_s, tempo)


def _paused(pace: Pace, now_s: float, rest_s: float) -> Pace:
    pace = _sent(pace, 0.0, None, now_s)
    return replace(pace, go=False, raised_s=None, turned_s=now_s, rest_s=rest_s, stops=pace.stops + 1)


def _sent(pace: Pace, current_a: float, asked_s: float | None, now_s: float) -> Pace:
    """With this current, which counts from now on where it is another."""
    if current_a == pace.current_a and asked_s == pace.asked_s:
        return pace
    sent_s = pace.sent_s if current_a == pace.current_a else now_s
    return replace(pace, current_a=current_a, sent_s=sent_s, asked_s=asked_s)


def _sure_s(pace: Pace, tempo: Tempo) -> float:
    """Until when it stays at its least because the charger has not said yet that it has switched."""
    return -inf if pace.switching.sure else pace.switching.last_s + tempo.calm_s


def _capped(pace: Pace, wanted: Wanted) -> float:
    """What is wanted, as far as its car takes it."""
    cap_a = inf if pace.cap_a is None else pace.cap_a
    return max(wanted.floor_a, in_steps(min(cap_a, wanted.limit_a), wanted.step_a))
