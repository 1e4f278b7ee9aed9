"""No colour or width of the terminal that runs the tests reaches the screens they look at."""

import pytest


@pytest.fixture(autouse=True)
def _no_terminal_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("NO_COLOR", "FORCE_COLOR", "COLUMNS", "LINES", "DM_LOOK"):
        monkeypatch.delenv(name, raising=False)
