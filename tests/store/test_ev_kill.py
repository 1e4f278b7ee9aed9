"""kill -9 of ev at any moment: no damage; an owner's word is kept within a second, all else within its minute."""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random

from tests.conftest import NOON
from tests.programs.program import ROOT
from tests.store.ev_builders import HOUR, kept_in
from tests.waiting import LIMIT_S

NEVER = 1_000_000

Word = tuple[float, str, int]  # when it was heard, what about, and how many


@contextmanager
def child(home: Path, *, commit_s: float, order_every: int) -> Iterator["subprocess.Popen[str]"]:
    """A process that lives until it is killed, which it is at the end."""
    command = [sys.executable, "-m", "tests.store.ev_saver", str(home), str(commit_s), str(order_every)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


def told(process: "subprocess.Popen[str]", for_s: float) -> list[Word]:
    """What it says, from its first word on for so long; then it is killed."""
    assert process.stdout
    words: list[Word] = []
    began_s = time.monotonic()
    for line in process.stdout:
        now_s = time.monotonic()
        about, number = line.split()
        words.append((now_s, about, int(number)))
        assert now_s - began_s < LIMIT_S
        if now_s - words[0][0] >= for_s:
            break
    words.append((time.monotonic(), "killed", 0))
    process.kill()
    assert -9 == process.wait(LIMIT_S)
    return words


def heard(words: list[Word], about: str, *, before_s: float) -> int:
    """The newest number that it told so long before it was killed."""
    return max((number for at_s, of, number in words if of == about and at_s <= words[-1][0] - before_s), default=0)


def test_an_owners_word_outlives_a_kill_a_second_later(tmp_path: Path) -> None:
    """The minute is never up; killed at any moment, again and again, each start goes on from what the last one took."""
    chance = Random(4)
    for _ in range(6):
        with child(tmp_path, commit_s=60, order_every=7) as process:
            words = told(process, 1.0 + chance.random())
        kept = kept_in(tmp_path)
        assert () == kept.notices
        told_s_ago, last = heard(words, "orders", before_s=1.0), heard(words, "orders", before_s=0.0)
        boost_until = kept.standing.intents["garage"].boost_until
        assert boost_until is not None
        orders = round((boost_until - NOON) / HOUR)
        assert told_s_ago <= orders <= last
        assert [NOON + number * HOUR for number in range(orders, 0, -1)][:50] == [one.since for one in kept.last]


def test_all_else_outlives_it_when_its_minute_is_up(tmp_path: Path) -> None:
    """Here the minute is half a second, and nothing is urgent: the energy of the open session is at most that old."""
    with child(tmp_path, commit_s=0.5, order_every=NEVER) as process:
        words = told(process, 2.5)
    kept = kept_in(tmp_path)
    kept_wh = round(kept.standing.sessions["garage"].energy_wh)
    assert 0 < heard(words, "wh", before_s=1.0) <= kept_wh <= heard(words, "wh", before_s=0.0)
