"""Where recorded calendars are: ours, and those of the folder that DM_CASES names."""

from tests.conftest import folders

GCAL = [folders()[0] / "gcal", *(folder / "fixtures" / "gcal" for folder in folders()[1:])]
