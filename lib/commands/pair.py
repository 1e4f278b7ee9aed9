"""`dm.py --pair homewizard2://HOST`: a token from the box, whose button the owner presses, into the secrets."""

import asyncio
import sys
from pathlib import Path
from time import monotonic

from lib.commands import SLIP
from lib.meters import MeterError, SourceError
from lib.meters.homewizard import SECRET, ask_for_token
from lib.meters.homewizard_api import CA, Box
from lib.secrets import SecretsError, keep_secret, load_secrets

PATIENCE_S = 120.0
PAUSE_S = 2.0


def run(source: str, secrets: Path, *, ca: Path = CA) -> int:
    """Pair with the box at `source` and keep its token in `secrets` as "homewizard@HOST"; the exit code.

    0; 1 when the box gave none within two minutes; SLIP when source or secrets file cannot be used. The token is never
    printed. ca: who signs the certificates of the boxes.
    """
    try:
        load_secrets(secrets)  # before the owner runs to the meter
        return asyncio.run(_pair(source, secrets, ca))
    except (SourceError, SecretsError) as error:
        print(f"dm: {error}", file=sys.stderr)
        return SLIP
    except MeterError as error:
        print(f"dm: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("dm: not paired; nothing was changed", file=sys.stderr)
        return 1


async def _pair(source: str, secrets: Path, ca: Path) -> int:
    if not source.startswith("homewizard2://"):
        raise SourceError("only a HomeWizard box with API v2 is paired: --pair homewizard2://HOST")
    box = Box(source, ca=ca)
    try:
        token = await _wait_for_token(box)
    finally:
        await box.close()
    if token is None:
        print(f"dm: nobody pressed the button within {PATIENCE_S:.0f} s; nothing was changed", file=sys.stderr)
        return 1
    key = f"{SECRET}@{box.host}"
    keep_secret(secrets, key, token)
    print(f'Paired: the token is in {secrets} as "{key}". Start dm again to use it.')
    return 0


async def _wait_for_token(box: Box) -> str | None:
    token = await ask_for_token(box)
    if token is None:
        print(f"Press the button of the P1 meter at {box.address} now …", flush=True)
        until = monotonic() + PATIENCE_S
        while token is None and monotonic() < until:  # a question is never cut off: it would leave its connection open
            await asyncio.sleep(PAUSE_S)
            token = await ask_for_token(box)
    return token
