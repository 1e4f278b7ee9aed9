"""The loop in each session: a program that ends is started again, later each time, and says so."""

import os
import signal

import pytest

from tests.start.checkout import Checkout, eventually, is_alive

NOTE_START = """
import os, pathlib, signal, sys, time
home = pathlib.Path(os.environ["DM_HOME"])
with (home / "starts").open("a") as starts:
    print(time.monotonic(), os.getpid(), file=starts)
"""


def starts(checkout: Checkout) -> list[tuple[float, int]]:
    """When dm was started, in monotonic seconds, and the process it was."""
    path = checkout.home / "starts"
    lines = path.read_text("utf-8").splitlines() if path.exists() else []
    return [(float(line.split()[0]), int(line.split()[1])) for line in lines]


def started(checkout: Checkout, times: int = 1) -> int:
    """The process of dm's newest start, once there were so many."""
    assert eventually(lambda: len(starts(checkout)) >= times)
    return starts(checkout)[-1][1]


def test_a_dying_program_is_restarted_with_growing_pauses(checkout: Checkout) -> None:
    """After 1 s, then 2 s, then 4 s: never a hot loop; each pause says what ended and when it goes on."""
    checkout.write("dm.py", NOTE_START + "sys.exit(7)")
    checkout.start()
    started(checkout, times=3)
    first, second, third = (at for at, _ in starts(checkout))
    assert second - first >= 1
    assert third - second >= 2
    assert checkout.shows("dm", f"dm ended with exit code 7, see above and {checkout.home}/log. Again in 4 s")


def test_an_owners_slip_shows_its_sentence(checkout: Checkout) -> None:
    """Exit code 2: the program's own sentence stays in sight, and a corrected file is taken up by itself."""
    checkout.write("dm.py", "import sys; print('dm: config.py: serial_port is missing', file=sys.stderr); sys.exit(2)")
    checkout.start()
    assert checkout.shows("dm", "dm cannot start, see above. Again in 1 s")
    assert "dm: config.py: serial_port is missing" in checkout.screen("dm")
    checkout.write("dm.py", "print('all is well'); input()")
    assert checkout.shows("dm", "all is well")


def test_a_quit_is_obeyed_until_enter(checkout: Checkout) -> None:
    """Exit code 0 is the owner's word: nothing starts by itself, and Enter starts it again."""
    checkout.write("dm.py", NOTE_START)
    checkout.start()
    assert checkout.shows("dm", "dm was stopped by its owner. Press Enter to start it again.")
    assert 1 == len(starts(checkout))
    for key in ("C-c", "C-d", "C-z", "Enter"):
        checkout.press("dm", key)
    started(checkout, times=2)


def test_a_start_starts_what_its_owner_had_stopped(checkout: Checkout) -> None:
    """It does not say that it runs; a start after that leaves it alone."""
    checkout.write("dm.py", NOTE_START + "input() if (home / 'goes on').exists() else None")
    checkout.start()
    assert checkout.shows("dm", "Press Enter to start it again.")
    assert eventually(lambda: checkout.tmux("show-options", "-qv", "-t", "=dm:", "@meter_waits").strip())
    (checkout.home / "goes on").touch()
    assert "dm was stopped by its owner and started again" in checkout.start().stdout
    started(checkout, times=2)
    assert "dm runs already" in checkout.start().stdout
    assert 2 == len(starts(checkout))


def test_ctrl_c_cuts_a_pause_short(checkout: Checkout) -> None:
    """In the pause Ctrl-C starts the program at once; the session goes on."""
    checkout.write("dm.py", NOTE_START + "sys.exit(1)")
    checkout.start()
    assert checkout.shows("dm", "Again in 8 s")
    checkout.press("dm", "C-c")
    assert checkout.shows("dm", "Again in 16 s")
    (before, _), (after, _) = starts(checkout)[-2:]
    assert after - before < 8


def test_ctrl_c_reaches_the_program(checkout: Checkout) -> None:
    """A program without a dashboard hears Ctrl-C as in any terminal."""
    checkout.write("dm.py", NOTE_START + "input()")
    checkout.start()
    started(checkout)
    checkout.press("dm", "C-c")
    assert checkout.shows("dm", "KeyboardInterrupt")
    started(checkout, times=2)


def test_a_killed_dashboard_leaves_a_readable_screen(checkout: Checkout) -> None:
    """After kill -9 the last picture, the raw terminal and the hidden cursor are put away."""
    checkout.write(
        "dm.py",
        NOTE_START
        + "import tty\ntty.setraw(0)\n"
        + "print('\\x1b[?1049h\\x1b[?1000h\\x1b[?7l\\x1b[?25l a picture', flush=True)\ninput()",
    )
    checkout.start()
    pid = started(checkout)
    assert checkout.shows("dm", "a picture")
    checkout.write("dm.py", "input('a new start')")
    os.kill(pid, signal.SIGKILL)
    assert checkout.shows("dm", f"dm ended with exit code 137, see above and {checkout.home}/log. Again in 1 s")
    assert "a picture" not in checkout.screen("dm")
    modes = "#{alternate_on} #{mouse_any_flag} #{cursor_flag}"
    assert "0 0 1" == checkout.tmux("display-message", "-p", "-t", "=dm:", modes).strip()


def test_stop_gives_time_to_save(checkout: Checkout) -> None:
    """SIGTERM comes first, and `--stop` returns when the program has ended by itself."""
    checkout.write(
        "dm.py",
        NOTE_START
        + "def save(*_):\n    time.sleep(0.5)\n    (home / 'saved').touch()\n    sys.exit()\n"
        + "signal.signal(signal.SIGTERM, save)\nprint('ready', flush=True)\ninput()",
    )
    checkout.start()
    assert checkout.shows("dm", "ready")
    checkout.start("--stop")
    assert (checkout.home / "saved").exists()
    assert not is_alive(started(checkout))


def test_stop_ends_a_program_that_does_not_listen(checkout: Checkout) -> None:
    """After twelve seconds and some nothing is left of it."""
    checkout.write(
        "dm.py",
        NOTE_START
        + "for name in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):\n    signal.signal(name, signal.SIG_IGN)\n"
        + "print('deaf', flush=True)\nwhile True: time.sleep(1)",
    )
    checkout.start()
    assert checkout.shows("dm", "deaf")
    checkout.start("--stop")
    assert eventually(lambda: not is_alive(started(checkout)))
    assert set() == checkout.sessions()


@pytest.mark.parametrize("state", ["runs", "waits", "was quit"])
def test_a_closed_session_leaves_no_program_behind(checkout: Checkout, state: str) -> None:
    """`tmux kill-session` ends program and loop too, also a program that goes on without a terminal."""
    deaf = "signal.signal(signal.SIGHUP, signal.SIG_IGN)\nprint('ready', flush=True)\n"
    last = {"runs": "signal.pause()", "waits": "sys.exit(1)", "was quit": "sys.exit()"}[state]
    checkout.write("dm.py", NOTE_START + deaf + last)
    checkout.start()
    assert checkout.shows("dm", {"runs": "ready", "waits": "Again in", "was quit": "Enter"}[state])
    loop = int(checkout.tmux("list-panes", "-t", "=dm:", "-F", "#{pane_pid}"))
    checkout.tmux("kill-session", "-t", "=dm")
    assert eventually(lambda: not is_alive(loop))
    assert eventually(lambda: not is_alive(started(checkout)))


def test_log_follows_files_that_appear_later(checkout: Checkout) -> None:
    """The session log shows the end of each log file, and new lines of old and new files."""
    checkout.start()
    log = checkout.home / "log"
    for file in ("log_info.log", "ev.log"):
        (log / file).write_text(f"first line of {file}\n", "utf-8")
        assert checkout.shows("log", f"first line of {file}")
    with (log / "log_info.log").open("a") as old:
        old.write("one more\n")
    assert checkout.shows("log", "one more")
