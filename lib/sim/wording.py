"""How the simulated house writes its figures in a line."""


def kw(power_w: int) -> str:
    """Such as `420 W` or `2.40 kW`."""
    return f"{power_w} W" if abs(power_w) < 1000 else f"{power_w / 1000:.2f} kW"
