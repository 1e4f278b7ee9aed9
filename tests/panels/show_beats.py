"""A dashboard beside an engine that beats: `python -m tests.panels.show_beats FD [patient]`.

FD takes a byte for each beat; each is a new word for the screen. SIGHUP ends both, unless it is `patient`.
"""

import asyncio
import os
import signal
import sys
from dataclasses import replace

from lib.messages import House
from lib.panels.dashboard import Dashboard
from lib.panels.dm import dm_panels
from tests.panels.story import new_peak

BEAT_S = 0.02


async def main(fd: int, *, patient: bool) -> None:
    """Beat until told to end, whatever becomes of the screen."""
    app = Dashboard("Digital Meter", dm_panels(), elapsed_s=lambda: 0.0)
    for word in new_peak().told():
        app.show(word)

    async def beat() -> None:
        house = new_peak().told()[0]
        assert isinstance(house, House)
        for power_w in range(100_000):
            app.show(replace(house, grid_w=float(power_w)))
            os.write(fd, b".")
            await asyncio.sleep(BEAT_S)

    showing, beating = asyncio.create_task(app.run_async()), asyncio.create_task(beat())
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGHUP):
        ends = number != signal.SIGHUP or not patient
        loop.add_signal_handler(number, lambda task: task.cancel(), beating if ends else asyncio.Future())
    await asyncio.wait({beating})
    showing.cancel()
    await asyncio.wait({showing})


os.close(os.open(os.ttyname(0), os.O_RDWR))  # whoever leads a session has it as its terminal from now on
asyncio.run(main(int(sys.argv[1]), patient=sys.argv[2:] == ["patient"]))
