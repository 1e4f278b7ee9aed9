"""What the owner wrote about one thing."""

import re
from typing import Any

import pytest

from lib.options import Options


class SlipError(Exception):
    """What is raised here."""


def options(**found: Any) -> Options:
    """Of a thing that may have these and no others."""
    allowed = ("text", "number", "flag", "texts", "whole", "url", "header")
    return Options({"from": "it", **found}, {"key": "hush", "key@h": "ours"}, allowed, slip=SlipError)


def test_what_is_not_allowed_is_said_with_what_may_be_meant() -> None:
    """At once."""
    with pytest.raises(SlipError, match='it: "tetx" is no key here; did you mean "text"'):
        options(tetx=1)


def test_a_secret_is_that_of_the_host_before_the_general_one() -> None:
    """And nothing where there is none."""
    assert ("ours", "hush", "") == (
        options().secret_if_any("key", host="h"),
        options().secret_if_any("key", host="g"),
        options().secret_if_any("other"),
    )


@pytest.mark.parametrize(("said", "found"), [(None, ()), (0, (0,)), ((0, 2), (0, 2)), ([1], (1,))])
def test_whole_numbers(said: object, found: tuple[int, ...]) -> None:
    """One or several."""
    assert found == options(whole=said).whole_numbers("whole", most=3)


@pytest.mark.parametrize("said", [True, 4, -1, "1", (0, 0), 1.0, (1, None)])
def test_what_is_no_whole_number(said: object) -> None:
    """Nor one twice."""
    with pytest.raises(SlipError, match=r'"whole" is .*; allowed is a whole number from 0 to 3, or several'):
        options(whole=said).whole_numbers("whole", most=3)


def test_texts() -> None:
    """One or several, and not too many."""
    assert ("a",) == options(texts=" a ").texts("texts", such_as="x", most=2)
    assert ("a", "b") == options(texts=["a", "b"]).texts("texts", such_as="x", most=2)
    for said in (None, (), ("a", ""), ("a", "b", "c"), 7):
        with pytest.raises(SlipError, match="allowed are up to 2 texts, such as x"):
            options(texts=said).texts("texts", such_as="x", most=2)


def test_a_header_has_its_secret_filled_in() -> None:
    """None where none is said."""
    assert {} == options().header()
    assert {"Authorization": "Bearer hush"} == options(header="Authorization: Bearer {secret:key}").header()
    for said in ("Bearer", ": x", "a b: c", "Autorität: x", "A: \n"):
        with pytest.raises(SlipError, match='"header"'):
            options(header=said.replace("\n", "ü")).header()


def test_an_address_that_is_none_is_shown_without_its_key() -> None:
    """Also one with a slip in its scheme."""
    for address, said in (("htp://cars.be/soc?key=PRECIOUS", "htp://cars.be/…"), ("cars.be?key=PRECIOUS", "cars.be?…")):
        with pytest.raises(SlipError, match=re.escape(f'"url" is {said!r}; allowed is an address such as http')):
            options(url=address).address("url", such_as="https://api.example/cars")
