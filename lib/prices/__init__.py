"""The Belgian day-ahead price: who can be asked for it.

In: the owner's word for a source. Out: a `PriceSource`, which gives one local day as slots in EUR/MWh. It knows no
tariff, keeps nothing and asks nobody by itself: `lib.prices.watch` does.
"""

from datetime import date
from typing import Protocol

from lib.core.slots import Slot

ALLOWED = "energy-charts, entsoe, elia, nordpool, or file:PATH with a CSV or JSON file or a folder of them"
HOW_TO_REGISTER = (
    "entsoe needs a token: register at transparency.entsoe.eu, ask transparency@entsoe.eu by mail for Restful API "
    'access, make the token in the account settings there, and put it into ~/secrets.json as "entsoe"'
)


class PriceError(Exception):
    """A source cannot be asked; the text is one sentence for the owner and holds no token.

    again_s: the source wants to be left alone for so many seconds; None when it said nothing of the kind.
    """

    def __init__(self, why: str, *, again_s: float | None = None) -> None:
        super().__init__(why)
        self.again_s = again_s


class AnswerError(PriceError):
    """An answer came, but it is no price of that day; another day of the same source may be good."""


class SourceError(PriceError):
    """The source as it was written cannot work: trying again will not mend it."""


class PriceSource(Protocol):
    """One place that publishes the day-ahead price."""

    @property
    def name(self) -> str:
        """The source as the owner knows it."""

    async def fetch(self, day: date) -> tuple[Slot, ...]:
        """What is published of the Brussels day `day`: slots of a quarter or an hour in EUR/MWh, in order of time.

        () when nothing is published yet; slots are missing where only a part is. Raises PriceError.
        """


def open_prices(word: str, *, token: str | None = None, url: str | None = None) -> PriceSource:
    """The source that `word` names, which is one of ALLOWED.

    token: for entsoe. url: scheme and host of a mirror, instead of the service's own; a file has none.
    Raises SourceError when `word` is none of these or the token is missing. Nothing is asked or read yet.
    """
    match word.partition(":"):
        case ("energy-charts", "", _):
            from lib.prices.energy_charts import EnergyCharts

            return EnergyCharts(url=url)
        case ("entsoe", "", _):
            from lib.prices.entsoe import Entsoe

            if not token or not token.strip():
                raise SourceError(HOW_TO_REGISTER)
            return Entsoe(token=token.strip(), url=url)
        case ("elia", "", _):
            from lib.prices.elia import Elia

            return Elia(url=url)
        case ("nordpool", "", _):
            from lib.prices.nordpool import NordPool

            return NordPool(url=url)
        case ("file", ":", path) if path.strip():
            from lib.prices.file import PriceFile

            return PriceFile(path.strip())
        case _:
            raise SourceError(f"{word!r} is no source for prices; it can be {ALLOWED}")
