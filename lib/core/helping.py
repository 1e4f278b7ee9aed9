"""What the batteries give the cars: so much power, so much energy, until then. A lease, which ends when it must.

In: what ev wants, what is in the batteries above their reserve. Out: the help, or why there is none. The energy of the
reserve is the house's, for the month's peak.
"""

from lib.core.cellar import Help, Storage
from lib.core.claims import LEASE_S
from lib.core.modes import StorageMode
from lib.core.pool import Pool
from lib.core.quarter import start_of
from lib.core.states import replace

START_WH = 300.0  # with less above the reserve no quarter is begun
LEAST_W = 300.0  # less helps nobody
BRIDGE_S = 300.0  # a cloud that lasts longer is none
KEEPS = (StorageMode.OFF, StorageMode.HOLD, StorageMode.FILL, StorageMode.OWN)


def helped(
    storage: Storage, known: Pool, reserve_wh: float, *, short_w: float = 0.0, lease_s: float = LEASE_S
) -> Storage:
    """The state with the help that is given now, or with the reason why what is wanted is not.

    short_w: what the house alone needs of the batteries to stay under the target, which comes first. lease_s: what ev
    wanted that long ago it may not want any more.
    """
    wanted, heard_s = storage.cars.wanted, storage.cars.heard_s
    is_silent = heard_s is None or storage.now_s - heard_s > lease_s
    if wanted is None or is_silent or wanted.until <= storage.at:
        said = ("battery: its help for the cars is over",) if storage.help else ()
        last = None if is_silent else storage.helped
        return replace(storage, help=None, helped=last, refused="", bridged_s=None, said=(*storage.said, *said))
    bridged_s = (storage.now_s if storage.bridged_s is None else storage.bridged_s) if wanted.bridge else None
    storage = replace(storage, bridged_s=bridged_s)
    quarter = start_of(storage.at)
    goes_on = storage.help is not None and storage.help.quarter == quarter
    kept_wh = known.least_wh if goes_on else reserve_wh  # half a quarter of help would make the peak all the same
    spare_wh = None if known.energy_wh is None else max(0.0, known.energy_wh - kept_wh) * known.efficiency**0.5
    most_w = max(0.0, -known.low_w - short_w)
    power_w = min(wanted.power_w, most_w)
    refused = _refused(storage, spare_wh, most_w, goes_on=goes_on, empty=kept_wh <= known.least_wh)
    if refused or spare_wh is None:
        said = (f"battery: no help for the cars any more: {refused}",) if storage.help else ()
        return replace(storage, help=None, refused=refused, said=(*storage.said, *said))
    given = Help(
        power_w=power_w,
        energy_wh=spare_wh,
        until=wanted.until,
        why=wanted.why,
        bridge=wanted.bridge,
        quarter=quarter,
    )
    said = () if storage.help else (f"battery: helps the cars with {power_w / 1000:.1f} kW: {wanted.why}",)
    return replace(storage, help=given, helped=given, refused="", said=(*storage.said, *said))


def _refused(storage: Storage, spare_wh: float | None, most_w: float, *, goes_on: bool, empty: bool) -> str:
    """Why there is no help, in a sentence; "" when there is.

    most_w: that the batteries can give them; goes_on: they do so in this quarter already; empty: nothing is kept here.
    """
    if storage.mode in KEEPS:
        return f"you set the battery to {storage.mode}"
    if spare_wh is None:
        return "nobody knows how full the battery is"
    if spare_wh <= 0 or (spare_wh < START_WH and not goes_on):
        return "the battery is empty" if empty else "the battery is at its reserve, which is kept for the month's peak"
    if storage.bridged_s is not None and storage.now_s - storage.bridged_s >= BRIDGE_S:
        return "a cloud is bridged for five minutes at the longest"
    if most_w < LEAST_W:
        return "the battery can give nothing now"
    return ""
