"""What ev says and when: at once when something changed, and every 5 s; each reason is logged once."""

import logging
from dataclasses import replace

import pytest

from lib.clock import TurnedClock
from lib.commands.ev_memory import Memory
from lib.commands.ev_teller import Teller
from lib.core.carport import Charging as State
from lib.core.carport import with_bay
from lib.core.charger import Meddled, Plug
from lib.core.charging import Wanted
from lib.core.modes import Mode
from lib.core.why import Hold
from lib.messages import Message
from lib.messages.charging import Charging, Sessions
from lib.store.ev_recorder import EvRecorder
from tests.commands.yard import RULES, Yard
from tests.conftest import NOON
from tests.store.ev_builders import an_ended_session, recorder_in

MAKES = {"garage": "nrgkick", "drive": "goe"}


@pytest.fixture
def recorder(tmp_path_factory: pytest.TempPathFactory) -> EvRecorder:
    """One that nobody writes with."""
    return recorder_in(tmp_path_factory.mktemp("home"))[0]


class Told:
    """A yard, a teller and whom it tells."""

    def __init__(self, recorder: EvRecorder, *, peaks_cost: bool = True) -> None:
        self.yard = Yard()
        self.said: list[Message] = []
        self.memory = Memory(
            charging=self.yard.charging, recorder=recorder, owners={}, sessions=(an_ended_session(NOON),)
        )
        clock: TurnedClock = self.yard.clock
        self.teller = Teller(
            self.said.append, RULES, self.memory, boot="b", clock=clock, makes=MAKES, peaks_cost=peaks_cost
        )

    def tell(self, state: State | None = None) -> list[str]:
        """The state as it is: the kinds of what is said."""
        self.yard.charging = state or self.yard.charging
        self.said.clear()
        self.teller.tell(self.yard.charging)
        return [message.type for message in self.said]

    @property
    def last(self) -> Charging:
        """The state that was said."""
        [said] = [message for message in self.said if isinstance(message, Charging)]
        return said


def test_the_sessions_are_said_first(recorder: EvRecorder) -> None:
    """What was kept is on the screen before a charger was read; then the state follows."""
    told = Told(recorder)
    assert ["sessions"] == [message.type for message in told.said]
    assert ["charging", "proposals"] == told.tell()
    assert [("garage", "nrgkick"), ("drive", "goe")] == [(one.name, one.make) for one in told.last.chargers]


def test_what_is_the_same_is_said_each_5_s(recorder: EvRecorder) -> None:
    """Numbered, so that an older one is known as such."""
    told = Told(recorder)
    told.yard.read()
    seconds, numbers = [], []
    for second in range(21):
        if told.tell():
            seconds.append(second)
            numbers.append(told.last.seq)
        told.yard.clock.turn(1)
    assert [0, 5, 10, 15, 20] == seconds
    assert [1, 2, 3, 4, 5] == numbers


def test_where_peaks_cost_nothing_its_word_says_so(recorder: EvRecorder) -> None:
    """As config.py has it, for every screen."""
    told = Told(recorder, peaks_cost=False)
    told.tell()
    assert not told.last.capacity_tariff


def test_a_change_is_said_at_once(recorder: EvRecorder) -> None:
    """A plug, an order, the owner's word, a reason, what holds it, what is asked of dm."""
    told = Told(recorder)
    told.tell()
    told.yard.read()
    assert ["charging"] == told.tell()
    assert [] == told.tell()
    told.yard.take(Wanted(charger="garage", mode=Mode.MAX))
    assert ["charging"] == told.tell()
    assert told.last.claims
    assert [] == told.tell()
    bay = told.yard.charging.bays["garage"]
    held = with_bay(told.yard.charging, "garage", replace(bay, why=replace(bay.why, held=Hold.SAFE)))
    assert ["charging"] == told.tell(held)
    assert [] == told.tell()


def test_a_session_that_ends_is_said_whatever_else_is_the_same(recorder: EvRecorder) -> None:
    """One car goes and the next one comes between two looks."""
    told = Told(recorder)
    told.yard.read()
    told.yard.pass_by(2)
    told.yard.read(total_wh=1_200.0)
    told.tell()
    told.yard.read(total_wh=1_300.0, plugins=2)
    assert told.yard.charging.closed
    told.memory.take(told.yard.charging)
    assert "sessions" == told.tell()[0]
    [sessions] = [message for message in told.said if isinstance(message, Sessions)]
    assert 2 == len(sessions.last)
    assert sessions.last[0].charger == "garage"


def test_what_is_wrong_around_it_is_among_the_notices(recorder: EvRecorder) -> None:
    """Why dm is not heard, a source that cannot work, a disk; said when it changes, and gone when it is over."""
    told = Told(recorder)
    told.tell()
    assert {} == told.last.notices
    told.teller.trouble["car car_1"] = "car_1: no such source"
    told.teller.unheard = lambda: "ws://dm/ws: it does not know our token"
    assert ["charging"] == told.tell()
    expected = {"car car_1": "car_1: no such source", "dm": "ws://dm/ws: it does not know our token"}
    assert expected == told.last.notices
    told.teller.unheard = str
    assert ["charging"] == told.tell()
    assert {"car car_1": "car_1: no such source"} == told.last.notices


def test_what_a_charger_warns_of_is_said_and_logged_once(
    recorder: EvRecorder, caplog: pytest.LogCaptureFixture
) -> None:
    """As it begins, whatever its numbers, and that it is over; who else set it stays until it is unplugged."""
    caplog.set_level(logging.INFO)
    told = Told(recorder)
    for off_s in (41, 44):
        told.yard.read(warning=f"its clock is +{off_s} s off")
        assert "charging" in told.tell()
        assert ["garage"] == [one.name for one in told.last.chargers if one.warning]
    told.yard.take(Meddled(charger="garage", what="it was paused by its owner"))
    told.tell()
    assert "its clock is +44 s off; it was paused by its owner" == told.last.chargers[0].warning
    told.yard.read()
    told.tell()
    assert "it was paused by its owner" == told.last.chargers[0].warning
    told.yard.read(plug=Plug.EMPTY)
    told.tell()
    assert "" == told.last.chargers[0].warning
    assert ["garage: its clock is +41 s off", "garage: that is over: its clock is +41 s off"] == [
        line for line in caplog.messages if "clock" in line
    ]


def test_each_reason_is_logged_once(recorder: EvRecorder, caplog: pytest.LogCaptureFixture) -> None:
    """Not again when only its numbers are others."""
    caplog.set_level(logging.INFO)
    told = Told(recorder)
    told.yard.read(plug=Plug.EMPTY)
    for watt in range(20):
        told.yard.clock.turn(5)
        bay = told.yard.charging.bays["garage"]
        told.tell(with_bay(told.yard.charging, "garage", replace(bay, why=replace(bay.why, power_w=float(watt)))))
    assert 1 == caplog.text.count("garage: no car on the cable")
    told.yard.read()
    told.tell()
    assert 1 == caplog.text.count("garage: no car on the cable")
    assert 2 == sum("garage: " in line for line in caplog.messages)
    for held in (Hold.PACE, None, Hold.PACE):
        bay = told.yard.charging.bays["garage"]
        told.tell(with_bay(told.yard.charging, "garage", replace(bay, why=replace(bay.why, held=held))))
    assert 2 == sum("garage: " in line for line in caplog.messages)
