"""What the owner wrote about one thing: options in, checked values and secrets out, or a sentence that names the key.

It knows no such thing. No sentence holds a secret.
"""

import difflib
import math
import re
from collections.abc import Collection, Iterable, Mapping

from yarl import URL

from lib.address import masked

PLACE = re.compile(r"\{secret:([^{}]*)\}")


class Options:
    """The options of one thing, of which only `allowed` may stand there. slip: what is raised where something is wrong.

    what: how the thing is called at the start of each sentence; None: as its "from" says, which is its `make`.
    """

    def __init__(
        self,
        found: Mapping[str, object],
        secrets: Mapping[str, str],
        allowed: Iterable[str],
        *,
        slip: type[Exception],
        what: str | None = None,
    ) -> None:
        self._found = found
        self._secrets = secrets
        self._slip = slip
        self.make = str(found.get("from"))
        self.source = self.make if what is None else what
        names = {"from", *allowed}
        for name in found:
            if name not in names:
                near = difflib.get_close_matches(str(name), sorted(names), n=1)
                meant = f'; did you mean "{near[0]}"?' if near else ""
                raise self.wrong(f'"{name}" is no key here{meant} Allowed are {", ".join(sorted(names))}')

    def has(self, name: str) -> bool:
        """Whether something is said."""
        return self._found.get(name) is not None

    def wrong(self, why: str) -> Exception:
        """The error that says `why` of this thing."""
        return self._slip(f"{self.source}: {why}")

    def text(self, name: str, usual: str | None = None, *, such_as: str = "") -> str:
        """A text; usual: where nothing is said, None: it must be said. Raises `slip`."""
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
        """A number from `least` to `most`. Raises `slip`."""
        value = self._found.get(name, usual)
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
            raise self.wrong(f'"{name}" is {value!r}; allowed is a number from {least:g} to {most:g}')
        if not least <= value <= most:
            raise self.wrong(f'"{name}" is {value:g}; allowed is {least:g} to {most:g}')
        return float(value)

    def whole_numbers(self, name: str, *, most: int) -> tuple[int, ...]:
        """Whole numbers from 0 to `most`, written as one or as several; () where nothing is said. Raises `slip`."""
        value = self._found.get(name)
        found = () if value is None else tuple(value) if isinstance(value, tuple | list) else (value,)
        if any(type(one) is not int or not 0 <= one <= most for one in found) or len(set(found)) < len(found):
            raise self.wrong(f'"{name}" is {value!r}; allowed is a whole number from 0 to {most}, or several')
        return found

    def texts(self, name: str, *, such_as: str, most: int) -> tuple[str, ...]:
        """Texts, written as one or as several, up to `most`. Raises `slip`."""
        value = self._found.get(name)
        found = (value,) if isinstance(value, str) else tuple(value) if isinstance(value, tuple | list) else ()
        if not 0 < len(found) <= most or not all(isinstance(one, str) and one.strip() for one in found):
            raise self.wrong(f'"{name}" is {value!r}; allowed are up to {most} texts, such as {such_as}')
        return tuple(str(one).strip() for one in found)

    def flag(self, name: str, *, usual: bool) -> bool:
        """True or False. Raises `slip`."""
        value = self._found.get(name, usual)
        if not isinstance(value, bool):
            raise self.wrong(f'"{name}" is {value!r}; allowed is True or False')
        return value

    def one_of(self, name: str, allowed: Collection[str], usual: str | None = None) -> str:
        """One of `allowed`, in lower case. Raises `slip`."""
        value = self.text(name, usual, such_as=f'"{next(iter(allowed))}"').lower()
        if value not in allowed:
            raise self.wrong(f'"{name}" is {value!r}; allowed is one of {", ".join(allowed)}')
        return value

    def address(self, name: str, *, such_as: str) -> URL:
        """A web address; `{secret:NAME}` in it is filled in. Raises `slip`."""
        written = self.text(name, such_as=such_as)
        try:
            url = URL(self.filled(written))
        except ValueError:
            url = URL()
        if url.user or url.password:
            raise self.wrong(f'"{name}" holds a password, which belongs into the secrets')
        if url.scheme not in {"http", "https"} or not url.host:
            raise self.wrong(f'"{name}" is {masked(written)!r}; allowed is an address such as {such_as}')
        return url

    def filled(self, written: str) -> str:
        """`written` with each `{secret:NAME}` replaced. Raises `slip` where one is not in the secrets."""
        return PLACE.sub(lambda place: self.secret(place[1].strip()), written)

    def secret(self, name: str, *, host: str = "", what: str = "") -> str:
        """A secret, that of `host` before the general one. Raises `slip`.

        what: for the sentence, what it is and where the owner gets it.
        """
        found = self.secret_if_any(name, host=host)
        if not found:
            raise self.wrong(f'"{name}" is missing in the secrets{f": it is {what}" if what else ""}')
        return found

    def secret_if_any(self, name: str, *, host: str = "") -> str:
        """A secret, that of `host` before the general one; "" where there is none."""
        return (self._secrets.get(f"{name}@{host}") or self._secrets.get(name) or "").strip()

    def header(self) -> dict[str, str]:
        """The header that "header" says, its secrets filled in; none where it is not said. Raises `slip`."""
        written = self.text("header", "")
        if not written:
            return {}
        name, colon, value = written.partition(":")
        name = name.strip()
        if not colon or not name or not name.isascii() or not name.replace("-", "").replace("_", "").isalnum():
            raise self.wrong('"header" is no header; write it as "Authorization: Bearer {secret:NAME}"')
        value = self.filled(value.strip())
        if not value.isascii() or not value.isprintable():
            raise self.wrong('"header" holds letters that no header may hold: is the secret in it right?')
        return {name: value}
