"""The head of bs's screen: what the batteries store or give, how full they are, and whom they help."""

from rich.text import Text

from lib.messages.storage import Storage
from lib.panels.battery import LOST, does, has_reserve
from lib.panels.bs_alerts import store_alerts
from lib.panels.dates import near
from lib.panels.head import FORGOTTEN_S, Beside, Pieces, Power, program_line, render_head, title_line, turn_at
from lib.panels.look import Look, Room
from lib.panels.seen import Seen

LATE_S = 12.0  # bs speaks on change and every 5 s
WORDS = {"stores": "stored", "gives": "given", "rests": "at rest"}


def render_bs_header(seen: Seen, look: Look, room: Room) -> Text:
    """Three rows and one for each notice, as many as the room has."""
    storage, heard_s = seen.newest(Storage), seen.heard_s
    at, said = (storage.at, storage.said) if storage else (None, None)
    calm = storage is not None and storage.granted_w is not None
    program = program_line(look, seen.peer, heard_s, late_s=LATE_S)
    beside: tuple[Beside, Beside, Beside] = (
        title_line(look, room, seen.title, at, demo=storage is not None and storage.demo, trusted=calm),
        (_level(storage, look), []),
        (program or _help(storage, look), []),
    )
    told = store_alerts(storage, seen.peer)
    return render_head(_power(storage, look, heard_s), beside, told, look, room, turn=turn_at(said))


def _power(storage: Storage | None, look: Look, heard_s: float | None) -> Power:
    """Of all batteries; without colour while nobody vouches for it."""
    if storage is None or storage.power_w is None or (heard_s or 0.0) > FORGOTTEN_S:
        return Power("", "", look.colours.quiet)
    word = does(storage.power_w)
    sure = storage.because.ground not in LOST and (heard_s or 0.0) <= LATE_S and word != "rests"
    figure = look.number(abs(storage.power_w) / 1000, 3, 5)
    return Power(figure, WORDS[word], look.colours.used if sure else look.colours.quiet)


def _level(storage: Storage | None, look: Look) -> Pieces:
    """How full, its mode and its reserve."""
    colours, bullet = look.colours, look.glyphs.bullet
    if storage is None:
        return [(f"{bullet} ", colours.warn), ("starting", colours.text)]
    if not storage.batteries:
        return [(f"{bullet} ", colours.warn), ("no battery is set up", colours.text)]
    style = colours.bad if storage.because.ground in LOST else colours.good
    full = f"{look.number(storage.soc_pct, 0)} % full"
    if storage.soc_pct is None:
        full, style = "how full is unknown", style if style == colours.bad else colours.warn
    kept = f", {look.number(storage.reserve_pct, 0)} % kept" if has_reserve(storage) else ""
    return [(f"{bullet} ", style), (full, colours.text), (f"{kept}, mode {storage.mode}", colours.quiet)]


def _help(storage: Storage | None, look: Look) -> Pieces:
    """What the cars are given or why not; else what dm grants."""
    colours, bullet = look.colours, look.glyphs.bullet
    if storage is None:
        return []
    if storage.help is not None:
        until = f" until {near(storage.help.until, storage.at)}"
        return [(f"{bullet} ", colours.good), (f"{look.kw(storage.help.power_w)} kW for cars{until}", colours.text)]
    if storage.refused:
        return [(f"{bullet} ", colours.warn), ("the cars get no help", colours.text)]
    if storage.granted_w is None and storage.claims:
        return [(f"{bullet} ", colours.warn), ("no grant is alive", colours.text)]
    word = "target" if storage.capacity_tariff else "limit"
    target = "" if storage.quarter_w is None else f"{word} {look.kw(storage.quarter_w)} kW"
    granted_w = storage.granted_w or 0.0
    granted = f"{look.kw(granted_w)} kW granted{', ' * bool(target)}" if granted_w > 0 else ""
    return [(f"{bullet} ", colours.good), (granted, colours.text), (target, colours.quiet)] if granted + target else []
