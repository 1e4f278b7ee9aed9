"""A real MQTT broker, mosquitto, on this machine."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiomqtt
import pytest

from tests.waiting import LIMIT_S

FOUND = shutil.which("mosquitto", path="/usr/sbin:/usr/local/sbin:/usr/bin:/usr/local/bin:/opt/homebrew/sbin")


@asynccontextmanager
async def broker(folder: Path, port: int, *settings: str) -> AsyncIterator[None]:
    """A broker on loopback until the block ends; settings: more lines of its configuration."""
    if FOUND is None:
        pytest.skip("mosquitto is not installed: sudo apt install mosquitto")
    config = folder / "mosquitto.conf"
    lines = [f"listener {port} 127.0.0.1", "user root", "persistence false", "log_dest stderr", *settings]
    config.write_text("\n".join(lines) + "\n")
    process = await asyncio.create_subprocess_exec(
        FOUND, "-c", str(config), stdin=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL
    )
    try:
        await _answers(process, port)
        yield
    finally:
        if process.returncode is None:
            process.terminate()
        async with asyncio.timeout(LIMIT_S):
            await process.wait()


async def _answers(process: asyncio.subprocess.Process, port: int) -> None:
    async with asyncio.timeout(LIMIT_S):
        while True:
            assert process.returncode is None, "mosquitto ended"
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
            except OSError:
                await asyncio.sleep(0.02)
                continue
            writer.close()
            await writer.wait_closed()
            return


async def publish(
    port: int, topic: str, *payloads: bytes, retain: bool = False, user: tuple[str, str] | None = None
) -> None:
    """A dongle sends `payloads`, one after the other."""
    name, password = user or (None, None)
    async with aiomqtt.Client("127.0.0.1", port, username=name, password=password) as dongle:
        for payload in payloads:
            await dongle.publish(topic, payload, qos=1, retain=retain)
