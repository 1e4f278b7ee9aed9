"""What the owner wrote about one source: options in, checked values and secrets out, or a sentence that names the key.

It knows no source. No sentence holds a secret.
"""

import difflib
import math
import re
from collections.abc import Collection, Iterable, Mapping

from yarl import URL

from lib.cars import CarSetupError

EVERYWHERE = frozenset({"from", "title", "idle", "floor_min"})
PLACE = re.compile(r"\{secret:([^{}]*)\}")
LONGEST_FLOOR_MIN = 24 * 60.0


class Options:
    """The options of one source, of which only `allowed` and those of EVERYWHERE may stand there."""

    def __init__(self, found: Mapping[str, object], secrets: Mapping[str, str], allowed: Iterable[str]) -> None:
        self._found = found
        self._secrets = secrets
        self.source = str(found.get("from"))
        names = EVERYWHERE | set(allowed)
        for name in found:
            if name not in names:
                near = difflib.get_close_matches(str(name), sorted(names), n=1)
                meant = f'; did you mean "{near[0]}"?' if near else ""
                raise self.wrong(f'"{name}" is no key here{meant} Allowed are {", ".join(sorted(names))}')

    def wrong(self, why: str) -> CarSetupError:
        """The error that says `why` of this source."""
        return CarSetupError(f"{self.source}: {why}")

    def text(self, name: str, usual: str | None = None, *, such_as: str = "") -> str:
        """A text; usual: where nothing is said, None: it must be said. Raises CarSetupError."""
        value = self._found.get(name, usual)
        example = f", such as {such_as}" if such_as else ""
        if value is None:
            raise self.wrong(f'"{name}" is missing; it is a text{example}')
        if not isinstance(value, str):
            raise self.wrong(f'"{name}" is {value!r}; allowed is a text{example}')
        if usual is None and not value.strip():
            raise self.wrong(f'"{name}" is empty; it is a text{example}')
        return value.strip()

    def number(self, name: str, usual: float, *, least: float, most: float) -> float:
        """A number from `least` to `most`. Raises CarSetupError."""
        value = self._found.get(name, usual)
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
            raise self.wrong(f'"{name}" is {value!r}; allowed is a number from {least:g} to {most:g}')
        if not least <= value <= most:
            raise self.wrong(f'"{name}" is {value:g}; allowed is {least:g} to {most:g}')
        return float(value)

    def flag(self, name: str, *, usual: bool) -> bool:
        """True or False. Raises CarSetupError."""
        value = self._found.get(name, usual)
        if not isinstance(value, bool):
            raise self.wrong(f'"{name}" is {value!r}; allowed is True or False')
        return value

    def one_of(self, name: str, allowed: Collection[str], usual: str | None = None) -> str:
        """One of `allowed`, in lower case. Raises CarSetupError."""
        value = self.text(name, usual, such_as=f'"{next(iter(allowed))}"').lower()
        if value not in allowed:
            raise self.wrong(f'"{name}" is {value!r}; allowed is one of {", ".join(allowed)}')
        return value

    def floor_s(self, usual_min: float, *, least_min: float) -> float:
        """Seconds between two questions at least, from "floor_min". Raises CarSetupError."""
        return 60 * self.number("floor_min", usual_min, least=least_min, most=LONGEST_FLOOR_MIN)

    def address(self, name: str, *, such_as: str) -> URL:
        """A web address; `{secret:NAME}` in it is filled in. Raises CarSetupError."""
        written = self.text(name, such_as=such_as)
        try:
            url = URL(self.filled(written))
        except ValueError:
            url = URL()
        if url.user or url.password:
            raise self.wrong(f'"{name}" holds a password, which belongs into the secrets')
        if url.scheme not in {"http", "https"} or not url.host:
            raise self.wrong(f'"{name}" is {written!r}; allowed is an address such as {such_as}')
        return url

    def filled(self, written: str) -> str:
        """`written` with each `{secret:NAME}` replaced. Raises CarSetupError where one is not in the secrets."""
        return PLACE.sub(lambda place: self.secret(place[1].strip()), written)

    def secret(self, name: str, *, host: str = "", what: str = "") -> str:
        """A secret, that of `host` before the general one. Raises CarSetupError.

        what: for the sentence, what it is and where the owner gets it.
        """
        found = self.secret_if_any(name, host=host)
        if not found:
            raise self.wrong(f'"{name}" is missing in the secrets{f": it is {what}" if what else ""}')
        return found

    def secret_if_any(self, name: str, *, host: str = "") -> str:
        """A secret, that of `host` before the general one; "" where there is none."""
        return (self._secrets.get(f"{name}@{host}") or self._secrets.get(name) or "").strip()
