"""Any meter that answers with JSON: the owner names the parts."""

from typing import Any

import pytest

from lib.feeds import FeedError, FeedSetupError
from lib.sim.http_box import Trouble

from .anybody import anybody
from .builders import a_meter, flows, opened

SAID = {"phases": [{"a": 6.0, "w": 1380}, {"a": 5.0, "w": -1150}, {"a": "2.5", "w": 575}], "total": 6900, "ma": 8500}
THREE = {"l1_a": "phases.0.a", "l2_a": "phases.1.a", "l3_a": "phases.2.a"}
SIGNS = {"l1_w": "phases.0.w", "l2_w": "phases.1.w", "l3_w": "phases.2.w"}


@pytest.mark.parametrize(
    ("options", "phases_a"),
    [
        (THREE, (6.0, 5.0, 2.5)),
        (THREE | SIGNS, (6.0, -5.0, 2.5)),
        (SIGNS, (6.0, -5.0, 2.5)),
        (SIGNS | {"wired": "312"}, (-5.0, 2.5, 6.0)),
        ({"l1_a": "phases.0.a", "wired": "3"}, (None, None, 6.0)),
        ({"l1_a": "phases.0.a", "wired": "13"}, (6.0, None, 6.0)),
        ({"l1_a": "phases.0.a", "l2_a": "phases.2.a", "wired": "13"}, (6.0, None, 2.5)),
        ({"power_w": "total"}, (10.0, 10.0, 10.0)),
        ({"power_w": "total", "wired": "2"}, (None, 30.0, None)),
        ({"current_a": "phases.1.a", "power_w": "phases.1.w", "wired": "1"}, (-5.0, None, None)),
        ({"current_a": "ma", "scale": 0.001, "wired": "1"}, (8.5, None, None)),
    ],
)
async def test_parts_that_the_owner_names(options: dict[str, Any], phases_a: Any) -> None:
    """Amperes or watts of each phase, both for the sign, or of all; a number in a text is one."""
    async with anybody(SAID) as box, a_meter(source="http", url=f"{box.url}/meter.json", **options) as meter:
        assert phases_a == await flows(meter)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({}, 'name what it tells: "l1_a", "l2_a", "l3_a" in A'),
        ({"l1_a": "a", "power_w": "w"}, '"power_w" is of all and "l1_…" of one phase'),
        ({"l2_a": "a"}, '"l1_a" is missing; "wired" says on which phase'),
        ({"l1_a": "a"}, 'say in "wired" on which of the meter\'s phases that flows'),
        ({"current_a": "a"}, '"current_a" is of one phase: say in "wired" which'),
        ({"l1_a": "a", "wired": "123"}, '"wired" is "123", and 1 are told'),
        ({"l1_a": "a", "wired": "14"}, "\"wired\" is '14'; allowed is"),
        ({"power_w": "w", "every_s": 0}, '"every_s" is 0; allowed is 0.5 to 60'),
        ({"power_w": "w", "scale": float("nan")}, '"scale" is nan'),
        ({"power": "w"}, '"power" is no key here; did you mean "power_w"?'),
        ({"power_w": 5}, '"power_w" is 5; allowed is a text'),
        ({"power_w": "w", "url": "http://pi:hush@h/"}, '"url" holds a password'),
        ({"power_w": "w", "url": "192.168.1.90"}, "allowed is an address such as http"),
        ({"power_w": "w", "header": "Authorization: {secret:carport}"}, '"carport" is missing in the secrets'),
    ],
)
def test_a_slip_names_the_key(options: dict[str, Any], said: str) -> None:
    """Before anything is asked; no sentence holds a secret."""
    with pytest.raises(FeedSetupError) as raised:
        opened("meter", None, None, {"source": "http", "url": "http://h/"} | options)
    assert said in str(raised.value)
    assert str(raised.value).startswith("meter http: ")
    assert "hush" not in str(raised.value)


async def test_a_header_with_a_secret() -> None:
    """Without it the log-in is refused, which is said."""
    async with anybody(SAID) as box:
        box.header = ("Authorization", "Bearer hush")
        told: dict[str, Any] = {"power_w": "total", "header": "Authorization: Bearer {secret:carport}"}
        async with a_meter({"carport": "hush"}, source="http", url=box.url, **told) as meter:
            assert (10.0, 10.0, 10.0) == await flows(meter)
        async with a_meter({"carport": "other"}, source="http", url=box.url, **told) as meter:
            with pytest.raises(FeedSetupError, match=r'refuses our log-in \(HTTP 401\): is "header" right'):
                await meter.read()


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"power": 5}, 'says nothing at "total": it has power'),
        ({"total": None}, "says 'None' for \"total\"|says 'None' for \"power_w\", which is no number"),
        ({"total": "NaN"}, "which is no number"),
        ({"total": True}, "which is no number"),
        ({"total": 1e30}, "which no circuit carries"),
        ("<html>", "answers with no JSON"),
        ("", "answers with no JSON, but nothing"),
    ],
)
async def test_what_is_no_number_is_a_sentence(said: Any, words: str) -> None:
    """And never 0."""
    async with anybody(said) as box, a_meter(source="http", url=box.url, title="Carport", power_w="total") as meter:
        with pytest.raises(FeedError, match=f"Carport .*({words})"):
            await meter.read()


async def test_wrong_answers_are_weather() -> None:
    """Each a sentence, and the next question is answered."""
    async with anybody(SAID) as box, a_meter(source="http", url=box.url, power_w="total") as meter:
        for trouble, words in {Trouble.BROKEN: "HTTP 502", Trouble.CUT: "no JSON", Trouble.GONE: "hangs up"}.items():
            box.trouble = trouble
            with pytest.raises(FeedError, match=words):
                await meter.read()
        box.trouble = Trouble.WELL
        assert (10.0, 10.0, 10.0) == await flows(meter)
