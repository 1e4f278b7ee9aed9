"""What the stories assert says as much as what a test does."""

import pytest

pytest.register_assert_rewrite(
    *(f"tests.programs.{story}" for story in ("ev_lives", "ev_troubles", "ev_afar", "bs_lives", "bs_troubles"))
)
