"""The words that can be typed: each has an answer from the first moment on, and help names those that make sense."""

from dataclasses import replace

import pytest

from lib.commands.picture_plan import outlook, planned
from lib.hub.newest import Newest
from lib.hub.questions import CARS, HOUSE, STORE, Question
from lib.messages import Message
from tests.panels.words import a_bill, a_house, dynamic, impact, in_impact, simple, some_events

from .builders import TELEGRAM, USAGE
from .cellar import a_storage
from .garage import SESSIONS, a_charging
from .proposed import PROPOSALS

EVERY = [
    pytest.param(question, id=f"{name}-{word}")
    for name, table in (("dm", HOUSE), ("ev", CARS), ("bs", STORE))
    for word, question in table.items()
]


def told(*messages: Message) -> Newest:
    """What was said last."""
    newest = Newest()
    for message in messages:
        newest.take(message)
    return newest


def listed(newest: Newest) -> set[str]:
    """The words that help names."""
    return {word for word, question in HOUSE.items() if question.listed(newest)}


@pytest.mark.parametrize("question", EVERY)
def test_each_word_is_answered_before_anything_was_said(question: Question) -> None:
    """With words that say so, and no zero."""
    answer = question.answer(Newest())
    assert answer
    assert "0.00" not in answer


@pytest.mark.parametrize("question", EVERY)
def test_each_word_is_answered_from_what_was_said_last(question: Question) -> None:
    """In lines that fit, another answer than before."""
    newest = told(
        *(a_house(), dynamic(), USAGE, a_bill(), some_events(), TELEGRAM, a_charging(), SESSIONS, a_storage()),
        *(PROPOSALS, planned(), outlook()),
    )
    answer = question.answer(newest)
    assert answer != question.answer(Newest())
    assert max(map(len, answer.splitlines())) <= 72


@pytest.mark.parametrize("question", EVERY)
def test_what_a_word_is_for_fits_its_line(question: Question) -> None:
    """Beside the word, in the list of help."""
    assert len(f"  telegram  {question.means}") <= 72


def test_the_words_of_an_order_are_its_own() -> None:
    """Each order is typed with the word that asks for what it changes."""
    for table in (HOUSE, CARS, STORE):
        for word, question in table.items():
            if question.order:
                assert all(f"{line} ".startswith(f"{word} ") for line in question.order.such_as.split(", "))


def test_help_names_what_there_is_to_see() -> None:
    """Prices where they change with the hour, peaks where they cost something, the plan where there is one."""
    ahead = {"plan", "why", "outlook", "saved"}
    every = set(HOUSE) - ahead
    assert set(HOUSE) - {"prices", "peak"} == listed(told(planned(), outlook()))
    assert every - {"prices", "peak"} == listed(Newest())
    assert every == listed(told(a_house(), dynamic()))
    assert every - {"peak"} == listed(told(in_impact(a_house()), impact()))
    assert every - {"prices"} == listed(told(a_house(), replace(simple(), slots=())))
