"""`dm.py --decode` as its owner runs it, and the values of every recorded telegram."""

import contextlib
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from lib.commands.decode import decoded
from lib.core.p1 import Framer
from lib.core.reading import Parser
from tests.cases import Case, as_numbers, cases, telegram
from tests.waiting import LIMIT_S

TOP = Path(__file__).parents[2]
GOOD = telegram("0-0:1.0.0(240603112005S)", "1-0:1.7.0(00.350*kW)")
BARE = GOOD[:-6] + b"\r\n"


def decode(*arguments: str | Path, piped: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    """The finished run of the command."""
    return subprocess.run(
        [sys.executable, TOP / "dm.py", "--decode", *arguments],
        input=piped,
        capture_output=True,
        timeout=LIMIT_S,
        check=False,
    )


def following(out: int = subprocess.PIPE) -> subprocess.Popen[bytes]:
    """The running command, fed through a pipe."""
    return subprocess.Popen(
        [sys.executable, TOP / "dm.py", "--decode", "-"], stdin=subprocess.PIPE, stdout=out, stderr=subprocess.PIPE
    )


@pytest.mark.parametrize("case", cases("be", "other", "malformed"), ids=lambda case: case.name)
def test_a_case_decodes_to_its_values(case: Case) -> None:
    """Every key that is expected, with its value, and no other."""
    framer, parser = Framer(no_crc=case.no_crc), Parser()
    found = [decoded(parser.parse(one)) for one in framer.feed(case.raw) + framer.finish()]
    assert as_numbers(case.expected) == as_numbers(json.loads(json.dumps(found)))


def test_a_file_gives_one_object_per_telegram(tmp_path: Path) -> None:
    """On stdout; the counts stand on stderr, so the output can be piped on."""
    (tmp_path / "tape.txt").write_bytes(GOOD + GOOD[:-6] + b"0000\r\n" + GOOD)
    run = decode(tmp_path / "tape.txt")
    assert [{"import": "0.35"}] * 2 == [json.loads(line)["power_kw"] for line in run.stdout.splitlines()]
    assert (0, b"2 good, 1 bad\n") == (run.returncode, run.stderr)


def test_standard_input_is_decoded() -> None:
    """`-`, of any size: what another program hands on."""
    run = decode("-", piped=GOOD * 1_000)
    assert (1_000, 0, b"1000 good, 0 bad\n") == (len(run.stdout.splitlines()), run.returncode, run.stderr)


def test_a_live_pipe_is_followed() -> None:
    """A telegram is printed when it comes, not when the pipe ends; Ctrl-C ends it with the counts."""
    with following() as run:
        assert run.stdin
        assert run.stdout
        assert run.stderr
        for _ in range(2):
            run.stdin.write(GOOD)
            run.stdin.flush()
            assert json.loads(run.stdout.readline())["ident"] == "/FLU5\\253770234_A"
        for _ in range(4):  # one that comes just before Python begins to read is only seen at the next
            run.send_signal(signal.SIGINT)
            with contextlib.suppress(subprocess.TimeoutExpired):
                run.wait(5)
                break
        assert (0, b"2 good, 0 bad\n") == (run.poll(), run.stderr.read())


@pytest.mark.parametrize("telegrams", [1, 3_000])
def test_a_closed_output_ends_it_quietly(telegrams: int) -> None:
    """`--decode … | head`: no complaint, whether the end is seen in writing or only at the last flush."""
    out, into = os.pipe()
    os.close(out)
    with following(into) as run:
        os.close(into)
        _, complaint = run.communicate(GOOD * telegrams, timeout=LIMIT_S)
        assert (0, b"") == (run.returncode, complaint)


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (b"", "0 good, 0 bad"),
        (GOOD[:40], "0 good, 0 bad"),
        (GOOD.replace(b"350", b"351"), "0 good, 1 bad"),
        (BARE, "try --no-crc"),
        (bytes(byte | 128 if byte.bit_count() % 2 else byte for byte in GOOD * 3), "7E1"),
        (b"\xdb\x08SAG\x01\x02\x03\x04\x05\x82\x01\xf0\x30" + b"\x90" * 500, "encrypted"),
    ],
)
def test_nothing_good_is_exit_1_with_its_cause(raw: bytes, said: str) -> None:
    """Nothing on stdout, a sentence on stderr."""
    run = decode("-", piped=raw)
    assert (1, b"") == (run.returncode, run.stdout)
    assert said in run.stderr.decode()


def test_no_crc_takes_what_prints_none() -> None:
    """And still nothing whose CRC is wrong."""
    run = decode("-", "--no-crc", piped=BARE + GOOD.replace(b"350", b"351") + GOOD)
    assert (2, 0, b"2 good, 1 bad\n") == (len(run.stdout.splitlines()), run.returncode, run.stderr)


def test_a_file_that_is_not_there_is_said_in_a_sentence(tmp_path: Path) -> None:
    """Also a folder; no traceback."""
    for path in (tmp_path / "none.txt", tmp_path):
        run = decode(path)
        assert (1, b"") == (run.returncode, run.stdout)
        assert run.stderr.startswith(f"{path}: cannot be decoded: ".encode())
        assert run.stderr.count(b"\n") == 1


def test_the_output_is_plain_ascii() -> None:
    """Whatever the meter sends, and whatever the terminal's language: one safe line per telegram."""
    text = "é\x9b31m\x1b[2J"
    raw = telegram(f"0-0:96.13.0({text})", ident="/TST5\x9b\x1b[2J")
    run = subprocess.run(
        [sys.executable, TOP / "dm.py", "--decode", "-"],
        input=raw, capture_output=True, timeout=LIMIT_S, check=True, env={"LC_ALL": "C", "PYTHONIOENCODING": "ascii"},
    )  # fmt: skip
    assert run.stdout.isascii()
    assert b"\x1b" not in run.stdout
    assert {"ident": "/TST5\x9b\x1b[2J", "text_hex": "E99B33316D1B5B324A"} == json.loads(run.stdout)
