"""What the stories assert says as much as what a test does."""

import pytest

pytest.register_assert_rewrite("tests.programs.ev_lives", "tests.programs.ev_troubles", "tests.programs.ev_afar")
