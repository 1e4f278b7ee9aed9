"""Prices from the transparency platform of ENTSO-E: a free token; using them is fine, publishing them again is not.

In: a day. Out: its slots. `parse` is pure; it knows no HTTP beyond the status. Source: documents A44 (prices) and the
acknowledgement, of which the namespaces carry versions that change: only the names in them count here.
"""

import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from xml.etree import ElementTree as Xml

from lib.core.slots import Series, Slot
from lib.prices import AnswerError, PriceError
from lib.prices.day import bounds, checked, instant, price, shortened
from lib.prices.web import Answer, address, ask

NAME = "entsoe"
HOME = "https://web-api.tp.entsoe.eu"
BELGIUM = "10YBE----------2"
FOUND, REFUSED = 200, 400
NO_TOKEN = (401, 403)
NO_DATA = "999"
NOTHING = re.compile(r"no\b.*\b(data|match)", re.IGNORECASE | re.DOTALL)  # 999 stands for other refusals as well
STEPS = {"PT15M": timedelta(minutes=15), "PT60M": timedelta(hours=1)}
REPEATS = "A03"  # curve type: a value that is left out is the one before
DAY_AHEAD, FIRST_SEQUENCE = "A01", "1"  # a second sequence is another auction (EXAA, 10:15)
MOST_POINTS = 10_000


class Entsoe:
    """The day-ahead price by ENTSO-E."""

    name = NAME

    def __init__(self, *, token: str, url: str | None = None) -> None:
        self._token = token
        self._url = address(NAME, url or HOME) / "api"

    async def fetch(self, day: date) -> tuple[Slot, ...]:
        """See PriceSource."""
        start, end = bounds(day)
        query = {
            "documentType": "A44",
            "in_Domain": BELGIUM,
            "out_Domain": BELGIUM,
            "periodStart": f"{start:%Y%m%d%H%M}",
            "periodEnd": f"{end:%Y%m%d%H%M}",
            "contract_MarketAgreement.type": DAY_AHEAD,
            "securityToken": self._token,
        }
        answer = await ask(NAME, self._url, query)
        try:
            return parse(day, answer)
        except PriceError as error:  # a refusal may quote the question
            raise type(error)(str(error).replace(self._token, "(token)"), again_s=error.again_s) from None


def parse(day: date, answer: Answer) -> tuple[Slot, ...]:
    """The slots of `day`, the finer where hours and quarters are both served; () for "no data". Raises PriceError."""
    if answer.status in NO_TOKEN:
        raise PriceError(f'{NAME} does not take the token: is "entsoe" in ~/secrets.json right?')
    if answer.status not in {FOUND, REFUSED}:
        raise PriceError(f"{NAME} refuses the question (HTTP {answer.status})")
    root = _root(answer.body)
    match _name(root):
        case "Acknowledgement_MarketDocument":
            _acknowledge(root)
            return ()
        case "Publication_MarketDocument":
            return _finest(day, root)
        case other:
            raise AnswerError(f"{NAME}: the answer is a {shortened(other)}, not a document of prices")


def _root(body: bytes) -> Xml.Element:
    """The document. Raises AnswerError when it is none, or declares entities, which could grow without end."""
    try:
        if b"<!" in body.replace(b"<!--", b""):
            raise AnswerError(f"{NAME}: the answer declares a type of its own, which is not read")
        return Xml.fromstring(body)  # noqa: S314 - at most 2 MB, without entities of its own
    except (Xml.ParseError, ValueError, LookupError):  # the encoding may be unknown
        raise AnswerError(f"{NAME} answers with {shortened(body[:40])}, which is no XML") from None


def _acknowledge(root: Xml.Element) -> None:
    """Raises PriceError with the reasons, when they are others than "no data"."""
    reasons = [(_text(reason, "code"), _text(reason, "text")) for reason in _all(root, "Reason")]
    for code, text in reasons:
        if code != NO_DATA or (text and not NOTHING.match(text)):
            raise PriceError(f"{NAME} refuses the question: {shortened(text) or 'reason ' + shortened(code)}")
    if not reasons:
        raise PriceError(f"{NAME} refuses the question and says no reason")


def _finest(day: date, root: Xml.Element) -> tuple[Slot, ...]:
    by_step: dict[timedelta, dict[datetime, float]] = {}
    for series in _all(root, "TimeSeries"):
        if not _is_ours(series):
            continue
        for period in _all(series, "Period"):
            step = STEPS.get(_text(period, "resolution"))
            if step is None:
                raise AnswerError(f"{NAME}: the resolution {shortened(_text(period, 'resolution'))} is none we know")
            known = by_step.setdefault(step, {})
            for at, value in _points(period, step, repeats=_text(series, "curveType") == REPEATS):
                if known.setdefault(at, value) != value:
                    raise AnswerError(f"{NAME}: {at:%Y-%m-%d %H:%M}Z has two prices")
    finest = Series()
    for step in sorted(by_step, reverse=True):
        finest = finest.joined(Slot(at, at + step, value) for at, value in by_step[step].items())
    return checked(NAME, day, finest.slots)


def _is_ours(series: Xml.Element) -> bool:
    """Whether these are prices of the coupled day-ahead auction. Raises AnswerError when they are in another unit."""
    unit = f"{_text(series, 'currency_Unit.name')}/{_text(series, 'price_Measure_Unit.name')}"
    if unit.upper() != "EUR/MWH":
        raise AnswerError(f"{NAME}: the unit is {shortened(unit)}, not EUR/MWh")
    sequence = _text(series, "classificationSequence_AttributeInstanceComponent.position") or FIRST_SEQUENCE
    contract = _text(series, "contract_MarketAgreement.type") or DAY_AHEAD
    return (sequence, contract) == (FIRST_SEQUENCE, DAY_AHEAD)


def _points(period: Xml.Element, step: timedelta, *, repeats: bool) -> Iterator[tuple[datetime, float]]:
    """Starts and prices; with `repeats` a position that is left out has the price before it, else it is a hole."""
    start, end = (
        instant(NAME, _text(next(iter(_all(period, "timeInterval")), period), side)) for side in ("start", "end")
    )
    count = (end - start) // step
    if not 0 < count <= MOST_POINTS:
        raise AnswerError(f"{NAME}: a period from {start:%Y-%m-%d %H:%M}Z to {end:%Y-%m-%d %H:%M}Z is none")
    said: dict[int, float] = {}
    for point in _all(period, "Point"):
        position = _text(point, "position")
        place = int(position) - 1 if re.fullmatch("[0-9]{1,6}", position) else -1
        if not 0 <= place < count or place in said:
            raise AnswerError(f"{NAME}: position {shortened(position)} is twice there, or outside its period")
        said[place] = _amount(point)
    value: float | None = None
    for place in range(count):
        value = said.get(place, value if repeats else None)
        if value is not None:
            yield start + place * step, value


def _amount(point: Xml.Element) -> float:
    text = _text(point, "price.amount")
    try:
        amount = price(NAME, float(text))
    except ValueError:
        amount = None
    if amount is None:
        raise AnswerError(f"{NAME}: {shortened(text) or 'nothing'} stands where a price should")
    return amount


def _name(element: Xml.Element) -> str:
    """The name of an element without its namespace."""
    return element.tag.rpartition("}")[2]


def _all(element: Xml.Element, name: str) -> list[Xml.Element]:
    return [child for child in element if _name(child) == name]


def _text(element: Xml.Element, name: str) -> str:
    """The text of the first child of that name; "" when there is none."""
    return next(((child.text or "").strip() for child in _all(element, name)), "")
