"""`python -m lib.sim` as a program: a real process, real ports, real signals, a real terminal."""

import asyncio
import os
import re
import signal
import sys
from pathlib import Path

import aiohttp
import pytest
import serial
from pymodbus.client import AsyncModbusTcpClient

from tests.sim.stream import whole
from tests.waiting import LIMIT_S

ROOT = Path(__file__).parents[2]


async def start(*arguments: str, stdout: int = asyncio.subprocess.PIPE) -> asyncio.subprocess.Process:
    """The program with both ports free to choose."""
    return await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "lib.sim", "--p1-port", "0", "--line-port", "0", *arguments),
        cwd=ROOT,
        stdout=stdout,
        stderr=asyncio.subprocess.PIPE,
    )


async def greeting(program: asyncio.subprocess.Process) -> str:
    """The lines it says when it serves, up to the one about typed lines."""
    assert program.stdout
    said = b""
    async with asyncio.timeout(LIMIT_S):
        while b"typed lines" not in said:
            line = await program.stdout.readline()
            assert line, f"it ended after {said.decode()}"
            said += line
    return said.decode()


async def end(program: asyncio.subprocess.Process, by: signal.Signals) -> tuple[int, bytes, bytes]:
    """Its exit code and what it still said."""
    program.send_signal(by)
    async with asyncio.timeout(LIMIT_S):
        out, err = await program.communicate()
    assert program.returncode is not None
    return program.returncode, out, err


@pytest.mark.parametrize("by", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP], ids=lambda by: by.name)
async def test_it_serves_and_ends_as_asked(by: signal.Signals) -> None:
    """It says where it serves, tells telegrams, obeys a line, is quiet without a terminal, and ends with 0."""
    program = await start("--start", "2026-06-17T12:00", "--speed", "20")
    said = await greeting(program)
    assert "Wed 17 Jun 2026 12:00:00" in said
    p1 = re.search(r"socket://127\.0\.0\.1:(\d+)", said)
    lines = re.search(r"typed lines on 127\.0\.0\.1:(\d+)", said)
    assert p1
    assert lines
    reader, writer = await asyncio.open_connection("127.0.0.1", int(p1[1]))
    stream = b""
    async with asyncio.timeout(LIMIT_S):
        while len(whole(stream)) < 3:
            stream += await reader.read(65_536)
    writer.close()
    reader, writer = await asyncio.open_connection("127.0.0.1", int(lines[1]))
    writer.write(b"sim oven on\n")
    async with asyncio.timeout(LIMIT_S):
        assert b"oven: on" in await reader.readline()
    assert await end(program, by) == (0, b"", b"")
    writer.close()


async def test_pty_serves_a_serial_device() -> None:
    """With --pty the telegrams are on a device that pyserial opens."""
    program = await start("--pty", "--speed", "20")
    said = await greeting(program)
    device = re.search(r"/dev/pts/\d+", said)
    assert device
    with serial.Serial(device[0], 115_200, timeout=LIMIT_S) as port:
        stream = await asyncio.to_thread(port.read, 6_000)
    assert len(whole(stream)) >= 3
    assert await end(program, signal.SIGTERM) == (0, b"", b"")


async def test_chargers_and_a_calendar_are_served() -> None:
    """A car on each charger, told through its box and seen by typed lines; the calendar says where it goes."""
    ports = (
        "--nrgkick-port",
        "0",
        "--goe-port",
        "0",
        "--nrgkick-port",
        "0",
        "--calendar-port",
        "0",
        "--cars-port",
        "0",
    )
    program = await start("--start", "2026-06-17T12:00", "--speed", "20", *ports)
    said = await greeting(program)
    boxes = re.findall(r"charger \d speaks (\w+) on (127\.0\.0\.1:\d+)", said)
    assert ["nrgkick", "goe", "nrgkick"] == [make for make, _ in boxes]
    calendar = re.search(r"calendar is (http\S+)", said)
    lines = re.search(r"typed lines on 127\.0\.0\.1:(\d+)", said)
    cars = re.findall(r"(car_\d) tells how full it is at (http\S+)", said)
    assert calendar
    assert lines
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=10)) as http:
        async with http.get(calendar[1]) as answer:
            assert "SUMMARY:@car_1@ Antwerpen 180 km" in await answer.text()
        for car, where in cars:
            async with http.get(where) as answer:
                assert (car, True) == ((await answer.json())["name"], (await answer.json())["plugged"])
        async with http.get(f"http://{boxes[1][1]}/api/set?frc=0") as answer:
            assert {"frc": True} == await answer.json()
        async with http.get(f"http://{boxes[0][1]}/control?charge_pause=0&current_set=8.5&phase_count=1") as answer:
            assert {"charge_pause": 0, "current_set": 8.5, "phase_count": 1} == await answer.json()
        power_w = 0.0
        async with asyncio.timeout(LIMIT_S):
            while power_w < 8.5 * 230:
                async with http.get(f"http://{boxes[0][1]}/values?raw") as answer:
                    power_w = (await answer.json())["powerflow"]["total_active_power"]
    reader, writer = await asyncio.open_connection("127.0.0.1", int(lines[1]))
    writer.write(b"status\nunplug 3\n")
    async with asyncio.timeout(LIMIT_S):
        status, unplugged = (await reader.readline()).decode(), (await reader.readline()).decode()
    writer.close()
    assert 3 == len(cars)
    assert "charger 1: car_1 45 %, 1.96 kW on 1 phase" in status
    assert "charger 3: car_3 is unplugged, at 30 %.\n" == unplugged
    assert await end(program, signal.SIGTERM) == (0, b"", b"")


async def test_a_battery_and_an_inverter_are_served() -> None:
    """The GX is told over Modbus what shall flow at the meter, and the status says so; the sun is told over HTTP."""
    program = await start("--start", "2026-06-17T12:00", "--speed", "20", "--victron-port", "0", "--fronius-port", "0")
    said = await greeting(program)
    gx, roof, lines = (
        re.search(pattern, said)
        for pattern in (
            r"battery speaks victron on 127\.0\.0\.1:(\d+)",
            r"inverter speaks fronius on (127\.0\.0\.1:\d+)",
            r"typed lines on 127\.0\.0\.1:(\d+)",
        )
    )
    assert gx
    assert roof
    assert lines
    reader, writer = await asyncio.open_connection("127.0.0.1", int(lines[1]))
    async with asyncio.timeout(LIMIT_S), AsyncModbusTcpClient("127.0.0.1", port=int(gx[1])) as client:
        await client.write_registers(2716, [0, 700], device_id=100)
        grid_w, status = 0, b""
        while abs(grid_w - 700) > 100:
            [grid_w] = (await client.read_holding_registers(820, count=1, device_id=100)).registers
            writer.write(b"status\n")
            status = await reader.readline()
    writer.close()
    assert b"told to keep the grid at 700 W" in status
    asked = f"http://{roof[1]}/solar_api/v1/GetPowerFlowRealtimeData.fcgi"
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=10)) as http, http.get(asked) as answer:
        assert (await answer.json())["Body"]["Data"]["Site"]["P_PV"] > 100
    assert await end(program, signal.SIGTERM) == (0, b"", b"")


async def test_a_taken_port_is_one_sentence() -> None:
    """Exit 1 and no traceback, for each port."""
    taken = await asyncio.start_server(lambda *_: None, "127.0.0.1", 0)
    port = str(taken.sockets[0].getsockname()[1])
    for name in ("p1", "line", "nrgkick", "goe", "calendar", "cars", "victron", "fronius"):
        program = await start(f"--{name}-port", port)
        async with asyncio.timeout(LIMIT_S):
            _, err = await program.communicate()
        assert program.returncode == 1
        assert f"Port {port} is in use: end the program that has it, or choose another port.\n" == err.decode()
    taken.close()
    await taken.wait_closed()


@pytest.mark.parametrize("wrong", [("--speed", "0"), ("--start", "noon"), ("--p1-port", "70000"), ("--speed", "nan")])
async def test_a_slip_on_the_command_line_is_explained(wrong: tuple[str, str]) -> None:
    """Exit 2 with what would be right."""
    program = await start(*wrong)
    async with asyncio.timeout(LIMIT_S):
        _, err = await program.communicate()
    assert program.returncode == 2
    assert b"take " in err or b"write it as" in err


async def test_on_a_terminal_it_rewrites_one_line() -> None:
    """The status line begins with CR and holds no LF, however long it runs."""
    near, far = os.openpty()
    program = await start("--start", "2026-06-17T12:00", stdout=far)
    os.close(far)
    said = b""
    async with asyncio.timeout(LIMIT_S):
        while said.count(b"\r\x1b") + said.count(b"\x1b[K") < 2:
            said += await asyncio.to_thread(os.read, near, 4_096)
    status = said.split(b"help\r\n", 1)[1]
    assert b"\n" not in status
    assert b"Wed 17 Jun 12:00" in status
    program.send_signal(signal.SIGHUP)
    async with asyncio.timeout(LIMIT_S):
        await program.wait()
    assert program.returncode == 0
    os.close(near)
