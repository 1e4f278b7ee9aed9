"""dm's plan → as ev and bs follow it. Knows no wire."""

from lib.core.claims import BATTERY
from lib.core.followed import Expected, Followed, Served, fills
from lib.core.plan import Block
from lib.messages.plan import Plan, PlanSpan
from lib.messages.planned import Bound, bounds, of_quarter


def followed_of(plan: Plan, *, now_s: float) -> Followed:
    """What the cores take of it; now_s: our seconds when it came."""
    return Followed(
        until_s=now_s + plan.for_s,
        made=plan.made,
        blocks=tuple(
            Block(
                car=block.device,
                start=block.start,
                end=block.end,
                power_w=block.power_w,
                eur_kwh=block.eur_kwh,
                trip=block.trip,
            )
            for block in plan.blocks
            if block.device != BATTERY
        ),
        served=tuple(Served(car=one.car, trip=one.trip, until=one.until, short_wh=one.short_wh) for one in plan.served),
        stretches=tuple(_expected(span, bound) for span, bound in zip(plan.spans, bounds(plan), strict=True)),
    )


def _expected(span: PlanSpan, bound: Bound | None) -> Expected:
    cars_w, battery_w = sum(span.cars_w.values()), span.battery_w or 0.0
    counts_w, paid_w = span.counts_w * of_quarter(span), bound.paid_w if bound else None
    return Expected(
        start=span.start,
        end=span.end,
        load_w=span.load_w,
        sun_w=span.sun_w,
        cars_w=cars_w,
        battery_w=battery_w,
        target_w=span.target_w,
        fills=fills(cars_w=cars_w, battery_w=battery_w, counts_w=counts_w, paid_w=paid_w),
        keep_wh=span.keep_wh,
        import_eur_kwh=span.import_eur_kwh,
        export_eur_kwh=span.export_eur_kwh,
    )
