"""What bs says and when: at once when something changed, and every 5 s; each reason is logged once."""

import logging
from dataclasses import replace

import pytest

from lib.clock import TurnedClock
from lib.commands.bs_memory import Memory
from lib.commands.bs_teller import Teller
from lib.core.battery import BatteryMissed
from lib.core.battery_why import BatteryWhy, Ground
from lib.core.cellar import Help
from lib.core.cellar import Storage as State
from lib.core.claims import PLAN, Claim
from lib.core.modes import StorageMode
from lib.core.storage import Chosen, Ticked
from lib.messages import Message
from lib.messages.bs import LEFT
from lib.messages.plan import Plan
from lib.messages.storage import Storage
from lib.store.bs_recorder import BsRecorder
from lib.store.bs_standing import Level
from tests.commands.vault import RULES, Vault
from tests.conftest import NOON
from tests.store.bs_builders import recorder_in


@pytest.fixture
def recorder(tmp_path_factory: pytest.TempPathFactory) -> BsRecorder:
    """One that nobody writes with."""
    return recorder_in(tmp_path_factory.mktemp("home"))[0]


class Told:
    """A vault, a teller and whom it tells."""

    def __init__(self, recorder: BsRecorder) -> None:
        self.vault = Vault()
        self.said: list[Message] = []
        self.memory = Memory(storage=self.vault.storage, rules=RULES, recorder=recorder)
        clock: TurnedClock = self.vault.clock
        self.teller = Teller(self.said.append, RULES, self.memory, boot="b", clock=clock, makes={"home": "victron"})

    def tell(self, state: State | None = None) -> int:
        """The state as it is: how much is said."""
        self.vault.storage = state or self.vault.storage
        self.said.clear()
        self.memory.take(self.vault.storage)
        self.teller.tell(self.vault.storage)
        return len(self.said)

    @property
    def last(self) -> Storage:
        """The state that was said."""
        [said] = [message for message in self.said if isinstance(message, Storage)]
        return said


def test_what_is_the_same_is_said_each_5_s(recorder: BsRecorder) -> None:
    """Numbered, so that an older one is known as such."""
    told = Told(recorder)
    seconds, numbers = [], []
    for second in range(21):
        if told.tell():
            seconds.append(second)
            numbers.append(told.last.seq)
        told.vault.clock.turn(1)
    assert [0, 5, 10, 15, 20] == seconds
    assert [1, 2, 3, 4, 5] == numbers
    assert [("home", "victron")] == [(one.name, one.make) for one in told.last.batteries]


def test_a_change_is_said_at_once(recorder: BsRecorder) -> None:
    """A reading, the owner's word, what flows, what is asked of dm, a silence."""
    told = Told(recorder)
    assert told.tell()
    told.vault.read()
    assert told.tell()
    assert not told.tell()
    told.vault.take(Chosen(mode=StorageMode.OFF))
    assert told.tell()
    assert not told.tell()
    told.vault.read(power_w=-1_500.0)
    assert told.tell()
    told.vault.read(power_w=-1_510.0)
    assert not told.tell()
    told.vault.take(BatteryMissed(battery="home", why="no answer", since_s=told.vault.clock.monotonic()))
    assert told.tell()


def test_what_is_wrong_around_it_is_among_the_notices(recorder: BsRecorder) -> None:
    """Said when it changes, and gone when it is over."""
    told = Told(recorder)
    why = ["ws://dm/ws: it does not know our token"]
    told.teller.around = {"dm": lambda: why[0], "sun": str}
    assert told.tell()
    assert {"dm": why[0]} == told.last.notices
    why[0] = ""
    assert told.tell()
    assert {} == told.last.notices


def test_a_silent_meter_is_among_the_notices(recorder: BsRecorder) -> None:
    """With its last telegram, so that the sentence stays; gone with the next one."""
    told = Told(recorder)
    told.tell()
    assert {} == told.last.notices  # that none came yet is why the battery waits
    told.vault.pass_by(2)
    told.vault.clock.turn(4)
    told.vault.take(Ticked())
    assert told.tell()
    assert {"meter": "no telegram since 12:00:02: what house and cars draw is unknown"} == told.last.notices
    told.vault.pass_by(1)
    assert told.tell()
    assert {} == told.last.notices


def test_how_full_a_silent_battery_was_is_told(recorder: BsRecorder) -> None:
    """What is old is no state of charge: it is a sentence with its time."""
    told = Told(recorder)
    told.memory.levels = {"home": Level(soc_pct=63.4, at=NOON)}
    told.tell()
    assert {"battery home": "home was 63 % full when it was last read, at 20-11 12:00"} == told.last.notices
    assert told.last.soc_pct is None
    told.vault.read()
    told.tell()
    assert {} == told.last.notices


def test_the_last_word_asks_and_gives_nothing(recorder: BsRecorder) -> None:
    """The battery is in its own mode then: what it draws counts as the house's own, and no help is left standing."""
    told = Told(recorder)
    told.vault.read()
    given = Help(power_w=2_000.0, energy_wh=3_000.0, until=NOON, why="late")
    told.tell(replace(told.vault.storage, help=given, claim=Claim(who="battery", priority=PLAN, wish_w=3_000.0)))
    before = told.last
    assert before.claims
    assert before.drawn
    assert 2_000.0 == before.help_w
    told.said.clear()
    told.teller.close()
    last = told.last
    assert ((), (LEFT,), 0.0, None, 0.0) == (last.claims, last.drawn, last.help_w, last.help, last.can_help_w)
    assert ("the battery app is stopping", before.seq + 1) == (last.refused, last.seq)
    assert before.batteries == last.batteries


def test_what_dm_and_ev_say_after_the_last_word_takes_nothing_of_it_back(recorder: BsRecorder) -> None:
    """They are let go after it, which takes seconds where one of them is slow: the batteries are their own by then."""
    told = Told(recorder)
    told.vault.read()
    told.tell()
    told.teller.close()
    told.said.clear()
    told.vault.clock.turn(10)
    told.vault.read(power_w=-1_500.0)
    assert not told.tell()
    told.teller.relay(Plan(boot="d1", seq=1, made=NOON))
    told.teller.close()
    assert [] == told.said


def test_who_leaves_before_the_first_word_says_none(recorder: BsRecorder) -> None:
    """Nobody heard of a battery yet."""
    told = Told(recorder)
    told.teller.close()
    told.vault.read()
    assert not told.tell()
    assert [] == told.said


def test_each_reason_is_logged_once(recorder: BsRecorder, caplog: pytest.LogCaptureFixture) -> None:
    """Not again when only its numbers are others."""
    caplog.set_level(logging.INFO)
    told = Told(recorder)
    for watt in range(20):
        told.vault.clock.turn(5)
        why = BatteryWhy(ground=Ground.STORES, power_w=1_000.0 + 100 * watt)
        told.tell(replace(told.vault.storage, why=why))
    assert ["battery: stores 1.0 kW from the sun"] == [line for line in caplog.messages if "battery: " in line]
