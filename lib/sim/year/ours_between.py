"""Where bs would keep the meter between two steps of a year: at home it looks each second, and cars have moved by then.

In: bs as it decided, and what its car will draw by the order that it got meanwhile. Out: W through the meter.
"""

from math import inf
from typing import NamedTuple

from lib.core.cellar import Storage, StorageRules
from lib.core.claims import Drawn
from lib.core.pool import Pool
from lib.core.proposals import Default, Device, resolve
from lib.core.states import replace
from lib.core.storing import FENCE, facts_of, fences, wants

UNBOUND = Device(low_w=-inf, high_w=inf, default=Default.ZERO)


class Kept(NamedTuple):
    """Where the battery keeps the meter, and above what it gives in any case; None: nowhere."""

    grid_w: float | None = None
    shave_w: float | None = None


NOWHERE = Kept()


def kept(storage: Storage, rules: StorageRules, known: Pool, *, more_w: float) -> Kept:
    """As bs would go on each second. more_w: so much more the car will draw than it did.

    What it cannot give now it may give when the house falls; one that stores or rests gives when the house rises.
    """
    if storage.target_w is None:
        return NOWHERE
    later = _moved(storage, more_w)
    facts = facts_of(later, rules, known)
    if storage.target_w == 0:
        return Kept(shave_w=facts.ceiling_w)
    if storage.target_w > 0:
        return Kept(facts.net_w + storage.target_w, facts.ceiling_w)
    wanted = [*wants(facts, later), *(one for one in fences(later, facts) if one.priority == FENCE)]
    return Kept(facts.net_w + min(0.0, resolve(UNBOUND, wanted).target_w))


def _moved(storage: Storage, more_w: float) -> Storage:
    """As it will be when the car draws so much more."""
    if not more_w:
        return storage
    site = storage.site
    moves = Drawn(who="moves", low_w=more_w, high_w=more_w)
    word = replace(site.word, grid_w=(site.word.grid_w or 0.0) + more_w, drawn=(*site.word.drawn, moves))
    return replace(storage, site=replace(site, word=word))
