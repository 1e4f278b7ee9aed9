"""How the simulated house writes its figures in a line, and reads those that are typed."""


def kw(power_w: int) -> str:
    """Such as `420 W` or `2.40 kW`."""
    return f"{power_w} W" if abs(power_w) < 1000 else f"{power_w / 1000:.2f} kW"


def per_cent(text: str) -> float | None:
    """How full something is, of `12`, `12.5%` or `80,5 %`; None when it is no number from 0 to 100."""
    try:
        soc_pct = float(text.removesuffix("%").replace(",", "."))
    except ValueError:
        return None
    return soc_pct if 0 <= soc_pct <= 100 else None
