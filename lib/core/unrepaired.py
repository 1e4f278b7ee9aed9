"""The actor model of proposals as frequenz-sdk 1.0.0rc2214 has it, without the repairs: for comparison alone.

What it lacks: a source's own bounds do not hold its own wish; without a wish nothing is sent; bounds that miss the
higher ones silence all below; bounds within the dead band are passed over, and 0 W within it cannot be reached; what
expires leaves the old target standing until the next proposal, and what is proposed before the device has ever said its
bounds is not kept: both are for who calls this.
"""

from collections.abc import Iterable

from lib.core.proposals import Default, Device, Proposal

Bounds = tuple[float, float]


def resolve(device: Device, proposals: Iterable[Proposal], sent_w: float | None = None) -> float | None:
    """The power that is sent; None: none is. sent_w: what was sent for a wish last; None: nothing was since."""
    known = _bounds(device)
    bounds, target_w = known or (0.0, 0.0), None
    for one in _from_the_top(proposals):
        if bounds[0] > bounds[1]:
            break
        if one.wish_w is not None:
            clamped_w = _clamped(device, one.wish_w, bounds)
            target_w = target_w if clamped_w is None else clamped_w
        bounds = _fenced(device, one, bounds)
    return _default_w(device) if target_w is None and sent_w is not None and known else target_w


def bounds(device: Device, proposals: Iterable[Proposal], priority: int) -> tuple[float, float] | None:
    """What a source of `priority` is told that it must live in; None while the device is unknown."""
    found = _bounds(device)
    for one in _from_the_top(proposals):
        if found is None or one.priority <= priority or (fenced := _fenced(device, one, found))[0] > fenced[1]:
            break
        found = fenced
    return found


def _from_the_top(proposals: Iterable[Proposal]) -> list[Proposal]:
    return sorted(proposals, key=lambda one: (one.priority, one.source), reverse=True)


def _bounds(device: Device) -> Bounds | None:
    return None if device.high_w is None else (device.low_w, device.high_w)


def _fenced(device: Device, one: Proposal, bounds: Bounds) -> Bounds:
    low_w = bounds[0] if one.low_w is None else one.low_w
    high_w = bounds[1] if one.high_w is None else one.high_w
    if _in_band(device, low_w) and _in_band(device, high_w):
        return bounds
    return _outside(device, max(bounds[0], low_w), min(bounds[1], high_w))


def _outside(device: Device, low_w: float, high_w: float) -> Bounds:
    """The bounds with an end that lies in the dead band moved to its edge."""
    if device.band_low_w < low_w < device.band_high_w:
        low_w = device.band_high_w
    if device.band_low_w < high_w < device.band_high_w:
        high_w = device.band_low_w
    return low_w, high_w


def _in_band(device: Device, power_w: float) -> bool:
    """With its edges."""
    return device.band_low_w < device.band_high_w and device.band_low_w <= power_w <= device.band_high_w


def _default_w(device: Device) -> float:
    """What it does that nobody wishes anything of: whatever fences there are."""
    most_w = device.high_w or 0.0
    return {Default.MAX: most_w, Default.MIN: device.low_w, Default.ZERO: 0.0}[device.default]


def _clamped(device: Device, wish_w: float, bounds: Bounds) -> float | None:
    """The wish as near as the bounds and the band let it; of two edges equally near the lower."""
    if all(_in_band(device, end_w) for end_w in bounds):
        return None
    if wish_w == 0 and bounds[0] <= 0 <= bounds[1]:
        return wish_w
    wish_w = min(max(wish_w, bounds[0]), bounds[1])
    if not device.band_low_w < wish_w < device.band_high_w:
        return wish_w
    edges = [edge_w for edge_w in (device.band_low_w, device.band_high_w) if bounds[0] <= edge_w <= bounds[1]]
    return min(edges, key=lambda edge_w: abs(edge_w - wish_w), default=None)
