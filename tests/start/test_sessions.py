"""startup_cron.sh: what it starts, what it leaves alone, and what it ends."""

import contextlib
import fcntl
import re
import socket
import subprocess
from pathlib import Path

from tests.start.checkout import Checkout
from tests.start.terminal import DETACH, Terminal, at_a_terminal
from tests.waiting import LIMIT_S


def test_a_start_brings_up_dm_and_log(checkout: Checkout) -> None:
    """The house of config.py has two sessions today, and its folders are there."""
    started = checkout.start()
    assert 0 == started.returncode, started.stderr
    assert {"dm", "log"} == checkout.sessions()
    assert checkout.shows("dm", "dm is up")
    assert {"data", "log"} == {path.name for path in checkout.home.iterdir()}


def test_later_programs_get_their_sessions(checkout: Checkout) -> None:
    """ev_app.py and bs_app.py are started once they are in the folder."""
    checkout.write("ev_app.py", "input()")
    checkout.write("bs_app.py", "input()")
    checkout.start()
    assert {"dm", "ev", "bs", "log"} == checkout.sessions()


def test_a_second_start_starts_what_is_missing(checkout: Checkout) -> None:
    """Twice is harmless: what runs is left running and said, what is missing comes back."""
    checkout.start()
    before = checkout.tmux("list-panes", "-t", "=dm:", "-F", "#{pane_pid}")
    checkout.tmux("kill-session", "-t", "=log")
    again = checkout.start()
    assert 0 == again.returncode
    assert ["dm runs already", "log started"] == again.stdout.splitlines()[:2]
    assert before == checkout.tmux("list-panes", "-t", "=dm:", "-F", "#{pane_pid}")


def test_two_starts_at_once_start_one_dm(checkout: Checkout) -> None:
    """Cron and the console's autostart may come in the same second."""
    both = [
        subprocess.Popen(
            [checkout.folder / "startup_cron.sh"],
            env=checkout.environ,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]
    said = "".join(one.communicate(timeout=LIMIT_S)[0] for one in both)
    assert [0, 0] == [one.returncode for one in both]
    assert (1, 1) == (said.count("dm started"), said.count("dm runs already"))


def test_cron_gives_a_home_and_a_path_and_it_is_enough(checkout: Checkout) -> None:
    """Without a terminal, a locale or TERM the program still has UTF-8 and colours."""
    checkout.write("dm.py", "import os, sys; print('€', sys.stdout.encoding, os.environ['TERM']); input()")
    mine = [f"{name}={value}" for name, value in checkout.environ.items() if name.startswith(("DM_", "TMUX_"))]
    subprocess.run(
        ["env", "-i", "HOME=/", "PATH=/usr/bin:/bin", *mine, checkout.folder / "startup_cron.sh"],
        stdin=subprocess.DEVNULL,
        timeout=LIMIT_S,
        check=True,
    )
    assert checkout.shows("dm", "€ utf-8 tmux-256color")


def test_a_locale_that_was_chosen_stands(checkout: Checkout, tmp_path: Path) -> None:
    """LC_ALL=C is a wish for ASCII and reaches the program; a home with other letters is found all the same."""
    checkout.write("dm.py", "import os; print('locale', os.environ['LC_ALL']); input()")
    home = {"LC_ALL": "C", "DM_HOME": str(tmp_path / "maison d'été")}
    checkout.run("startup_cron.sh", environ=home)
    assert checkout.shows("dm", "locale C")
    assert "dm ended\nlog ended\n" == checkout.run("startup_cron.sh", "--stop", environ=home).stdout


def test_on_the_pis_own_screen_the_dashboard_is_plain(checkout: Checkout) -> None:
    """Inside tmux a program cannot see that the Linux console has few colours and signs; the start tells it."""
    checkout.write("dm.py", "import os; print('look', os.environ.get('DM_LOOK')); input()")
    for term, look in (("linux", "console"), ("xterm", "None")):
        checkout.run("startup_cron.sh", environ={"TERM": term})
        assert checkout.shows("dm", f"look {look}")
        checkout.start("--stop")


def test_programs_learn_where_their_home_and_ports_are(checkout: Checkout) -> None:
    """DM_HOME and DM_PORTS reach the programs, and no session that somebody opens on the same server later."""
    checkout.write("dm.py", "import os; print(os.environ['DM_HOME'], os.environ['DM_PORTS']); input()")
    checkout.start()
    assert checkout.shows("dm", f"{checkout.home} {checkout.environ['DM_PORTS']}")
    assert "DM_" not in checkout.tmux("show-environment", "-g")


def test_stop_ends_its_own_and_nothing_else(checkout: Checkout) -> None:
    """A session `mail`, and a `log` that somebody else made, outlive start and stop."""
    for foreign in ("mail", "log"):
        checkout.tmux("new-session", "-d", "-s", foreign, "sleep 100")
    started = checkout.start()
    assert 1 == started.returncode
    assert "log is a tmux session of somebody else" in started.stderr
    assert {"mail", "log", "dm"} == checkout.sessions()
    assert "dm ended\n" == checkout.start("--stop").stdout
    assert {"mail", "log"} == checkout.sessions()


def test_the_command_that_start_names_ends_it(checkout: Checkout, tmp_path: Path) -> None:
    """Typed into any other terminal: with the home and the socket that were set, blanks and quotes in them too."""
    started = checkout.run("startup_cron.sh", environ={"DM_HOME": str(tmp_path / "maison d'été")})
    assert {"dm", "log"} == checkout.sessions()
    bare = {key: value for key, value in checkout.environ.items() if key not in {"DM_HOME", "DM_TMUX"}}
    command = started.stdout.partition("to end all: ")[2]
    ended = subprocess.run(
        ["bash", "-c", command], env=bare, capture_output=True, text=True, timeout=LIMIT_S, check=True
    )
    assert "dm ended\nlog ended\n" == ended.stdout


def test_ports_must_leave_room_for_ten(checkout: Checkout) -> None:
    """The last of the ten is a port too; nothing is started on the way to saying so."""
    for ports in ("65527", "0", "8o80", "99999"):
        refused = checkout.run("startup_cron.sh", "--demo", environ={"DM_PORTS": ports})
        assert 1 == refused.returncode
        assert (
            f"DM_PORTS is {ports}; it must be the number of the first of ten ports, from 1 to 65526" in refused.stderr
        )
    assert set() == checkout.sessions()


def test_start_and_stop_need_little(checkout: Checkout, bare_machine: Path) -> None:
    """With tmux and .venv in place, the essential packages of Debian are enough."""
    bare = {"PATH": str(bare_machine)}
    assert 0 == checkout.run("startup_cron.sh", environ=bare).returncode
    assert checkout.shows("dm", "dm is up")
    assert "dm ended\nlog ended\n" == checkout.run("startup_cron.sh", "--stop", environ=bare).stdout
    assert set() == checkout.sessions()


def test_stop_leaves_another_home_alone(checkout: Checkout, tmp_path: Path) -> None:
    """Two homes on one server: each is stopped for itself."""
    checkout.start()
    other = checkout.run("startup_cron.sh", "--stop", environ={"DM_HOME": str(tmp_path / "other")})
    assert (0, f"nothing of {tmp_path}/other runs\n") == (other.returncode, other.stdout)
    assert {"dm", "log"} == checkout.sessions()


def test_the_demo_has_a_folder_of_its_own(checkout: Checkout) -> None:
    """The simulated house runs beside dm, on the ports after its own, and all files are below demo/."""
    checkout.write("dm.py", "import os, sys; print(os.environ['DM_HOME'], *sys.argv[1:]); input()")
    checkout.write("lib/sim/__main__.py", "import sys; print(*sys.argv[1:]); input()")
    first = int(checkout.environ["DM_PORTS"])
    started = checkout.start("--demo")
    assert f"ports {first} to {first + 9}" in started.stdout
    assert {"sim", "dm", "log"} == checkout.sessions()
    assert checkout.shows("dm", f"{checkout.home}/demo --demo")
    opened = ("p1", "line", "nrgkick", "calendar", "cars", "victron", "fronius")
    assert checkout.shows("sim", " ".join(f"--{name}-port {port}" for port, name in enumerate(opened, first + 3)))
    assert {"demo"} == {path.name for path in checkout.home.iterdir()}


def test_the_demo_is_refused_while_the_real_house_runs(checkout: Checkout) -> None:
    """One sentence, whether dm runs in its session or was started by hand; and the other way round."""
    checkout.start()
    refused = checkout.start("--demo")
    assert 1 == refused.returncode
    assert "the real house runs" in refused.stderr
    checkout.start("--stop")
    with (checkout.home / "data/dm.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert "the real house runs" in checkout.start("--demo").stderr
    assert 0 == checkout.start("--demo").returncode
    assert "the demo runs" in checkout.start().stderr
    assert "sim ended\ndm ended\nlog ended\n" == checkout.start("--stop").stdout


def test_the_demo_goes_out_of_the_way(checkout: Checkout) -> None:
    """Where `log` is taken on the usual tmux socket, the demo takes its own, finds it again and ends it there."""
    shared = Checkout(
        folder=checkout.folder,
        home=checkout.home,
        environ={name: value for name, value in checkout.environ.items() if name != "DM_TMUX"},
    )
    shared.tmux("new-session", "-d", "-s", "log", "sleep 100")
    assert 0 == shared.start("--demo").returncode
    assert {"sim", "dm", "log"} == shared.sessions(socket="digital-meter-demo")
    shared.tmux("kill-server")
    assert "dm runs already" in shared.start("--demo").stdout
    assert 0 == shared.start("--stop").returncode
    assert set() == shared.sessions(socket="digital-meter-demo")


def test_a_second_demo_keeps_the_ports_of_the_first(checkout: Checkout) -> None:
    """The missing dm joins the simulated house that runs, whatever DM_PORTS says now."""
    checkout.start("--demo")
    checkout.tmux("kill-session", "-t", "=dm")
    again = checkout.run("startup_cron.sh", "--demo", environ={"DM_PORTS": "1024"})
    assert f"ports {checkout.environ['DM_PORTS']} to" in again.stdout


def test_the_demo_finds_free_ports(checkout: Checkout) -> None:
    """Where one of the usual ten ports is in use, it takes ten others and says which."""
    with contextlib.ExitStack() as opened:
        with contextlib.suppress(OSError):  # then somebody else has it, which is as good
            opened.enter_context(socket.create_server(("127.0.0.1", 8082)))
        started = checkout.run("startup_cron.sh", "--demo", environ={"DM_PORTS": ""})
    assert re.search(r"ports [1-5]8080 to [1-5]8089", started.stdout)


def test_ports_that_somebody_uses_are_said(checkout: Checkout) -> None:
    """A demo that was told its ports does not wander off to others."""
    with socket.create_server(("127.0.0.1", int(checkout.environ["DM_PORTS"]) + 9)):
        refused = checkout.start("--demo")
    assert 1 == refused.returncode
    assert f"ports from {checkout.environ['DM_PORTS']} on" in refused.stderr
    assert set() == checkout.sessions()


def leave(terminal: Terminal, checkout: Checkout) -> None:
    """Press Ctrl-b d and see the client end. Keys within a millisecond pass for pasted text unless tmux is told."""
    checkout.tmux("set-option", "-g", "assume-paste-time", "0")
    terminal.press(DETACH)
    assert 0 == terminal.end()


def test_in_a_terminal_dm_comes_up_and_may_be_left(checkout: Checkout) -> None:
    """The start attaches to dm; Ctrl-b d goes back to the shell and leaves everything running."""
    with at_a_terminal([checkout.folder / "startup_cron.sh"], checkout.environ) as terminal:
        terminal.see(b"dm is up")
        leave(terminal, checkout)
    assert {"dm", "log"} == checkout.sessions()


def test_without_dm_the_first_that_is_there_comes_up(checkout: Checkout) -> None:
    """On the machine of the cars there is no dm.py: the start attaches to ev."""
    (checkout.folder / "dm.py").rename(checkout.folder / "ev_app.py")
    with at_a_terminal([checkout.folder / "startup_cron.sh"], checkout.environ) as terminal:
        terminal.see(b"attach -t ev")
        terminal.see(b"dm is up")
        leave(terminal, checkout)
    assert {"ev", "log"} == checkout.sessions()


def test_inside_tmux_the_client_moves_over(checkout: Checkout) -> None:
    """Started in a window of the same tmux, no tmux is nested in a tmux."""
    attach = ["tmux", "-L", checkout.socket, "new-session", "-s", "work", "sh"]
    with at_a_terminal(attach, checkout.environ) as terminal:
        terminal.press(f"'{checkout.folder}/startup_cron.sh'\r".encode())
        terminal.see(b"dm is up")
        assert "dm" == checkout.tmux("list-clients", "-F", "#{client_session}").strip()
        leave(terminal, checkout)


def test_from_another_tmux_dm_is_shown_too(checkout: Checkout) -> None:
    """Started inside a tmux of another socket, dm comes up in that window."""
    outer = ["tmux", "-L", "default", "new-session", "-s", "work", "sh"]
    with at_a_terminal(outer, checkout.environ) as terminal:
        terminal.press(f"'{checkout.folder}/startup_cron.sh'\r".encode())
        terminal.see(b"dm is up")
        assert "dm" == checkout.tmux("list-clients", "-F", "#{client_session}").strip()


def test_an_unknown_word_is_answered_with_the_known_ones(checkout: Checkout) -> None:
    """A slip of the fingers starts nothing."""
    answer = checkout.start("--help")
    assert 1 == answer.returncode
    assert "./startup_cron.sh --demo" in answer.stdout
    assert set() == checkout.sessions()
