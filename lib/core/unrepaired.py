"""The actor model of proposals as frequenz-sdk 1.0.0rc2214 has it, without the repairs: for comparison alone.

What it lacks: a source's own bounds do not hold its own wish; without a wish nothing is sent; bounds that miss the
higher ones silence all below; bounds within the dead band are passed over, and 0 W within it cannot be reached; what
expires leaves the old target standing until the next proposal, which is for who calls this.
"""

from collections.abc import Iterable

from lib.core.proposals import Device, Proposal, Report

Bounds = tuple[float, float]


def resolve(device: Device, proposals: Iterable[Proposal]) -> float | None:
    """The power that is sent; None: none is."""
    bounds, target_w = _bounds(device), None
    if bounds is None:
        return None
    for one in _from_the_top(proposals):
        if bounds[0] > bounds[1]:
            break
        if one.wish_w is not None:
            clamped_w = _clamped(device, one.wish_w, bounds)
            target_w = target_w if clamped_w is None else clamped_w
        bounds = _fenced(device, one, bounds)
    return target_w


def report(device: Device, proposals: Iterable[Proposal], priority: int, sent_w: float | None) -> Report:
    """What a source of `priority` is told; sent_w: what was sent last."""
    bounds, target_w = _bounds(device), 0.0 if sent_w is None else sent_w
    if bounds is None:
        return Report(device=device, target_w=target_w)
    for one in _from_the_top(proposals):
        if one.priority <= priority:
            break
        fenced = _fenced(device, one, bounds)
        if fenced[0] > fenced[1]:
            break
        bounds = fenced
    return Report(device=device, target_w=target_w, low_w=bounds[0], high_w=bounds[1])


def _from_the_top(proposals: Iterable[Proposal]) -> list[Proposal]:
    return sorted(proposals, key=lambda one: (one.priority, one.source), reverse=True)


def _bounds(device: Device) -> Bounds | None:
    return None if device.high_w is None else (device.low_w, device.high_w)


def _fenced(device: Device, one: Proposal, bounds: Bounds) -> Bounds:
    low_w = bounds[0] if one.low_w is None else one.low_w
    high_w = bounds[1] if one.high_w is None else one.high_w
    if _has_band(device) and device.band_low_w <= low_w and high_w <= device.band_high_w:
        return bounds
    return _outside(device, max(bounds[0], low_w), min(bounds[1], high_w))


def _outside(device: Device, low_w: float, high_w: float) -> Bounds:
    """The bounds with an end that lies in the dead band moved to its edge."""
    if device.band_low_w < low_w < device.band_high_w:
        low_w = device.band_high_w
    if device.band_low_w < high_w < device.band_high_w:
        high_w = device.band_low_w
    return low_w, high_w


def _has_band(device: Device) -> bool:
    return device.band_low_w < device.band_high_w


def _clamped(device: Device, wish_w: float, bounds: Bounds) -> float | None:
    """The wish as near as the bounds and the band let it; of two edges equally near the lower."""
    wish_w = min(max(wish_w, bounds[0]), bounds[1])
    if not device.band_low_w < wish_w < device.band_high_w:
        return wish_w
    edges = [edge_w for edge_w in (device.band_low_w, device.band_high_w) if bounds[0] <= edge_w <= bounds[1]]
    return min(edges, key=lambda edge_w: abs(edge_w - wish_w), default=None)
