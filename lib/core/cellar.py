"""The battery app's state: batteries, dm's and ev's words, and what is made of them.

Only lib/core/storage.py and lib/core/dispatch.py change it. Knows no message, no socket and no clock.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from lib.core.arbitrage import Store, StorePlan
from lib.core.battery import BatteryRules
from lib.core.battery_why import BatteryWhy, Ground
from lib.core.cell import Cell
from lib.core.circuits import Circuit
from lib.core.claims import LEASE_S, Claim, Drawn
from lib.core.cost import PriceSlot, slot_at
from lib.core.followed import Followed, fresh
from lib.core.gains import Booked
from lib.core.modes import StorageMode
from lib.core.outside import Outside
from lib.core.pool import pool
from lib.core.proposals import Device, Proposal
from lib.core.reserve import planned_pct, reserve_pct
from lib.core.site import Site
from lib.core.states import replace
from lib.core.usual import Usual

TURN_S = 5.0
DEAR_EUR_KWH = 1.0  # what a kWh is worth at most that is kept in case the month would have a higher peak


@dataclass(frozen=True, slots=True, kw_only=True)
class StorageRules:
    """What the owner set.

    Attributes:
        batteries: by name, which act as one. circuits: the connection first.
        mode: at first. reserve_pct: kept for the month's peak; None: as dm learned, else by the time of day.
        margin: of the quarter's energy, as dm keeps it back.
        has_sun: whether dm reads inverters; holds_sun: whether one of them may be held back.
        peaks_cost: whether there is a capacity tariff.
        lease_s: how long a word of dm or ev holds. turn_s: they rest so long before the direction turns; 0: not at all.

    """

    batteries: Mapping[str, BatteryRules]
    circuits: tuple[Circuit, ...] = ()
    mode: StorageMode = StorageMode.AUTO
    reserve_pct: float | None = None
    margin: float = 0.04
    has_sun: bool = False
    holds_sun: bool = False
    peaks_cost: bool = True
    lease_s: float = LEASE_S
    turn_s: float = TURN_S


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What ev wants from the batteries.

    bridge: only to go on with the sun behind a cloud, so before the grid gives. late: for a trip that takes a quarter
    above the peak otherwise, so from what is kept for the peak as well.
    """

    power_w: float
    until: datetime
    why: str
    bridge: bool = False
    late: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CarsWord:
    """What ev said last: the help it wants, what the cars draw, what its plan has them draw, and when it was heard."""

    wanted: Wanted | None = None
    drawn: tuple[Drawn, ...] = ()
    planned: tuple[tuple[datetime, datetime, float], ...] = ()
    heard_s: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Help:
    """What the cars are given: so much power, so much energy from now on, until then at the longest.

    quarter: the last that was begun with enough above the reserve.
    """

    power_w: float
    energy_wh: float
    until: datetime
    why: str
    bridge: bool = False
    quarter: datetime | None = None


@dataclass(frozen=True, kw_only=True)  # no slots, see lib/core/states.py
class Storage:
    """All that bs knows at one instant.

    Attributes:
        at, now_s: the meter's time and our seconds, of this step; began_s: when the program began.
        metered_w: the least and the most that flowed in the batteries when dm's last telegram came.
        loose_w: what cars seem to draw that nobody controls; it may be the house's.
        prices: what a kWh costs and earns, as dm says. load, sun: what is usual, by the hour; without inverters the
            load is net of the sun.
        followed: dm's plan.
        plan, planned_s: when things shall happen, and when that was worked out.
        mode, reserve_pct: the owner's words; None: as dm learned.
        target_w: what all batteries together shall do; None: they are left to their own mode.
        turned_s, changed_s: when the direction, and that power, last changed. idle_w: what they measure at rest.
        help: what the cars are given; helped: what they were given last; refused: why what they asked is not;
            bridged_s: since when it is a cloud's.
        outside: what other programs want, under the name of all batteries together, see lib/core/claims.py.
        device, put: what all batteries together can do, and all that was proposed for them, in the last step; None and
        nothing while they are left to their own mode.
        claim, claimed_s: what is asked of dm, and since when. hold_sun_w: to what the sun shall be held back.
        said: what happened in this step, a line each for the log.

    """

    at: datetime
    now_s: float
    began_s: float
    booked: Booked
    site: Site = field(default_factory=Site)
    metered_w: tuple[float, float] = (0.0, 0.0)
    loose_w: float = 0.0
    cells: Mapping[str, Cell] = field(default_factory=dict)
    cars: CarsWord = field(default_factory=CarsWord)
    prices: tuple[PriceSlot, ...] = ()
    load: Usual = field(default_factory=Usual)
    sun: Usual = field(default_factory=Usual)
    followed: Followed | None = None
    plan: StorePlan = field(default_factory=StorePlan)
    planned_s: float | None = None
    mode: StorageMode = StorageMode.AUTO
    reserve_pct: float | None = None
    target_w: float | None = None
    turned_s: float | None = None
    changed_s: float | None = None
    idle_w: float = 0.0
    help: Help | None = None
    helped: Help | None = None
    refused: str = ""
    bridged_s: float | None = None
    outside: Outside = field(default_factory=dict)
    device: Device | None = None
    put: tuple[Proposal, ...] = ()
    claim: Claim | None = None
    claimed_s: float | None = None
    hold_sun_w: float | None = None
    why: BatteryWhy = field(default_factory=lambda: BatteryWhy(ground=Ground.STARTING))
    said: tuple[str, ...] = ()

    @property
    def is_metered(self) -> bool:
        """Whether dm's last telegram shows what the batteries are known to do now, and not what they did before."""
        telegram_s = self.site.telegram_s
        return telegram_s is not None and all(cell.shown_s <= telegram_s for cell in self.cells.values())

    @property
    def planned_help_w(self) -> float:
        """What dm's plan has the batteries give for the cars now: that they do before the grid does."""
        followed = fresh(self.followed, self.now_s)
        expected = followed.at(self.at) if followed else None
        return expected.help_w if expected else 0.0

    @property
    def sun_w(self) -> float | None:
        """What the inverters give; None where nobody measures it."""
        return self.site.word.sun_w


def lent(storage: Storage, rules: StorageRules) -> Store | None:
    """All batteries as dm's plan may use them: above what plans keep for the peak, and as the owner's mode lets.

    None while nobody steers them.
    """
    store = store_of(storage)
    if store is None or storage.target_w is None or storage.mode in {StorageMode.OFF, StorageMode.OWN}:
        return None
    least_wh = max(store.least_wh, min(kept_wh(storage, rules), store.energy_wh))
    gives = storage.mode not in {StorageMode.HOLD, StorageMode.FILL}
    return replace(store, least_wh=least_wh, discharge_w=store.discharge_w if gives else 0.0)


def insured_wh(storage: Storage) -> float | None:
    """What dm's plan has them hold now for the peak; None: it does not say, or the owner said how much."""
    known = fresh(storage.followed, storage.now_s)
    expected = known.at(storage.at) if known and storage.reserve_pct is None else None
    return expected.keep_wh if expected else None


def reserve_wh(storage: Storage, rules: StorageRules, *, capacity_wh: float, least_wh: float) -> float:
    """What of so much is kept for the peak: as dm learned, else by the time of day; what the owner set wins.

    Nothing while a kWh costs more than what a peak most likely would.
    """
    slot = slot_at(storage.prices, storage.at) if storage.reserve_pct is None else None
    eur_kwh = slot.import_eur_kwh if slot else None
    if not rules.peaks_cost or (eur_kwh is not None and eur_kwh >= DEAR_EUR_KWH):
        return least_wh
    insured = insured_wh(storage)
    if insured is not None:
        return min(capacity_wh, max(least_wh, insured))
    kept_pct = reserve_pct(storage.at, owner_pct=storage.reserve_pct)
    return max(least_wh, capacity_wh * kept_pct / 100)


def kept_wh(storage: Storage, rules: StorageRules) -> float:
    """What plans keep of them in any case; nothing where peaks cost nothing, or dm knows itself what they need."""
    if not rules.peaks_cost or insured_wh(storage) is not None:
        return 0.0
    capacity_wh = pool(storage.cells.values()).capacity_wh
    return capacity_wh * planned_pct(storage.at, owner_pct=storage.reserve_pct) / 100


def store_of(storage: Storage) -> Store | None:
    """All batteries that can be told something as one, as plans take them; None while it is not known how full."""
    known = pool(storage.cells.values())
    if known.energy_wh is None:
        return None
    able = [cell for cell in storage.cells.values() if cell.able]
    return Store(
        energy_wh=known.energy_wh,
        least_wh=known.least_wh,
        most_wh=known.most_wh,
        charge_w=sum(cell.rules.charge_w for cell in able),
        discharge_w=sum(cell.discharge_w for cell in able),
        efficiency=known.efficiency,
        wear_eur_kwh=known.wear_eur_kwh,
        sells=known.sells,
    )
