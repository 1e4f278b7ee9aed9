"""The solver as a child process: what it does wrong costs a sentence and no plan, and it leaves nothing behind."""

import asyncio
import contextlib
import os
import resource
import signal
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import TypeVar

import pytest
from pydantic import TypeAdapter

from lib.clock import TurnedClock
from lib.commands.child import MOST_BYTES
from lib.commands.planner import Planned, Planner, SupersededError
from lib.core.arbitrage import Store
from lib.core.plan import Want
from lib.core.problem import Peak, Problem, Schedule, Span
from tests.conftest import NOON
from tests.waiting import LIMIT_S

QUARTER = timedelta(minutes=15)
ROOT = Path(__file__).parents[2]
SPANS = tuple(
    Span(
        start=NOON + place * QUARTER,
        end=NOON + (place + 1) * QUARTER,
        import_eur_kwh=0.30 if place < 4 else 0.10,
        export_eur_kwh=0.02,
        load_w=300.0,
    )
    for place in range(16)
)
WANT = Want(car="polo", energy_wh=5_000.0, until=NOON + 4 * timedelta(hours=1), full_w=7_400.0, least_w=1_400.0)
PROBLEM = Problem(at=NOON, spans=SPANS, peaks=(Peak(paid_w=5_000.0, eur_kw=4.0),), wants=(WANT,))
STORE = Store(energy_wh=5_000.0, least_wh=1_000.0, most_wh=10_000.0, charge_w=3_000.0, discharge_w=3_000.0)
BLOCK = '{"car": "polo", "start": "%s", "end": "%s", "power_w": %s}'
HEARS = "import os, sys, time\nquestion = sys.stdin.buffer.read()\n"
SAYS = "import sys\nsys.stdin.buffer.read()\nprint('''%s''')\n"
HANGS = "import os, time\nopen('%s', 'w').write(str(os.getpid()))\ntime.sleep(600)\n"

T = TypeVar("T")
type_of_schedule: TypeAdapter[Schedule] = TypeAdapter(Schedule)


def child(folder: Path, text: str) -> tuple[str, ...]:
    """The command of a child that does what `text` says."""
    script = folder / "child.py"
    script.write_text(text, encoding="utf-8")
    return (sys.executable, "-I", "-S", str(script))


def planner_of(folder: Path, text: str, *, limit_s: float = LIMIT_S, clock: TurnedClock | None = None) -> Planner:
    """A planner with a child that does what `text` says."""
    return Planner(clock or TurnedClock(NOON), command=child(folder, text), limit_s=limit_s)


async def there(file: Path) -> int:
    """The number of the process that writes it into a file."""
    return int(await come(lambda: file.read_text("utf-8") if file.exists() else ""))


async def at_work() -> int:
    """The number of the child of this process, when there is one."""
    return (await come(children))[0]


async def come(look: Callable[[], T]) -> T:
    """What somebody looks for, when it is there."""
    async with asyncio.timeout(LIMIT_S):
        while True:
            if found := look():
                return found
            await asyncio.sleep(0.005)


def children() -> list[int]:
    """The processes that this one has started and that are not gone, zombies among them."""
    found: list[int] = []
    for thread in Path(f"/proc/{os.getpid()}/task").iterdir():
        with contextlib.suppress(FileNotFoundError):  # a thread that ended since has no children any more
            found += map(int, (thread / "children").read_text().split())
    return found


def is_there(pid: int) -> bool:
    """Whether a process is alive, or a zombie."""
    return Path(f"/proc/{pid}").exists()


def is_alive(pid: int) -> bool:
    """Whether a process runs: as nobody's child it may stay a zombie for as long as the system likes."""
    status = Path(f"/proc/{pid}/status")
    return status.exists() and "State:\tZ" not in status.read_text("utf-8")


def a_long_problem() -> Problem:
    """Two days of quarters with a battery and two cars."""
    spans = tuple(
        replace(
            SPANS[0],
            start=NOON + place * QUARTER,
            end=NOON + (place + 1) * QUARTER,
            import_eur_kwh=0.20 + place * 37 % 23 / 100,
            sun_w=place * 53 % 29 * 100.0,
        )
        for place in range(192)
    )
    cars = replace(WANT, until=spans[60].end, energy_wh=20_000.0), replace(WANT, car="golf", until=spans[-1].end)
    return replace(PROBLEM, spans=spans, wants=cars, store=STORE)


def assert_greedy(planned: Planned, trouble: str) -> None:
    """It is the greedy plan, a whole one, and says why."""
    assert "greedy" == planned.schedule.by
    assert trouble in planned.trouble
    assert pytest.approx(5_000.0) == sum(
        block.power_w * ((block.end - block.start) / timedelta(hours=1)) for block in planned.schedule.blocks
    )


async def test_what_the_solver_says_is_the_plan(tmp_path: Path) -> None:
    """A schedule that fits the problem is believed, and there is nothing to tell."""
    block = BLOCK % (SPANS[4].start.isoformat(), SPANS[8].start.isoformat(), 5_000.0)
    said = f'{{"by": "solver", "blocks": [{block}], "bound_eur": 0.5, "solve_s": 0.01}}'
    planned = await planner_of(tmp_path, SAYS % said).plan(PROBLEM)
    assert Planned(schedule=type_of_schedule.validate_json(said)) == planned
    assert [] == children()


async def test_the_child_hears_the_whole_problem(tmp_path: Path) -> None:
    """What it reads is the problem again: one that is long goes through the pipe while it answers."""
    heard = tmp_path / "heard"
    spans = tuple(replace(SPANS[0], start=NOON + n * QUARTER, end=NOON + (n + 1) * QUARTER) for n in range(2_000))
    problem = replace(PROBLEM, spans=spans, wants=(), store=STORE)
    text = (
        f"{HEARS}open('{heard}', 'wb').write(question)\n"
        "print('{\"by\": \"solver\", \"store_w\": [' + '0.0,' * 1999 + '0.0]}')\n"
    )
    planned = await planner_of(tmp_path, text).plan(problem)
    assert "" == planned.trouble
    assert problem == TypeAdapter(Problem).validate_json(heard.read_bytes())


async def test_it_is_nicer_and_the_first_to_go(tmp_path: Path) -> None:
    """Ten steps nicer than who asks, with a limit on its processor time, and out of memory before all others."""
    heard = tmp_path / "heard"
    text = (
        f"{HEARS}import resource\nfound = os.nice(0), resource.getrlimit(resource.RLIMIT_CPU)[0]\n"
        f"open('{heard}', 'w').write(f'{{found[0]}} {{found[1]}} ' + open('/proc/self/oom_score_adj').read())\n"
    )
    await planner_of(tmp_path, text).plan(PROBLEM)
    nice = min(19, os.nice(0) + 10)
    assert f"{nice} {int(LIMIT_S)} 500\n" == heard.read_text()


async def test_a_child_killed_in_mid_solve_costs_a_sentence(tmp_path: Path) -> None:
    """Killed with -9 while it works: the greedy plan is in force at once, and says why."""
    pid_file = tmp_path / "pid"
    planning = asyncio.create_task(planner_of(tmp_path, HANGS % pid_file).plan(PROBLEM))
    pid = await there(pid_file)
    os.kill(pid, signal.SIGKILL)
    async with asyncio.timeout(LIMIT_S):
        assert_greedy(await planning, "the solver was killed by SIGKILL")
    assert not is_there(pid)


async def test_a_child_that_is_late_is_killed(tmp_path: Path) -> None:
    """At its limit; no process is left, not even a zombie."""
    pid_file = tmp_path / "pid"
    planned = await planner_of(tmp_path, HANGS % pid_file, limit_s=4.0).plan(PROBLEM)
    assert_greedy(planned, "the solver was not ready within 4 s")
    assert not is_there(await there(pid_file))
    assert [] == children()


async def test_a_child_that_starts_slowly_is_waited_for(tmp_path: Path) -> None:
    """A cold card takes a second: that is no failure."""
    planned = await planner_of(tmp_path, "import time\ntime.sleep(1)\n" + SAYS % '{"by": "solver"}').plan(PROBLEM)
    assert "" == planned.trouble


@pytest.mark.parametrize(
    ("text", "trouble"),
    [
        ("raise ValueError('no such row')\n", "broke down with exit code 1: ValueError: no such row"),
        ("import sys\nsys.exit(2)\n", "broke down with exit code 2: it does not say why"),
        ("import sys\nprint('all is full', file=sys.stderr)\nsys.exit(3)\n", "found no plan: all is full"),
        (HEARS + "os.write(1, b'x' * 3_000_000)\ntime.sleep(600)\n", f"nonsense: more than {MOST_BYTES} bytes"),
        (HEARS + "os.write(2, b'x' * 3_000_000)\nsys.exit(1)\n", "broke down with exit code 1: xxxx"),
        ("import os\nos.close(0)\nos.close(1)\nos._exit(0)\n", "the solver said nonsense: Invalid JSON"),
        (SAYS % "all is well", "the solver said nonsense: Invalid JSON"),
        (SAYS % '{"blocks": []}', "the solver said nonsense: Field required at by"),
        (SAYS % '{"by": "greedy"}', "nonsense: a schedule by 'greedy'"),
        (SAYS % '{"by": "solver", "bound_eur": NaN}', "nonsense: a number that is not finite"),
        (SAYS % '{"by": "solver", "store_w": [100.0]}', "nonsense: power for a battery that is not there"),
    ],
)
async def test_a_child_that_fails_costs_a_sentence(tmp_path: Path, text: str, trouble: str) -> None:
    """Crash, silence, noise, nonsense: each has its sentence, and the greedy plan stands."""
    assert_greedy(await planner_of(tmp_path, text).plan(PROBLEM), trouble)
    assert [] == children()


async def test_a_child_that_does_not_listen_blocks_nobody(tmp_path: Path) -> None:
    """A problem longer than the pipe, and nobody reads: the answer counts all the same."""
    problem = replace(PROBLEM, rows=(), spans=SPANS * 500, wants=())
    text = 'import os\nos.write(1, b\'{"by": "solver"}\')\n'
    assert "" == (await planner_of(tmp_path, text).plan(problem)).trouble


@pytest.mark.parametrize(
    ("block", "trouble"),
    [
        (("golf", 4, 8, 5_000.0), "which nobody wants"),
        (("polo", 4, 4, 5_000.0), "takes no time"),
        (("polo", 4, 18, 5_000.0), "outside of its time"),
        (("polo", 4, 8, 900.0), "with 900 W"),
        (("polo", 4, 8, 11_000.0), "with 11000 W"),
        (("polo", 4, 8, -2_000.0), "with -2000 W"),
        (("polo", 4, 8, 1e400), "with inf W"),
    ],
)
async def test_a_block_that_no_car_takes_is_nonsense(
    tmp_path: Path, block: tuple[str, int, int, float], trouble: str
) -> None:
    """Nobody's, outside of its time, below the least or above the most."""
    car, first, last, power_w = block
    at = [(NOON + place * QUARTER).isoformat() for place in (first, last)]
    text = (BLOCK % (*at, str(power_w).replace("inf", "Infinity"))).replace("polo", car)
    planned = await planner_of(tmp_path, SAYS % f'{{"by": "solver", "blocks": [{text}]}}').plan(PROBLEM)
    assert_greedy(planned, trouble)


async def test_a_car_does_not_charge_twice_at_once(tmp_path: Path) -> None:
    """Two blocks of one car together above its most are nonsense."""
    text = BLOCK % (SPANS[4].start.isoformat(), SPANS[8].start.isoformat(), 5_000.0)
    planned = await planner_of(tmp_path, SAYS % f'{{"by": "solver", "blocks": [{text}, {text}]}}').plan(PROBLEM)
    assert_greedy(planned, "two blocks of 'polo' at one time")


@pytest.mark.parametrize(
    ("powers", "trouble"), [([0.0] * 15, "15 powers of the battery for 16 spans"), ([4_000.0] * 16, "more power than")]
)
async def test_a_battery_that_does_more_than_it_can_is_nonsense(
    tmp_path: Path, powers: list[float], trouble: str
) -> None:
    """A power for each span, and none above its most."""
    text = SAYS % f'{{"by": "solver", "store_w": {powers}}}'
    assert_greedy(await planner_of(tmp_path, text).plan(replace(PROBLEM, store=STORE)), trouble)


async def test_a_cancelled_plan_leaves_no_process(tmp_path: Path) -> None:
    """The program ends while it plans: the child goes with it."""
    pid_file = tmp_path / "pid"
    planning = asyncio.create_task(planner_of(tmp_path, HANGS % pid_file).plan(PROBLEM))
    pid = await there(pid_file)
    planning.cancel()
    with pytest.raises(asyncio.CancelledError):
        await planning
    assert not is_there(pid)


async def test_a_newer_problem_takes_the_place_of_an_older_one(tmp_path: Path) -> None:
    """A trip is typed in while the solver works: the child is killed, and of three calls the last one is answered."""
    pid_file = tmp_path / "pid"
    first = f"import os\nif os.path.exists('{pid_file}'):\n    {{}}\n    raise SystemExit\n" + HANGS % pid_file
    said = 'os.write(1, b\'{"by": "solver"}\')'
    planner = planner_of(tmp_path, first.format(said))
    planning = [asyncio.create_task(planner.plan(PROBLEM))]
    pid = await there(pid_file)
    planning += [asyncio.create_task(planner.plan(PROBLEM)) for _ in range(2)]
    async with asyncio.timeout(LIMIT_S):
        found = await asyncio.gather(*planning, return_exceptions=True)
    assert [SupersededError, SupersededError, Planned] == [type(one) for one in found]
    assert isinstance(found[2], Planned)
    assert ("solver", "") == (found[2].schedule.by, found[2].trouble)
    assert not is_there(pid)
    assert [] == children()


async def test_a_solver_that_is_missing_is_tried_again_in_an_hour(tmp_path: Path) -> None:
    """The sentence says how to install it; meanwhile no child is started, and then it is found."""
    clock, missing = TurnedClock(NOON), tmp_path / "missing"
    missing.touch()
    text = f"import os, sys\nif os.path.exists('{missing}'):\n    sys.exit(4)\n" + SAYS % '{"by": "solver"}'
    planner = planner_of(tmp_path, text, clock=clock)
    assert_greedy(await planner.plan(PROBLEM), "the solver (highspy) is not installed; to install it: ./do_py.sh")
    missing.unlink()
    clock.turn(600)
    assert_greedy(await planner.plan(PROBLEM), "is not installed; to install it: ./do_py.sh")
    assert_greedy(await planner.plan(PROBLEM), "; it is tried again in 50 min")
    clock.turn(3_000)
    assert "" == (await planner.plan(PROBLEM)).trouble


async def test_a_solver_that_fails_three_times_rests_an_hour(tmp_path: Path) -> None:
    """Twice it is tried again with the next plan; then each hour, as long as it fails; one that works is forgiven."""
    clock, good = TurnedClock(NOON), tmp_path / "good"
    text = f"import os\nif not os.path.exists('{good}'):\n    os._exit(1)\n" + SAYS % '{"by": "solver"}'
    planner = planner_of(tmp_path, text, clock=clock)
    for rest in ("", "", ", as 2 times before; it is tried again in an hour", "; it is tried again in 60 min"):
        planned = await planner.plan(PROBLEM)
        assert_greedy(planned, f"exit code 1: it does not say why{rest if 'hour' in rest else ''}")
        assert planned.trouble.endswith(rest)
    clock.turn(3_600)
    assert_greedy(await planner.plan(PROBLEM), ", as 3 times before; it is tried again in an hour")
    clock.turn(3_600)
    good.touch()
    assert "" == (await planner.plan(PROBLEM)).trouble
    good.unlink()
    assert (await planner.plan(PROBLEM)).trouble.endswith("it does not say why")


async def test_a_command_that_is_not_there_costs_a_sentence() -> None:
    """A half-updated environment without its python."""
    planner = Planner(TurnedClock(NOON), command=("/nowhere/python", "-m", "lib.solver"))
    assert_greedy(await planner.plan(PROBLEM), "the solver cannot be started: No such file or directory")


async def test_the_real_solver_killed_in_mid_solve(tmp_path: Path) -> None:
    """As soon as HiGHS is loaded, so with the problem read: greedy at once, and the next plan is the solver's again."""
    planner = Planner(TurnedClock(NOON), limit_s=LIMIT_S)
    planning = asyncio.create_task(planner.plan(a_long_problem()))
    pid = await at_work()
    await come(lambda: "highspy" in Path(f"/proc/{pid}/maps").read_text("utf-8"))
    os.kill(pid, signal.SIGKILL)
    planned = await planning
    assert ("greedy", "the solver was killed by SIGKILL") == (planned.schedule.by, planned.trouble)
    assert not is_there(pid)
    planned = await planner.plan(a_long_problem())
    assert ("solver", "") == (planned.schedule.by, planned.trouble)
    assert [] == children()


async def test_the_real_solver_without_highspy(tmp_path: Path) -> None:
    """A system without it: the greedy plan, and what to type."""
    (tmp_path / "highspy.py").write_text("raise ImportError('no highspy here')\n", encoding="utf-8")
    planner = Planner(TurnedClock(NOON), environ={**os.environ, "PYTHONPATH": str(tmp_path)}, limit_s=LIMIT_S)
    assert_greedy(await planner.plan(PROBLEM), "the solver (highspy) is not installed; to install it: ./do_py.sh")


async def test_the_real_solver_is_found_from_elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Dm may be started in any folder, as cron does."""
    monkeypatch.chdir(tmp_path)
    assert "" == (await Planner(TurnedClock(NOON), limit_s=LIMIT_S).plan(PROBLEM)).trouble


async def test_a_child_does_not_outlive_who_asked(tmp_path: Path) -> None:
    """Dm is killed with -9 while the solver turns in circles: its processor time ends, and it with it."""
    pid_file = tmp_path / "pid"
    command = ("/bin/sh", "-c", f"echo $$ > '{pid_file}'; while :; do :; done")  # there long before its time is over
    asks = (
        "import asyncio, os\nfrom pathlib import Path\nfrom lib.commands.child import asked\n"
        f"asyncio.run(asked({command!r}, b'', folder=Path('.'), environ=os.environ, limit_s=2.0))\n"
    )
    asking = await asyncio.create_subprocess_exec(sys.executable, "-c", asks, cwd=ROOT)
    pid = await there(pid_file)
    await come(lambda: resource.prlimit(pid, resource.RLIMIT_CPU)[0] != resource.RLIM_INFINITY)
    asking.kill()
    await asking.wait()
    await come(lambda: not is_alive(pid))


async def test_planning_keeps_no_memory(tmp_path: Path) -> None:
    """What went through the pipes is let go: plans leave the process as large as it was."""
    planner = planner_of(tmp_path, SAYS % '{"by": "solver"}')
    spans = tuple(replace(SPANS[0], start=NOON + n * QUARTER, end=NOON + (n + 1) * QUARTER) for n in range(200))
    problem = replace(PROBLEM, spans=spans)

    async def planned(times: int) -> int:
        for _ in range(times):
            assert "" == (await planner.plan(problem)).trouble
        return resident_kb()

    before = await planned(5)
    assert await planned(25) - before < 1_000


def resident_kb() -> int:
    """What this process holds in memory."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS"))
