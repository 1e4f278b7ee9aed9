"""`dm.py --pair homewizard2://HOST`: a token from the box, whose button the owner presses, into the secrets."""

import asyncio
import contextlib
import json
import os
import sys
import tempfile
from pathlib import Path
from typing import Any

from lib.commands import SLIP
from lib.meters import MeterError, SourceError
from lib.meters.homewizard import SECRET, ask_for_token
from lib.meters.homewizard_api import CA, Box

PATIENCE_S = 120.0
PAUSE_S = 2.0


class SecretsError(Exception):
    """The secrets file cannot be used; the text is one sentence for the owner."""


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
    save_secret(secrets, key, token)
    print(f'Paired: the token is in {secrets} as "{key}". Start dm again to use it.')
    return 0


async def _wait_for_token(box: Box) -> str | None:
    token = await ask_for_token(box)
    if token is None:
        print(f"Press the button of the P1 meter at {box.address} now …", flush=True)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE_S):
                while token is None:
                    await asyncio.sleep(PAUSE_S)
                    token = await ask_for_token(box)
    return token


def load_secrets(path: Path) -> dict[str, Any]:
    """What the secrets file holds; {} when there is none. Raises SecretsError."""
    try:
        secrets = json.loads(path.read_text("utf-8-sig"))
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise SecretsError(f"{path} cannot be read ({error.strerror})") from error
    except ValueError as error:  # no JSON, or no UTF-8
        raise SecretsError(f"{path} is no JSON: mend it, or move it away; it was left as it is") from error
    if not isinstance(secrets, dict):
        raise SecretsError(f'{path} must hold an object such as {{"homewizard": "…"}}; it was left as it is')
    return secrets


def save_secret(path: Path, key: str, secret: str) -> None:
    """Put `secret` into the file at `path`, mode 0600, beside the others; whole or not at all. Raises SecretsError."""
    path = path.resolve()  # a link stays one
    written = json.dumps(load_secrets(path) | {key: secret}, indent=4, ensure_ascii=False) + "\n"
    beside = None
    try:
        handle, beside = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")  # mode 0600
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(written)
            file.flush()
            os.fsync(file.fileno())
        Path(beside).replace(path)
        beside = None
        folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
    except OSError as error:
        raise SecretsError(f"{path} cannot be written ({error.strerror}): mend that, and pair again") from error
    finally:
        if beside is not None:
            Path(beside).unlink(missing_ok=True)
