"""A real Chromium without a window, driven over its DevTools protocol by a websocket of our own."""

import asyncio
import itertools
import json
import shutil
import subprocess
import time
from base64 import b64decode
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection, connect

from tests.waiting import LIMIT_S

CHROMIUM = shutil.which("chromium")
ARGUMENTS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-extensions", "--mute-audio"),
    "--disable-dev-shm-usage",  # a container has little of it
    *("--disable-background-networking", "--disable-component-update", "--remote-debugging-port=0"),
    "--host-resolver-rules=MAP *.test 127.0.0.1",  # names under which this machine is somebody else
)
needs_chromium = pytest.mark.skipif(CHROMIUM is None, reason="chromium, which draws the page, is not on the PATH")


@contextmanager
def chromium(folder: Path) -> Iterator[str]:
    """A browser with its files in `folder`; the address of its DevTools."""
    told = folder / "DevToolsActivePort"
    command = [str(CHROMIUM), *ARGUMENTS, f"--user-data-dir={folder}", "about:blank"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield _devtools(told, process)
    finally:
        process.terminate()
        try:
            process.wait(LIMIT_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _devtools(told: Path, process: subprocess.Popen[bytes]) -> str:
    end_s = time.monotonic() + LIMIT_S
    while process.poll() is None and time.monotonic() < end_s:
        port, _, path = told.read_text("utf-8").partition("\n") if told.exists() else ("", "", "")
        if path:
            return f"ws://127.0.0.1:{port}{path.strip()}"
        time.sleep(0.05)
    raise RuntimeError(f"chromium opened no port within {LIMIT_S:g} s; it ended with {process.poll()}")


class Tab:
    """One page, which shares no password and no storage with any other."""

    def __init__(self, ws: ClientConnection) -> None:
        self._ws = ws
        self._numbers = itertools.count(1)
        self._session = ""
        self.complaints: list[str] = []  # what went wrong in the page, but for a door that is shut or refuses

    async def open(self) -> None:
        """Make the page, still empty."""
        context = (await self.command("Target.createBrowserContext"))["browserContextId"]
        target = await self.command("Target.createTarget", url="about:blank", browserContextId=context)
        attached = await self.command("Target.attachToTarget", targetId=target["targetId"], flatten=True)
        self._session = attached["sessionId"]
        for domain in ("Page", "Runtime", "Log"):
            await self.command(f"{domain}.enable")

    async def command(self, method: str, **params: object) -> dict[str, Any]:
        """What DevTools answers to a command."""
        number = next(self._numbers)
        frame = {"id": number, "method": method, "params": params}
        await self._ws.send(json.dumps(frame | ({"sessionId": self._session} if self._session else {})))
        async with asyncio.timeout(LIMIT_S):
            while (said := json.loads(await self._ws.recv())).get("id") != number:
                self._note(said)
        assert "error" not in said, said
        result: dict[str, Any] = said["result"]
        return result

    def _note(self, event: dict[str, Any]) -> None:
        params = event.get("params", {})
        match event.get("method"):
            case "Runtime.exceptionThrown":
                self.complaints.append(json.dumps(params["exceptionDetails"]))
            case "Log.entryAdded" if params["entry"]["level"] == "error" and params["entry"]["source"] != "network":
                self.complaints.append(params["entry"]["text"])

    async def look(self, *, width: int, height: int = 844, dark: bool = False) -> None:
        """The size of the screen in CSS pixels, and whether it is night."""
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        await self.command("Emulation.setEmulatedMedia", features=[scheme])
        size = {"width": width, "height": height, "deviceScaleFactor": 2, "mobile": True}
        await self.command("Emulation.setDeviceMetricsOverride", **size)

    async def go(self, address: str) -> None:
        """Open an address."""
        await self.command("Page.navigate", url=address)

    async def value(self, expression: str) -> Any:
        """What an expression of JavaScript is; a promise is waited for. Raises AssertionError for what it throws."""
        options = {"awaitPromise": True, "returnByValue": True, "userGesture": True}
        said = await self.command("Runtime.evaluate", expression=expression, **options)
        assert "exceptionDetails" not in said, said
        return said["result"].get("value")

    async def until(self, expression: str) -> Any:
        """What an expression is as soon as it is true."""
        try:
            async with asyncio.timeout(LIMIT_S):
                while not (found := await self.value(expression)):  # noqa: ASYNC110 - the page has no event for it
                    await asyncio.sleep(0.05)
        except TimeoutError:
            pytest.fail(f"{expression} did not come true; the page says: {await self.text()}")
        return found

    async def text(self, selector: str = "body") -> str:
        """What can be read in an element."""
        return str(await self.value(_read(selector)))

    async def shows(self, words: str, selector: str = "body") -> None:
        """Wait until some words can be read there."""
        await self.until(f"{_read(selector)}.includes({json.dumps(words)})")

    async def press(self, selector: str) -> None:
        """Touch the middle of an element, as a finger does."""
        await self.until(f"document.querySelector({json.dumps(selector)})?.checkVisibility()")
        middle = await self.value(
            f"""(() => {{
                const found = document.querySelector({json.dumps(selector)});
                found.scrollIntoView({{block: "center"}});
                const {{x, y, width, height}} = found.getBoundingClientRect();
                return [x + width / 2, y + height / 2];
            }})()"""
        )
        point = {"x": middle[0], "y": middle[1], "button": "left", "clickCount": 1}
        for kind in ("mousePressed", "mouseReleased"):
            await self.command("Input.dispatchMouseEvent", type=kind, **point)

    async def type(self, selector: str, text: str) -> None:
        """Type into a field in place of what is there, and send it."""
        await self.press(selector)
        await self.value("document.activeElement.select()")
        await self.command("Input.insertText", text=text)
        enter = {"key": "Enter", "code": "Enter", "windowsVirtualKeyCode": 13, "text": "\r"}
        await self.command("Input.dispatchKeyEvent", type="keyDown", **enter)
        await self.command("Input.dispatchKeyEvent", type="keyUp", **enter)

    async def picture(self, *, whole: bool = False) -> bytes:
        """A PNG of what is seen; whole: of all the page."""
        return b64decode((await self.command("Page.captureScreenshot", captureBeyondViewport=whole))["data"])


def _read(selector: str) -> str:
    """An expression for what can be seen and read there, its words with one space between them."""
    return (
        f"((one) => one?.checkVisibility() ? one.innerText.replace(/\\s+/g, ' ').trim() : '')"
        f"(document.querySelector({json.dumps(selector)}))"
    )


@asynccontextmanager
async def a_tab(devtools: str, *, width: int = 390) -> AsyncIterator[Tab]:
    """A page of a browser, as on a phone."""
    async with connect(devtools, max_size=None, compression=None, proxy=None) as ws:
        tab = Tab(ws)
        await tab.open()
        await tab.look(width=width)
        yield tab
