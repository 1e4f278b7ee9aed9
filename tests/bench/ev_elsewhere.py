"""`python -m tests.bench.ev_elsewhere URL …`: ev_app.py, whose Google calendars are at another address than Google's.

The owner has no setting for that, and needs none.
"""

import sys
from functools import partial

import ev_app
from lib import calendars


def main() -> int:
    """Run ev with the rest of the arguments; its exit code."""
    url = sys.argv.pop(1)
    calendars.open_calendar = partial(calendars.open_calendar, google_url=url)
    return ev_app.main()


if __name__ == "__main__":
    sys.exit(main())
