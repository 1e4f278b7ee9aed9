"""Recorded answers of the services, ours and those of DM_CASES, become whole days; broken ones become a sentence."""

import gzip
import json
import os
import re
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.core.slots import Series, Slot
from lib.prices import AnswerError, PriceError, elia, energy_charts, entsoe, nordpool
from lib.prices.day import HOUR, QUARTER, bounds, whole
from lib.prices.json_answer import points_of
from lib.prices.web import Answer
from tests.conftest import folders
from tests.prices.days import SAVED, day_of, read_as_file, recorded

Parse = Callable[[date, Answer], tuple[Slot, ...]]
OWN = folders()[0] / "prices"
FEBRUARY = date(2026, 2, 10)


def parsed(path: Path) -> tuple[Slot, ...]:
    """The slots of a recording."""
    return MAKES[path.name.split("_")[0]](day_of(path), Answer(200, path.read_bytes()))


MAKES: dict[str, Parse] = {
    "energy": energy_charts.parse,
    "entsoe": entsoe.parse,
    "elia": elia.parse,
    "nordpool": nordpool.parse,
    "energyzero": read_as_file,
}
DAYS = SAVED + recorded("entsoe_A44*.xml")


@pytest.mark.parametrize("path", DAYS, ids=lambda path: path.name)
def test_every_recorded_day_is_whole(path: Path) -> None:
    """Each service, each resolution, each length of day: every quarter has its price, and they are in order."""
    slots = parsed(path)
    assert whole(day_of(path), slots)
    assert list(slots) == sorted(slots, key=lambda slot: slot.start)
    step = HOUR if "hourly_dst" in path.name or "PT60M" in path.name else QUARTER
    assert {step} == {slot.end - slot.start for slot in slots}
    assert bounds(day_of(path)) == (slots[0].start, slots[-1].end)


@pytest.mark.skipif(not os.environ.get("DM_CASES"), reason="the answers are not ours")
def test_every_answer_of_the_cases_is_known() -> None:
    """Not one is left out: quarters of each length of day, and hours of one that has 23."""
    counts = {path.name: len(parsed(path)) for path in DAYS if folders()[-1] in path.parents}
    assert {
        "elia_griddata_auctionresultsqh_2025-11-15.json": 96,
        "energy_charts_price_BE_2024-03-31_hourly_dst23.json": 23,
        "energy_charts_price_BE_2025-10-26_qh_dst100.json": 100,
        "energy_charts_price_BE_2025-11-15_qh.json": 96,
        "energyzero_electricity_quarter_NL.json": 96,
        "entsoe_A44_BE_2024-01-15_PT60M.xml": 24,
        "entsoe_A44_BE_2024-12-12_PT15M_A03_hourly_values.xml": 96,
        "entsoe_A44_BE_2025-11-15_PT15M_A03.xml": 96,
        "nordpool_DayAheadPrices_BE_2025-11-15.json": 96,
    } == counts


@pytest.mark.parametrize("day", sorted({day_of(path) for path in DAYS if "nordpool" in path.name}), ids=str)
def test_services_agree(day: date) -> None:
    """The same auction, in five shapes: the same slots; A03 leaves repeats out, and they are filled."""
    said = {path.name.split("_")[0]: parsed(path) for path in DAYS if day == day_of(path)}
    assert set(MAKES) == set(said)
    assert 1 == len(set(said.values()))


def test_values_are_those_of_the_file() -> None:
    """Not one is shifted, rounded or scaled."""
    path = OWN / "energy_charts_price_BE_2026-02-10_qh.json"
    said = json.loads(path.read_text("utf-8"))
    slots = parsed(path)
    assert said["price"] == [slot.value for slot in slots]
    assert said["unix_seconds"] == [int(slot.start.timestamp()) for slot in slots]
    assert 0.0 in said["price"]  # a real one


def test_every_fourth_position_stands_for_an_hour() -> None:
    """Hourly values in a document of quarters: each position left out has the price before it."""
    values = [slot.value for slot in parsed(OWN / "entsoe_A44_BE_2024-11-20_PT15M_A03_hourly_values.xml")]
    assert [values[place - place % 4] for place in range(96)] == values
    assert len(set(values)) > 20


def test_the_finer_wins_and_the_other_auction_does_not_count() -> None:
    """Quarters and hours in one answer: quarters; a second sequence (EXAA) is another auction with other prices."""
    text = (OWN / "entsoe_A44_BE_2026-02-11_both_resolutions.xml").read_text("utf-8")
    day = date(2026, 2, 11)
    slots = entsoe.parse(day, Answer(200, text.encode()))
    assert 96 == len(slots)
    sequence = "AttributeInstanceComponent.position>"
    only_exaa = text.replace(f"{sequence}1<", f"{sequence}3<")
    assert () == entsoe.parse(day, Answer(200, only_exaa.encode()))
    without_quarters = text.replace(f"{sequence}1<", f"{sequence}3<", 1)
    hourly = entsoe.parse(day, Answer(200, without_quarters.encode()))
    assert 24 == len(hourly)
    means = [Series(slots).mean(slot.start, slot.end) for slot in hourly]
    assert [slot.value for slot in hourly] == [pytest.approx(mean, abs=0.01) for mean in means]


@pytest.mark.skipif(not os.environ.get("DM_CASES"), reason="the series is not ours")
@pytest.mark.parametrize(
    ("fixture", "series"),
    [
        ("energy_charts_price_BE_2025-11-15_qh.json", "be_dayahead_15min_2025-10_2025-12-17.csv.gz"),
        ("energy_charts_price_BE_2024-03-31_hourly_dst23.json", "be_dayahead_hourly_2024.csv.gz"),
        ("entsoe_A44_BE_2024-01-15_PT60M.xml", "be_dayahead_hourly_2024.csv.gz"),
        ("entsoe_A44_BE_2024-12-12_PT15M_A03_hourly_values.xml", "be_dayahead_hourly_2024.csv.gz"),
    ],
)
def test_answers_are_the_series_they_were_made_of(fixture: str, series: str) -> None:
    """Instant by instant the recorded answer says what the published series says."""
    cases = Path(os.environ["DM_CASES"]) / "homes"
    rows = gzip.decompress((cases / "prices" / series).read_bytes()).decode().splitlines()[1:]
    known = {datetime.fromisoformat(at): float(value) for at, value in (row.split(",") for row in rows)}
    for slot in parsed(cases / "fixtures" / fixture):
        start = slot.start if "15min" in series else slot.start.replace(minute=0)
        assert known[start] == slot.value


@pytest.mark.parametrize("path", recorded("energy_charts_price_BE_404.json"), ids=str)
def test_energy_charts_has_no_such_day_yet(path: Path) -> None:
    """404 with a detail is "not published"; a 404 of something else is a wrong address."""
    assert () == energy_charts.parse(FEBRUARY, Answer(404, path.read_bytes()))
    with pytest.raises(PriceError, match="no prices at this address"):
        energy_charts.parse(FEBRUARY, Answer(404, b'["gone"]'))
    with pytest.raises(PriceError, match="no JSON"):
        energy_charts.parse(FEBRUARY, Answer(404, b"<html>gone</html>"))


@pytest.mark.parametrize("path", recorded("entsoe_no_data.xml"), ids=str)
@pytest.mark.parametrize("status", [200, 400])
def test_entsoe_has_no_such_day_yet(path: Path, status: int) -> None:
    """Reason 999 is "not published", with either status."""
    assert () == entsoe.parse(FEBRUARY, Answer(status, path.read_bytes()))


def test_a_time_at_the_end_of_the_calendar_is_no_time_of_a_price() -> None:
    """Its zone leads out of all calendars; it is one wrong answer, and not the end of all asking."""
    text = (OWN / "entsoe_A44_BE_2026-02-10_PT15M_A03.xml").read_text("utf-8")
    for year in ("0001-01-01T00:00+14:00", "9999-12-31T23:00-14:00"):
        broken = text.replace("2026-02-09T23:00Z", year)
        assert broken != text
        with pytest.raises(AnswerError, match=r"is no time of a price"):
            entsoe.parse(FEBRUARY, Answer(200, broken.encode()))


def test_entsoe_refuses_with_its_own_reason() -> None:
    """Another reason is the owner's to read, also where it comes under 999."""
    refused = (OWN / "entsoe_refused.xml").read_bytes()
    with pytest.raises(PriceError, match="entsoe refuses the question: The requested period is longer than one year"):
        entsoe.parse(FEBRUARY, Answer(400, refused))
    with pytest.raises(PriceError, match="longer than one year"):
        entsoe.parse(FEBRUARY, Answer(200, refused.replace(b"B11", b"999")))
    with pytest.raises(PriceError, match=r"does not take the token.*secrets\.json"):
        entsoe.parse(FEBRUARY, Answer(401, refused))


def changed(**fields: object) -> bytes:
    """Our normal day of energy-charts with some fields changed."""
    said = json.loads((OWN / "energy_charts_price_BE_2026-02-10_qh.json").read_text("utf-8"))
    return json.dumps(said | fields).encode()


def test_null_prices_are_holes_and_no_prices_is_not_published() -> None:
    """What the service leaves open stays open."""
    said = json.loads(changed())["price"]
    slots = energy_charts.parse(FEBRUARY, Answer(200, changed(price=[*said[:40], *[None] * 56])))
    assert said[:40] == [slot.value for slot in slots]
    assert () == energy_charts.parse(FEBRUARY, Answer(200, changed(price=[None] * 96)))
    assert () == energy_charts.parse(FEBRUARY, Answer(200, changed(price=[], unix_seconds=[])))
    assert () == energy_charts.parse(FEBRUARY, Answer(200, changed(price=[0.0] * 96)))


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (changed(unit="ct / kWh"), "the unit is ct / kWh, not EUR/MWh"),
        (changed(price=[1.0]), "96 times, but 1 prices"),
        (changed(price=["71.2"] * 96), "71.2 stands where a price should"),
        (changed(price=[7000] * 96), "7000 EUR/MWh is no price of the auction"),
        (changed(price=[float("nan")] * 96), "nan EUR/MWh is no price of the auction"),
        (changed(unix_seconds=[1e9] * 96), "is no time in seconds"),
        (changed(unix_seconds=[-5] * 96), "-5 is no time in seconds"),
        (changed(unix_seconds=[1770678000] * 96), "has two prices"),
        (changed(unix_seconds=list(range(1700000100, 1700000100 + 96 * 900, 900))), "answered with 2023-11-1"),
        (changed(unit=None), "unix_seconds, price or unit is missing"),
        (b"[]", "unix_seconds, price or unit is missing"),
        (b"", "no JSON, but nothing"),
        (b"\xff\xfe\x00", "no JSON"),
        (b"[" * 100_000, "no JSON"),
        (b"9" * 10_000, "no JSON"),
        (b"<html>maintenance</html>", "no JSON"),
    ],
    ids=range(16),
)
def test_a_broken_answer_of_energy_charts_is_a_sentence(body: bytes, why: str) -> None:
    """Whatever comes, nothing of it is taken for a price."""
    with pytest.raises(AnswerError, match=re.escape(why)):
        energy_charts.parse(FEBRUARY, Answer(200, body))


def a44(**changes: str) -> bytes:
    """Our normal day of ENTSO-E, with texts replaced: `old="new"` through the pairs of `changes`."""
    text = (OWN / "entsoe_A44_BE_2026-02-10_PT15M_A03.xml").read_text("utf-8")
    old, new = changes["old"], changes["new"]
    assert old in text
    return text.replace(old, new).encode()


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (a44(old=">MWH<", new=">KWH<"), "the unit is EUR/KWH"),
        (a44(old=">EUR<", new=">GBP<"), "the unit is GBP/MWH"),
        (a44(old="PT15M", new="P1Y"), "the resolution P1Y is none we know"),
        (a44(old="<position>5<", new="<position>4<"), "position 4 is twice there"),
        (a44(old="<position>5<", new="<position>97<"), "position 97 is twice there, or outside"),
        (a44(old="<position>5<", new="<position>five<"), "position five"),
        (a44(old="<price.amount>", new="<price.amount>x"), "stands where a price should"),
        (a44(old="<price.amount>", new="<price.amount>nan</price.amount><price.amount>"), "no price of the auction"),
        (a44(old="T23:00Z", new="T23:00"), "is no time with its zone"),
        (a44(old="2026-02-10T23:00Z", new="9026-02-10T23:00Z"), "is none"),
        (a44(old="2026-02-", new="2025-02-"), "answered with 2025-02-10"),
        (a44(old="Publication_", new="Balancing_"), "not a document of prices"),
        (a44(old="</TimeSeries>", new=""), "no XML"),
        (a44(old="<Publication", new="<!DOCTYPE x [<!ENTITY a 'b'>]><Publication"), "declares a type of its own"),
        (b"<a>" * 200_000, "no XML"),
        (b"", "no XML"),
        (b"<?xml version='1.0' encoding='klingon'?><a/>", "no XML"),
        (b"{}", "no XML"),
    ],
    ids=range(18),
)
def test_a_broken_answer_of_entsoe_is_a_sentence(body: bytes, why: str) -> None:
    """Whatever comes, nothing of it is taken for a price."""
    with pytest.raises(AnswerError, match=re.escape(why)):
        entsoe.parse(FEBRUARY, Answer(200, body))


def test_a_first_position_that_is_missing_is_a_hole() -> None:
    """Nothing stands before it that could be repeated; and A01 repeats nothing at all."""
    start, _ = bounds(FEBRUARY)
    late = entsoe.parse(FEBRUARY, Answer(200, a44(old="<position>1<", new="<position>9<")))
    assert start + QUARTER == late[0].start
    plain = entsoe.parse(FEBRUARY, Answer(200, a44(old=">A03<", new=">A01<")))
    assert 96 > len(plain) > 80
    assert not whole(FEBRUARY, plain)


def nord(**fields: object) -> bytes:
    """Our day of Nord Pool with some fields changed."""
    said = json.loads((OWN / "nordpool_DayAheadPrices_BE_2026-02-10.json").read_text("utf-8"))
    return json.dumps(said | fields).encode()


def an_entry(end: str = "2026-02-10T00:15:00Z", **prices: float | None) -> list[object]:
    """One quarter of Nord Pool."""
    return [{"deliveryStart": "2026-02-10T00:00:00Z", "deliveryEnd": end, "entryPerArea": prices}]


def test_nordpool_gives_what_is_final() -> None:
    """Nothing, an empty list and prices that may change are not published; of several areas Belgium counts."""
    assert () == nordpool.parse(FEBRUARY, Answer(204, b""))
    assert () == nordpool.parse(FEBRUARY, Answer(200, b""))
    assert () == nordpool.parse(FEBRUARY, Answer(200, nord(multiAreaEntries=[])))
    assert () == nordpool.parse(FEBRUARY, Answer(200, nord(multiAreaEntries=an_entry(BE=None))))
    states = [{"state": "Final", "areas": ["NL"]}, {"state": "Preliminary", "areas": ["BE"]}]
    assert () == nordpool.parse(FEBRUARY, Answer(200, nord(areaStates=states)))
    assert 96 == len(nordpool.parse(FEBRUARY, Answer(200, nord(areaStates=states[:1]))))
    (slot,) = nordpool.parse(FEBRUARY, Answer(200, nord(multiAreaEntries=an_entry(NL=70.5, BE=71.5))))
    assert 71.5 == slot.value


@pytest.mark.parametrize(
    ("status", "body", "why"),
    [
        (200, nord(currency="SEK"), "the currency is SEK, not EUR"),
        (200, nord(currency=None), "multiAreaEntries or currency is missing"),
        (200, b"[]", "multiAreaEntries or currency is missing"),
        (200, nord(multiAreaEntries=an_entry(NL=71.5)), "lacks deliveryStart, deliveryEnd or a price of BE"),
        (200, nord(multiAreaEntries=an_entry("2026-02-11T00:00:00Z", BE=71.5)), "is neither a quarter nor an hour"),
        (200, nord(multiAreaEntries=an_entry("2026-02-10T00:15:00", BE=71.5)), "is no time with its zone"),
        (200, nord(multiAreaEntries=an_entry("0001-01-01T00:00:00+09:00", BE=71.5)), "is no time of a price"),
        (200, nord(multiAreaEntries=an_entry(BE=71.5) * 2), "has two prices"),
        (401, b"", "nordpool shows 2026-02-10 only after a log-in"),
    ],
    ids=range(9),
)
def test_a_broken_answer_of_nordpool_is_a_sentence(status: int, body: bytes, why: str) -> None:
    """Whatever comes, nothing of it is taken for a price, and another day may be good."""
    with pytest.raises(AnswerError, match=re.escape(why)):
        nordpool.parse(FEBRUARY, Answer(status, body))


def test_energyzero_is_read_without_vat() -> None:
    """Of its rows the market's counts; EUR/kWh as text become EUR/MWh without a rest; gas, by the day, is refused."""
    at: dict[str, object] = {"start": "2026-02-10T00:00:00Z", "end": "2026-02-10T00:15:00Z"}
    said = {"base": [at | {"price": {"value": "-0.06449"}}], "base_with_vat": [at | {"price": {"value": "-0.0780329"}}]}
    assert [-64.49] == [value for _, value in points_of("saved", said)]
    wrongs: list[tuple[dict[str, object], str]] = [
        ({"price": {"value": 0.06449}}, "lacks start, end or a price as text"),
        ({"price": {"value": "6 ct"}}, "6 ct stands where a price should"),
        ({"price": {"value": "1e999999"}}, "stands where a price should"),
        ({"price": {"value": "sNaN"}}, "stands where a price should"),
        ({"price": {"value": "64.49"}}, "64490.0 EUR/MWh is no price of the auction"),
        ({"price": {"value": "0.3"}, "end": "2026-02-11T00:00:00Z"}, "is neither a quarter nor an hour"),
    ]
    for wrong, why in wrongs:
        with pytest.raises(AnswerError, match=re.escape(why)):
            points_of("saved", {"base": [at | wrong]})
    with pytest.raises(AnswerError, match="base is no list"):
        points_of("saved", {"base": None})


def test_elia_shows_what_is_visible() -> None:
    """An empty list is not published; what the page hides is not known; local time without zone is refused."""
    body = (OWN / "elia_griddata_auctionresultsqh_2026-02-10.json").read_bytes()
    assert () == elia.parse(FEBRUARY, Answer(200, b"[]"))
    assert () == elia.parse(FEBRUARY, Answer(200, body.replace(b"true", b"false")))
    with pytest.raises(AnswerError, match="is no time with its zone"):
        elia.parse(FEBRUARY, Answer(200, body.replace(b'Z"', b'"')))
    with pytest.raises(AnswerError, match="lacks dateTime or price"):
        elia.parse(FEBRUARY, Answer(200, b"[{}]"))
    with pytest.raises(AnswerError, match="no list"):
        elia.parse(FEBRUARY, Answer(200, b"{}"))
    with pytest.raises(PriceError, match="HTTP 404"):
        elia.parse(FEBRUARY, Answer(404, b""))


KEYS = ["unix_seconds", "price", "unit", "dateTime", "isVisible", "detail", "multiAreaEntries", "currency"]
KEYS += ["areaStates", "areas", "base", "value", "start", "end"]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner),
)
NOISE = st.binary(max_size=200) | JSON.map(lambda said: json.dumps(said).encode())


@given(status=st.sampled_from([200, 204, 301, 400, 401, 404, 418]), body=NOISE)
def test_any_answer_is_slots_or_a_sentence(status: int, body: bytes) -> None:
    """No answer of a stranger ends the program."""
    for parse in MAKES.values():
        try:
            slots = parse(FEBRUARY, Answer(status, body))
        except PriceError as error:
            slots, why = (), str(error)
        else:
            why = ""
        assert why.isprintable()
        assert all(slot.start < slot.end for slot in slots)


@given(st.integers(0, 10_000), st.sampled_from([b"", b"<", b">", b"Z", b"-", b"99999", b"\x00", b"2", b"PT60M"]))
def test_a_damaged_document_is_slots_or_a_sentence(place: int, patch: bytes) -> None:
    """Wherever a document of ENTSO-E is hit: it is read within the auction's limits, or refused."""
    body = (OWN / "entsoe_A44_BE_2026-02-10_PT15M_A03.xml").read_bytes()
    place %= len(body)
    try:
        slots = entsoe.parse(FEBRUARY, Answer(200, body[:place] + patch + body[place + 1 :]))
    except PriceError as error:
        slots, why = (), str(error)
    else:
        why = ""
    assert why.startswith("entsoe" if why else "")
    assert all(-1000 <= slot.value <= 6000 and slot.end - slot.start <= timedelta(hours=1) for slot in slots)
