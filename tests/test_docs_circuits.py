"""What the paper of the circuits promises: keys that exist, examples as the program prints them, its own figures."""

import io
import re
from datetime import timedelta
from pathlib import Path

import pytest

from lib.clock import WallClock
from lib.commands import check
from lib.commands.ev_rules import charging_rules
from lib.core import gauges
from lib.core.circuits import Circuit, Profile, rows
from lib.core.laxity import Parked, relative, slack_s
from lib.core.post import SURE_S
from lib.core.profiles import Standing, profiled
from lib.core.sharing import Ask, share
from lib.core.tempo import CYCLE_S, CYCLES, RAMP_W, USUAL
from lib.feeds import LIMITS, METERS, box, http_limit, http_meter, mqtt_meter, open_limit, open_meter, terms
from lib.feeds import options as feed_options
from lib.messages.orders import ORDERS
from lib.panels.ev import ev_panels
from lib.settings import SettingsError, circuits
from tests.conftest import local
from tests.settings.homes import loaded
from tests.test_docs import README, ROOT
from tests.test_docs_cars import CIRCUITS, DOORS
from tests.test_docs_cars import rows as cells

WORDS = " ".join(CIRCUITS.split())  # wherever a line of the paper ends
EXAMPLES = re.findall(r"```python\n(.*?)```", CIRCUITS, re.DOTALL)
GOLDEN = ROOT / "tests" / "panels" / "golden" / "ev_circuits_carpark_5_80x24.txt"
NOON = local("2026-11-20 12:00")


def test_the_check_in_the_paper_is_the_programs_own(tmp_path: Path) -> None:
    """Of the example that stands below it: one full, the others off."""
    [example] = [one for one in EXAMPLES if '"first", "second"' in one]
    config = loaded(tmp_path, DOORS + example)
    said = io.StringIO()
    assert 0 == check.run(config, said)
    assert f"```\n{said.getvalue()}```\n" in CIRCUITS, said.getvalue()


def test_the_start_that_is_refused_is_as_the_paper_says(tmp_path: Path) -> None:
    """The first example with 16 A for each; as it stands it starts."""
    charging_rules(loaded(tmp_path, DOORS + EXAMPLES[0]))
    with pytest.raises(SettingsError) as error:
        charging_rules(loaded(tmp_path, DOORS + EXAMPLES[0].replace('"current_a": 10', '"current_a": 16')))
    assert f"```\n{error.value}\n```" in CIRCUITS, error.value


def test_each_meter_and_limit_of_an_example_opens(tmp_path: Path) -> None:
    """Their own keys are checked where they are opened."""
    feeds = 0
    for example in EXAMPLES:
        for place in loaded(tmp_path, DOORS + example).circuits:
            for found, opens in ((place.meter, open_meter), (place.limit, open_limit)):
                if found:
                    opens(place.name, found, {}, clock=WallClock())
                    feeds += 1
    assert 3 == feeds


def test_the_paper_names_every_key_and_source() -> None:
    """Of circuits, of their meters and of what their limits follow."""
    assert set(circuits.KEYS) == {key for line in cells(CIRCUITS, "key | type") for key in names(line[0])}
    told = {line[0].strip("`"): line[2] for line in cells(CIRCUITS, '`"from"` | what')}
    assert [*METERS] == [*told]
    section = CIRCUITS.partition("### A meter of its own")[2].partition("###")[0]
    keys = {*feed_options.METER, *box.KEYS, *http_meter.OPTIONS, *mqtt_meter.OPTIONS, "channel", "inputs"}
    parts = {key for key in keys if re.fullmatch(r"l2_[aw]", key)}  # they stand between l1 and l3
    assert [] == sorted(key for key in keys - parts if f"`{key}`" not in section)
    limit = {key for line in cells(CIRCUITS, "key | when missing |") for key in names(line[0])}
    assert {"from", "url", *http_limit.OPTIONS} == limit
    assert [] == [kind for kind in LIMITS if f"`{kind}`" not in CIRCUITS.partition("### A limit")[2]]


def names(cell: str) -> list[str]:
    """What stands between ticks."""
    return re.findall(r"`(\w+)`", cell)


def parked(*, leaves_h: float, needs_h: float, most_a: float) -> Parked:
    """A car that would charge for so long, and leaves then."""
    most_w = most_a * 230
    return Parked(soc_pct=0, target_pct=100, capacity_wh=needs_h * most_w, most_w=most_w, leaves_s=leaves_h * 3600)


def test_the_shares_in_the_paper_are_the_programs_own() -> None:
    """Three cars on L1 of 42 A, by each profile."""
    blue, red = parked(leaves_h=8, needs_h=7, most_a=16), parked(leaves_h=2, needs_h=1.5, most_a=32)
    standings = {
        "Blue": Standing(since=NOON, slack_s=slack_s(blue), relative=relative(blue)),
        "Red": Standing(since=NOON + timedelta(hours=1), priority=10, slack_s=slack_s(red), relative=relative(red)),
        "White": Standing(since=NOON - timedelta(hours=1)),
    }
    assert (3600, 1800) == (slack_s(blue), slack_s(red))
    assert (1 / 8, 1 / 4) == (relative(blue), relative(red))
    table = cells(CIRCUITS, "profile")
    assert [f'`"{profile}"`' for profile in Profile] == [line[0] for line in table]
    for profile, line in zip(Profile, table, strict=True):
        tree = [Circuit(name="connection", limits_a=(42.0, 42.0, 42.0), profile=profile)]
        asks = [
            Ask(charger=name, conductors=(1,), least_a=6.0, most_a=most_a, step_a=0.1, rank=rank)
            for rank, (name, most_a) in enumerate((("Blue", 16.0), ("Red", 32.0), ("White", 32.0)))
        ]
        given = share(rows(tree, {}, {}), *profiled(tree, asks, standings))
        assert [f"{given[name].current_a:g} A" for name in standings] == line[2:], profile


def test_its_figures_are_those_of_the_code() -> None:
    """How slow a ramp is, how long one waits for who is silent, what is asked how often."""
    rise, pause = f"goes up by {RAMP_W / 1000:g} kW each {CYCLE_S:g} seconds", f"{feed_options.EVERY_S:g} when missing"
    least, most = terms.LEAST_VALID_S, terms.MOST_VALID_S
    for said in (
        f"when its 6 A have been free for {CYCLE_S * CYCLES:g} seconds, {rise}",
        f"begin at up to {USUAL.first_a:g} A and go up by {USUAL.raise_a:g} A each {USUAL.raise_s:g} seconds",
        f"after {gauges.FRESH_S:g} s, or two of its own pauses, nothing rises below it; after {gauges.OLD_S:g} s",
        f"after {SURE_S:g} s it has surely fallen",
        f"how often it is asked, {feed_options.LEAST_EVERY_S:g} to {feed_options.MOST_EVERY_S:g}, {pause}",
        f"`valid_s` | {terms.VALID_S:g} | so long a word of theirs holds, {least:g} to {most:.0f};",
        f"`every_s`, `header` | {http_limit.EVERY_S:g} |",
    ):
        assert said in WORDS


def test_the_panel_in_the_paper_is_the_programs_own() -> None:
    """With its number among the pages, and the keys that fold it."""
    assert f"```\n{GOLDEN.read_text('utf-8').rstrip()}\n```" in CIRCUITS
    panels = ev_panels().panels
    [panel] = [one for one in panels if one.title == "Circuits"]
    assert f"the sixth (`{panels.index(panel) + 1}` shows it large)" in WORDS


def test_the_readme_tells_other_programs_what_they_may_say() -> None:
    """Every word and order of proposals, and each field of one."""
    section = README.partition("\n## Other programs")[2].partition("\n## ")[0]
    assert [] == [word for word in ("proposals", "propose", "withdraw") if not re.search(rf"`{word}[` ]", section)]
    assert {"propose", "withdraw"} <= set(re.findall(r"/api/orders/(\w+) ", section))
    fields = set(ORDERS["propose"].__dataclass_fields__) - {"type"}
    assert [] == sorted(field for field in fields if not re.search(rf'[`"]{field}[`"]', section))
