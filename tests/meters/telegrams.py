"""Bytes that look like a meter's; the sources below the framer do not check them."""


def a_telegram(clock: str = "250115120000W", grid_kw: str = "00.512") -> bytes:
    """One telegram with the meter's time and its power."""
    lines = ["/FLU5\\253769484_A", "", f"0-0:1.0.0({clock})", f"1-0:1.7.0({grid_kw}*kW)", "!A1B2", ""]
    return "\r\n".join(lines).encode()
